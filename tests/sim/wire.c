#include "wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- text ---- */

void text_clear(sim_text *text) {
    text->len = 0;
    if (text->ptr) text->ptr[0] = 0;
}

void text_free(sim_text *text) {
    free(text->ptr);
    *text = (sim_text){0};
}

static void text_room(sim_text *text, size_t len) {
    if (text->len + len < text->capacity) return;
    text->capacity = 2 * text->capacity + len + 1024;
    text->ptr = realloc(text->ptr, text->capacity);
    if (!text->ptr) abort();
}

void text_add(sim_text *text, const char *format, ...) {
    va_list arguments;
    text_room(text, 512);
    for (;;) {
        va_start(arguments, format);
        const int len = vsnprintf(text->ptr + text->len, text->capacity - text->len, format, arguments);
        va_end(arguments);
        if ((size_t)len < text->capacity - text->len) {
            text->len += (size_t)len;
            return;
        }
        text_room(text, (size_t)len);
    }
}

void text_add_bytes(sim_text *text, const char *bytes, size_t len) {
    text_room(text, len + 1);
    if (len > 0) memcpy(text->ptr + text->len, bytes, len);
    text->len += len;
    text->ptr[text->len] = 0;
}

static void text_add_char(sim_text *text, char c) {
    text_room(text, 2);
    text->ptr[text->len++] = c;
    text->ptr[text->len] = 0;
}

void text_add_json(sim_text *text, const char *value) {
    for (; *value; value++)
        if (*value == '"' || *value == '\\')
            text_add(text, "\\%c", *value);
        else if ((unsigned char)*value < 0x20)
            text_add(text, "\\u%04x", (unsigned char)*value);
        else
            text_add_char(text, *value);
}

void text_add_xml(sim_text *text, const char *value) {
    for (; *value; value++) switch (*value) {
        case '&': text_add(text, "&amp;"); break;
        case '<': text_add(text, "&lt;"); break;
        case '>': text_add(text, "&gt;"); break;
        case '"': text_add(text, "&quot;"); break;
        default: text_add_char(text, *value); break;
        }
}

/* ---- requests ---- */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *decoded(sim_world *world, const char *text, size_t len) {
    char *out = world_alloc(world, len + 1);
    size_t written = 0;
    for (size_t i = 0; i < len; i++) {
        const bool is_code =
            text[i] == '%' && i + 2 < len && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
        out[written++] = is_code ? (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])) : text[i];
        if (is_code) i += 2;
    }
    return out;
}

const char *request_query(sim_world *world, const sim_request *request, const char *name) {
    const size_t name_len = strlen(name);
    for (const char *at = request->query; *at;) {
        const size_t len = strcspn(at, "&");
        if (len >= name_len && memcmp(at, name, name_len) == 0 && (len == name_len || at[name_len] == '='))
            return len > name_len ? decoded(world, at + name_len + 1, len - name_len - 1) : "";
        at += len + (at[len] == '&');
    }
    return NULL;
}

static const char *header(sim_world *world, const smithy_http_request *http, const char *name) {
    const smithy_str value = smithy_headers_get(&http->headers, name);
    return value.ptr ? world_copy(world, value.ptr, value.len) : NULL;
}

static void read_body(sim_world *world, const smithy_http_request *http, sim_request *request) {
    const smithy_body *body = &http->body;
    const size_t len = body->read ? (size_t)body->length : body->bytes.len;
    char *copy = world_body(world, len);
    request->body = copy;
    if (!body->read) {
        if (len > 0) memcpy(copy, body->bytes.ptr, len);
        request->len = len;
        return;
    }
    for (size_t got = 1; got > 0 && request->len < len; request->len += got)
        if (body->read(body->context, (uint8_t *)copy + request->len, len - request->len, &got)) break;
}

static const char *s3_operation(const smithy_http_request *http, const sim_request *request) {
    static const char *const OBJECT[][2] = {
        {"GET", "GetObject"}, {"HEAD", "HeadObject"}, {"PUT", "PutObject"}, {"DELETE", "DeleteObject"}};
    static const char *const BUCKET[][2] = {
        {"GET", "ListObjectsV2"}, {"HEAD", "HeadBucket"}, {"POST", "DeleteObjects"}};
    const char *const(*table)[2] = request->key[0] ? OBJECT : BUCKET;
    const size_t count = request->key[0] ? sizeof OBJECT / sizeof *OBJECT : sizeof BUCKET / sizeof *BUCKET;
    for (size_t i = 0; i < count; i++)
        if (smithy_str_equal(http->method, smithy_str_from(table[i][0]))) return table[i][1];
    return "an unknown operation";
}

void request_read(sim_world *world, const smithy_http_request *http, sim_request *request) {
    const char *url = world_copy(world, http->url.ptr, http->url.len);
    const char *target = header(world, http, "X-Amz-Target");
    *request = (sim_request){.service = SIM_S3, .bucket = "", .key = "", .query = ""};
    read_body(world, http, request);
    if (target) {
        request->service = strncmp(target, "DynamoDB_", 9) == 0 ? SIM_DYNAMODB : SIM_LOGS;
        const char *dot = strchr(target, '.');
        request->operation = dot ? dot + 1 : target;
        return;
    }
    const char *scheme = strstr(url, "://");
    const char *path = scheme ? strchr(scheme + 3, '/') : NULL;
    path = path ? path + 1 : "";
    const size_t path_len = strcspn(path, "?"), bucket_len = strcspn(path, "/?");
    request->bucket = decoded(world, path, bucket_len);
    if (bucket_len < path_len) request->key = decoded(world, path + bucket_len + 1, path_len - bucket_len - 1);
    if (path[path_len]) request->query = path + path_len + 1;
    request->if_match = header(world, http, "If-Match");
    request->if_none_match = header(world, http, "If-None-Match");
    request->operation = s3_operation(http, request);
}

bool request_is_of_state(const sim_request *request) {
    if (request->service == SIM_S3) return strcmp(request->key, SIM_STATE_KEY) == 0;
    return request->service == SIM_DYNAMODB && strstr(request->body, "{\"S\":\"head\"}");
}

void request_describe(const sim_request *request, sim_text *text) {
    text_clear(text);
    text_add(text, "%s ", request->operation);
    if (request->service != SIM_S3) {
        text_add(text, "%.*s", (int)(request->len < 600 ? request->len : 600), request->body);
        return;
    }
    text_add(text, "%s", request->key[0] ? request->key : request->query);
    if (request->if_match) text_add(text, " if-match %s", request->if_match);
    if (request->if_none_match) text_add(text, " if-none-match %s", request->if_none_match);
    if (strcmp(request->operation, "DeleteObjects") == 0)
        text_add(text, " %.*s", (int)(request->len < 600 ? request->len : 600), request->body);
}

/* ---- answers ---- */

void reply_error(sim_reply *reply, const sim_request *request, int status, const char *code) {
    reply->status = status;
    reply->etag = 0;
    snprintf(reply->code, sizeof reply->code, "%s", code);
    text_clear(&reply->body);
    if (request->service != SIM_S3)
        text_add(&reply->body, "{\"__type\":\"%s%s\",\"message\":\"the simulator says so\"}",
                 request->service == SIM_DYNAMODB ? "com.amazonaws.dynamodb.v20120810#" : "", code);
    else if (strncmp(request->operation, "Head", 4) != 0)
        text_add(&reply->body,
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>the simulator says so"
                 "</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>",
                 code);
}
