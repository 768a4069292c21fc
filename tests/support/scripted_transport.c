#include "scripted_transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_VALUE 4096

static void *take(size_t size) {
    void *block = calloc(1, size);
    if (!block) abort();
    return block;
}

static char *text_of(smithy_str text) {
    char *copy = take(text.len + 1);
    if (text.len) memcpy(copy, text.ptr, text.len);
    return copy;
}

/* ---- what was asked ---- */

static char *headers_of(const smithy_headers *headers) {
    size_t size = 1;
    for (size_t i = 0; i < headers->count; i++) size += headers->items[i].name.len + headers->items[i].value.len + 3;
    char *text = take(size), *end = text;
    for (size_t i = 0; i < headers->count; i++)
        end += sprintf(end, "%.*s: %.*s\n", SMITHY_STR_ARG(headers->items[i].name),
                       SMITHY_STR_ARG(headers->items[i].value));
    return text;
}

static smithy_status keep_body(scripted_request *kept, const smithy_body *body) {
    if (!body->read) {
        kept->body = text_of((smithy_str){(const char *)body->bytes.ptr, body->bytes.len});
        kept->body_len = body->bytes.len;
        return SMITHY_OK;
    }
    kept->body = take((size_t)body->length + 1);
    while (kept->body_len < (size_t)body->length) {
        size_t len = 0;
        uint8_t *end = (uint8_t *)kept->body + kept->body_len;
        SMITHY_TRY(body->read(body->context, end, (size_t)body->length - kept->body_len, &len));
        if (len == 0) return SMITHY_ERROR_IO;
        kept->body_len += len;
    }
    return SMITHY_OK;
}

static smithy_status keep(scripted_transport *self, const smithy_http_request *request) {
    if (self->request_count == SCRIPT_MAX_REQUESTS) abort();
    scripted_request *kept = &self->requests[self->request_count++];
    kept->method = text_of(request->method);
    kept->url = text_of(request->url);
    kept->headers = headers_of(&request->headers);
    kept->at_mono_ms = self->fake->mono_ms;
    return keep_body(kept, &request->body);
}

const char *scripted_request_header(const scripted_transport *transport, size_t index, const char *name) {
    static char value[MAX_VALUE];
    if (index >= transport->request_count) return NULL;
    const char *line = transport->requests[index].headers;
    const size_t name_len = strlen(name);
    while (line && *line) {
        const char *end = strchr(line, '\n');
        if (strncasecmp(line, name, name_len) == 0 && line[name_len] == ':') {
            snprintf(value, sizeof value, "%.*s", (int)(end - line - (long)name_len - 2), line + name_len + 2);
            return value;
        }
        line = end ? end + 1 : NULL;
    }
    return NULL;
}

/* ---- answers ---- */

static smithy_status answer_headers(const char *text, smithy_http_response *response, smithy_call *call) {
    while (text && *text) {
        const char *end = strchr(text, '\n');
        const size_t len = end ? (size_t)(end - text) : strlen(text);
        const char *colon = memchr(text, ':', len);
        if (!colon) abort();
        const smithy_str name = smithy_call_copy(call, (smithy_str){text, (size_t)(colon - text)});
        const smithy_str value = smithy_call_copy(call, (smithy_str){colon + 2, len - (size_t)(colon - text) - 2});
        if (!name.ptr || !value.ptr) return smithy_call_status(call);
        SMITHY_TRY(smithy_headers_add(&response->headers, name, value, call));
        text = end ? end + 1 : NULL;
    }
    return SMITHY_OK;
}

static smithy_status answer_body(const scripted_answer *answer, const smithy_http_request *request,
                                 smithy_http_response *response, smithy_call *call) {
    const size_t len = answer->body_len ? answer->body_len : answer->body ? strlen(answer->body) : 0;
    const bool streams = request->sink && answer->status >= 200 && answer->status < 300;
    response->body = SMITHY_STR("");
    response->body_length = len;
    if (streams && len) {
        const smithy_status status = request->sink->write(request->sink->context, (const uint8_t *)answer->body, len);
        if (status == SMITHY_OK) return SMITHY_OK;
        response->failure = SMITHY_HTTP_FAILURE_LOCAL;
        return smithy_call_fail(call, status, "the sink refused");
    }
    if (!streams && len) response->body = smithy_call_copy(call, (smithy_str){answer->body, len});
    return response->body.ptr ? SMITHY_OK : smithy_call_status(call);
}

static smithy_status failure_status(smithy_http_failure failure) {
    if (failure == SMITHY_HTTP_FAILURE_TIMEOUT || failure == SMITHY_HTTP_FAILURE_DEADLINE) return SMITHY_ERROR_TIMEOUT;
    if (failure == SMITHY_HTTP_FAILURE_CANCELED) return SMITHY_ERROR_CANCELED;
    if (failure == SMITHY_HTTP_FAILURE_TOO_LARGE) return SMITHY_ERROR_LIMIT;
    return SMITHY_ERROR_TRANSPORT;
}

static smithy_status perform(smithy_transport *transport, const smithy_http_request *request,
                             smithy_http_response *response, smithy_call *call) {
    scripted_transport *self = (scripted_transport *)transport;
    static const scripted_answer PAST_THE_END = {.failure = SMITHY_HTTP_FAILURE_CONNECT};
    const size_t index = self->request_count;
    const scripted_answer *answer = index < self->answer_count ? &self->answers[index] : &PAST_THE_END;
    *response = (smithy_http_response){.body = SMITHY_STR_INIT("")};
    if (self->on_request) self->on_request(self->on_request_context, request, index);
    SMITHY_TRY(keep(self, request));
    fake_system_advance(self->fake, answer->takes_ms);
    response->status = answer->status;
    response->sent = answer->sent || answer->status != 0;
    response->reused = answer->reused;
    SMITHY_TRY(answer_headers(answer->headers, response, call));
    SMITHY_TRY(answer_body(answer, request, response, call));
    response->failure = answer->failure;
    if (answer->failure == SMITHY_HTTP_FAILURE_NONE) return SMITHY_OK;
    return smithy_call_fail(call, failure_status(answer->failure), "scripted failure %d", (int)answer->failure);
}

static void drop_idle(smithy_transport *transport) {
    ((scripted_transport *)transport)->drops++;
}

static void destroy(smithy_transport *transport) {
    (void)transport; /* The test's own. */
}

void scripted_transport_init(scripted_transport *transport, fake_system *fake, const scripted_answer *answers,
                             size_t count) {
    *transport = (scripted_transport){
        .base = {perform, drop_idle, destroy}, .fake = fake, .answers = answers, .answer_count = count};
}

void scripted_transport_deinit(scripted_transport *transport) {
    for (size_t i = 0; i < transport->request_count; i++) {
        free(transport->requests[i].method);
        free(transport->requests[i].url);
        free(transport->requests[i].headers);
        free(transport->requests[i].body);
    }
    transport->request_count = 0;
}
