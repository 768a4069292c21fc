/* The form that the awsQuery and ec2Query protocols write: Action=…&Version=…&Filter.1.Name=…
 *
 * Names nest by levels. Straight-line code opens one for each structure, list, map and item, and closes it again. */
#ifndef SMITHY_QUERY_H
#define SMITHY_QUERY_H

#include <smithy/buffer.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes to `out`, whose sticky status is the writer's; it is SMITHY_ERROR_MEMORY or SMITHY_ERROR_LIMIT too when the
 * names of the open levels do not fit. */
typedef struct smithy_query_writer {
    smithy_buffer *out;
    smithy_buffer prefix;    /* The open levels, each with a "/" at its end. */
    bool writes_empty_lists; /* awsQuery: an empty list is "ListArg=". ec2Query: it is nothing. */
} smithy_query_writer;

/* Writes "Action=action&Version=version". smithy_request_query_form does this for a request. */
SMITHY_API void smithy_query_writer_init(smithy_query_writer *w, smithy_buffer *out, const char *action,
                                         const char *version);
/* Frees the levels' memory; not `out`. */
SMITHY_API void smithy_query_writer_deinit(smithy_query_writer *w);

/* The members of a structure (or union) follow: "name.". */
SMITHY_API void smithy_query_open(smithy_query_writer *w, const char *name);
/* The items of a list follow: "name.item.", or "name." where `item` is NULL (flattened lists, and all of ec2Query's).
 * `count` 0 writes "name=" where the protocol wants that. `name` NULL: the list is itself an item or a map's value. */
SMITHY_API void smithy_query_open_list(smithy_query_writer *w, const char *name, const char *item, size_t count);
/* The entries of a map follow: "name.entry.", or "name." where `entry` is NULL (flattened). `name` NULL: as above. */
SMITHY_API void smithy_query_open_map(smithy_query_writer *w, const char *name, const char *entry);
/* One item of a list, or one entry of a map: "N.", counted from 1. An entry's key and value are then members
 * ("key", "value", or as xmlName has it). */
SMITHY_API void smithy_query_open_item(smithy_query_writer *w, size_t number);
/* The end of what was opened last. */
SMITHY_API void smithy_query_close(smithy_query_writer *w);

/* put: a member of the open level; nothing at all when the value is absent. */
SMITHY_API void smithy_query_put_str(smithy_query_writer *w, const char *name, smithy_str value);
SMITHY_API void smithy_query_put_bytes(smithy_query_writer *w, const char *name, smithy_bytes value); /* base64 */
SMITHY_API void smithy_query_put_bool(smithy_query_writer *w, const char *name, smithy_opt_bool value);
SMITHY_API void smithy_query_put_i8(smithy_query_writer *w, const char *name, smithy_opt_i8 value);
SMITHY_API void smithy_query_put_i16(smithy_query_writer *w, const char *name, smithy_opt_i16 value);
SMITHY_API void smithy_query_put_i32(smithy_query_writer *w, const char *name, smithy_opt_i32 value);
SMITHY_API void smithy_query_put_i64(smithy_query_writer *w, const char *name, smithy_opt_i64 value);
SMITHY_API void smithy_query_put_f32(smithy_query_writer *w, const char *name, smithy_opt_f32 value);
SMITHY_API void smithy_query_put_f64(smithy_query_writer *w, const char *name, smithy_opt_f64 value);
/* bigInteger and bigDecimal, as they are written; SMITHY_ERROR_INPUT (sticky) for text that is no number. */
SMITHY_API void smithy_query_put_number(smithy_query_writer *w, const char *name, smithy_str value);
SMITHY_API void smithy_query_put_epoch(smithy_query_writer *w, const char *name, smithy_opt_time value);
SMITHY_API void smithy_query_put_date_time(smithy_query_writer *w, const char *name, smithy_opt_time value);
SMITHY_API void smithy_query_put_http_date(smithy_query_writer *w, const char *name, smithy_opt_time value);

/* value: the open level itself, as for an item of a list of texts. An absent text or bytes: nothing. */
SMITHY_API void smithy_query_value_str(smithy_query_writer *w, smithy_str value);
SMITHY_API void smithy_query_value_bytes(smithy_query_writer *w, smithy_bytes value);
SMITHY_API void smithy_query_value_bool(smithy_query_writer *w, bool value);
SMITHY_API void smithy_query_value_i64(smithy_query_writer *w, int64_t value);
SMITHY_API void smithy_query_value_f32(smithy_query_writer *w, float value);
SMITHY_API void smithy_query_value_f64(smithy_query_writer *w, double value);
SMITHY_API void smithy_query_value_number(smithy_query_writer *w, smithy_str value);
SMITHY_API void smithy_query_value_epoch(smithy_query_writer *w, int64_t ms);
SMITHY_API void smithy_query_value_date_time(smithy_query_writer *w, int64_t ms);
SMITHY_API void smithy_query_value_http_date(smithy_query_writer *w, int64_t ms);

#ifdef __cplusplus
}
#endif

#endif
