#include "curl_exchange.h"

#include <openssl/x509_vfy.h>
#include <stdio.h>

/* ---- how far it got ---- */

/* libcurl rounds what has passed, and so may be early by one of its milliseconds. */
#define EARLY_MS 1

static smithy_http_failure timeout_failure(const curl_exchange *exchange) {
    const smithy_system *system = smithy_call_system(exchange->call);
    const int64_t deadline = smithy_call_deadline(exchange->call);
    if (deadline && system->mono_ms(system->context) + EARLY_MS >= deadline) return SMITHY_HTTP_FAILURE_DEADLINE;
    return curl_exchange_has_begun(exchange) ? SMITHY_HTTP_FAILURE_TIMEOUT : SMITHY_HTTP_FAILURE_CONNECT;
}

static smithy_http_failure failure_of(CURLcode code, const curl_exchange *exchange) {
    if (exchange->canceled) return SMITHY_HTTP_FAILURE_CANCELED;
    if (exchange->resend_refused) return SMITHY_HTTP_FAILURE_RECEIVE;
    if (exchange->stopped == SMITHY_ERROR_LIMIT) return SMITHY_HTTP_FAILURE_TOO_LARGE;
    if (exchange->stopped == SMITHY_ERROR_RESPONSE) return SMITHY_HTTP_FAILURE_RECEIVE;
    if (exchange->stopped != SMITHY_OK) return SMITHY_HTTP_FAILURE_LOCAL;
    const bool begun = curl_exchange_has_begun(exchange);
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return SMITHY_HTTP_FAILURE_RESOLVE;
    case CURLE_COULDNT_CONNECT: return SMITHY_HTTP_FAILURE_CONNECT;
    case CURLE_SSL_CONNECT_ERROR: return SMITHY_HTTP_FAILURE_TLS;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE: return SMITHY_HTTP_FAILURE_TRUST;
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND: return begun ? SMITHY_HTTP_FAILURE_SEND : SMITHY_HTTP_FAILURE_CONNECT;
    case CURLE_OPERATION_TIMEDOUT: return timeout_failure(exchange);
    case CURLE_OUT_OF_MEMORY:
    case CURLE_URL_MALFORMAT:
    case CURLE_FAILED_INIT: return SMITHY_HTTP_FAILURE_LOCAL;
    case CURLE_UNSUPPORTED_PROTOCOL: /* A scheme, or an answer that is not HTTP. */
        return begun ? SMITHY_HTTP_FAILURE_RECEIVE : SMITHY_HTTP_FAILURE_LOCAL;
    default: return begun ? SMITHY_HTTP_FAILURE_RECEIVE : SMITHY_HTTP_FAILURE_CONNECT;
    }
}

static smithy_status status_of(CURLcode code, const curl_exchange *exchange) {
    switch (exchange->response->failure) {
    case SMITHY_HTTP_FAILURE_NONE: return SMITHY_OK;
    case SMITHY_HTTP_FAILURE_TIMEOUT:
    case SMITHY_HTTP_FAILURE_DEADLINE: return SMITHY_ERROR_TIMEOUT;
    case SMITHY_HTTP_FAILURE_CANCELED: return SMITHY_ERROR_CANCELED;
    case SMITHY_HTTP_FAILURE_TOO_LARGE: return SMITHY_ERROR_LIMIT;
    case SMITHY_HTTP_FAILURE_LOCAL:
        if (exchange->stopped != SMITHY_OK) return exchange->stopped;
        return code == CURLE_OUT_OF_MEMORY ? SMITHY_ERROR_MEMORY : SMITHY_ERROR_INPUT;
    default: return SMITHY_ERROR_TRANSPORT;
    }
}

/* ---- one line for people ---- */

/* Only the authority of the URL is told, without what may stand before an @. */
static smithy_str host_of(smithy_str url) {
    size_t begin = 0, end;
    for (size_t i = 0; i + 2 < url.len && begin == 0; i++)
        if (memcmp(url.ptr + i, "://", 3) == 0) begin = i + 3;
    for (end = begin; end < url.len && !strchr("/?#", url.ptr[end]); end++)
        if (url.ptr[end] == '@') begin = end + 1;
    return (smithy_str){url.ptr + begin, end - begin};
}

static const char *reason_of(CURLcode code, const curl_exchange *exchange) {
    if (exchange->canceled) return "canceled";
    if (exchange->stalled) return "no byte moved in either direction for too long";
    if (exchange->resend_refused) return "the kept connection was closed before an answer came";
    if (exchange->address_refused && !curl_exchange_has_begun(exchange)) return "it has an address that is not allowed";
    return exchange->message[0] ? exchange->message : curl_easy_strerror(code);
}

/* What to do about a certificate that is not trusted, in the arena; empty where nothing is known. */
static const char *trust_advice(const curl_exchange *exchange) {
    long verdict = 0;
    if (exchange->response->failure != SMITHY_HTTP_FAILURE_TRUST || !exchange->trust || !exchange->trust->ca) return "";
    curl_easy_getinfo(exchange->easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
    const curl_trust *trust = exchange->trust;
    smithy_str advice = {0};
    switch (verdict) {
    case X509_V_OK:
    case X509_V_ERR_UNSPECIFIED: /* The chain is good, or was not reached: libcurl compares the names by itself. */
        return "; what answers there, or a proxy on the way, is not the host that was asked for";
    case X509_V_ERR_CERT_NOT_YET_VALID:
    case X509_V_ERR_CERT_HAS_EXPIRED: return "; if this machine's clock is right, the server needs a new certificate";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        advice = smithy_call_format(exchange->call,
                                    "; to trust it, set AWS_CA_BUNDLE to a file with its authority's certificate (now: "
                                    "%s, by %s)",
                                    trust->file ? trust->file : trust->directory, trust->setting);
        return advice.ptr ? advice.ptr : "";
    default: return "";
    }
}

/* "; the proxy of HTTPS_PROXY answered 407", where the connection failed on its way through one. */
static const char *proxy_remark(const curl_exchange *exchange) {
    long answer = 0;
    if (!exchange->proxy || curl_exchange_has_begun(exchange) || exchange->canceled) return "";
    curl_easy_getinfo(exchange->easy, CURLINFO_HTTP_CONNECTCODE, &answer);
    const char *setting = exchange->proxy->setting;
    const smithy_str remark =
        answer ? smithy_call_format(exchange->call, "; the proxy of %s answered HTTP %ld", setting, answer)
               : smithy_call_format(exchange->call, "; %s names a proxy", setting);
    return remark.ptr ? remark.ptr : "";
}

/* "logs.eu-west-1.amazonaws.com: Connection refused" */
static smithy_status report(CURLcode code, const curl_exchange *exchange) {
    return smithy_call_fail(exchange->call, status_of(code, exchange), "%.*s: %s%s%s",
                            SMITHY_STR_ARG(host_of(exchange->request->url)), reason_of(code, exchange),
                            trust_advice(exchange), proxy_remark(exchange));
}

/* ---- the end ---- */

/* libcurl takes a connection that closes inside of the headers for a success. */
static CURLcode check_end(curl_exchange *exchange, CURLcode code) {
    if (code != CURLE_OK || exchange->head_is_whole) return code;
    snprintf(exchange->message, sizeof exchange->message, "the connection was closed inside of the headers");
    return CURLE_RECV_ERROR;
}

smithy_status curl_exchange_conclude(curl_exchange *exchange, CURLcode code) {
    smithy_http_response *response = exchange->response;
    long request_size = 0, connects = 0;
    curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &request_size);
    curl_easy_getinfo(exchange->easy, CURLINFO_NUM_CONNECTS, &connects);
    response->sent = curl_exchange_has_begun(exchange) && request_size > 0;
    response->reused = response->sent && (connects == 0 || exchange->resend_refused);
    code = check_end(exchange, code);
    if (code != CURLE_OK) {
        response->failure = failure_of(code, exchange);
        return report(code, exchange);
    }
    response->body = smithy_call_copy(exchange->call, smithy_buffer_str(&exchange->collected));
    if (response->body.ptr) return SMITHY_OK;
    response->failure = SMITHY_HTTP_FAILURE_LOCAL;
    return smithy_call_status(exchange->call);
}
