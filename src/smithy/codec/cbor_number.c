/* bigInteger and bigDecimal: numbers of any size, as CBOR carries them. */
#include <smithy/cbor.h>
#include <smithy/text.h>

#include "codec/bignum.h"
#include "codec/cbor_tags.h"

#include <cbor/encoding.h>
#include <inttypes.h>
#include <math.h>

#define HEAD_SIZE       9
#define MAX_EXPONENT    1000000
#define MAX_LAYOUT_SIZE (SMITHY_BIGNUM_TEXT + 32)

/* ---- writing ---- */

/* -0012.50e+3 as its parts: the digits 001250 as one integer, times ten to the exponent. */
typedef struct number_parts {
    bool negative;
    bool is_decimal; /* It has a point or an exponent. */
    int64_t exponent;
    size_t count;
    char digits[SMITHY_BIGNUM_DIGITS];
} number_parts;

static void fail(smithy_cbor_writer *w) {
    if (w->out->status == SMITHY_OK) w->out->status = SMITHY_ERROR_INPUT;
}

/* `text` after its "e". */
static bool read_exponent(smithy_str text, int64_t *exponent) {
    if (text.len > 0 && text.ptr[0] == '+') text = (smithy_str){text.ptr + 1, text.len - 1};
    return smithy_str_to_i64(text, exponent) && *exponent >= -MAX_EXPONENT && *exponent <= MAX_EXPONENT;
}

/* `text` is a number by JSON's rules. false for one that is too long. */
static bool take_apart(smithy_str text, number_parts *parts) {
    int64_t fraction = 0;
    bool after_point = false;
    *parts = (number_parts){.negative = text.ptr[0] == '-'};
    for (size_t i = parts->negative; i < text.len; i++) {
        const char c = text.ptr[i];
        if (c == 'e' || c == 'E') {
            parts->is_decimal = true;
            if (!read_exponent((smithy_str){text.ptr + i + 1, text.len - i - 1}, &parts->exponent)) return false;
            break;
        }
        if (c == '.') {
            parts->is_decimal = after_point = true;
            continue;
        }
        if (parts->count == SMITHY_BIGNUM_DIGITS) return false;
        parts->digits[parts->count++] = c;
        fraction += after_point;
    }
    parts->exponent -= fraction;
    return true;
}

static uint64_t small_number(const uint8_t *bytes, size_t len) {
    uint64_t number = 0;
    for (size_t i = 0; i < len; i++) number = number << 8 | bytes[i];
    return number;
}

static void write_integer(smithy_cbor_writer *w, const number_parts *parts) {
    uint8_t bytes[SMITHY_BIGNUM_BYTES];
    unsigned char head[HEAD_SIZE];
    size_t len = 0;
    if (!smithy_bignum_from_digits((smithy_str){parts->digits, parts->count}, bytes, &len)) {
        fail(w);
        return;
    }
    const bool negative = parts->negative && len > 0;
    uint8_t *number = bytes;
    if (negative) smithy_bignum_take_one(bytes, len); /* -1 stands for 0. */
    for (; len > 0 && *number == 0; number++) len--;
    if (len <= sizeof(uint64_t)) {
        const uint64_t value = small_number(number, len);
        smithy_buffer_append(w->out, head,
                             negative ? cbor_encode_negint(value, head, sizeof head)
                                      : cbor_encode_uint(value, head, sizeof head));
        return;
    }
    const uint64_t tag = negative ? CBOR_TAG_NEGATIVE_BIGNUM : CBOR_TAG_BIGNUM;
    smithy_buffer_append(w->out, head, cbor_encode_tag(tag, head, sizeof head));
    smithy_cbor_value_bytes(w, (smithy_bytes){number, len});
}

void smithy_cbor_value_number(smithy_cbor_writer *w, smithy_str value) {
    number_parts parts;
    unsigned char head[HEAD_SIZE];
    if (!smithy_str_is_set(value)) {
        smithy_cbor_value_null(w);
        return;
    }
    if (!smithy_number_is_valid(value) || !take_apart(value, &parts)) {
        fail(w);
        return;
    }
    if (parts.is_decimal) {
        smithy_buffer_append(w->out, head, cbor_encode_tag(CBOR_TAG_DECIMAL, head, sizeof head));
        smithy_buffer_append(w->out, head, cbor_encode_array_start(2, head, sizeof head));
        smithy_cbor_value_i64(w, parts.exponent);
    }
    write_integer(w, &parts);
}

void smithy_cbor_put_number(smithy_cbor_writer *w, const char *name, smithy_str value) {
    if (!smithy_str_is_set(value)) return;
    smithy_cbor_name(w, name);
    smithy_cbor_value_number(w, value);
}

/* ---- reading ---- */

static smithy_status wrong_value(const smithy_cbor_node *node, smithy_call *call) {
    return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "%.*s: expected a number of at most %d bytes",
                            SMITHY_STR_ARG(node->name), (int)SMITHY_BIGNUM_BYTES);
}

static bool is_bignum(const smithy_cbor_node *node) {
    return node->kind == SMITHY_CBOR_BYTES && node->has_tag &&
           (node->tag == CBOR_TAG_BIGNUM || node->tag == CBOR_TAG_NEGATIVE_BIGNUM);
}

/* An integer of either kind, at most SMITHY_BIGNUM_BYTES long, as digits with their sign. */
static bool integer_text(const smithy_cbor_node *node, char text[MAX_LAYOUT_SIZE], size_t *len) {
    uint8_t room[SMITHY_BIGNUM_BYTES + 1], *bytes = room + 1;
    size_t count = sizeof node->integer, digits = 0;
    bool negative = node->negative;
    if (is_bignum(node)) {
        smithy_str content = node->text;
        for (; content.len > 0 && *content.ptr == '\0'; content.ptr++) content.len--;
        if (content.len > SMITHY_BIGNUM_BYTES - 1) return false;
        count = content.len;
        if (count > 0) memcpy(bytes, content.ptr, count);
        negative = node->tag == CBOR_TAG_NEGATIVE_BIGNUM;
    } else {
        if (node->kind != SMITHY_CBOR_INTEGER) return false;
        for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)(node->integer >> (8 * (count - 1 - i)));
    }
    if (negative && smithy_bignum_add_one(bytes, count)) {
        bytes--;
        count++;
    }
    if (negative) *text++ = '-';
    if (!smithy_bignum_to_digits(bytes, count, text, &digits)) return false;
    *len = digits + negative;
    return true;
}

/* [exponent, mantissa] as mantissa "e" exponent. */
static bool decimal_text(const smithy_cbor_node *node, char text[MAX_LAYOUT_SIZE], size_t *len) {
    const smithy_cbor_node *exponent = node->first;
    const smithy_cbor_node *mantissa = exponent ? exponent->next : NULL;
    if (!mantissa || mantissa->next || exponent->kind != SMITHY_CBOR_INTEGER || exponent->integer > MAX_EXPONENT)
        return false;
    if (!integer_text(mantissa, text, len)) return false;
    const int64_t power = exponent->negative ? -1 - (int64_t)exponent->integer : (int64_t)exponent->integer;
    if (power != 0) *len += (size_t)snprintf(text + *len, MAX_LAYOUT_SIZE - *len, "e%" PRId64, power);
    return true;
}

static bool any_text(const smithy_cbor_node *node, char text[MAX_LAYOUT_SIZE], size_t *len) {
    if (node->kind == SMITHY_CBOR_ARRAY && node->has_tag && node->tag == CBOR_TAG_DECIMAL)
        return decimal_text(node, text, len);
    if (node->kind != SMITHY_CBOR_FLOAT) return integer_text(node, text, len);
    *len = smithy_f64_write(node->real, text);
    return isfinite(node->real);
}

smithy_status smithy_cbor_get_number(const smithy_cbor_node *node, smithy_str *value, smithy_call *call) {
    char text[MAX_LAYOUT_SIZE];
    size_t len = 0;
    if (smithy_cbor_is_null(node)) return SMITHY_OK;
    if (!any_text(node, text, &len)) return wrong_value(node, call);
    const smithy_str copy = smithy_call_copy(call, (smithy_str){text, len});
    if (!smithy_str_is_set(copy)) return smithy_call_status(call);
    *value = copy;
    return SMITHY_OK;
}
