/* Cuts a large JSON text that comes in pieces into its members and items, without building a tree of the whole: each
 * slice is then parsed by itself, so that reading a state of a million streams takes the memory of one of them. */
#ifndef EXPORTER_JSON_CUTTER_H
#define EXPORTER_JSON_CUTTER_H

#include <smithy/buffer.h>

typedef enum json_cut_kind {
    JSON_CUT_MEMBER, /* Of the document: its value, which is no array. */
    JSON_CUT_LIST,   /* An array begins: the document itself, or a member of it. */
    JSON_CUT_ITEM    /* The next item of that array. */
} json_cut_kind;

typedef struct json_cut {
    json_cut_kind kind;
    smithy_str name;  /* Of the member, without its quotes and not unescaped; absent for the document itself. */
    smithy_str value; /* Verbatim; absent for JSON_CUT_LIST. */
} json_cut;

/* Takes one after another. Any status but SMITHY_OK ends the cutting with it. */
typedef smithy_status json_cut_take(void *context, const json_cut *cut);

/* What lies inside of a value is checked by whoever parses it. */
typedef struct json_cutter {
    json_cut_take *take;
    void *context;
    size_t at; /* So many bytes were cut; where the text breaks, which one it is. */
    enum {
        JSON_CUTTER_START,
        JSON_CUTTER_NAME_OR_END,
        JSON_CUTTER_NAME,
        JSON_CUTTER_IN_NAME,
        JSON_CUTTER_COLON,
        JSON_CUTTER_VALUE,
        JSON_CUTTER_ITEM_OR_END,
        JSON_CUTTER_ITEM,
        JSON_CUTTER_IN_VALUE,
        JSON_CUTTER_COMMA_OR_END,
        JSON_CUTTER_END
    } expects;
    bool is_list;    /* The document is an array. */
    bool in_list;    /* What comes next is of an array: the document, or the member that is under way. */
    bool in_string;  /* Of a name, or inside of a value. */
    bool is_escaped; /* The next character of the string says nothing. */
    size_t depth;    /* Of brackets inside of the value. */
    smithy_buffer name;
    smithy_buffer value; /* What earlier pieces had of it. */
} json_cutter;

/* No value may be larger than `max` bytes. */
void json_cutter_init(json_cutter *cutter, json_cut_take *take, void *context, const smithy_system *system, size_t max);
void json_cutter_deinit(json_cutter *cutter);

/* The next bytes of the text. SMITHY_ERROR_RESPONSE where it is not JSON; nothing may follow a failure. */
smithy_status json_cutter_add(json_cutter *cutter, const char *bytes, size_t len) SMITHY_NODISCARD;
/* The text is whole. */
static inline bool json_cutter_is_whole(const json_cutter *cutter) {
    return cutter->expects == JSON_CUTTER_END;
}

#endif
