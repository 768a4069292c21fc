#include "client/chunked_body.h"

#include <smithy/text.h>

#define CHUNK_SIGNATURE   ";chunk-signature="
#define TRAILER_SIGNATURE "x-amz-trailer-signature:"
#define LINE_END          "\r\n"
#define SIGNATURE_LENGTH  (SMITHY_SIGNATURE_SIZE - 1)
#define MAX_TEXT          1024

/* Of a literal. */
#define LENGTH(text) ((int64_t)sizeof(text) - 1)

/* ---- how long it will be ---- */

static int64_t framed_length(const chunked_body *chunked, size_t chunk) {
    int64_t digits = 1;
    for (size_t rest = chunk / 16; rest; rest /= 16) digits++;
    const int64_t signature = chunked->is_signed ? LENGTH(CHUNK_SIGNATURE) + SIGNATURE_LENGTH : 0;
    return digits + signature + LENGTH(LINE_END) + (int64_t)chunk + LENGTH(LINE_END);
}

/* The last chunk, of nothing, has the trailer where others have their bytes. */
static int64_t end_length(const chunked_body *chunked) {
    const int64_t end = framed_length(chunked, 0);
    if (chunked->algorithm == CHECKSUM_NONE) return end;
    const size_t name = strlen(checksum_header(chunked->algorithm));
    const size_t value = (body_checksum_size(chunked->algorithm) + 2) / 3 * 4;
    const int64_t signature = chunked->is_signed ? LENGTH(TRAILER_SIGNATURE) + SIGNATURE_LENGTH + LENGTH(LINE_END) : 0;
    return end + (int64_t)(name + 1 + value) + LENGTH(LINE_END) + signature;
}

/* Negative: more than can be counted. */
static int64_t whole_length(const chunked_body *chunked) {
    const int64_t size = (int64_t)chunked->chunk_size;
    const int64_t full = chunked->source.length / size, rest = chunked->source.length % size;
    const int64_t each = framed_length(chunked, chunked->chunk_size);
    if (full > (INT64_MAX - 2 * each) / each) return -1;
    return full * each + (rest ? framed_length(chunked, (size_t)rest) : 0) + end_length(chunked);
}

/* ---- framing ---- */

static smithy_buffer *fresh_text(chunked_body *chunked) {
    smithy_buffer_reset(&chunked->text);
    chunked->text_at = 0;
    return &chunked->text;
}

/* A whole chunk into memory, for its signature. */
static smithy_status load_chunk(chunked_body *chunked, size_t size) {
    for (size_t have = 0; have < size;) {
        size_t len = 0;
        SMITHY_TRY(chunked->source.read(chunked->source.context, chunked->chunk + have, size - have, &len));
        if (len == 0 || len > size - have) return SMITHY_ERROR_IO;
        have += len;
    }
    chunked->chunk_at = chunked->chunk;
    return body_checksum_update(&chunked->sum, chunked->chunk, size);
}

static smithy_status append_chunk_line(chunked_body *chunked, size_t size, smithy_buffer *text) {
    smithy_buffer_append_f(text, "%zx", size);
    if (chunked->is_signed) {
        SMITHY_TRY(smithy_chunk_chain_sign(&chunked->chain, chunked->chunk, size));
        smithy_buffer_append_text(text, CHUNK_SIGNATURE);
        smithy_buffer_append_text(text, chunked->chain.previous);
    }
    smithy_buffer_append_text(text, LINE_END);
    return smithy_buffer_status(text);
}

static smithy_status begin_chunk(chunked_body *chunked) {
    const bool is_full = (uint64_t)chunked->source_left >= chunked->chunk_size;
    const size_t size = is_full ? chunked->chunk_size : (size_t)chunked->source_left;
    chunked->source_left -= (int64_t)size;
    chunked->chunk_left = size;
    if (chunked->is_signed) SMITHY_TRY(load_chunk(chunked, size));
    return append_chunk_line(chunked, size, fresh_text(chunked));
}

static smithy_status append_sum(chunked_body *chunked, smithy_buffer *text) {
    uint8_t value[SMITHY_DIGEST_MAX_SIZE];
    size_t len = 0;
    SMITHY_TRY(body_checksum_final(&chunked->sum, value, &len));
    smithy_buffer_append_text(text, checksum_header(chunked->algorithm));
    smithy_buffer_append_char(text, ':');
    smithy_base64_append(text, value, len);
    return smithy_buffer_status(text);
}

/* The line that is signed ends in a line feed alone. */
static smithy_status append_trailer(chunked_body *chunked, smithy_buffer *text) {
    const size_t begin = text->len;
    SMITHY_TRY(append_sum(chunked, text));
    if (chunked->is_signed) {
        smithy_buffer_append_char(text, '\n');
        SMITHY_TRY(smithy_buffer_status(text));
        const smithy_str line = {text->ptr + begin, text->len - begin};
        SMITHY_TRY(smithy_chunk_chain_sign_trailer(&chunked->chain, line));
        text->len--;
        smithy_buffer_append_text(text, LINE_END TRAILER_SIGNATURE);
        smithy_buffer_append_text(text, chunked->chain.previous);
    }
    smithy_buffer_append_text(text, LINE_END);
    return smithy_buffer_status(text);
}

/* A source that has more than it said would be cut off unnoticed. One without rewind may be part of something that goes
 * on, and is not asked. */
static smithy_status check_source_ended(chunked_body *chunked) {
    uint8_t byte;
    size_t len = 0;
    if (!chunked->source.rewind) return SMITHY_OK;
    SMITHY_TRY(chunked->source.read(chunked->source.context, &byte, sizeof byte, &len));
    return len == 0 ? SMITHY_OK : SMITHY_ERROR_IO;
}

static smithy_status begin_end(chunked_body *chunked) {
    smithy_buffer *text = fresh_text(chunked);
    SMITHY_TRY(check_source_ended(chunked));
    chunked->is_ended = true;
    SMITHY_TRY(append_chunk_line(chunked, 0, text));
    if (chunked->algorithm != CHECKSUM_NONE) SMITHY_TRY(append_trailer(chunked, text));
    smithy_buffer_append_text(text, LINE_END);
    return smithy_buffer_status(text);
}

/* ---- as a source ---- */

static size_t take_text(chunked_body *chunked, uint8_t *bytes, size_t size) {
    const size_t left = chunked->text.len - chunked->text_at;
    const size_t taken = left < size ? left : size;
    memcpy(bytes, chunked->text.ptr + chunked->text_at, taken);
    chunked->text_at += taken;
    return taken;
}

/* From memory where the chunk is there, else straight from the source. */
static smithy_status take_bytes(chunked_body *chunked, uint8_t *bytes, size_t size, size_t *taken) {
    const size_t wanted = chunked->chunk_left < size ? chunked->chunk_left : size;
    *taken = wanted;
    if (chunked->is_signed) {
        memcpy(bytes, chunked->chunk_at, wanted);
        chunked->chunk_at += wanted;
    } else {
        SMITHY_TRY(chunked->source.read(chunked->source.context, bytes, wanted, taken));
        if (*taken == 0 || *taken > wanted) return SMITHY_ERROR_IO;
        SMITHY_TRY(body_checksum_update(&chunked->sum, bytes, *taken));
    }
    chunked->chunk_left -= *taken;
    if (chunked->chunk_left == 0) smithy_buffer_append_text(fresh_text(chunked), LINE_END);
    return smithy_buffer_status(&chunked->text);
}

static smithy_status read_chunked(void *context, uint8_t *bytes, size_t size, size_t *len) {
    chunked_body *chunked = context;
    *len = 0;
    while (*len < size) {
        size_t taken = 0;
        if (chunked->text_at < chunked->text.len)
            taken = take_text(chunked, bytes + *len, size - *len);
        else if (chunked->chunk_left > 0)
            SMITHY_TRY(take_bytes(chunked, bytes + *len, size - *len, &taken));
        else if (chunked->is_ended)
            break;
        else
            SMITHY_TRY(chunked->source_left > 0 ? begin_chunk(chunked) : begin_end(chunked));
        *len += taken;
    }
    return SMITHY_OK;
}

static smithy_status start(chunked_body *chunked) {
    chunked->is_ended = false;
    chunked->source_left = chunked->source.length;
    chunked->chunk_left = 0;
    (void)fresh_text(chunked);
    body_checksum_deinit(&chunked->sum);
    return body_checksum_init(&chunked->sum, chunked->algorithm);
}

static smithy_status rewind_chunked(void *context) {
    chunked_body *chunked = context;
    SMITHY_TRY(start(chunked));
    return chunked->source.rewind(chunked->source.context);
}

smithy_status chunked_body_init(chunked_body *chunked, const smithy_body *source, checksum_algorithm algorithm,
                                bool is_signed, size_t chunk_size, smithy_body *body, smithy_call *call) {
    *chunked =
        (chunked_body){.source = *source, .chunk_size = chunk_size, .algorithm = algorithm, .is_signed = is_signed};
    smithy_buffer_init(&chunked->text, smithy_call_system(call), MAX_TEXT);
    *body = (smithy_body){.read = read_chunked,
                          .rewind = source->rewind ? rewind_chunked : NULL,
                          .context = chunked,
                          .length = whole_length(chunked)};
    if (body->length < 0) return smithy_call_fail(call, SMITHY_ERROR_INPUT, "the request's body is too long");
    if (is_signed) {
        chunked->chunk = smithy_call_alloc(call, chunk_size, 1);
        if (!chunked->chunk) return smithy_call_status(call);
    }
    const smithy_status status = start(chunked);
    return status == SMITHY_OK ? status : smithy_call_fail(call, status, "the checksum is not to be had");
}

void chunked_body_deinit(chunked_body *chunked) {
    if (chunked->text.system) smithy_buffer_deinit(&chunked->text);
    body_checksum_deinit(&chunked->sum);
    smithy_chunk_chain_deinit(&chunked->chain);
}
