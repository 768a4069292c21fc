#include "destination.h"

#include <smithy/buffer.h>
#include <smithy/text.h>

/* A name from outside: its slashes part folders, its control characters and "%" are written by their codes. */
static void append_value(smithy_buffer *out, smithy_str value) {
    for (size_t i = 0; i < value.len; i++) {
        const unsigned char c = (unsigned char)value.ptr[i];
        if (c < 0x20 || c == 0x7f || c == '%')
            smithy_buffer_append_f(out, "%%%02X", c);
        else
            smithy_buffer_append_char(out, (char)c);
    }
}

static void append_date(smithy_buffer *out, char letter, const smithy_civil *date) {
    switch (letter) {
    case 'Y': smithy_buffer_append_f(out, "%04d", date->year); break;
    case 'm': smithy_buffer_append_f(out, "%02d", date->month); break;
    case 'd': smithy_buffer_append_f(out, "%02d", date->day); break;
    case 'H': smithy_buffer_append_f(out, "%02d", date->hour); break;
    default: smithy_buffer_append_f(out, "%%25%c", letter); break;
    }
}

/* The "{name}" at the start of `text`: its length, or 0 for what is none. */
static size_t append_placeholder(smithy_buffer *out, smithy_str text, const destination_values *values,
                                 const smithy_civil *date) {
    const struct {
        smithy_str name, value;
    } known[] = {{SMITHY_STR("{group}"), values->group},
                 {SMITHY_STR("{stream}"), values->stream},
                 {SMITHY_STR("{account}"), values->account},
                 {SMITHY_STR("{region}"), values->region}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (smithy_str_starts_with(text, known[i].name)) return append_value(out, known[i].value), known[i].name.len;
    if (!smithy_str_starts_with(text, SMITHY_STR("{date}"))) return 0;
    smithy_buffer_append_f(out, "%04d/%02d/%02d", date->year, date->month, date->day);
    return sizeof "{date}" - 1;
}

static void fill_in(smithy_buffer *out, smithy_str text, const destination_values *values) {
    const smithy_civil date = smithy_time_to_civil(values->date_ms);
    for (size_t i = 0; i < text.len;) {
        const smithy_str rest = {text.ptr + i, text.len - i};
        const size_t placeholder = append_placeholder(out, rest, values, &date);
        if (placeholder > 0) {
            i += placeholder;
        } else if (rest.ptr[0] == '%' && rest.len > 1) {
            append_date(out, rest.ptr[1], &date);
            i += 2;
        } else {
            smithy_buffer_append_char(out, rest.ptr[0]);
            i++;
        }
    }
}

/* Joins the folders of `path` with single slashes; one that is "." or ".." cannot climb. */
static void append_folders(smithy_buffer *out, smithy_str path) {
    for (size_t i = 0; i < path.len;) {
        const char *slash = memchr(path.ptr + i, '/', path.len - i);
        const smithy_str folder = {path.ptr + i, slash ? (size_t)(slash - path.ptr) - i : path.len - i};
        i += folder.len + 1;
        if (folder.len == 0) continue;
        if (out->len > 0) smithy_buffer_append_char(out, '/');
        if (smithy_str_equal(folder, SMITHY_STR(".")))
            smithy_buffer_append_text(out, "%2E");
        else if (smithy_str_equal(folder, SMITHY_STR("..")))
            smithy_buffer_append_text(out, "%2E%2E");
        else
            smithy_buffer_append_str(out, folder);
    }
}

smithy_str destination_expand(smithy_str template_text, const destination_values *values, smithy_call *memory) {
    smithy_buffer filled, joined;
    smithy_str prefix = {0};
    smithy_buffer_init(&filled, smithy_call_system(memory), 64 * 1024);
    smithy_buffer_init(&joined, smithy_call_system(memory), 64 * 1024);
    fill_in(&filled, template_text, values);
    append_folders(&joined, smithy_buffer_str(&filled));
    if (joined.len == 0) smithy_buffer_append_text(&joined, DESTINATION_DEFAULT);
    if (smithy_buffer_status(&filled) == SMITHY_OK && smithy_buffer_status(&joined) == SMITHY_OK)
        prefix = smithy_call_copy(memory, smithy_buffer_str(&joined));
    smithy_buffer_deinit(&filled);
    smithy_buffer_deinit(&joined);
    return prefix;
}

bool destination_fits(smithy_str prefix, size_t longest_stream_name) {
    return prefix.len + 1 + DESTINATION_TASK_ID_LEN + 1 + longest_stream_name + sizeof "/000000.gz" - 1 <=
           DESTINATION_KEY_MAX;
}

smithy_str destination_arn_part(smithy_str arn, int wanted) {
    size_t start = 0;
    for (int part = 0; start < arn.len; part++) {
        const char *colon = memchr(arn.ptr + start, ':', arn.len - start);
        const size_t end = colon ? (size_t)(colon - arn.ptr) : arn.len;
        if (part == wanted) return (smithy_str){arn.ptr + start, end - start};
        start = end + 1;
    }
    return (smithy_str){0};
}
