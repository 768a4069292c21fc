/* A state as one text in memory, and a store's document as one: what tests and fuzzers have. */
#ifndef TESTS_STATE_TEXT_H
#define TESTS_STATE_TEXT_H

#include "state_read.h"
#include "state_write.h"
#include "store.h"

/* ---- a text as a source, and a buffer as a sink ---- */

typedef struct text_source {
    smithy_str text;
    size_t at;
} text_source;

static inline smithy_status text_source_read(void *context, uint8_t *bytes, size_t size, size_t *len) {
    text_source *source = context;
    const size_t left = source->text.len - source->at;
    *len = left < size ? left : size;
    if (*len > 0) memcpy(bytes, source->text.ptr + source->at, *len);
    source->at += *len;
    return SMITHY_OK;
}

static inline smithy_status text_source_rewind(void *context) {
    ((text_source *)context)->at = 0;
    return SMITHY_OK;
}

static inline smithy_body text_source_body(text_source *source) {
    return (smithy_body){.read = text_source_read, .rewind = text_source_rewind, .context = source, .length = -1};
}

static inline smithy_status text_sink_write(void *context, const uint8_t *bytes, size_t len) {
    smithy_buffer_append(context, bytes, len);
    return smithy_buffer_status(context);
}

static inline smithy_status text_sink_restart(void *context) {
    smithy_buffer_reset(context);
    return SMITHY_OK;
}

/* All that a source gives, from its beginning on. */
static inline smithy_status text_of_body(const smithy_body *body, smithy_buffer *out) {
    SMITHY_TRY(body->rewind(body->context));
    for (;;) {
        uint8_t piece[61];
        size_t len = 0;
        SMITHY_TRY(body->read(body->context, piece, sizeof piece, &len));
        if (len == 0) return smithy_buffer_status(out);
        smithy_buffer_append(out, piece, len);
    }
}

/* ---- a state ---- */

static inline smithy_status state_write(const exporter_state *state, smithy_str nonce, smithy_buffer *out) {
    state_writer writer;
    state_writer_init(&writer, state, nonce);
    const smithy_body body = state_writer_body(&writer);
    const smithy_status status = text_of_body(&body, out);
    state_writer_deinit(&writer);
    return status;
}

/* In pieces of so many bytes. */
static inline smithy_status state_read_in_pieces(exporter_state *state, smithy_str text, size_t size,
                                                 smithy_call *call) {
    state_reader reader;
    smithy_status status = SMITHY_OK;
    state_reader_init(&reader, state, call);
    for (size_t at = 0, len; at < text.len && status == SMITHY_OK; at += len) {
        len = text.len - at < size ? text.len - at : size;
        status = state_reader_add(&reader, text.ptr + at, len);
    }
    if (status == SMITHY_OK) status = state_reader_end(&reader);
    state_reader_deinit(&reader);
    return status;
}

static inline smithy_status state_read(exporter_state *state, smithy_str text, smithy_call *call) {
    return state_read_in_pieces(state, text, text.len, call);
}

/* ---- a store's document ---- */

static inline smithy_status store_load_text(state_store *store, smithy_buffer *content, bool *exists,
                                            smithy_call *call) {
    smithy_sink sink = {text_sink_write, text_sink_restart, content};
    return store->load(store, &sink, exists, call);
}

static inline smithy_status store_save_text(state_store *store, smithy_str content, bool *won, smithy_call *call) {
    text_source source = {content, 0};
    const smithy_body body = text_source_body(&source);
    return store->save(store, &body, won, call);
}

#endif
