/* Small text formats of the protocols: timestamps, base64, hex, percent-encoding, numbers, UUIDs. Pure functions. */
#ifndef SMITHY_TEXT_H
#define SMITHY_TEXT_H

#include <smithy/buffer.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- timestamps (Smithy's timestampFormat), any year from 0000 to 9999, fractions kept to the ms ---- */

#define SMITHY_TIME_TEXT_SIZE 40 /* Enough for each format below, with its NUL. */

/* 2014-04-29T18:30:38Z; a fraction (.123) only where there is one. Each writer answers the length. */
SMITHY_API size_t smithy_time_write_date_time(int64_t ms, char text[SMITHY_TIME_TEXT_SIZE]);
/* Tue, 29 Apr 2014 18:30:38 GMT; a fraction (38.123) only where there is one. */
SMITHY_API size_t smithy_time_write_http_date(int64_t ms, char text[SMITHY_TIME_TEXT_SIZE]);
/* 1398796238 or 1398796238.123. */
SMITHY_API size_t smithy_time_write_epoch(int64_t ms, char text[SMITHY_TIME_TEXT_SIZE]);
/* 20140429T183038Z, for signatures. */
SMITHY_API size_t smithy_time_write_amz(int64_t ms, char text[SMITHY_TIME_TEXT_SIZE]);

/* false for text that is not the format. date_time takes offsets (+02:00); http_date the three forms of RFC 9110, where
 * a year of two digits is one from 1970 to 2069; epoch fractions and exponents. More digits than ms are cut towards the
 * past (-0.0001 is -1 ms); a leap second counts as the second after it. */
SMITHY_API bool smithy_time_read_date_time(smithy_str text, int64_t *ms);
SMITHY_API bool smithy_time_read_http_date(smithy_str text, int64_t *ms);
SMITHY_API bool smithy_time_read_epoch(smithy_str text, int64_t *ms);

/* The civil (proleptic Gregorian, UTC) date of an instant. */
typedef struct smithy_civil {
    int year, month, day; /* month 1 to 12, day 1 to 31 */
    int hour, minute, second, ms;
    int weekday; /* 0 Sunday */
} smithy_civil;
SMITHY_API smithy_civil smithy_time_to_civil(int64_t ms);
/* The weekday is not looked at. */
SMITHY_API int64_t smithy_time_from_civil(const smithy_civil *civil);

/* ---- numbers, as Smithy writes them ---- */

#define SMITHY_NUMBER_TEXT_SIZE 40
/* The shortest text that reads back as the same value; "NaN", "Infinity", "-Infinity". */
SMITHY_API size_t smithy_f64_write(double value, char text[SMITHY_NUMBER_TEXT_SIZE]);
SMITHY_API size_t smithy_f32_write(float value, char text[SMITHY_NUMBER_TEXT_SIZE]);
/* A decimal number with an optional exponent, or one of the three words: the nearest value, in every locale the same.
 * false for other text, and for a number too large for the type; one too small reads as 0. */
SMITHY_API bool smithy_f64_read(smithy_str text, double *value);
SMITHY_API bool smithy_f32_read(smithy_str text, float *value);

/* A number as JSON writes it (-12.5e+3), of any length: what bigInteger and bigDecimal are kept as. */
SMITHY_API bool smithy_number_is_valid(smithy_str text);

/* ---- bytes as text ---- */

SMITHY_API void smithy_base64_append(smithy_buffer *out, const void *bytes, size_t len);
/* Room for smithy_base64_max(text.len) bytes at `bytes`. Padding is wanted; white space is not taken. */
static inline size_t smithy_base64_max(size_t text_len) {
    return text_len / 4 * 3 + 3;
}
SMITHY_API bool smithy_base64_read(smithy_str text, uint8_t *bytes, size_t *len);
/* Lower-case; `text` holds 2 * len + 1 characters. */
SMITHY_API void smithy_hex_write(const void *bytes, size_t len, char *text);

/* Percent-encodes all but A-Z a-z 0-9 - _ . ~; also leaves `/` where keep_slash. Upper-case hex. */
SMITHY_API void smithy_uri_append(smithy_buffer *out, smithy_str text, bool keep_slash);
/* Decodes %XX (and + as a space where plus_is_space); an invalid escape stays as it is. `text` and `out` may be the
 * same memory; answers the new length. */
SMITHY_API size_t smithy_uri_decode(smithy_str text, char *out, bool plus_is_space);

/* A URL in parts: views into `text`. false for text that has no scheme http or https, no host, a user name, or a
 * character that a URL cannot hold. */
typedef struct smithy_url {
    smithy_str scheme;    /* As written. */
    smithy_str authority; /* host[:port], as written. */
    smithy_str host;      /* Without the brackets of an IPv6 address. */
    smithy_str port;      /* Absent when the URL has none. */
    smithy_str path;      /* "" or from its "/" on. */
    smithy_str query;     /* Without "?"; absent when the URL has none. */
    bool is_ip;           /* host is an IPv4 or IPv6 address. */
} smithy_url;
SMITHY_API bool smithy_url_parse(smithy_str text, smithy_url *url);

/* A random (version 4) UUID, lower-case with hyphens. */
SMITHY_API smithy_status smithy_uuid(const smithy_system *system, char text[37]) SMITHY_NODISCARD;

#ifdef __cplusplus
}
#endif

#endif
