#include "destination.h"

#include <smithy/buffer.h>
#include <smithy/text.h>

/* A slash that would leave a folder without a name: behind another one, or at the end. */
static bool leaves_empty_folder(smithy_str value, size_t at) {
    return value.ptr[at] == '/' && (at + 1 == value.len || (at > 0 && value.ptr[at - 1] == '/'));
}

/* A name from outside: its slashes part folders. What cannot stand in a key as it is, is written by its code, and so is
 * "%", by which codes begin. */
static void append_value(smithy_buffer *out, smithy_str value) {
    for (size_t i = 0; i < value.len; i++) {
        const unsigned char c = (unsigned char)value.ptr[i];
        if (c < 0x20 || c == 0x7f || c == '%' || leaves_empty_folder(value, i))
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
    default: break; /* destination_placeholder knows no other. */
    }
}

/* ---- placeholders ---- */

static const smithy_str DATA = SMITHY_STR_INIT("{data:");

static bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != 0 && strchr("-_./=", c) != NULL);
}

/* "{data:%Y/%m/%d}" at the start of `text`: letters of a date, one at least, and plain text between. */
static size_t data_placeholder(smithy_str text) {
    size_t letters = 0;
    if (!smithy_str_starts_with(text, DATA)) return 0;
    for (size_t i = DATA.len; i < text.len; i++) {
        if (text.ptr[i] == '}') return letters > 0 ? i + 1 : 0;
        if (text.ptr[i] == '%' && i + 1 < text.len && strchr("Ymd", text.ptr[i + 1]) && text.ptr[i + 1]) {
            letters++;
            i++;
        } else if (!is_plain(text.ptr[i]))
            return 0;
    }
    return 0;
}

size_t destination_placeholder(smithy_str text) {
    static const smithy_str KNOWN[] = {
        SMITHY_STR_INIT("{date}"),    SMITHY_STR_INIT("{group}"),  SMITHY_STR_INIT("{stream}"),
        SMITHY_STR_INIT("{account}"), SMITHY_STR_INIT("{region}"), SMITHY_STR_INIT("%Y"),
        SMITHY_STR_INIT("%m"),        SMITHY_STR_INIT("%d"),       SMITHY_STR_INIT("%H")};
    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++)
        if (smithy_str_starts_with(text, KNOWN[i])) return KNOWN[i].len;
    return data_placeholder(text);
}

static exporter_period period_of(char letter) {
    switch (letter) {
    case 'd': return EXPORTER_PERIOD_DAY;
    case 'm': return EXPORTER_PERIOD_MONTH;
    default: return EXPORTER_PERIOD_YEAR;
    }
}

exporter_period destination_period(smithy_str template_text) {
    exporter_period finest = EXPORTER_PERIOD_NONE;
    for (size_t i = 0; i < template_text.len; i++) {
        const size_t len = data_placeholder((smithy_str){template_text.ptr + i, template_text.len - i});
        for (size_t k = i; k + 1 < i + len; k++) {
            if (template_text.ptr[k] != '%') continue;
            const exporter_period period = period_of(template_text.ptr[k + 1]);
            if (finest == EXPORTER_PERIOD_NONE || period < finest) finest = period;
        }
    }
    return finest;
}

static void append_data(smithy_buffer *out, smithy_str placeholder, const smithy_civil *date) {
    for (size_t i = DATA.len; i + 1 < placeholder.len; i++) {
        if (placeholder.ptr[i] == '%')
            append_date(out, placeholder.ptr[++i], date);
        else
            smithy_buffer_append_char(out, placeholder.ptr[i]);
    }
}

static void append_placeholder(smithy_buffer *out, smithy_str text, const destination_values *values) {
    const smithy_civil date = smithy_time_to_civil(values->date_ms), data = smithy_time_to_civil(values->data_ms);
    const struct {
        smithy_str name, value;
    } known[] = {{SMITHY_STR("{group}"), values->group},
                 {SMITHY_STR("{stream}"), values->stream},
                 {SMITHY_STR("{account}"), values->account},
                 {SMITHY_STR("{region}"), values->region}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (smithy_str_equal(text, known[i].name)) append_value(out, known[i].value);
    if (smithy_str_equal(text, SMITHY_STR("{date}")))
        smithy_buffer_append_f(out, "%04d/%02d/%02d", date.year, date.month, date.day);
    else if (text.ptr[0] == '%')
        append_date(out, text.ptr[1], &date);
    else if (smithy_str_starts_with(text, DATA))
        append_data(out, text, &data);
}

static void fill_in(smithy_buffer *out, smithy_str text, const destination_values *values) {
    for (size_t i = 0; i < text.len;) {
        const size_t len = destination_placeholder((smithy_str){text.ptr + i, text.len - i});
        if (len > 0)
            append_placeholder(out, (smithy_str){text.ptr + i, len}, values);
        else
            smithy_buffer_append_char(out, text.ptr[i]);
        i += len > 0 ? len : 1;
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

/* ---- the way back ---- */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

smithy_str destination_read_name(smithy_str folders, smithy_call *memory) {
    char *name = smithy_call_alloc(memory, folders.len + 1, 1);
    size_t len = 0;
    for (size_t i = 0; name && i < folders.len; i++) {
        name[len] = folders.ptr[i];
        if (name[len] == '%') {
            const int high = i + 2 < folders.len ? hex_digit(folders.ptr[i + 1]) : -1;
            const int low = high >= 0 ? hex_digit(folders.ptr[i + 2]) : -1;
            if (low < 0) return (smithy_str){0};
            name[len] = (char)(high * 16 + low);
            i += 2;
        }
        len++;
    }
    return (smithy_str){name, len};
}
