/* Bodies compared by what they mean: each is turned into one canonical text, with what has no order sorted. */

#include "protocol_bench.h"

#include <cbor.h>
#include <cjson/cJSON.h>
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>

/* A text that grows. */
typedef struct text_writer {
    char *ptr;
    size_t len;
    FILE *file;
} text_writer;

static text_writer text_open(void) {
    text_writer result = {0};
    return result;
}

/* To be called on the text where it will stay. */
static FILE *text_file(text_writer *self) {
    self->file = open_memstream(&self->ptr, &self->len);
    if (!self->file) abort();
    return self->file;
}

static char *text_take(text_writer *self) {
    if (fclose(self->file) != 0) abort();
    return self->ptr;
}

/* ---- texts without an order ---- */

typedef struct text_set {
    char **items;
    size_t count;
} text_set;

static void set_add(text_set *set, char *item) {
    set->items = realloc(set->items, (set->count + 1) * sizeof *set->items);
    if (!set->items) abort();
    set->items[set->count++] = item;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Prints the items in their order, and frees them. */
static void set_print(text_set *set, FILE *out, const char *between) {
    if (set->count) qsort(set->items, set->count, sizeof *set->items, by_text);
    for (size_t i = 0; i < set->count; i++) {
        fprintf(out, "%s%s", i ? between : "", set->items[i]);
        free(set->items[i]);
    }
    free(set->items);
}

/* ---- JSON ---- */

static void print_json(const cJSON *json, FILE *out);

static void print_json_object(const cJSON *json, FILE *out) {
    text_set members = {0};
    for (const cJSON *member = json->child; member; member = member->next) {
        text_writer one = text_open();
        FILE *file = text_file(&one);
        fprintf(file, "\"%s\":", member->string);
        print_json(member, file);
        set_add(&members, text_take(&one));
    }
    fputc('{', out);
    set_print(&members, out, ",");
    fputc('}', out);
}

static void print_json(const cJSON *json, FILE *out) {
    if (cJSON_IsObject(json)) {
        print_json_object(json, out);
    } else if (cJSON_IsArray(json)) {
        fputc('[', out);
        for (const cJSON *item = json->child; item; item = item->next) {
            print_json(item, out);
            if (item->next) fputc(',', out);
        }
        fputc(']', out);
    } else {
        char *plain = cJSON_PrintUnformatted(json);
        fputs(plain ? plain : "?", out);
        cJSON_free(plain);
    }
}

static bool canonical_json(smithy_str body, FILE *out) {
    if (body.len == 0) return true;
    cJSON *root = cJSON_ParseWithLength(body.ptr, body.len);
    if (root) print_json(root, out);
    cJSON_Delete(root);
    return root != NULL;
}

/* ---- XML: prefixes and namespaces as they are written; attributes, and children of different names, in any order ----
 */

#define XML_DEPTH 64

typedef struct xml_element {
    text_writer opening; /* "<name attributes>" */
    text_writer characters;
    text_set children;
} xml_element;

typedef struct xml_state {
    xml_element open[XML_DEPTH]; /* The first one stands for the document. */
    size_t depth;
} xml_state;

static xml_element *xml_push(xml_state *state) {
    if (++state->depth == XML_DEPTH) abort();
    xml_element *element = &state->open[state->depth];
    *element = (xml_element){0};
    text_file(&element->opening);
    text_file(&element->characters);
    return element;
}

static bool is_blank(const char *characters) {
    return characters[strspn(characters, " \t\r\n")] == '\0';
}

static size_t xml_name_length(const char *element) {
    return strcspn(element, " >");
}

/* Behind all those whose names do not come after its own: elements of one name, a list's, keep their order. */
static void xml_add_child(xml_element *parent, char *child) {
    set_add(&parent->children, child);
    char **items = parent->children.items;
    for (size_t i = parent->children.count - 1; i > 0; i--) {
        const size_t before = xml_name_length(items[i - 1]), own = xml_name_length(child);
        const int order = memcmp(items[i - 1], child, before < own ? before : own);
        if (order < 0 || (order == 0 && before <= own)) break;
        items[i] = items[i - 1];
        items[i - 1] = child;
    }
}

static void XMLCALL xml_start(void *context, const XML_Char *name, const XML_Char **attributes) {
    xml_element *element = xml_push(context);
    text_set set = {0};
    for (; *attributes; attributes += 2) {
        text_writer one = text_open();
        fprintf(text_file(&one), " %s=\"%s\"", attributes[0], attributes[1]);
        set_add(&set, text_take(&one));
    }
    fprintf(element->opening.file, "<%s", name);
    set_print(&set, element->opening.file, "");
    fputc('>', element->opening.file);
}

/* White space counts only where it is all that an element holds. */
static void XMLCALL xml_end(void *context, const XML_Char *name) {
    xml_state *state = context;
    xml_element *element = &state->open[state->depth--];
    char *opening = text_take(&element->opening), *characters = text_take(&element->characters);
    text_writer whole = text_open();
    FILE *out = text_file(&whole);
    fputs(opening, out);
    if (element->children.count == 0 || !is_blank(characters)) fputs(characters, out);
    for (size_t i = 0; i < element->children.count; i++) {
        fputs(element->children.items[i], out);
        free(element->children.items[i]);
    }
    fprintf(out, "</%s>", name);
    free(element->children.items);
    free(characters);
    free(opening);
    xml_add_child(&state->open[state->depth], text_take(&whole));
}

static void XMLCALL xml_characters(void *context, const XML_Char *characters, int len) {
    xml_state *state = context;
    fwrite(characters, 1, (size_t)len, state->open[state->depth].characters.file);
}

static void set_free(text_set *set) {
    for (size_t i = 0; i < set->count; i++) free(set->items[i]);
    free(set->items);
}

/* What a text that breaks off leaves open. */
static void xml_abandon(xml_state *state) {
    for (; state->depth > 0; state->depth--) {
        xml_element *element = &state->open[state->depth];
        free(text_take(&element->opening));
        free(text_take(&element->characters));
        set_free(&element->children);
    }
    set_free(&state->open[0].children);
}

static bool canonical_xml(smithy_str body, FILE *out) {
    if (body.len == 0) return true;
    xml_state *state = calloc(1, sizeof *state);
    XML_Parser parser = XML_ParserCreate(NULL);
    if (!state) abort();
    if (!parser) { /* Memory that was made to run out. */
        free(state);
        return false;
    }
    XML_SetUserData(parser, state);
    XML_SetElementHandler(parser, xml_start, xml_end);
    XML_SetCharacterDataHandler(parser, xml_characters);
    const bool parsed = XML_Parse(parser, body.ptr, (int)body.len, 1) == XML_STATUS_OK;
    XML_ParserFree(parser);
    if (parsed)
        set_print(&state->open[0].children, out, "");
    else
        xml_abandon(state);
    free(state);
    return parsed;
}

/* ---- forms: parameters in any order; the tests part them by lines, too ---- */

static bool canonical_form(smithy_str body, FILE *out) {
    text_set parameters = {0};
    text_writer one = text_open();
    FILE *file = text_file(&one);
    for (size_t i = 0; i < body.len; i++) {
        if (body.ptr[i] == '&') {
            set_add(&parameters, text_take(&one));
            one = text_open();
            file = text_file(&one);
        } else if (body.ptr[i] != '\n') {
            fputc(body.ptr[i], file);
        }
    }
    set_add(&parameters, text_take(&one));
    set_print(&parameters, out, "&");
    return true;
}

/* ---- CBOR: numbers by value, strings in one piece, maps in any order ---- */

static void print_cbor(const cbor_item_t *item, FILE *out);

static void print_bytes(const unsigned char *bytes, size_t len, FILE *out) {
    for (size_t i = 0; i < len; i++) fprintf(out, "%02x", bytes[i]);
}

static void print_cbor_bytes(const cbor_item_t *item, FILE *out) {
    fputs("h'", out);
    if (cbor_bytestring_is_definite(item)) print_bytes(cbor_bytestring_handle(item), cbor_bytestring_length(item), out);
    for (size_t i = 0; !cbor_bytestring_is_definite(item) && i < cbor_bytestring_chunk_count(item); i++) {
        const cbor_item_t *chunk = cbor_bytestring_chunks_handle(item)[i];
        print_bytes(cbor_bytestring_handle(chunk), cbor_bytestring_length(chunk), out);
    }
    fputc('\'', out);
}

static void print_cbor_string(const cbor_item_t *item, FILE *out) {
    fputc('"', out);
    if (cbor_string_is_definite(item)) fwrite(cbor_string_handle(item), 1, cbor_string_length(item), out);
    for (size_t i = 0; !cbor_string_is_definite(item) && i < cbor_string_chunk_count(item); i++) {
        const cbor_item_t *chunk = cbor_string_chunks_handle(item)[i];
        fwrite(cbor_string_handle(chunk), 1, cbor_string_length(chunk), out);
    }
    fputc('"', out);
}

static void print_cbor_map(const cbor_item_t *item, FILE *out) {
    text_set members = {0};
    for (size_t i = 0; i < cbor_map_size(item); i++) {
        text_writer one = text_open();
        FILE *file = text_file(&one);
        print_cbor(cbor_map_handle(item)[i].key, file);
        fputc(':', file);
        print_cbor(cbor_map_handle(item)[i].value, file);
        set_add(&members, text_take(&one));
    }
    fputc('{', out);
    set_print(&members, out, ",");
    fputc('}', out);
}

static void print_cbor_array(const cbor_item_t *item, FILE *out) {
    fputc('[', out);
    for (size_t i = 0; i < cbor_array_size(item); i++) {
        if (i) fputc(',', out);
        print_cbor(cbor_array_handle(item)[i], out);
    }
    fputc(']', out);
}

static void print_cbor_simple(const cbor_item_t *item, FILE *out) {
    if (!cbor_float_ctrl_is_ctrl(item))
        fprintf(out, "%.17g.", cbor_float_get_float(item));
    else if (cbor_is_bool(item))
        fputs(cbor_get_bool(item) ? "true" : "false", out);
    else
        fputs(cbor_is_null(item) ? "null" : "undefined", out);
}

/* Seconds since 1970 are the same time of day as an integer and as a float; the tests have both. */
static void print_cbor_tagged(const cbor_item_t *item, FILE *out) {
    const uint64_t tag = cbor_tag_value(item);
    cbor_item_t *tagged = cbor_tag_item(item);
    fprintf(out, "%llu(", (unsigned long long)tag);
    if (tag == 1 && cbor_isa_uint(tagged))
        fprintf(out, "%.17g.", (double)cbor_get_int(tagged));
    else
        print_cbor(tagged, out);
    fputc(')', out);
    cbor_decref(&tagged);
}

static void print_cbor(const cbor_item_t *item, FILE *out) {
    switch (cbor_typeof(item)) {
    case CBOR_TYPE_UINT: fprintf(out, "%llu", (unsigned long long)cbor_get_int(item)); break;
    case CBOR_TYPE_NEGINT: fprintf(out, "-1-%llu", (unsigned long long)cbor_get_int(item)); break;
    case CBOR_TYPE_BYTESTRING: print_cbor_bytes(item, out); break;
    case CBOR_TYPE_STRING: print_cbor_string(item, out); break;
    case CBOR_TYPE_ARRAY: print_cbor_array(item, out); break;
    case CBOR_TYPE_MAP: print_cbor_map(item, out); break;
    case CBOR_TYPE_TAG: print_cbor_tagged(item, out); break;
    case CBOR_TYPE_FLOAT_CTRL: print_cbor_simple(item, out); break;
    }
}

static bool canonical_cbor(smithy_str body, FILE *out) {
    if (body.len == 0) return true;
    struct cbor_load_result result;
    cbor_item_t *root = cbor_load((const unsigned char *)body.ptr, body.len, &result);
    if (!root) return false;
    print_cbor(root, out);
    cbor_decref(&root);
    return result.read == body.len;
}

/* ---- any of them ---- */

/* NULL: the body is not of that kind. */
static char *canonical(protocol_body_kind kind, smithy_str body) {
    text_writer result = text_open();
    FILE *out = text_file(&result);
    bool is_valid = true;
    switch (kind) {
    case PROTOCOL_BODY_ANY: break;
    case PROTOCOL_BODY_BYTES: fwrite(body.ptr, 1, body.len, out); break;
    case PROTOCOL_BODY_JSON: is_valid = canonical_json(body, out); break;
    case PROTOCOL_BODY_XML: is_valid = canonical_xml(body, out); break;
    case PROTOCOL_BODY_FORM: is_valid = canonical_form(body, out); break;
    case PROTOCOL_BODY_CBOR: is_valid = canonical_cbor(body, out); break;
    }
    char *text = text_take(&result);
    if (is_valid) return text;
    free(text);
    return NULL;
}

const char *protocol_body_difference(protocol_body_kind kind, smithy_str actual, smithy_str expected,
                                     smithy_call *call) {
    char *left = canonical(kind, actual), *right = canonical(kind, expected);
    const char *difference = NULL;
    if (!left || !right)
        difference = smithy_call_format(call, "cannot be read: %.*s", SMITHY_STR_ARG(left ? expected : actual)).ptr;
    else if (strcmp(left, right) != 0)
        difference = smithy_call_format(call, "is %s, not %s", left, right).ptr;
    free(left);
    free(right);
    return difference;
}
