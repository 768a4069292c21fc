/* A document as a tree, built by expat's events. */
#include <smithy/xml.h>

#include <expat.h>

enum {
    MAX_DEPTH = 512,
    PIECE_SIZE = 1 << 30 /* expat counts in ints. */
};

/* An element that is not closed yet. */
typedef struct frame {
    smithy_xml_node *node;
    smithy_xml_node *last; /* Of its children. */
    size_t text_start;     /* Its text is the buffer from here on: a child takes its own away when it ends. */
} frame;

typedef struct reader {
    smithy_call *call;
    XML_Parser parser;
    smithy_buffer text; /* Of all open elements, outermost first. */
    smithy_xml_node *root;
    smithy_status status;
    size_t depth;
    frame frames[MAX_DEPTH];
} reader;

static void stop(reader *r, smithy_status status) {
    if (r->status == SMITHY_OK) r->status = status;
    XML_StopParser(r->parser, XML_FALSE);
}

static smithy_status refuse(reader *r, const char *problem) {
    return smithy_call_fail(r->call, SMITHY_ERROR_RESPONSE, "XML at line %lu, column %lu: %s",
                            (unsigned long)XML_GetCurrentLineNumber(r->parser),
                            (unsigned long)XML_GetCurrentColumnNumber(r->parser), problem);
}

static const char *without_prefix(const char *name) {
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

/* ---- attributes ---- */

/* What binds a prefix is no data. */
static bool is_namespace(const char *name) {
    return strncmp(name, "xmlns", 5) == 0 && (name[5] == '\0' || name[5] == ':');
}

/* `pairs` holds names and values by turns and ends with NULL. */
static smithy_status add_attributes(reader *r, smithy_xml_node *node, const char **pairs) {
    const smithy_xml_attribute_node **link = &node->attributes;
    for (; *pairs; pairs += 2) {
        if (is_namespace(pairs[0])) continue;
        smithy_xml_attribute_node *attribute = smithy_call_alloc(r->call, 1, sizeof *attribute);
        if (!attribute) return smithy_call_status(r->call);
        attribute->name = smithy_call_copy(r->call, smithy_str_from(without_prefix(pairs[0])));
        attribute->value = smithy_call_copy(r->call, smithy_str_from(pairs[1]));
        if (!attribute->name.ptr || !attribute->value.ptr) return smithy_call_status(r->call);
        *link = attribute;
        link = &attribute->next;
    }
    return SMITHY_OK;
}

/* ---- elements ---- */

static void append_child(frame *parent, smithy_xml_node *child) {
    if (parent->last)
        parent->last->next = child;
    else
        parent->node->first = child;
    parent->last = child;
}

static smithy_status begin_element(reader *r, const char *name, const char **attributes) {
    if (r->depth == MAX_DEPTH) return refuse(r, "nesting deeper than 512");
    smithy_xml_node *node = smithy_call_alloc(r->call, 1, sizeof *node);
    if (!node) return smithy_call_status(r->call);
    node->name = smithy_call_copy(r->call, smithy_str_from(without_prefix(name)));
    if (!node->name.ptr) return smithy_call_status(r->call);
    SMITHY_TRY(add_attributes(r, node, attributes));

    if (r->depth > 0)
        append_child(&r->frames[r->depth - 1], node);
    else
        r->root = node;
    r->frames[r->depth++] = (frame){.node = node, .text_start = r->text.len};
    return SMITHY_OK;
}

static bool is_blank(smithy_str text) {
    for (size_t i = 0; i < text.len; i++)
        if (!memchr(" \t\r\n", text.ptr[i], 4)) return false;
    return true;
}

static smithy_status end_element(reader *r) {
    const frame *ended = &r->frames[--r->depth];
    smithy_str text = smithy_buffer_str(&r->text);
    text = (smithy_str){text.ptr + ended->text_start, text.len - ended->text_start};
    /* Between child elements stands indentation, which nobody asks for. */
    if (text.len == 0 || (ended->node->first && is_blank(text)))
        ended->node->text = SMITHY_STR("");
    else
        ended->node->text = smithy_call_copy(r->call, text);
    r->text.len = ended->text_start;
    return ended->node->text.ptr ? SMITHY_OK : smithy_call_status(r->call);
}

/* ---- expat's events ---- */

static void XMLCALL on_start(void *context, const char *name, const char **attributes) {
    reader *r = context;
    if (r->status != SMITHY_OK) return;
    const smithy_status status = begin_element(r, name, attributes);
    if (status != SMITHY_OK) stop(r, status);
}

static void XMLCALL on_end(void *context, const char *name) {
    (void)name;
    reader *r = context;
    if (r->status != SMITHY_OK) return;
    const smithy_status status = end_element(r);
    if (status != SMITHY_OK) stop(r, status);
}

static void XMLCALL on_text(void *context, const char *bytes, int len) {
    reader *r = context;
    if (r->status != SMITHY_OK) return;
    smithy_buffer_append(&r->text, bytes, (size_t)len);
    const smithy_status status = smithy_buffer_status(&r->text);
    if (status != SMITHY_OK) stop(r, smithy_call_fail(r->call, status, "out of memory"));
}

static void XMLCALL on_doctype(void *context, const char *name, const char *system_id, const char *public_id,
                               int has_internal_subset) {
    (void)name, (void)system_id, (void)public_id, (void)has_internal_subset;
    reader *r = context;
    stop(r, refuse(r, "a DTD"));
}

/* ---- the document ---- */

/* What expat found, unless one of the events above stopped it. */
static smithy_status expat_failure(reader *r) {
    if (r->status != SMITHY_OK) return r->status;
    const enum XML_Error error = XML_GetErrorCode(r->parser);
    if (error == XML_ERROR_NO_MEMORY) return smithy_call_fail(r->call, SMITHY_ERROR_MEMORY, "out of memory");
    return refuse(r, XML_ErrorString(error));
}

static smithy_status feed(reader *r, smithy_str text) {
    while (text.len > PIECE_SIZE) {
        if (XML_Parse(r->parser, text.ptr, PIECE_SIZE, XML_FALSE) != XML_STATUS_OK) return expat_failure(r);
        text = (smithy_str){text.ptr + PIECE_SIZE, text.len - PIECE_SIZE};
    }
    if (XML_Parse(r->parser, text.ptr, (int)text.len, XML_TRUE) != XML_STATUS_OK) return expat_failure(r);
    return r->status;
}

smithy_status smithy_xml_parse(smithy_str text, const smithy_xml_node **root, smithy_call *call) {
    *root = NULL;
    reader r; /* Not cleared: most frames are never used. */
    r.call = call;
    r.parser = XML_ParserCreate(NULL);
    r.root = NULL;
    r.status = SMITHY_OK;
    r.depth = 0;
    if (!r.parser) return smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
    /* The text of all elements together is never longer than four times the document: a byte of an old encoding may
     * take up to three in UTF-8. */
    smithy_buffer_init(&r.text, smithy_call_system(call), text.len < SIZE_MAX / 4 ? text.len * 4 : SIZE_MAX);
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_start, on_end);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    const smithy_status status = feed(&r, text.ptr ? text : SMITHY_STR(""));
    XML_ParserFree(r.parser);
    smithy_buffer_deinit_secret(&r.text);
    if (status == SMITHY_OK) *root = r.root;
    return status;
}
