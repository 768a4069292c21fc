#include "memory_s3.h"

#include <smithy/hash.h>
#include <smithy/text.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MAX_HEADERS 600

typedef struct exchange {
    memory_s3 *s3;
    const smithy_http_request *request;
    smithy_http_response *response;
    smithy_call *call;
    memory_op op;
    int nth;
    bool streams;
} exchange;

static void *take(size_t size) {
    void *block = calloc(1, size ? size : 1);
    if (!block) abort();
    return block;
}

/* ---- what is asked ---- */

static smithy_str header(const exchange *x, const char *name) {
    return smithy_headers_get(&x->request->headers, name);
}

static bool has_query(const exchange *x, const char *text) {
    const char *query = memchr(x->request->url.ptr, '?', x->request->url.len);
    return query && strstr(query, text);
}

static memory_op op_of(const exchange *x) {
    const smithy_str method = x->request->method;
    if (smithy_str_equal(method, SMITHY_STR("HEAD"))) return MEMORY_HEAD;
    if (smithy_str_equal(method, SMITHY_STR("GET"))) return MEMORY_GET;
    if (smithy_str_equal(method, SMITHY_STR("DELETE"))) return MEMORY_ABORT;
    if (smithy_str_equal(method, SMITHY_STR("POST"))) return has_query(x, "uploads") ? MEMORY_CREATE : MEMORY_COMPLETE;
    return has_query(x, "partNumber=") ? MEMORY_PART : MEMORY_PUT;
}

static const memory_fault *fault_of(const exchange *x) {
    for (size_t i = 0; i < x->s3->fault_count; i++) {
        const memory_fault *fault = &x->s3->faults[i];
        if (fault->op == x->op && (fault->nth == 0 || fault->nth == x->nth)) return fault;
    }
    return NULL;
}

static memory_part body_of(const smithy_body *body) {
    memory_part part = {NULL, body->read ? (size_t)body->length : body->bytes.len};
    part.bytes = take(part.len);
    if (!body->read) {
        if (part.len) memcpy(part.bytes, body->bytes.ptr, part.len);
        return part;
    }
    for (size_t filled = 0; filled < part.len;) {
        size_t len = 0;
        if (body->read(body->context, part.bytes + filled, part.len - filled, &len) != SMITHY_OK || len == 0) abort();
        filled += len;
    }
    return part;
}

/* aws-chunked: "a\r\n…\r\n0\r\ntrailer\r\n\r\n" without signatures, in place. */
static void join_chunks(memory_part *part) {
    size_t at = 0, len = 0;
    for (;;) {
        char *end = NULL;
        const size_t size = strtoul((const char *)part->bytes + at, &end, 16);
        if (strncmp(end, "\r\n", 2) != 0) abort();
        if (size == 0) break;
        at = (size_t)(end + 2 - (const char *)part->bytes);
        memmove(part->bytes + len, part->bytes + at, size);
        len += size;
        at += size + 2;
    }
    part->len = len;
}

static memory_part content_of(const exchange *x) {
    memory_part part = body_of(&x->request->body);
    const smithy_str coding = header(x, "Content-Encoding");
    if (coding.ptr && strstr(coding.ptr, "aws-chunked")) join_chunks(&part);
    return part;
}

static void crc32_text(const uint8_t *bytes, size_t len, char text[16]) {
    const uint32_t crc = smithy_crc32(0, bytes, len);
    const uint8_t value[] = {(uint8_t)(crc >> 24), (uint8_t)(crc >> 16), (uint8_t)(crc >> 8), (uint8_t)crc};
    smithy_buffer out;
    smithy_buffer_init(&out, NULL, 16);
    smithy_base64_append(&out, value, sizeof value);
    snprintf(text, 16, "%s", out.ptr);
    smithy_buffer_deinit(&out);
}

/* ---- what is answered ---- */

static smithy_status answer(const exchange *x, int status, const char *headers, const char *body) {
    smithy_http_response *response = x->response;
    response->status = status;
    response->sent = true;
    while (headers && *headers) {
        const char *end = strchr(headers, '\n'), *colon = strchr(headers, ':');
        const smithy_str name = smithy_call_copy(x->call, (smithy_str){headers, (size_t)(colon - headers)});
        const smithy_str value = smithy_call_copy(x->call, (smithy_str){colon + 2, (size_t)(end - colon - 2)});
        if (!name.ptr || !value.ptr) return smithy_call_status(x->call);
        SMITHY_TRY(smithy_headers_add(&response->headers, name, value, x->call));
        headers = end + 1;
    }
    response->body = smithy_call_copy(x->call, smithy_str_from(body));
    response->body_length = strlen(body);
    return response->body.ptr ? SMITHY_OK : smithy_call_status(x->call);
}

static smithy_status error(const exchange *x, int status, const char *code) {
    char body[128];
    snprintf(body, sizeof body, "<Error><Code>%s</Code><Message>No.</Message></Error>", code);
    return answer(x, status, "x-amz-request-id: R\n", x->op == MEMORY_HEAD ? "" : body);
}

static smithy_status lose(const exchange *x) {
    smithy_headers none = {0};
    x->response->status = 0;
    x->response->headers = none;
    x->response->sent = true;
    x->response->failure = SMITHY_HTTP_FAILURE_RECEIVE;
    return smithy_call_fail(x->call, SMITHY_ERROR_TRANSPORT, "the answer is lost");
}

/* ---- the object ---- */

static void replace(memory_s3 *s3, uint8_t *bytes, size_t len, const char *etag, const char *nonce) {
    free(s3->bytes);
    s3->bytes = bytes;
    s3->len = len;
    s3->exists = true;
    snprintf(s3->etag, sizeof s3->etag, "%s", etag);
    snprintf(s3->nonce, sizeof s3->nonce, "%s", nonce);
}

/* Zeros where memory runs out, which tests let happen. */
static void sum_up(const void *bytes, size_t len, uint8_t md5[SMITHY_MD5_SIZE]) {
    if (smithy_md5(bytes, len, md5) != SMITHY_OK) memset(md5, 0, SMITHY_MD5_SIZE);
}

static void etag_of(const void *bytes, size_t len, const char *suffix, char etag[80]) {
    uint8_t md5[SMITHY_MD5_SIZE];
    char hex[2 * SMITHY_MD5_SIZE + 1];
    sum_up(bytes, len, md5);
    smithy_hex_write(md5, sizeof md5, hex);
    snprintf(etag, 80, "\"%s%s\"", hex, suffix);
}

void memory_s3_put(memory_s3 *s3, const void *bytes, size_t len) {
    char etag[80];
    uint8_t *copy = take(len);
    if (len) memcpy(copy, bytes, len);
    etag_of(copy, len, "", etag);
    replace(s3, copy, len, etag, "");
}

static bool condition_holds(const exchange *x) {
    const smithy_str match = header(x, "If-Match"), none = header(x, "If-None-Match");
    if (none.ptr && x->s3->exists) return false;
    return !match.ptr || (x->s3->exists && smithy_str_equal(match, smithy_str_from(x->s3->etag)));
}

static bool checksum_holds(const exchange *x, const memory_part *body) {
    char text[16];
    const smithy_str sent = header(x, "x-amz-checksum-crc32");
    crc32_text(body->bytes, body->len, text);
    return !sent.ptr || smithy_str_equal(sent, smithy_str_from(text));
}

static void copy_header(const exchange *x, const char *name, char *out, size_t size) {
    snprintf(out, size, "%.*s", SMITHY_STR_ARG(header(x, name)));
}

static smithy_status put(exchange *x) {
    char nonce[64], headers[MAX_HEADERS], etag[80];
    memory_part body = content_of(x);
    if (!condition_holds(x) || !checksum_holds(x, &body)) {
        const bool holds = condition_holds(x);
        free(body.bytes);
        return holds ? error(x, 400, "BadDigest") : error(x, 412, "PreconditionFailed");
    }
    copy_header(x, "x-amz-meta-upload-nonce", nonce, sizeof nonce);
    copy_header(x, "Content-Type", x->s3->content_type, sizeof x->s3->content_type);
    etag_of(body.bytes, body.len, "", etag);
    replace(x->s3, body.bytes, body.len, etag, nonce);
    snprintf(headers, sizeof headers, "ETag: %s\nx-amz-version-id: v1\n", etag);
    return answer(x, 200, headers, "");
}

/* ---- parts ---- */

static void forget_parts(memory_s3 *s3) {
    for (size_t i = 0; i < MEMORY_S3_MAX_PARTS; i++) {
        free(s3->parts[i].bytes);
        s3->parts[i] = (memory_part){NULL, 0};
    }
    s3->is_open = false;
}

static smithy_status create(exchange *x) {
    if (x->s3->is_open) return error(x, 400, "OneAtATime");
    copy_header(x, "x-amz-meta-upload-nonce", x->s3->open_nonce, sizeof x->s3->open_nonce);
    copy_header(x, "Content-Type", x->s3->content_type, sizeof x->s3->content_type);
    x->s3->is_open = true;
    return answer(x, 200, "",
                  "<InitiateMultipartUploadResult><UploadId>the-upload</UploadId></InitiateMultipartUploadResult>");
}

static smithy_status part(exchange *x) {
    char headers[MAX_HEADERS], etag[80], sum[16];
    const int number = atoi(strstr(x->request->url.ptr, "partNumber=") + strlen("partNumber="));
    if (!x->s3->is_open || !has_query(x, "uploadId=the-upload")) return error(x, 404, "NoSuchUpload");
    if (number < 1 || number >= MEMORY_S3_MAX_PARTS) return error(x, 400, "InvalidPartNumber");
    memory_part body = content_of(x);
    if (!checksum_holds(x, &body)) {
        free(body.bytes);
        return error(x, 400, "BadDigest");
    }
    free(x->s3->parts[number].bytes);
    x->s3->parts[number] = body;
    if (body.len > x->s3->longest_part) x->s3->longest_part = body.len;
    etag_of(body.bytes, body.len, "", etag);
    crc32_text(body.bytes, body.len, sum);
    snprintf(headers, sizeof headers, "ETag: %s\nx-amz-checksum-crc32: %s\n", etag, sum);
    return answer(x, 200, headers, "");
}

/* How often a text stands in the list of parts that was sent. */
static int count_in(const memory_part *body, const char *text) {
    int count = 0;
    char *list = take(body->len + 1);
    if (body->len) memcpy(list, body->bytes, body->len);
    for (const char *at = strstr(list, text); at; at = strstr(at + 1, text)) count++;
    free(list);
    return count;
}

static smithy_status complete(exchange *x) {
    memory_s3 *s3 = x->s3;
    char etag[80], suffix[16], body[256];
    memory_part list = body_of(&x->request->body);
    const int count = count_in(&list, "<PartNumber>"), sums = count_in(&list, "<ChecksumCRC32>");
    free(list.bytes);
    if (!s3->is_open) return error(x, 404, "NoSuchUpload");
    if (!condition_holds(x)) return error(x, 412, "PreconditionFailed");
    size_t len = 0;
    uint8_t *md5s = take((size_t)count * SMITHY_MD5_SIZE);
    for (int i = 1; i <= count; i++) {
        const memory_part *one = &s3->parts[i];
        if (!one->bytes || (i < count && one->len < (size_t)5 * 1024 * 1024) || sums != count) {
            free(md5s);
            return error(x, 400, "InvalidPart");
        }
        sum_up(one->bytes, one->len, md5s + (size_t)(i - 1) * SMITHY_MD5_SIZE);
        len += one->len;
    }
    snprintf(suffix, sizeof suffix, "-%d", count);
    etag_of(md5s, (size_t)count * SMITHY_MD5_SIZE, suffix, etag);
    free(md5s);
    uint8_t *whole = take(len);
    len = 0;
    for (int i = 1; i <= count; len += s3->parts[i].len, i++) memcpy(whole + len, s3->parts[i].bytes, s3->parts[i].len);
    replace(s3, whole, len, etag, s3->open_nonce);
    forget_parts(s3);
    snprintf(
        body, sizeof body,
        "  \n<?xml version=\"1.0\"?>\n<CompleteMultipartUploadResult><ETag>%s</ETag></CompleteMultipartUploadResult>",
        etag);
    return answer(x, 200, "x-amz-version-id: v2\n", body);
}

static smithy_status abort_upload(exchange *x) {
    if (!x->s3->is_open) return error(x, 404, "NoSuchUpload");
    forget_parts(x->s3);
    return answer(x, 204, "", "");
}

/* ---- reading ---- */

static smithy_status head(exchange *x) {
    const memory_s3 *s3 = x->s3;
    char headers[MAX_HEADERS], sum[16];
    if (!s3->exists) return error(x, 404, "");
    if (!condition_holds(x)) return error(x, 412, "");
    crc32_text(s3->bytes, s3->len, sum);
    const int len =
        snprintf(headers, sizeof headers, "ETag: %s\nContent-Length: %zu\nx-amz-version-id: v3\n", s3->etag, s3->len);
    int end = len;
    if (s3->nonce[0])
        end += snprintf(headers + end, sizeof headers - (size_t)end, "x-amz-meta-upload-nonce: %s\n", s3->nonce);
    if (s3->keeps_checksum)
        snprintf(headers + end, sizeof headers - (size_t)end,
                 "x-amz-checksum-crc32: %s\nx-amz-checksum-type: FULL_OBJECT\n", sum);
    return answer(x, 200, headers, "");
}

typedef struct slice {
    size_t first, len;
    bool is_range;
} slice;

static slice slice_of(const exchange *x, const memory_fault *fault) {
    slice s = {0, x->s3->len, false};
    const smithy_str range = header(x, "Range");
    if (!range.ptr || (fault && fault->kind == MEMORY_IGNORE)) return s;
    unsigned long long first = 0, last = 0;
    if (sscanf(range.ptr, "bytes=%llu-%llu", &first, &last) != 2 || first > last || last >= x->s3->len) abort();
    s = (slice){(size_t)first, (size_t)(last - first + 1), true};
    if (fault && fault->kind == MEMORY_ANOTHER) s.first -= 1;
    return s;
}

/* In two pieces, the first of which is good. */
static smithy_status stream(exchange *x, const uint8_t *bytes, size_t len, const memory_fault *fault) {
    smithy_sink *sink = x->request->sink;
    const bool breaks = fault && fault->kind == MEMORY_BREAK;
    const size_t good = breaks && fault->at < len ? fault->at : len;
    x->response->body_length = good;
    const size_t half = good / 2;
    if (half) SMITHY_TRY(sink->write(sink->context, bytes, half));
    if (good > half) SMITHY_TRY(sink->write(sink->context, bytes + half, good - half));
    if (fault && fault->kind == MEMORY_TOO_LONG) SMITHY_TRY(sink->write(sink->context, (const uint8_t *)"x", 1));
    if (!breaks) return SMITHY_OK;
    x->response->failure = SMITHY_HTTP_FAILURE_RECEIVE;
    return smithy_call_fail(x->call, SMITHY_ERROR_TRANSPORT, "the answer broke off");
}

static smithy_status get(exchange *x, const memory_fault *fault) {
    const memory_s3 *s3 = x->s3;
    char headers[MAX_HEADERS];
    if (!s3->exists) return error(x, 404, "NoSuchKey");
    if (!condition_holds(x)) return error(x, 412, "PreconditionFailed");
    const slice s = slice_of(x, fault);
    const int end = snprintf(headers, sizeof headers, "ETag: %s\nContent-Length: %zu\n", s3->etag,
                             s.len + (fault && fault->kind == MEMORY_TOO_LONG));
    if (s.is_range)
        snprintf(headers + end, sizeof headers - (size_t)end, "Content-Range: bytes %zu-%zu/%zu\n", s.first,
                 s.first + s.len - 1, s3->len);
    SMITHY_TRY(answer(x, s.is_range ? 206 : 200, headers, ""));
    uint8_t *bytes = take(s.len);
    memcpy(bytes, s3->bytes + s.first, s.len);
    if (fault && fault->kind == MEMORY_FLIP) bytes[s.len / 2] ^= 1;
    const smithy_status status = stream(x, bytes, s.len, fault);
    free(bytes);
    if (status == SMITHY_OK || x->response->failure != SMITHY_HTTP_FAILURE_NONE) return status;
    x->response->failure = SMITHY_HTTP_FAILURE_LOCAL;
    return smithy_call_fail(x->call, status, "the sink refused");
}

/* ---- one exchange ---- */

static smithy_status act(exchange *x, const memory_fault *fault) {
    if (fault && fault->kind == MEMORY_REFUSE) return error(x, 500, "InternalError");
    if (fault && fault->kind == MEMORY_DENY) return error(x, 403, "AccessDenied");
    if (fault && fault->kind == MEMORY_ERROR_IN_200) {
        smithy_status status = error(x, 200, "InternalError");
        return status;
    }
    if (fault && fault->kind == MEMORY_REPLACE) memory_s3_put(x->s3, "another", 7);
    switch (x->op) {
    case MEMORY_PUT: return put(x);
    case MEMORY_CREATE: return create(x);
    case MEMORY_PART: return part(x);
    case MEMORY_COMPLETE: return complete(x);
    case MEMORY_ABORT: return abort_upload(x);
    case MEMORY_HEAD: return head(x);
    default: return get(x, fault);
    }
}

/* Long enough for others to come in, where there are any. */
static void linger(memory_s3 *s3) {
    for (int i = 0; i < 20 && s3->at_work < 2; i++) {
        pthread_mutex_unlock(&s3->lock);
        const struct timespec moment = {0, 1000000};
        nanosleep(&moment, NULL);
        pthread_mutex_lock(&s3->lock);
    }
}

static smithy_status perform(smithy_transport *transport, const smithy_http_request *request,
                             smithy_http_response *response, smithy_call *call) {
    memory_s3 *s3 = (memory_s3 *)transport;
    exchange x = {.s3 = s3, .request = request, .response = response, .call = call};
    *response = (smithy_http_response){.body = SMITHY_STR_INIT("")};
    pthread_mutex_lock(&s3->lock);
    x.op = op_of(&x);
    x.nth = ++s3->counts[x.op];
    if (++s3->at_work > s3->most_at_work) s3->most_at_work = s3->at_work;
    if (s3->on_request) s3->on_request(s3->context, x.op, x.nth);
    if (s3->lingers && (x.op == MEMORY_PART || x.op == MEMORY_GET)) linger(s3);
    const memory_fault *fault = fault_of(&x);
    smithy_status status = act(&x, fault);
    if (fault && fault->kind == MEMORY_LOSE && status == SMITHY_OK) status = lose(&x);
    s3->at_work--;
    pthread_mutex_unlock(&s3->lock);
    return status;
}

static void drop_idle(smithy_transport *transport) {
    (void)transport;
}

/* ---- life ---- */

void memory_s3_init(memory_s3 *s3) {
    memset(s3, 0, sizeof *s3);
    s3->base = (smithy_transport){perform, drop_idle, drop_idle};
    if (pthread_mutex_init(&s3->lock, NULL) != 0) abort();
}

void memory_s3_deinit(memory_s3 *s3) {
    forget_parts(s3);
    free(s3->bytes);
    pthread_mutex_destroy(&s3->lock);
}

void memory_s3_fail(memory_s3 *s3, memory_op op, int nth, memory_fault_kind kind, size_t at) {
    if (s3->fault_count == MEMORY_S3_MAX_FAULTS) abort();
    s3->faults[s3->fault_count++] = (memory_fault){op, nth, kind, at};
}
