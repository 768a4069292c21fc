#include "aws/config/ini.h"

#include "core/utf8.h"

typedef struct span {
    char *ptr;
    size_t len;
} span;

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static bool is_comment(char c) {
    return c == '#' || c == ';';
}

static span trim(span text) {
    while (text.len && is_blank(text.ptr[text.len - 1])) text.len--;
    while (text.len && is_blank(*text.ptr)) {
        text.ptr++;
        text.len--;
    }
    return text;
}

/* Cuts a comment off. After a value it begins with white space, so that a value may hold the signs themselves. */
static span without_comment(span line, bool after_blank_only) {
    for (size_t i = 0; i < line.len; i++) {
        if (!is_comment(line.ptr[i]) || (after_blank_only && (i == 0 || !is_blank(line.ptr[i - 1])))) continue;
        line.len = i;
        break;
    }
    return trim(line);
}

static smithy_str terminated(span text) {
    text.ptr[text.len] = '\0';
    return (smithy_str){text.ptr, text.len};
}

/* "key = value": the place of the sign, or NULL. */
static char *equals_in(span line) {
    return line.len ? memchr(line.ptr, '=', line.len) : NULL;
}

static span before(span line, const char *place) {
    return trim((span){line.ptr, (size_t)(place - line.ptr)});
}

static span after(span line, char *place) {
    return trim((span){place + 1, (size_t)(line.ptr + line.len - place - 1)});
}

/* ---- lines ---- */

static ini_kind fail(ini_reader *reader, size_t line, const char *problem) {
    reader->line = line;
    reader->problem = problem;
    reader->text = reader->end;
    return INI_PROBLEM;
}

/* The line at reader->text, without its end, and where the one after it begins. */
static span look_at_line(const ini_reader *reader, char **next) {
    span line = {reader->text, (size_t)(reader->end - reader->text)};
    char *newline = memchr(line.ptr, '\n', line.len);
    *next = newline ? newline + 1 : reader->end;
    if (newline) line.len = (size_t)(newline - line.ptr);
    if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
    return line;
}

static void move_on(ini_reader *reader, char *next) {
    reader->text = next;
    reader->lines_taken++;
}

static const char *problem_of_text(span line) {
    if (line.len && memchr(line.ptr, '\0', line.len)) return "The line holds a NUL byte";
    return smithy_utf8_valid_length(line.ptr, line.len) == line.len ? NULL : "The line is not UTF-8";
}

static bool says_nothing(span line) {
    return trim(line).len == 0 || is_comment(*line.ptr);
}

/* ---- lines that continue ---- */

static const char *problem_of_block_line(span line) {
    line = without_comment(line, true);
    const char *sign = equals_in(line);
    if (!sign) return "Expected an '=' sign defining a sub-property";
    return before(line, sign).len ? NULL : "Sub-property did not have a name";
}

/* Appends the indented lines that follow. A key with nothing behind its sign starts a block, whose lines are keys and
 * values themselves. The joined text is never longer than what it stood in, so it grows over what was read. */
static ini_kind take_continuations(ini_reader *reader, span *value) {
    const bool is_block = value->len == 0;
    while (reader->text < reader->end) {
        char *next;
        const span line = look_at_line(reader, &next);
        if (!says_nothing(line)) {
            if (!is_blank(*line.ptr)) break;
            const span text = trim(line);
            const bool skipped = is_block && is_comment(*text.ptr);
            const char *problem = problem_of_text(line);
            if (!problem && is_block && !skipped) problem = problem_of_block_line(text);
            if (problem) return fail(reader, reader->lines_taken + 1, problem);
            if (!skipped) {
                value->ptr[value->len++] = '\n';
                memmove(value->ptr + value->len, text.ptr, text.len);
                value->len += text.len;
            }
        }
        move_on(reader, next);
    }
    return INI_PROPERTY;
}

/* ---- items ---- */

static ini_kind read_section(ini_reader *reader, span line, ini_item *item) {
    line = without_comment(line, false);
    if (line.ptr[line.len - 1] != ']') return fail(reader, reader->line, "Profile definition must end with ']'");
    reader->in_section = true;
    item->name = terminated(trim((span){line.ptr + 1, line.len - 2}));
    return INI_SECTION;
}

static ini_kind read_property(ini_reader *reader, span line, ini_item *item) {
    if (!reader->in_section) return fail(reader, reader->line, "Expected a profile definition");
    line = without_comment(line, true);
    char *sign = equals_in(line);
    if (!sign) return fail(reader, reader->line, "Expected an '=' sign defining a property");
    const span key = before(line, sign);
    if (key.len == 0) return fail(reader, reader->line, "Property did not have a name");
    span value = after(line, sign);
    if (take_continuations(reader, &value) == INI_PROBLEM) return INI_PROBLEM;
    item->name = terminated(key);
    item->value = terminated(value);
    return INI_PROPERTY;
}

ini_kind ini_next(ini_reader *reader, ini_item *item) {
    *item = (ini_item){0};
    while (reader->text < reader->end) {
        char *next;
        const span line = look_at_line(reader, &next);
        move_on(reader, next);
        reader->line = reader->lines_taken;
        if (says_nothing(line)) continue;
        const char *problem = problem_of_text(line);
        if (problem) return fail(reader, reader->line, problem);
        if (*line.ptr == '[') return read_section(reader, line, item);
        if (!is_blank(*line.ptr)) return read_property(reader, line, item);
        /* A comment may be indented where it cannot be a value's text. */
        if (is_comment(*trim(line).ptr)) continue;
        return fail(reader, reader->line,
                    reader->in_section ? "Expected a property definition, found continuation"
                                       : "Expected a profile definition, found continuation");
    }
    return INI_END;
}

/* ---- blocks ---- */

smithy_str ini_block_get(smithy_str value, smithy_str key) {
    smithy_str found = {0};
    if (value.len == 0 || *value.ptr != '\n') return found;
    /* Only looked at: the reader's helpers want what they could write to. */
    ini_reader reader = {.text = (char *)(uintptr_t)value.ptr + 1, .end = (char *)(uintptr_t)value.ptr + value.len};
    while (reader.text < reader.end) {
        char *next;
        const span line = without_comment(look_at_line(&reader, &next), true);
        char *sign = equals_in(line);
        move_on(&reader, next);
        if (!sign) continue;
        const span name = before(line, sign), text = after(line, sign);
        if (smithy_str_equal_nocase((smithy_str){name.ptr, name.len}, key)) found = (smithy_str){text.ptr, text.len};
    }
    return found;
}
