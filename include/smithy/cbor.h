/* CBOR (RFC 8949) as the rpcv2Cbor protocol writes and reads it. The functions have the names and the meaning of those
 * in smithy/json.h, so that code for the one reads as code for the other. libcbor does the single items; the tree is
 * ours, in the call's arena. */
#ifndef SMITHY_CBOR_H
#define SMITHY_CBOR_H

#include <smithy/buffer.h>
#include <smithy/call.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- writing ---- */

/* Writes to `out`, whose sticky status is the writer's. Objects and arrays have indefinite length; integers are as
 * short as they can be, floats as wide as their type. Text that is not UTF-8 has U+FFFD in the place of each wrong
 * byte, as in JSON. */
typedef struct smithy_cbor_writer {
    smithy_buffer *out;
} smithy_cbor_writer;

SMITHY_API void smithy_cbor_writer_init(smithy_cbor_writer *w, smithy_buffer *out);

SMITHY_API void smithy_cbor_open_object(smithy_cbor_writer *w);
SMITHY_API void smithy_cbor_close_object(smithy_cbor_writer *w);
SMITHY_API void smithy_cbor_open_array(smithy_cbor_writer *w);
SMITHY_API void smithy_cbor_close_array(smithy_cbor_writer *w);
/* The name of the member that follows; for maps, the key. */
SMITHY_API void smithy_cbor_name(smithy_cbor_writer *w, const char *name);
SMITHY_API void smithy_cbor_key(smithy_cbor_writer *w, smithy_str key);

/* put: a member with its name; nothing at all when the value is absent. */
SMITHY_API void smithy_cbor_put_str(smithy_cbor_writer *w, const char *name, smithy_str value);
SMITHY_API void smithy_cbor_put_bytes(smithy_cbor_writer *w, const char *name, smithy_bytes value);
SMITHY_API void smithy_cbor_put_bool(smithy_cbor_writer *w, const char *name, smithy_opt_bool value);
SMITHY_API void smithy_cbor_put_i8(smithy_cbor_writer *w, const char *name, smithy_opt_i8 value);
SMITHY_API void smithy_cbor_put_i16(smithy_cbor_writer *w, const char *name, smithy_opt_i16 value);
SMITHY_API void smithy_cbor_put_i32(smithy_cbor_writer *w, const char *name, smithy_opt_i32 value);
SMITHY_API void smithy_cbor_put_i64(smithy_cbor_writer *w, const char *name, smithy_opt_i64 value);
SMITHY_API void smithy_cbor_put_f32(smithy_cbor_writer *w, const char *name, smithy_opt_f32 value);
SMITHY_API void smithy_cbor_put_f64(smithy_cbor_writer *w, const char *name, smithy_opt_f64 value);
/* bigInteger: an integer, or tag 2 or 3 where it is too large; bigDecimal with a fraction or exponent: tag 4.
 * SMITHY_ERROR_INPUT (the buffer's, sticky) for text that is no number or has more than 1,000 digits. */
SMITHY_API void smithy_cbor_put_number(smithy_cbor_writer *w, const char *name, smithy_str value);
/* The only form that the protocol has for a timestamp: tag 1 with seconds. timestampFormat does not count here. */
SMITHY_API void smithy_cbor_put_epoch(smithy_cbor_writer *w, const char *name, smithy_opt_time value);

/* value: an item of an array, or what follows a name or key. An absent text, or NULL bytes, is null. */
SMITHY_API void smithy_cbor_value_null(smithy_cbor_writer *w);
SMITHY_API void smithy_cbor_value_str(smithy_cbor_writer *w, smithy_str value);
SMITHY_API void smithy_cbor_value_bytes(smithy_cbor_writer *w, smithy_bytes value);
SMITHY_API void smithy_cbor_value_bool(smithy_cbor_writer *w, bool value);
SMITHY_API void smithy_cbor_value_i64(smithy_cbor_writer *w, int64_t value);
SMITHY_API void smithy_cbor_value_f32(smithy_cbor_writer *w, float value);
SMITHY_API void smithy_cbor_value_f64(smithy_cbor_writer *w, double value);
SMITHY_API void smithy_cbor_value_number(smithy_cbor_writer *w, smithy_str value);
SMITHY_API void smithy_cbor_value_epoch(smithy_cbor_writer *w, int64_t ms);

/* ---- reading ---- */

typedef enum smithy_cbor_kind {
    SMITHY_CBOR_NULL = 0, /* null or undefined */
    SMITHY_CBOR_BOOL,
    SMITHY_CBOR_INTEGER,
    SMITHY_CBOR_FLOAT,
    SMITHY_CBOR_TEXT,
    SMITHY_CBOR_BYTES,
    SMITHY_CBOR_ARRAY,
    SMITHY_CBOR_MAP
} smithy_cbor_kind;

typedef struct smithy_cbor_node {
    smithy_cbor_kind kind;
    bool boolean;  /* BOOL */
    bool negative; /* INTEGER: the value is -1 - integer. */
    bool has_tag;  /* The tag stood right before the item. */
    uint64_t tag;
    uint64_t integer; /* INTEGER */
    double real;      /* FLOAT */
    smithy_str text;  /* TEXT, as UTF-8, or the content of BYTES: views of the message where they come in one piece. */
    smithy_str name;  /* The key, for a member of a map; else absent. */
    const struct smithy_cbor_node *first; /* Items of an array, members of a map, in the order of the wire. */
    const struct smithy_cbor_node *next;
} smithy_cbor_node;

/* The tree lives in the call's arena, and points into `message`. SMITHY_ERROR_RESPONSE with the offset for bytes that
 * are not one well-formed item; likewise for nesting deeper than 512, more than 2,000,000 items, keys that are not
 * text, simple values without a meaning, and invalid UTF-8. An empty message reads as an empty map, as the protocol
 * wants. */
SMITHY_API smithy_status smithy_cbor_parse(const smithy_cbor_node **root, smithy_str message,
                                           smithy_call *call) SMITHY_NODISCARD;

/* The first member of a map (walk ->next); NULL for an empty one and for null. Anything else is
 * SMITHY_ERROR_RESPONSE. Nulls among the members count as absent: the get functions leave the target alone. */
SMITHY_API smithy_status smithy_cbor_object(const smithy_cbor_node *node, const smithy_cbor_node **first,
                                            smithy_call *call) SMITHY_NODISCARD;
/* The same for an array, and for a map whose keys are data; *count leaves out nulls unless `sparse`. */
SMITHY_API smithy_status smithy_cbor_array(const smithy_cbor_node *node, bool sparse, const smithy_cbor_node **first,
                                           size_t *count, smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_cbor_map(const smithy_cbor_node *node, bool sparse, const smithy_cbor_node **first,
                                         size_t *count, smithy_call *call) SMITHY_NODISCARD;
/* The key of a map's entry, as a copy in the arena. */
SMITHY_API smithy_status smithy_cbor_get_key(const smithy_cbor_node *member, smithy_str *key,
                                             smithy_call *call) SMITHY_NODISCARD;

static inline bool smithy_cbor_is(const smithy_cbor_node *member, const char *name) {
    return smithy_str_equal(member->name, smithy_str_from(name));
}
static inline bool smithy_cbor_is_null(const smithy_cbor_node *node) {
    return node->kind == SMITHY_CBOR_NULL;
}

/* Each sets *value, or leaves it for null; SMITHY_ERROR_RESPONSE names the member for another type or a value out of
 * range. Texts and bytes are copies in the arena. An integer may come as a float that is whole, a float as an integer.
 */
SMITHY_API smithy_status smithy_cbor_get_str(const smithy_cbor_node *node, smithy_str *value,
                                             smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_cbor_get_bytes(const smithy_cbor_node *node, smithy_bytes *value,
                                               smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_cbor_get_bool(const smithy_cbor_node *node, smithy_opt_bool *value,
                                              smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_cbor_get_i8(const smithy_cbor_node *node, smithy_opt_i8 *value,
                                            smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_cbor_get_i16(const smithy_cbor_node *node, smithy_opt_i16 *value,
                                             smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_cbor_get_i32(const smithy_cbor_node *node, smithy_opt_i32 *value,
                                             smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_cbor_get_i64(const smithy_cbor_node *node, smithy_opt_i64 *value,
                                             smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_cbor_get_f32(const smithy_cbor_node *node, smithy_opt_f32 *value,
                                             smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_cbor_get_f64(const smithy_cbor_node *node, smithy_opt_f64 *value,
                                             smithy_call *call) SMITHY_NODISCARD;
/* bigInteger and bigDecimal as decimal text, from an integer, a float, or tag 2, 3 or 4 ("-15e-1"). */
SMITHY_API smithy_status smithy_cbor_get_number(const smithy_cbor_node *node, smithy_str *value,
                                                smithy_call *call) SMITHY_NODISCARD;
/* Tag 1, or a bare number, in seconds; tag 0 with a date-time is taken too. */
SMITHY_API smithy_status smithy_cbor_get_epoch(const smithy_cbor_node *node, smithy_opt_time *value,
                                               smithy_call *call) SMITHY_NODISCARD;

#ifdef __cplusplus
}
#endif

#endif
