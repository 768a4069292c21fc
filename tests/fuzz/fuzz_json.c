/* Any JSON text: what is read, and written again, reads the same. */
#include "fuzz.h"

#include <smithy/document.h>

static bool read_document(smithy_str text, smithy_document *document, smithy_call *call) {
    smithy_json json;
    smithy_status status = smithy_json_parse(&json, text, call);
    if (status == SMITHY_OK) status = smithy_json_get_document(json.root, document, call);
    smithy_json_free(&json);
    return status == SMITHY_OK;
}

/* As smithy_document_equal, but a key may stand twice. */
static void check_same(const smithy_document *a, const smithy_document *b) {
    FUZZ_CHECK(a->kind == b->kind && a->boolean == b->boolean && a->count == b->count);
    FUZZ_CHECK(smithy_str_equal(a->text, b->text));
    for (size_t i = 0; a->items && i < a->count; i++) check_same(&a->items[i], &b->items[i]);
    for (size_t i = 0; a->entries && i < a->count; i++) {
        FUZZ_CHECK(smithy_str_equal(a->entries[i].key, b->entries[i].key));
        check_same(&a->entries[i].value, &b->entries[i].value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const smithy_str text = fuzz_exact((smithy_str){(const char *)data, size});
    smithy_call *call = smithy_call_create(NULL);
    smithy_document first = {0}, second = {0};
    if (read_document(text, &first, call)) {
        smithy_buffer out;
        smithy_json_writer writer;
        smithy_buffer_init(&out, NULL, 64 << 20);
        smithy_json_writer_init(&writer, &out);
        smithy_json_value_document(&writer, first);
        FUZZ_CHECK(smithy_buffer_status(&out) == SMITHY_OK);
        FUZZ_CHECK(read_document(smithy_buffer_str(&out), &second, call));
        check_same(&first, &second);
        smithy_buffer_deinit(&out);
    } else {
        FUZZ_CHECK(smithy_call_status(call) == SMITHY_ERROR_RESPONSE);
    }
    smithy_call_destroy(call);
    fuzz_free(text);
    return 0;
}
