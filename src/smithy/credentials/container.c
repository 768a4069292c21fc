#include "credentials/internal.h"

#include <smithy/text.h>

enum { TRIES = 3, BETWEEN_TRIES_MS = 1000, CONNECT_TIMEOUT_MS = 2000, TIMEOUT_MS = 5000, MAX_TOKEN = 16 * 1024 };

/* ---- where ---- */

static smithy_status find_url(const credentials_setup *setup, smithy_str *url, smithy_call *call) {
    smithy_str relative = {0};
    SMITHY_TRY(credentials_variable(setup, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", &relative, call));
    if (!relative.ptr) {
        SMITHY_TRY(credentials_variable(setup, "AWS_CONTAINER_CREDENTIALS_FULL_URI", url, call));
        return url->ptr ? credentials_check_container_url(setup, *url, call) : SMITHY_OK;
    }
    smithy_url parts;
    *url = smithy_call_format(call, "http://169.254.170.2%.*s", SMITHY_STR_ARG(relative));
    if (!url->ptr) return smithy_call_status(call);
    if (relative.ptr[0] == '/' && smithy_url_parse(*url, &parts)) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS,
                            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is no path of a URL, which begins with \"/\"");
}

/* Without TLS, the address is all that says who is asked: it is looked at again when it is connected to, as a name may
 * have another one by then. */
static bool is_plain(smithy_str url) {
    smithy_url parts;
    return smithy_url_parse(url, &parts) && smithy_str_equal_nocase(parts.scheme, SMITHY_STR("http"));
}

/* ---- as whom ---- */

static smithy_status find_token(const credentials_setup *setup, smithy_str *token, smithy_call *call) {
    smithy_str file = {0};
    SMITHY_TRY(credentials_variable(setup, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &file, call));
    if (file.ptr)
        SMITHY_TRY(
            credentials_read_file(setup, file, "the container's authorization token", MAX_TOKEN, false, token, call));
    else
        SMITHY_TRY(credentials_variable(setup, "AWS_CONTAINER_AUTHORIZATION_TOKEN", token, call));
    for (size_t i = 0; i < token->len; i++)
        if ((unsigned char)token->ptr[i] < ' ' || token->ptr[i] == 0x7F)
            return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS,
                                    "the container's authorization token holds a line break or another control "
                                    "character: it is not sent");
    return SMITHY_OK;
}

/* ---- the exchange ---- */

/* A body that is no such document leaves code and message absent. */
static smithy_status refuse(const smithy_http_response *response, smithy_call *call) {
    credentials_document document;
    if (credentials_document_read(&document, response->body, call) != SMITHY_OK) document = (credentials_document){0};
    if (smithy_call_status(call) == SMITHY_ERROR_MEMORY) return SMITHY_ERROR_MEMORY;
    smithy_call_clear_error(call);
    const smithy_str code = credentials_line(document.code, 80, call);
    const smithy_str message = credentials_line(document.message, 300, call);
    return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "container credentials: HTTP %d%s%.*s%s%.*s",
                            response->status, code.len ? ", " : "", SMITHY_STR_ARG(code), message.len ? ": " : "",
                            SMITHY_STR_ARG(message));
}

static bool is_worth_a_retry(smithy_status status, const smithy_http_response *response) {
    if (status != SMITHY_OK) return !credentials_metadata_must_stop(status, response);
    return response->status >= 500 || response->status == 429;
}

static smithy_status fetch(const credentials_setup *setup, const metadata_request *request,
                           smithy_http_response *response, smithy_call *call) {
    for (int try = 1;; try++) {
        const smithy_status status = credentials_metadata_send(setup, request, response, call);
        if (status == SMITHY_OK && response->status == 200) return SMITHY_OK;
        if (try < TRIES && is_worth_a_retry(status, response) && credentials_pause(setup, call, BETWEEN_TRIES_MS))
            continue;
        if (status == SMITHY_OK) return refuse(response, call);
        return credentials_blame(status, call, "container credentials");
    }
}

smithy_status credentials_load_container(const credentials_setup *setup, credentials_result *result,
                                         smithy_call *call) {
    smithy_str token = {0};
    smithy_http_response response;
    credentials_document document;
    metadata_request request = {
        .method = "GET",
        .headers = {{SMITHY_STR("Accept"), SMITHY_STR("application/json")}},
        .header_count = 1,
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .timeout_ms = TIMEOUT_MS,
    };
    SMITHY_TRY(find_url(setup, &request.url, call));
    if (!request.url.ptr) return credentials_missing(result, call, "AWS_CONTAINER_CREDENTIALS_FULL_URI is not set");
    if (is_plain(request.url)) request.allows = credentials_allows_container_address;
    SMITHY_TRY(find_token(setup, &token, call));
    if (token.len) request.headers[request.header_count++] = (smithy_header){SMITHY_STR("Authorization"), token};
    SMITHY_TRY(fetch(setup, &request, &response, call));
    const smithy_status status = credentials_document_read(&document, response.body, call);
    SMITHY_TRY(credentials_blame(status, call, "container credentials"));
    return credentials_document_take(&document, SOURCE_CONTAINER, setup, result, call);
}

/* ---- the provider ---- */

static smithy_status load(credentials_source *source, credentials_result *result, smithy_call *call) {
    return credentials_load_container(&source->setup, result, call);
}

smithy_credentials_provider *smithy_credentials_container(const smithy_credentials_options *options,
                                                          smithy_call *call) {
    credentials_source *source = credentials_source_create(sizeof *source, NULL, 0, options, call);
    if (!source) return NULL;
    source->load = load;
    return credentials_cached(source, call);
}
