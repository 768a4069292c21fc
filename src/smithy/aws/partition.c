/* aws.partition: a Region's partition by its name, else by its form. */
#include "partition_table.h"

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* A word, "-" and a number, and nothing else: the regular expression \w+-\d+ in full. */
static bool is_word_and_number(smithy_str text) {
    size_t at = 0;
    while (at < text.len && is_word(text.ptr[at])) at++;
    if (at == 0 || at == text.len || text.ptr[at] != '-') return false;
    const size_t digits = ++at;
    while (at < text.len && is_digit(text.ptr[at])) at++;
    return at == text.len && at > digits;
}

/* Takes the first word of the list. */
static bool next_word(smithy_str *words, smithy_str *word) {
    if (words->len == 0) return false;
    const char *space = memchr(words->ptr, ' ', words->len);
    *word = (smithy_str){words->ptr, space ? (size_t)(space - words->ptr) : words->len};
    const size_t taken = word->len + (space ? 1 : 0);
    *words = (smithy_str){words->ptr + taken, words->len - taken};
    return true;
}

static bool has_region(const smithy_partition_row *row, smithy_str region) {
    smithy_str names = row->regions;
    for (smithy_str name; next_word(&names, &name);)
        if (smithy_str_equal(name, region)) return true;
    return false;
}

static bool fits(const smithy_partition_row *row, smithy_str region) {
    smithy_str prefixes = row->prefixes;
    for (smithy_str prefix; next_word(&prefixes, &prefix);) {
        if (!smithy_str_starts_with(region, prefix)) continue;
        if (is_word_and_number((smithy_str){region.ptr + prefix.len, region.len - prefix.len})) return true;
    }
    return false;
}

smithy_partition smithy_partition_of(smithy_str region) {
    for (size_t i = 0; i < smithy_partition_row_count; i++)
        if (has_region(&smithy_partition_rows[i], region)) return smithy_partition_rows[i].partition;
    for (size_t i = 0; i < smithy_partition_row_count; i++)
        if (fits(&smithy_partition_rows[i], region)) return smithy_partition_rows[i].partition;
    return smithy_partition_rows[0].partition;
}
