#include <smithy/document.h>
#include <smithy/text.h>

#include "codec/decimal.h"

#include <inttypes.h>
#include <math.h>

enum { MAX_DEPTH = 512 };

/* ---- making ---- */

smithy_document smithy_document_null(void) {
    return (smithy_document){.kind = SMITHY_DOCUMENT_NULL};
}

smithy_document smithy_document_bool(bool value) {
    return (smithy_document){.kind = SMITHY_DOCUMENT_BOOL, .boolean = value};
}

static smithy_document of_text(smithy_document_kind kind, smithy_str text) {
    return (smithy_document){.kind = smithy_str_is_set(text) ? kind : SMITHY_DOCUMENT_ABSENT, .text = text};
}

smithy_document smithy_document_str(smithy_str text) {
    return of_text(SMITHY_DOCUMENT_STR, text);
}

smithy_document smithy_document_number(smithy_str text) {
    return of_text(SMITHY_DOCUMENT_NUMBER, text);
}

smithy_document smithy_document_i64(int64_t value, smithy_call *call) {
    return of_text(SMITHY_DOCUMENT_NUMBER, smithy_call_format(call, "%" PRId64, value));
}

smithy_document smithy_document_f64(double value, smithy_call *call) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    const smithy_str written = {text, smithy_f64_write(value, text)};
    return of_text(isfinite(value) ? SMITHY_DOCUMENT_NUMBER : SMITHY_DOCUMENT_STR, smithy_call_copy(call, written));
}

smithy_document smithy_document_list(const smithy_document *items, size_t count) {
    return (smithy_document){.kind = SMITHY_DOCUMENT_LIST, .items = items, .count = count};
}

smithy_document smithy_document_map(const smithy_document_entry *entries, size_t count) {
    return (smithy_document){.kind = SMITHY_DOCUMENT_MAP, .entries = entries, .count = count};
}

/* ---- looking ---- */

static const smithy_document *find(const smithy_document *document, smithy_str key) {
    if (document->kind != SMITHY_DOCUMENT_MAP) return NULL;
    for (size_t i = 0; i < document->count; i++)
        if (smithy_str_equal(document->entries[i].key, key)) return &document->entries[i].value;
    return NULL;
}

const smithy_document *smithy_document_get(const smithy_document *document, const char *key) {
    return find(document, smithy_str_from(key));
}

bool smithy_document_to_i64(const smithy_document *document, int64_t *value) {
    smithy_decimal decimal;
    return document->kind == SMITHY_DOCUMENT_NUMBER && smithy_decimal_read(document->text, &decimal) &&
           smithy_decimal_to_i64(&decimal, value);
}

/* Among texts, only the three that stand for numbers. */
bool smithy_document_to_f64(const smithy_document *document, double *value) {
    double number;
    if (document->kind != SMITHY_DOCUMENT_NUMBER && document->kind != SMITHY_DOCUMENT_STR) return false;
    if (!smithy_f64_read(document->text, &number)) return false;
    if (document->kind == SMITHY_DOCUMENT_STR && isfinite(number)) return false;
    *value = number;
    return true;
}

static bool equal_numbers(const smithy_document *a, const smithy_document *b) {
    double x, y;
    if (smithy_str_equal(a->text, b->text)) return true;
    return smithy_f64_read(a->text, &x) && smithy_f64_read(b->text, &y) && x == y;
}

static bool equal_within(const smithy_document *a, const smithy_document *b, int depth) {
    if (a->kind != b->kind || a->count != b->count || depth > MAX_DEPTH) return false;
    switch (a->kind) {
    case SMITHY_DOCUMENT_ABSENT:
    case SMITHY_DOCUMENT_NULL: break;
    case SMITHY_DOCUMENT_BOOL: return a->boolean == b->boolean;
    case SMITHY_DOCUMENT_NUMBER: return equal_numbers(a, b);
    case SMITHY_DOCUMENT_STR: return smithy_str_equal(a->text, b->text);
    case SMITHY_DOCUMENT_LIST:
        for (size_t i = 0; i < a->count; i++)
            if (!equal_within(&a->items[i], &b->items[i], depth + 1)) return false;
        break;
    case SMITHY_DOCUMENT_MAP:
        for (size_t i = 0; i < a->count; i++) {
            const smithy_document *other = find(b, a->entries[i].key);
            if (!other || !equal_within(&a->entries[i].value, other, depth + 1)) return false;
        }
        break;
    }
    return true;
}

bool smithy_document_equal(const smithy_document *a, const smithy_document *b) {
    return equal_within(a, b, 0);
}

/* ---- writing ---- */

static void write_within(smithy_json_writer *w, const smithy_document *document, int depth) {
    if (depth > MAX_DEPTH && w->out->status == SMITHY_OK) w->out->status = SMITHY_ERROR_INPUT;
    if (w->out->status != SMITHY_OK) return;
    switch (document->kind) {
    case SMITHY_DOCUMENT_ABSENT:
    case SMITHY_DOCUMENT_NULL: smithy_json_value_null(w); break;
    case SMITHY_DOCUMENT_BOOL: smithy_json_value_bool(w, document->boolean); break;
    case SMITHY_DOCUMENT_NUMBER: smithy_json_value_number(w, document->text); break;
    case SMITHY_DOCUMENT_STR: smithy_json_value_str(w, document->text); break;
    case SMITHY_DOCUMENT_LIST:
        smithy_json_open_array(w);
        for (size_t i = 0; i < document->count; i++) write_within(w, &document->items[i], depth + 1);
        smithy_json_close_array(w);
        break;
    case SMITHY_DOCUMENT_MAP:
        smithy_json_open_object(w);
        for (size_t i = 0; i < document->count; i++) {
            smithy_json_key(w, document->entries[i].key);
            write_within(w, &document->entries[i].value, depth + 1);
        }
        smithy_json_close_object(w);
        break;
    }
}

void smithy_json_value_document(smithy_json_writer *w, smithy_document value) {
    write_within(w, &value, 1);
}

void smithy_json_put_document(smithy_json_writer *w, const char *name, smithy_document value) {
    if (!smithy_document_is_set(&value)) return;
    smithy_json_name(w, name);
    smithy_json_value_document(w, value);
}

/* ---- reading ---- */

static smithy_status read_any(const cJSON *json, smithy_document *value, smithy_call *call);

static smithy_status read_list(const cJSON *json, smithy_document *value, smithy_call *call) {
    const cJSON *item = NULL;
    size_t count = 0;
    SMITHY_TRY(smithy_json_array(json, true, &item, &count, call));
    smithy_document *items = smithy_call_alloc(call, count, sizeof *items);
    if (!items) return smithy_call_status(call);
    for (size_t i = 0; i < count; i++, item = item->next) SMITHY_TRY(read_any(item, &items[i], call));
    *value = smithy_document_list(items, count);
    return SMITHY_OK;
}

static smithy_status read_map(const cJSON *json, smithy_document *value, smithy_call *call) {
    const cJSON *member = NULL;
    size_t count = 0;
    SMITHY_TRY(smithy_json_map(json, true, &member, &count, call));
    smithy_document_entry *entries = smithy_call_alloc(call, count, sizeof *entries);
    if (!entries) return smithy_call_status(call);
    for (size_t i = 0; i < count; i++, member = member->next) {
        SMITHY_TRY(smithy_json_get_key(member, &entries[i].key, call));
        SMITHY_TRY(read_any(member, &entries[i].value, call));
    }
    *value = smithy_document_map(entries, count);
    return SMITHY_OK;
}

/* A number too may come as cJSON's string, in disguise; only the get functions can tell. */
static smithy_status read_scalar(const cJSON *json, smithy_document *value, smithy_call *call) {
    smithy_str text = {0};
    if (smithy_json_is_number(json)) {
        SMITHY_TRY(smithy_json_get_number(json, &text, call));
        *value = smithy_document_number(text);
        return SMITHY_OK;
    }
    SMITHY_TRY(smithy_json_get_str(json, &text, call));
    *value = smithy_document_str(text);
    return SMITHY_OK;
}

/* As deep as the parser let it be. */
static smithy_status read_any(const cJSON *json, smithy_document *value, smithy_call *call) {
    if (cJSON_IsArray(json)) return read_list(json, value, call);
    if (cJSON_IsObject(json)) return read_map(json, value, call);
    if (cJSON_IsNull(json))
        *value = smithy_document_null();
    else if (cJSON_IsBool(json))
        *value = smithy_document_bool(cJSON_IsTrue(json) != 0);
    else
        return read_scalar(json, value, call);
    return SMITHY_OK;
}

smithy_status smithy_json_get_document(const cJSON *json, smithy_document *value, smithy_call *call) {
    return cJSON_IsNull(json) ? SMITHY_OK : read_any(json, value, call);
}
