/* Timestamps and numbers as text: what is read, and written again, reads the same; and floats read as strtod reads. */
#include "fuzz.h"

#include <smithy/text.h>

#include <math.h>
#include <stdlib.h>

/* The years that have four digits: what a writer is made for. */
#define FIRST_MS INT64_C(-62167219200000)
#define LAST_MS  INT64_C(253402300799999)

typedef bool time_reader(smithy_str text, int64_t *ms);
typedef size_t time_writer(int64_t ms, char text[SMITHY_TIME_TEXT_SIZE]);

static void check_time(smithy_str text, time_reader *read, time_writer *write) {
    char again[SMITHY_TIME_TEXT_SIZE];
    int64_t ms = 0, second = 0;
    if (!read(text, &ms) || ms < FIRST_MS || ms > LAST_MS) return;
    const size_t len = write(ms, again);
    FUZZ_CHECK(len < sizeof again && again[len] == '\0');
    FUZZ_CHECK(read((smithy_str){again, len}, &second));
    FUZZ_CHECK(ms == second);
}

static void check_civil(smithy_str text) {
    int64_t ms = 0;
    if (text.len < sizeof ms) return;
    memcpy(&ms, text.ptr, sizeof ms);
    ms %= LAST_MS;
    const smithy_civil civil = smithy_time_to_civil(ms);
    FUZZ_CHECK(civil.month >= 1 && civil.month <= 12 && civil.day >= 1 && civil.day <= 31);
    FUZZ_CHECK(smithy_time_from_civil(&civil) == ms);
}

static void check_float(smithy_str text) {
    double value = 0, again = 0;
    char written[SMITHY_NUMBER_TEXT_SIZE];
    if (!smithy_f64_read(text, &value)) return;
    if (isfinite(value)) {
        char *copy = malloc(text.len + 1);
        if (!copy) abort();
        memcpy(copy, text.ptr, text.len);
        copy[text.len] = '\0';
        const double expected = strtod(copy, NULL);
        FUZZ_CHECK(!(value < expected) && !(value > expected));
        free(copy);
    }
    const size_t len = smithy_f64_write(value, written);
    FUZZ_CHECK(smithy_f64_read((smithy_str){written, len}, &again));
    FUZZ_CHECK(isnan(value) ? isnan(again) : memcmp(&value, &again, sizeof value) == 0);
}

static void check_single(smithy_str text) {
    float value = 0, again = 0;
    char written[SMITHY_NUMBER_TEXT_SIZE];
    if (!smithy_f32_read(text, &value)) return;
    const size_t len = smithy_f32_write(value, written);
    FUZZ_CHECK(smithy_f32_read((smithy_str){written, len}, &again));
    FUZZ_CHECK(isnan(value) ? isnan(again) : memcmp(&value, &again, sizeof value) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const smithy_str text = fuzz_exact((smithy_str){(const char *)data, size});
    check_time(text, smithy_time_read_date_time, smithy_time_write_date_time);
    check_time(text, smithy_time_read_http_date, smithy_time_write_http_date);
    check_time(text, smithy_time_read_epoch, smithy_time_write_epoch);
    check_civil(text);
    check_float(text);
    check_single(text);
    (void)smithy_number_is_valid(text);
    fuzz_free(text);
    return 0;
}
