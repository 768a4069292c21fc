/* XML as the restXml and Query protocols write and read it. Writing is ours; reading is expat's, into a small tree in
 * the call's arena that generated code walks. DTDs, and so entity bombs, are refused. */
#ifndef SMITHY_XML_H
#define SMITHY_XML_H

#include <smithy/buffer.h>
#include <smithy/call.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- writing ---- */

/* Writes to `out`, whose sticky status is the writer's. Besides & < > and quotes, line ends, tabs, U+0085 and U+2028
 * are written as references, so that a reader cannot change them. Text that XML cannot hold at all (other control
 * characters, invalid UTF-8) sets the buffer's status to SMITHY_ERROR_INPUT. */
typedef struct smithy_xml_writer {
    smithy_buffer *out;
    bool tag_open; /* "<Name" stands without its ">": attributes may follow. */
} smithy_xml_writer;

SMITHY_API void smithy_xml_writer_init(smithy_xml_writer *w, smithy_buffer *out);

SMITHY_API void smithy_xml_open(smithy_xml_writer *w, const char *name);
/* `name` as it was opened. An element that nothing was put into is closed as <Name/>. */
SMITHY_API void smithy_xml_close(smithy_xml_writer *w, const char *name);
/* Only right after open. `prefix` NULL or "": xmlns="…"; else xmlns:prefix="…". */
SMITHY_API void smithy_xml_namespace(smithy_xml_writer *w, const char *prefix, const char *uri);
SMITHY_API void smithy_xml_attribute(smithy_xml_writer *w, const char *name, smithy_str value);

/* put: <name>value</name>; nothing when the value is absent. */
SMITHY_API void smithy_xml_put_str(smithy_xml_writer *w, const char *name, smithy_str value);
SMITHY_API void smithy_xml_put_bytes(smithy_xml_writer *w, const char *name, smithy_bytes value); /* base64 */
SMITHY_API void smithy_xml_put_bool(smithy_xml_writer *w, const char *name, smithy_opt_bool value);
SMITHY_API void smithy_xml_put_i8(smithy_xml_writer *w, const char *name, smithy_opt_i8 value);
SMITHY_API void smithy_xml_put_i16(smithy_xml_writer *w, const char *name, smithy_opt_i16 value);
SMITHY_API void smithy_xml_put_i32(smithy_xml_writer *w, const char *name, smithy_opt_i32 value);
SMITHY_API void smithy_xml_put_i64(smithy_xml_writer *w, const char *name, smithy_opt_i64 value);
SMITHY_API void smithy_xml_put_f32(smithy_xml_writer *w, const char *name, smithy_opt_f32 value);
SMITHY_API void smithy_xml_put_f64(smithy_xml_writer *w, const char *name, smithy_opt_f64 value);
/* bigInteger and bigDecimal: the number as it is written in `value`. SMITHY_ERROR_INPUT (the buffer's, sticky) for text
 * that is no number. */
SMITHY_API void smithy_xml_put_number(smithy_xml_writer *w, const char *name, smithy_str value);
SMITHY_API void smithy_xml_put_epoch(smithy_xml_writer *w, const char *name, smithy_opt_time value);
SMITHY_API void smithy_xml_put_date_time(smithy_xml_writer *w, const char *name, smithy_opt_time value);
SMITHY_API void smithy_xml_put_http_date(smithy_xml_writer *w, const char *name, smithy_opt_time value);

/* value: the text inside of the element that is open. */
SMITHY_API void smithy_xml_value_str(smithy_xml_writer *w, smithy_str value);
SMITHY_API void smithy_xml_value_bytes(smithy_xml_writer *w, smithy_bytes value);
SMITHY_API void smithy_xml_value_bool(smithy_xml_writer *w, bool value);
SMITHY_API void smithy_xml_value_i64(smithy_xml_writer *w, int64_t value);
SMITHY_API void smithy_xml_value_f32(smithy_xml_writer *w, float value);
SMITHY_API void smithy_xml_value_f64(smithy_xml_writer *w, double value);
SMITHY_API void smithy_xml_value_number(smithy_xml_writer *w, smithy_str value);
SMITHY_API void smithy_xml_value_epoch(smithy_xml_writer *w, int64_t ms);
SMITHY_API void smithy_xml_value_date_time(smithy_xml_writer *w, int64_t ms);
SMITHY_API void smithy_xml_value_http_date(smithy_xml_writer *w, int64_t ms);

/* ---- reading ---- */

typedef struct smithy_xml_attribute_node {
    smithy_str name; /* Without its namespace prefix. */
    smithy_str value;
    const struct smithy_xml_attribute_node *next;
} smithy_xml_attribute_node;

typedef struct smithy_xml_node {
    smithy_str name; /* Without its namespace prefix. */
    smithy_str text; /* All character data directly inside, joined; present even when empty. Beside child elements,
                      * white space alone reads as empty. */
    const smithy_xml_attribute_node *attributes;
    const struct smithy_xml_node *first; /* Child elements in document order, by ->next. */
    const struct smithy_xml_node *next;
} smithy_xml_node;

/* The tree lives in the call's arena. SMITHY_ERROR_RESPONSE with line and column for text that is not one document,
 * SMITHY_ERROR_RESPONSE for a DTD and for nesting deeper than 512. */
SMITHY_API smithy_status smithy_xml_parse(smithy_str text, const smithy_xml_node **root,
                                          smithy_call *call) SMITHY_NODISCARD;

static inline bool smithy_xml_is(const smithy_xml_node *node, const char *name) {
    return strcmp(node->name.ptr, name) == 0;
}
/* The first child of that name, or NULL. */
SMITHY_API const smithy_xml_node *smithy_xml_child(const smithy_xml_node *parent, const char *name);
/* How many children of that name: the length of a list, wrapped or flattened. */
SMITHY_API size_t smithy_xml_count(const smithy_xml_node *parent, const char *name);
/* The attribute's value; absent where there is none. A prefix in `name` ("xsi:type") is passed over, as the document's
 * own are. */
SMITHY_API smithy_str smithy_xml_get_attribute(const smithy_xml_node *node, const char *name);

/* Where the child `when` of `root` says "url": the texts of all elements below that have one of `names` (which end with
 * NULL) were percent-encoded, with + for a space, and are decoded in their place. An invalid escape stays as it is. */
SMITHY_API void smithy_xml_url_decode(const smithy_xml_node *root, const char *when, const char *const *names);

/* Each sets *value from the element's text; SMITHY_ERROR_RESPONSE names the element for text that does not fit the
 * type. Texts point into the tree. White space around anything but a text is passed over. */
SMITHY_API smithy_status smithy_xml_get_str(const smithy_xml_node *node, smithy_str *value,
                                            smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_xml_get_bytes(const smithy_xml_node *node, smithy_bytes *value,
                                              smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_xml_get_bool(const smithy_xml_node *node, smithy_opt_bool *value,
                                             smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_xml_get_i8(const smithy_xml_node *node, smithy_opt_i8 *value,
                                           smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_xml_get_i16(const smithy_xml_node *node, smithy_opt_i16 *value,
                                            smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_xml_get_i32(const smithy_xml_node *node, smithy_opt_i32 *value,
                                            smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_xml_get_i64(const smithy_xml_node *node, smithy_opt_i64 *value,
                                            smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_xml_get_f32(const smithy_xml_node *node, smithy_opt_f32 *value,
                                            smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_xml_get_f64(const smithy_xml_node *node, smithy_opt_f64 *value,
                                            smithy_call *call) SMITHY_NODISCARD;
/* bigInteger and bigDecimal: the number as it was written. */
SMITHY_API smithy_status smithy_xml_get_number(const smithy_xml_node *node, smithy_str *value,
                                               smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_xml_get_epoch(const smithy_xml_node *node, smithy_opt_time *value,
                                              smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_xml_get_date_time(const smithy_xml_node *node, smithy_opt_time *value,
                                                  smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_xml_get_http_date(const smithy_xml_node *node, smithy_opt_time *value,
                                                  smithy_call *call) SMITHY_NODISCARD;

#ifdef __cplusplus
}
#endif

#endif
