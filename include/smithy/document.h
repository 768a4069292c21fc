/* Smithy's document type: a value of no declared shape, as a tree. Immutable; what is read lives in the call's arena.
 */
#ifndef SMITHY_DOCUMENT_H
#define SMITHY_DOCUMENT_H

#include <smithy/call.h>
#include <smithy/json.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum smithy_document_kind {
    SMITHY_DOCUMENT_ABSENT = 0,
    SMITHY_DOCUMENT_NULL,
    SMITHY_DOCUMENT_BOOL,
    SMITHY_DOCUMENT_NUMBER,
    SMITHY_DOCUMENT_STR,
    SMITHY_DOCUMENT_LIST,
    SMITHY_DOCUMENT_MAP
} smithy_document_kind;

typedef struct smithy_document {
    smithy_document_kind kind;
    bool boolean;                                /* BOOL */
    smithy_str text;                             /* STR; NUMBER: the number as JSON writes it. */
    const struct smithy_document *items;         /* LIST */
    const struct smithy_document_entry *entries; /* MAP, in the order of the wire. */
    size_t count;                                /* Of items or entries. */
} smithy_document;

typedef struct smithy_document_entry {
    smithy_str key;
    smithy_document value;
} smithy_document_entry;

/* ---- making: texts, items and entries are borrowed ---- */

SMITHY_API smithy_document smithy_document_null(void);
SMITHY_API smithy_document smithy_document_bool(bool value);
/* An absent text makes an absent document. */
SMITHY_API smithy_document smithy_document_str(smithy_str text);
/* `text` as JSON writes numbers: "10", "-1.5e3". */
SMITHY_API smithy_document smithy_document_number(smithy_str text);
/* The text is put into the call's arena. Absent when memory is out (see smithy_call_status). NaN and the infinities are
 * texts, as in JSON. */
SMITHY_API smithy_document smithy_document_i64(int64_t value, smithy_call *call);
SMITHY_API smithy_document smithy_document_f64(double value, smithy_call *call);
SMITHY_API smithy_document smithy_document_list(const smithy_document *items, size_t count);
SMITHY_API smithy_document smithy_document_map(const smithy_document_entry *entries, size_t count);

/* ---- looking ---- */

static inline bool smithy_document_is_set(const smithy_document *document) {
    return document->kind != SMITHY_DOCUMENT_ABSENT;
}
/* The value of a map's first entry of that key; NULL where there is none, and for what is no map. */
SMITHY_API const smithy_document *smithy_document_get(const smithy_document *document, const char *key);
/* false for another kind, and for a number that has a fraction or does not fit. */
SMITHY_API bool smithy_document_to_i64(const smithy_document *document, int64_t *value);
SMITHY_API bool smithy_document_to_f64(const smithy_document *document, double *value);
/* Equal in kind and content: numbers by value as doubles or exact texts, maps in any order, lists in theirs. */
SMITHY_API bool smithy_document_equal(const smithy_document *a, const smithy_document *b);

/* ---- JSON ---- */

/* put: nothing when absent. value: an absent one is null. SMITHY_ERROR_INPUT (the buffer's, sticky) for a number that
 * is none, and for nesting deeper than 512. */
SMITHY_API void smithy_json_put_document(smithy_json_writer *w, const char *name, smithy_document value);
SMITHY_API void smithy_json_value_document(smithy_json_writer *w, smithy_document value);
/* Leaves *value for a null, as all get functions do; a null inside of the document is SMITHY_DOCUMENT_NULL. */
SMITHY_API smithy_status smithy_json_get_document(const cJSON *json, smithy_document *value,
                                                  smithy_call *call) SMITHY_NODISCARD;

#ifdef __cplusplus
}
#endif

#endif
