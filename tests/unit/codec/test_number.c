#include "check.h"
#include "random_source.h"

#include <smithy/text.h>

#include <locale.h>
#include <math.h>
#include <stdio.h>

typedef struct f64_row {
    uint64_t bits;
    const char *text;
} f64_row;

static const f64_row NUMBERS[] = {
#include "tables/f64.inc"
};

typedef struct rounding_row {
    const char *text;
    uint64_t bits;
} rounding_row;

static const rounding_row ROUNDINGS[] = {
#include "tables/rounding.inc"
};

static double f64_of(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void doubles_are_written_as_another_library_does(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
        char text[SMITHY_NUMBER_TEXT_SIZE];
        const size_t len = smithy_f64_write(f64_of(NUMBERS[i].bits), text);
        assert_string_equal(text, NUMBERS[i].text);
        assert_int_equal(len, strlen(text));
        double back = 0;
        assert_true(smithy_f64_read(smithy_str_from(text), &back));
        assert_true(bits_of(back) == NUMBERS[i].bits);
    }
}

static void doubles_are_read_to_the_nearest(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof ROUNDINGS / sizeof *ROUNDINGS; i++) {
        double value = 5;
        if (!smithy_f64_read(smithy_str_from(ROUNDINGS[i].text), &value)) fail_msg("not read: %s", ROUNDINGS[i].text);
        if (bits_of(value) != ROUNDINGS[i].bits) fail_msg("wrongly rounded: %s", ROUNDINGS[i].text);
    }
}

static void any_double_survives_its_text(void **state) {
    (void)state;
    random_source chance = {5};
    for (int i = 0; i < 50000; i++) {
        const double value = f64_of(random_next(&chance));
        char text[SMITHY_NUMBER_TEXT_SIZE];
        double back = 0;
        const smithy_str written = {text, smithy_f64_write(value, text)};
        assert_true(written.len < sizeof text);
        assert_true(smithy_f64_read(written, &back));
        assert_true(isnan(value) ? isnan(back) : bits_of(back) == bits_of(value));
    }
}

static void any_float_survives_its_text_and_no_shorter_one_would_do(void **state) {
    (void)state;
    random_source chance = {6};
    for (int i = 0; i < 50000; i++) {
        const uint32_t bits = (uint32_t)random_next(&chance);
        float value, back = 0;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        char text[SMITHY_NUMBER_TEXT_SIZE], shorter[64];
        assert_true(smithy_f32_read((smithy_str){text, smithy_f32_write(value, text)}, &back));
        assert_memory_equal(&back, &value, sizeof value);

        size_t digits = 0, zeros = 0;
        for (const char *at = text; *at && *at != 'e'; at++) {
            if (*at < '0' || *at > '9' || (digits == 0 && *at == '0')) continue;
            digits++;
            zeros = *at == '0' ? zeros + 1 : 0;
        }
        digits -= zeros;
        if (digits < 2) continue;
        snprintf(shorter, sizeof shorter, "%.*e", (int)digits - 2, (double)value);
        if (smithy_f32_read(smithy_str_from(shorter), &back)) assert_true(back != value);
    }
}

static void what_is_no_number_has_a_word(void **state) {
    (void)state;
    char text[SMITHY_NUMBER_TEXT_SIZE];
    double value = 0;
    float small = 0;
    smithy_f64_write((double)NAN, text);
    assert_string_equal(text, "NaN");
    smithy_f32_write(-INFINITY, text);
    assert_string_equal(text, "-Infinity");
    assert_true(smithy_f64_read(SMITHY_STR("NaN"), &value) && isnan(value));
    assert_true(smithy_f64_read(SMITHY_STR("-Infinity"), &value) && isinf(value) && value < 0);
    assert_true(smithy_f32_read(SMITHY_STR("Infinity"), &small) && isinf(small) && small > 0);
}

static void other_text_and_too_large_numbers_are_refused(void **state) {
    (void)state;
    static const char *const TEXTS[] = {
        "",    ".",   "-",     "e5",   "1e",  "1e+",   "1 ",       " 1",   "0x1p3", "nan",
        "inf", "1,5", "1.2.3", "1e5.", "1_0", "1e400", "-1.8e308", "+NaN", "1f",    "1e99999999999999999999"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        double value = 5;
        float small = 5;
        if (smithy_f64_read(smithy_str_from(TEXTS[i]), &value)) fail_msg("taken: %s", TEXTS[i]);
        assert_true(value == 5);
        assert_false(smithy_f32_read(smithy_str_from(TEXTS[i]), &small));
    }
    float small = 5;
    assert_false(smithy_f32_read(SMITHY_STR("3.5e38"), &small));
    assert_true(smithy_f32_read(SMITHY_STR("3.4028235e38"), &small));
    /* Beside the middle of two floats: by way of a double it would be taken for the middle, and go down. */
    assert_true(smithy_f32_read(SMITHY_STR("1.00000005960464477540"), &small));
    assert_true(small > 1);
}

static void the_locale_changes_nothing(void **state) {
    (void)state;
    static const char *const LOCALES[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "ps_AF.UTF-8"};
    size_t tried = 0;
    for (size_t i = 0; i < sizeof LOCALES / sizeof *LOCALES; i++) {
        if (!setlocale(LC_ALL, LOCALES[i])) continue;
        tried++;
        char text[SMITHY_NUMBER_TEXT_SIZE];
        double value = 0;
        smithy_f64_write(0.30000000000000004, text);
        assert_string_equal(text, "0.30000000000000004");
        assert_true(smithy_f64_read(SMITHY_STR("0.30000000000000004"), &value) && value == 0.30000000000000004);
    }
    setlocale(LC_ALL, "C");
    if (tried == 0) skip(); /* None of them is installed. */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_are_written_as_another_library_does),
        cmocka_unit_test(doubles_are_read_to_the_nearest),
        cmocka_unit_test(any_double_survives_its_text),
        cmocka_unit_test(any_float_survives_its_text_and_no_shorter_one_would_do),
        cmocka_unit_test(what_is_no_number_has_a_word),
        cmocka_unit_test(other_text_and_too_large_numbers_are_refused),
        cmocka_unit_test(the_locale_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
