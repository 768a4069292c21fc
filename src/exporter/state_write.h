/* Writes the state as the JSON that state_read.h reads: one document that people can read, portion by portion, so
 * that no more than one of them is in memory. */
#ifndef EXPORTER_STATE_WRITE_H
#define EXPORTER_STATE_WRITE_H

#include "state.h"

#include <smithy/buffer.h>
#include <smithy/json.h>
#include <smithy/stream.h>

typedef struct state_writer {
    const exporter_state *state;
    smithy_str nonce;
    smithy_buffer text; /* The portion. */
    size_t given;       /* So much of it has been read. */
    size_t total;       /* Of all portions so far. */
    smithy_json_writer json;
    smithy_buffer arn; /* Room to put a stream's together in. */
    enum {
        STATE_WRITER_HEAD,
        STATE_WRITER_GROUPS,
        STATE_WRITER_ACCOUNTED, /* Inside of a group's record. */
        STATE_WRITER_STREAMS,
        STATE_WRITER_END
    } next;
    size_t group, item; /* Which one is next. */
    bool is_first;      /* Of its list. */
} state_writer;

/* `nonce` tells this save from every other one. Both are borrowed, and stay as they are: each time it is read from its
 * beginning, the text is the same. */
void state_writer_init(state_writer *writer, const exporter_state *state, smithy_str nonce);
void state_writer_deinit(state_writer *writer);

/* The text as a source that can start over. Its length is not known ahead. SMITHY_ERROR_LIMIT past STATE_TEXT_MAX. */
smithy_body state_writer_body(state_writer *writer);

#endif
