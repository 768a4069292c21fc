#include "json_cutter.h"

#define NAME_MAX_BYTES ((size_t)64 * 1024)

void json_cutter_init(json_cutter *cutter, json_cut_take *take, void *context, const smithy_system *system,
                      size_t max) {
    *cutter = (json_cutter){.take = take, .context = context};
    smithy_buffer_init(&cutter->name, system, NAME_MAX_BYTES);
    smithy_buffer_init(&cutter->value, system, max);
}

void json_cutter_deinit(json_cutter *cutter) {
    smithy_buffer_deinit(&cutter->name);
    smithy_buffer_deinit(&cutter->value);
}

/* ---- strings and values, across pieces ---- */

/* How many of the bytes belong to the string that is under way, its closing quote included. */
static size_t scan_string(json_cutter *cutter, const char *bytes, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (cutter->is_escaped)
            cutter->is_escaped = false;
        else if (bytes[i] == '\\')
            cutter->is_escaped = true;
        else if (bytes[i] == '"')
            return cutter->in_string = false, i + 1;
    }
    return len;
}

static bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* How many of the bytes belong to the value that is under way; *ended: and no more will. */
static size_t scan_value(json_cutter *cutter, const char *bytes, size_t len, bool *ended) {
    size_t i = 0;
    while (i < len && !*ended) {
        if (cutter->in_string) {
            i += scan_string(cutter, bytes + i, len - i);
            *ended = !cutter->in_string && cutter->depth == 0;
            continue;
        }
        const char c = bytes[i];
        const bool closes = c == '}' || c == ']';
        *ended = cutter->depth == 0 && (closes || c == ',' || is_space(c)); /* Behind a number or literal. */
        if (*ended) break;
        if (c == '"') cutter->in_string = true;
        if (c == '{' || c == '[') cutter->depth++;
        if (closes) *ended = --cutter->depth == 0;
        i++;
    }
    return i;
}

/* ---- what is cut ---- */

static smithy_status take(json_cutter *cutter, json_cut_kind kind, smithy_str value) {
    const json_cut cut = {kind, cutter->is_list ? (smithy_str){0} : smithy_buffer_str(&cutter->name), value};
    return cutter->take(cutter->context, &cut);
}

static smithy_status add_to_name(json_cutter *cutter, const char *bytes, size_t len, size_t *used) {
    *used = scan_string(cutter, bytes, len);
    smithy_buffer_append(&cutter->name, bytes, *used - !cutter->in_string);
    if (!cutter->in_string) cutter->expects = JSON_CUTTER_COLON;
    return smithy_buffer_status(&cutter->name);
}

/* A value that lies in one piece is taken as it lies there. */
static smithy_status add_to_value(json_cutter *cutter, const char *bytes, size_t len, size_t *used) {
    bool ended = false;
    smithy_str value = {bytes, *used = scan_value(cutter, bytes, len, &ended)};
    if (!ended || cutter->value.len > 0) {
        smithy_buffer_append_str(&cutter->value, value);
        SMITHY_TRY(smithy_buffer_status(&cutter->value));
        value = smithy_buffer_str(&cutter->value);
    }
    if (!ended) return SMITHY_OK;
    cutter->expects = JSON_CUTTER_COMMA_OR_END;
    SMITHY_TRY(take(cutter, cutter->in_list ? JSON_CUT_ITEM : JSON_CUT_MEMBER, value));
    smithy_buffer_reset(&cutter->value);
    return SMITHY_OK;
}

/* ---- between names and values ---- */

static smithy_status begin_list(json_cutter *cutter) {
    cutter->in_list = true;
    cutter->expects = JSON_CUTTER_ITEM_OR_END;
    return take(cutter, JSON_CUT_LIST, (smithy_str){0});
}

static smithy_status begin_name(json_cutter *cutter, char c) {
    if (c != '"') return SMITHY_ERROR_RESPONSE;
    smithy_buffer_reset(&cutter->name);
    cutter->in_string = true;
    cutter->expects = JSON_CUTTER_IN_NAME;
    return SMITHY_OK;
}

/* The character is the value's first; *used stays 0, so that it is looked at again. */
static smithy_status begin_value(json_cutter *cutter, char c, size_t *used) {
    if (c == ',' || c == ':' || c == '}' || c == ']') return SMITHY_ERROR_RESPONSE;
    if (c == '[' && !cutter->in_list) return begin_list(cutter);
    *used = 0;
    cutter->depth = 0;
    cutter->expects = JSON_CUTTER_IN_VALUE;
    return SMITHY_OK;
}

/* Of a list that is a member, or of the document. */
static smithy_status end_container(json_cutter *cutter) {
    cutter->expects = cutter->in_list && !cutter->is_list ? JSON_CUTTER_COMMA_OR_END : JSON_CUTTER_END;
    cutter->in_list = false;
    return SMITHY_OK;
}

static smithy_status begin_document(json_cutter *cutter, char c) {
    if (c != '{' && c != '[') return SMITHY_ERROR_RESPONSE;
    cutter->is_list = c == '[';
    cutter->expects = JSON_CUTTER_NAME_OR_END;
    return cutter->is_list ? begin_list(cutter) : SMITHY_OK;
}

static smithy_status take_mark(json_cutter *cutter, char c, size_t *used) {
    const char closer = cutter->in_list ? ']' : '}';
    *used = 1;
    switch (cutter->expects) {
    case JSON_CUTTER_START: return begin_document(cutter, c);
    case JSON_CUTTER_NAME_OR_END: return c == closer ? end_container(cutter) : begin_name(cutter, c);
    case JSON_CUTTER_NAME: return begin_name(cutter, c);
    case JSON_CUTTER_COLON: cutter->expects = JSON_CUTTER_VALUE; return c == ':' ? SMITHY_OK : SMITHY_ERROR_RESPONSE;
    case JSON_CUTTER_ITEM_OR_END: return c == closer ? end_container(cutter) : begin_value(cutter, c, used);
    case JSON_CUTTER_VALUE:
    case JSON_CUTTER_ITEM: return begin_value(cutter, c, used);
    case JSON_CUTTER_COMMA_OR_END:
        if (c == closer) return end_container(cutter);
        cutter->expects = cutter->in_list ? JSON_CUTTER_ITEM : JSON_CUTTER_NAME;
        return c == ',' ? SMITHY_OK : SMITHY_ERROR_RESPONSE;
    default: return SMITHY_ERROR_RESPONSE; /* Something follows the document. */
    }
}

/* *used: so many of the bytes are done with. */
static smithy_status step(json_cutter *cutter, const char *bytes, size_t len, size_t *used) {
    if (cutter->expects == JSON_CUTTER_IN_NAME) return add_to_name(cutter, bytes, len, used);
    if (cutter->expects == JSON_CUTTER_IN_VALUE) return add_to_value(cutter, bytes, len, used);
    *used = 1;
    return is_space(*bytes) ? SMITHY_OK : take_mark(cutter, *bytes, used);
}

smithy_status json_cutter_add(json_cutter *cutter, const char *bytes, size_t len) {
    for (size_t i = 0, used = 0; i < len; i += used) {
        SMITHY_TRY(step(cutter, bytes + i, len - i, &used));
        cutter->at += used;
    }
    return SMITHY_OK;
}
