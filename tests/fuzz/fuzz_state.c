/* The exporter's state: a text that is taken is written, and what is written is taken and written the same. */
#include "fuzz.h"

#include "state_text.h"

#define WRITER "0123456789abcdef"

static void write_state(const exporter_state *state, smithy_buffer *out) {
    smithy_buffer_init(out, NULL, 64 << 20);
    FUZZ_CHECK(state_write(state, SMITHY_STR(WRITER), out) == SMITHY_OK);
}

/* Reads what was written, and writes that. */
static void write_again(smithy_str written, smithy_buffer *text, smithy_call *memory, smithy_call *scratch) {
    exporter_state again;
    FUZZ_CHECK(state_init(&again, memory) == SMITHY_OK);
    FUZZ_CHECK(state_read(&again, written, scratch) == SMITHY_OK);
    write_state(&again, text);
}

/* A damaged time is dropped by the first writing, and what it means is written by the second: from there on it stays.
 */
static void check_round_trip(const exporter_state *state, smithy_call *memory, smithy_call *scratch) {
    smithy_buffer first, second, third;
    write_state(state, &first);
    write_again(smithy_buffer_str(&first), &second, memory, scratch);
    write_again(smithy_buffer_str(&second), &third, memory, scratch);
    FUZZ_CHECK(smithy_str_equal(smithy_buffer_str(&third), smithy_buffer_str(&second)));
    smithy_buffer_deinit(&third);
    smithy_buffer_deinit(&second);
    smithy_buffer_deinit(&first);
}

/* Wherever the text is cut into pieces, it says the same. */
static void check_in_pieces(smithy_str input, size_t size, smithy_status whole, const smithy_call *said) {
    smithy_call *memory = smithy_call_create(NULL), *scratch = smithy_call_create(NULL);
    exporter_state state;
    FUZZ_CHECK(state_init(&state, memory) == SMITHY_OK);
    FUZZ_CHECK(state_read_in_pieces(&state, input, size, scratch) == whole);
    FUZZ_CHECK(strcmp(smithy_call_error(scratch)->message, smithy_call_error(said)->message) == 0);
    smithy_call_destroy(scratch);
    smithy_call_destroy(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const smithy_str input = fuzz_exact((smithy_str){(const char *)data, size});
    smithy_call *memory = smithy_call_create(NULL), *scratch = smithy_call_create(NULL);
    exporter_state state;
    FUZZ_CHECK(state_init(&state, memory) == SMITHY_OK);
    const smithy_status status = state_read(&state, input, scratch);
    check_in_pieces(input, 1, status, scratch);
    check_in_pieces(input, size % 61 + 2, status, scratch);
    if (status == SMITHY_OK) {
        check_round_trip(&state, memory, scratch);
    } else {
        FUZZ_CHECK(status == SMITHY_ERROR_RESPONSE);
        FUZZ_CHECK(*smithy_call_error(scratch)->message);
    }
    smithy_call_destroy(scratch);
    smithy_call_destroy(memory);
    fuzz_free(input);
    return 0;
}
