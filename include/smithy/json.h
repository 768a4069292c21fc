/* JSON as the awsJson and restJson protocols write and read it. Writing is one append a member; what is read is a tree
 * of cJSON's nodes, walked in straight lines by generated code.
 *
 * Two things that cJSON's own parser would change silently arrive intact: an integer beyond 2^53, and U+0000 in a
 * string. */
#ifndef SMITHY_JSON_H
#define SMITHY_JSON_H

#include <smithy/buffer.h>
#include <smithy/call.h>

#include <cjson/cJSON.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- writing ---- */

/* Writes to `out`, whose sticky status is the writer's. Commas and quotes are the writer's business. Text is UTF-8 and
 * passes unchanged; a byte that is not becomes U+FFFD, so that a log line with a broken name in it is still written.
 * Numbers are the shortest text that reads back the same. */
typedef struct smithy_json_writer {
    smithy_buffer *out;
    bool comma; /* The next name or value needs one before it. */
} smithy_json_writer;

SMITHY_API void smithy_json_writer_init(smithy_json_writer *w, smithy_buffer *out);

SMITHY_API void smithy_json_open_object(smithy_json_writer *w);
SMITHY_API void smithy_json_close_object(smithy_json_writer *w);
SMITHY_API void smithy_json_open_array(smithy_json_writer *w);
SMITHY_API void smithy_json_close_array(smithy_json_writer *w);
/* The name of the member that follows; for maps, the key. */
SMITHY_API void smithy_json_name(smithy_json_writer *w, const char *name);
SMITHY_API void smithy_json_key(smithy_json_writer *w, smithy_str key);

/* put: a member with its name; nothing at all when the value is absent. */
SMITHY_API void smithy_json_put_str(smithy_json_writer *w, const char *name, smithy_str value);
SMITHY_API void smithy_json_put_bytes(smithy_json_writer *w, const char *name, smithy_bytes value); /* base64 */
SMITHY_API void smithy_json_put_bool(smithy_json_writer *w, const char *name, smithy_opt_bool value);
SMITHY_API void smithy_json_put_i8(smithy_json_writer *w, const char *name, smithy_opt_i8 value);
SMITHY_API void smithy_json_put_i16(smithy_json_writer *w, const char *name, smithy_opt_i16 value);
SMITHY_API void smithy_json_put_i32(smithy_json_writer *w, const char *name, smithy_opt_i32 value);
SMITHY_API void smithy_json_put_i64(smithy_json_writer *w, const char *name, smithy_opt_i64 value);
SMITHY_API void smithy_json_put_f32(smithy_json_writer *w, const char *name,
                                    smithy_opt_f32 value); /* "NaN", "Infinity" */
SMITHY_API void smithy_json_put_f64(smithy_json_writer *w, const char *name, smithy_opt_f64 value);
/* bigInteger and bigDecimal: the number as it is written in `value`. SMITHY_ERROR_INPUT (the buffer's, sticky) for text
 * that JSON does not take for a number. */
SMITHY_API void smithy_json_put_number(smithy_json_writer *w, const char *name, smithy_str value);
SMITHY_API void smithy_json_put_epoch(smithy_json_writer *w, const char *name,
                                      smithy_opt_time value); /* 1398796238.5 */
SMITHY_API void smithy_json_put_date_time(smithy_json_writer *w, const char *name, smithy_opt_time value);
SMITHY_API void smithy_json_put_http_date(smithy_json_writer *w, const char *name, smithy_opt_time value);

/* value: an item of an array, or what follows a name or key. An absent text, or NULL bytes, is null. */
SMITHY_API void smithy_json_value_null(smithy_json_writer *w);
SMITHY_API void smithy_json_value_str(smithy_json_writer *w, smithy_str value);
SMITHY_API void smithy_json_value_bytes(smithy_json_writer *w, smithy_bytes value);
SMITHY_API void smithy_json_value_bool(smithy_json_writer *w, bool value);
SMITHY_API void smithy_json_value_i64(smithy_json_writer *w, int64_t value);
SMITHY_API void smithy_json_value_f32(smithy_json_writer *w, float value);
SMITHY_API void smithy_json_value_f64(smithy_json_writer *w, double value);
SMITHY_API void smithy_json_value_number(smithy_json_writer *w, smithy_str value); /* Absent: null. */
SMITHY_API void smithy_json_value_epoch(smithy_json_writer *w, int64_t ms);
SMITHY_API void smithy_json_value_date_time(smithy_json_writer *w, int64_t ms);
SMITHY_API void smithy_json_value_http_date(smithy_json_writer *w, int64_t ms);

/* ---- reading ---- */

/* A parsed text. The tree is in memory of its own, which smithy_json_free overwrites and gives back; cJSON's hooks have
 * no part in it, and cJSON must not change or delete a node. What the get functions answer lives in the call's arena
 * and outlives the tree. */
typedef struct smithy_json {
    const cJSON *root;
    struct smithy_arena *memory; /* Private. */
} smithy_json;

/* SMITHY_ERROR_RESPONSE with the offset for text that is not one JSON value; likewise for nesting deeper than 512, more
 * than 2,000,000 values, raw control characters and invalid UTF-8. An escape of half a surrogate pair reads as U+FFFD.
 * An empty text reads as an empty object, as the protocols want. */
SMITHY_API smithy_status smithy_json_parse(smithy_json *json, smithy_str text, smithy_call *call) SMITHY_NODISCARD;
SMITHY_API void smithy_json_free(smithy_json *json);

/* The first member of an object (walk ->next); NULL for an empty one and for null. Anything else that is not an object
 * is SMITHY_ERROR_RESPONSE. Nulls among the members count as absent: the get functions leave the target alone. */
SMITHY_API smithy_status smithy_json_object(const cJSON *json, const cJSON **first, smithy_call *call) SMITHY_NODISCARD;
/* The same for an array; *count leaves out nulls unless `sparse`. */
SMITHY_API smithy_status smithy_json_array(const cJSON *json, bool sparse, const cJSON **first, size_t *count,
                                           smithy_call *call) SMITHY_NODISCARD;
/* The same for a map: *count of the members, nulls left out unless `sparse`. */
SMITHY_API smithy_status smithy_json_map(const cJSON *json, bool sparse, const cJSON **first, size_t *count,
                                         smithy_call *call) SMITHY_NODISCARD;
/* The key of a map's entry, as a copy in the arena. */
SMITHY_API smithy_status smithy_json_get_key(const cJSON *member, smithy_str *key, smithy_call *call) SMITHY_NODISCARD;

static inline bool smithy_json_is(const cJSON *member, const char *name) {
    return member->string[0] == name[0] && strcmp(member->string, name) == 0;
}
static inline bool smithy_json_is_null(const cJSON *json) {
    return (json->type & 0xFF) == cJSON_NULL;
}
/* A number, whether a node of cJSON's can carry it or not, where a long one is a text: ask these, not cJSON_IsNumber
 * and cJSON_IsString. */
SMITHY_API bool smithy_json_is_number(const cJSON *json);
SMITHY_API bool smithy_json_is_string(const cJSON *json);

/* Each sets *value, or leaves it for null; SMITHY_ERROR_RESPONSE names the member for another type or a value out of
 * range. Texts and bytes are copies in the arena. An integer may be spelled 1.0 or 1e0; a float may be "NaN". */
SMITHY_API smithy_status smithy_json_get_str(const cJSON *json, smithy_str *value, smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_json_get_bytes(const cJSON *json, smithy_bytes *value,
                                               smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_json_get_bool(const cJSON *json, smithy_opt_bool *value,
                                              smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_json_get_i8(const cJSON *json, smithy_opt_i8 *value,
                                            smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_json_get_i16(const cJSON *json, smithy_opt_i16 *value,
                                             smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_json_get_i32(const cJSON *json, smithy_opt_i32 *value,
                                             smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_json_get_i64(const cJSON *json, smithy_opt_i64 *value,
                                             smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_json_get_f32(const cJSON *json, smithy_opt_f32 *value,
                                             smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_json_get_f64(const cJSON *json, smithy_opt_f64 *value,
                                             smithy_call *call) SMITHY_NODISCARD;
/* bigInteger and bigDecimal: the number as it was written, digit for digit. */
SMITHY_API smithy_status smithy_json_get_number(const cJSON *json, smithy_str *value,
                                                smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_json_get_epoch(const cJSON *json, smithy_opt_time *value,
                                               smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_json_get_date_time(const cJSON *json, smithy_opt_time *value,
                                                   smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_json_get_http_date(const cJSON *json, smithy_opt_time *value,
                                                   smithy_call *call) SMITHY_NODISCARD;

#ifdef __cplusplus
}
#endif

#endif
