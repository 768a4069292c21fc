/* base64, hex, percent-encoding, UUIDs. */
#include "check.h"
#include "failing_system.h"
#include "random_source.h"

#include <smithy/text.h>

#include <stdlib.h>

typedef struct bytes_row {
    const char *bytes;
    size_t len;
    const char *base64, *encoded, *path, *hex;
} bytes_row;

static const bytes_row BYTES[] = {
#include "tables/bytes.inc"
};

static void encodings_agree_with_another_library(void **state) {
    (void)state;
    smithy_buffer out;
    smithy_buffer_init(&out, NULL, 1000);
    for (size_t i = 0; i < sizeof BYTES / sizeof *BYTES; i++) {
        const bytes_row *row = &BYTES[i];
        const smithy_str text = {row->bytes, row->len};
        char hex[200], decoded[200];
        smithy_buffer_reset(&out);
        smithy_base64_append(&out, row->bytes, row->len);
        check_text(smithy_buffer_str(&out), row->base64);
        smithy_buffer_reset(&out);
        smithy_uri_append(&out, text, false);
        check_text(smithy_buffer_str(&out), row->encoded);
        assert_int_equal(smithy_uri_decode(smithy_buffer_str(&out), decoded, false), row->len);
        assert_memory_equal(decoded, row->bytes, row->len);
        smithy_buffer_reset(&out);
        smithy_uri_append(&out, text, true);
        check_text(smithy_buffer_str(&out), row->path);
        smithy_hex_write(row->bytes, row->len, hex);
        assert_string_equal(hex, row->hex);
    }
    smithy_buffer_deinit(&out);
}

static void any_bytes_survive_base64(void **state) {
    (void)state;
    random_source chance = {8};
    smithy_buffer text;
    smithy_buffer_init(&text, NULL, 10000);
    for (int round = 0; round < 2000; round++) {
        uint8_t bytes[300];
        const size_t len = (size_t)random_below(&chance, sizeof bytes);
        random_fill(&chance, bytes, len);
        smithy_buffer_reset(&text);
        smithy_base64_append(&text, bytes, len);
        assert_int_equal(text.len, (len + 2) / 3 * 4);
        /* As much as is promised to suffice, so that a sanitizer sees more. */
        uint8_t *back = malloc(smithy_base64_max(text.len));
        size_t back_len = 0;
        assert_true(smithy_base64_read(smithy_buffer_str(&text), back, &back_len));
        assert_int_equal(back_len, len);
        assert_memory_equal(back, bytes, len);
        free(back);
    }
    smithy_buffer_deinit(&text);
}

static void what_is_no_base64_is_refused(void **state) {
    (void)state;
    static const char *const TEXTS[] = {
        "A",    "AA",    "AAA",   "A===",     "====",     "=AAA",  "AA=A",   "AAA-",   "AAA_",
        "AA A", "AAA\n", "AAAA=", "AA==AAAA", "AAA=AAAA", "AAAAA", "AAAA\n", "\377AAA"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        uint8_t bytes[20];
        size_t len;
        if (smithy_base64_read(smithy_str_from(TEXTS[i]), bytes, &len)) fail_msg("taken: %s", TEXTS[i]);
    }
}

static void base64_of_more_than_memory_is_a_limit(void **state) {
    (void)state;
    smithy_buffer out;
    smithy_buffer_init(&out, NULL, SIZE_MAX);
    smithy_base64_append(&out, "", SIZE_MAX);
    assert_int_equal(smithy_buffer_status(&out), SMITHY_ERROR_LIMIT);
    smithy_buffer_deinit(&out);
}

static void check_decoded(const char *text, bool plus_is_space, const char *expected) {
    char out[100];
    const size_t len = smithy_uri_decode(smithy_str_from(text), out, plus_is_space);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(out, expected, len);
}

static void decoding_leaves_what_is_no_escape(void **state) {
    (void)state;
    check_decoded("a%20b%2fc%2F", false, "a b/c/");
    check_decoded("a+b", true, "a b");
    check_decoded("a+b", false, "a+b");
    check_decoded("%", false, "%");
    check_decoded("%4", false, "%4");
    check_decoded("%4g%zz%41", false, "%4g%zzA");
    check_decoded("%%41", false, "%A");
    check_decoded("", false, "");
}

static void decoding_works_in_place(void **state) {
    (void)state;
    char text[] = "exported%3Dlogs%2F";
    const size_t len = smithy_uri_decode(smithy_str_from(text), text, false);
    assert_int_equal(len, 14);
    assert_memory_equal(text, "exported=logs/", len);
}

static void a_uuid_has_its_version_and_variant(void **state) {
    (void)state;
    char last[37] = "";
    for (int round = 0; round < 100; round++) {
        char text[37];
        assert_int_equal(smithy_uuid(smithy_system_default(), text), SMITHY_OK);
        assert_int_equal(strlen(text), 36);
        for (size_t i = 0; i < 36; i++) {
            const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
            assert_true(hyphen ? text[i] == '-' : strchr("0123456789abcdef", text[i]) != NULL);
        }
        assert_int_equal(text[14], '4');
        assert_non_null(strchr("89ab", text[19]));
        assert_string_not_equal(text, last);
        memcpy(last, text, sizeof last);
    }
}

static smithy_status no_chance(void *context, void *bytes, size_t len) {
    (void)context, (void)bytes, (void)len;
    return SMITHY_ERROR_IO;
}

static void without_chance_there_is_no_uuid(void **state) {
    (void)state;
    smithy_system system = *smithy_system_default();
    system.random = no_chance;
    char text[37];
    assert_int_equal(smithy_uuid(&system, text), SMITHY_ERROR_IO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodings_agree_with_another_library), cmocka_unit_test(any_bytes_survive_base64),
        cmocka_unit_test(what_is_no_base64_is_refused),         cmocka_unit_test(base64_of_more_than_memory_is_a_limit),
        cmocka_unit_test(decoding_leaves_what_is_no_escape),    cmocka_unit_test(decoding_works_in_place),
        cmocka_unit_test(a_uuid_has_its_version_and_variant),   cmocka_unit_test(without_chance_there_is_no_uuid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
