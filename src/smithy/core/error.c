#include <smithy/error.h>

#include "core/utf8.h"

#include <stdarg.h>

/* Text of fixed size under construction; what does not fit is cut. */
typedef struct line {
    char *text;
    size_t room; /* Without the NUL. */
    size_t len;
    bool full;
} line;

static void line_put(line *l, const char *bytes, size_t len) {
    if (l->full) return;
    const size_t room = l->room - l->len;
    const size_t cut = len <= room ? len : smithy_utf8_cut(bytes, room);
    memcpy(l->text + l->len, bytes, cut);
    l->len += cut;
    l->full = cut < len;
}

static void line_put_text(line *l, const char *text) {
    line_put(l, text, strlen(text));
}

static void line_put_int(line *l, int value) {
    char digits[16];
    const int len = snprintf(digits, sizeof digits, "%d", value);
    line_put(l, digits, (size_t)len);
}

/* C0, DEL, and the C1 controls (C2 80 to C2 9F): they break lines and steer terminals. */
static bool is_control(const char *character, size_t len) {
    const unsigned char *bytes = (const unsigned char *)character;
    if (len == 1) return bytes[0] < 0x20 || bytes[0] == 0x7F;
    return len == 2 && bytes[0] == 0xC2 && bytes[1] < 0xA0;
}

/* What came from outside: a control character becomes a space, a byte that is no UTF-8 a question mark. */
static void line_put_foreign(line *l, const char *text) {
    size_t left = strlen(text);
    while (left > 0) {
        const size_t len = smithy_utf8_sequence(text, left);
        if (len == 0)
            line_put(l, "?", 1);
        else if (is_control(text, len))
            line_put(l, " ", 1);
        else
            line_put(l, text, len);
        text += len > 0 ? len : 1;
        left -= len > 0 ? len : 1;
    }
}

/* " (HTTP 400, request 1b2c, 1 attempt)": what is known of it. */
static void line_put_facts(line *l, const smithy_error *error) {
    const char *separator = " (";
    if (error->http_status != 0) {
        line_put_text(l, separator);
        line_put_text(l, "HTTP ");
        line_put_int(l, error->http_status);
        separator = ", ";
    }
    if (error->request_id[0] != '\0') {
        line_put_text(l, separator);
        line_put_text(l, "request ");
        line_put_foreign(l, error->request_id);
        separator = ", ";
    }
    if (error->attempts > 0) {
        line_put_text(l, separator);
        line_put_int(l, error->attempts);
        line_put_text(l, error->attempts == 1 ? " attempt" : " attempts");
        separator = ", ";
    }
    if (error->outcome_unknown) {
        line_put_text(l, separator);
        line_put_text(l, "outcome unknown");
        separator = ", ";
    }
    if (separator[0] == ',') line_put_text(l, ")");
}

size_t smithy_error_format(const smithy_error *error, char *text, size_t size) {
    if (size == 0) return 0;
    line l = {.text = text, .room = size - 1};
    if (error->operation) {
        line_put_text(&l, error->operation);
        line_put_text(&l, ": ");
    }
    if (error->code[0] != '\0')
        line_put_foreign(&l, error->code);
    else
        line_put_text(&l, smithy_status_name(error->status));
    if (error->message[0] != '\0') {
        line_put_text(&l, ": ");
        line_put_foreign(&l, error->message);
    }
    line_put_facts(&l, error);
    text[l.len] = '\0';
    return l.len;
}

void smithy_error_print(FILE *stream, const smithy_error *error) {
    char text[1200]; /* Longer than all the arrays that are printed together. */
    smithy_error_format(error, text, sizeof text);
    fprintf(stream, "%s\n", text);
}
