/* The words every other header uses: status, text, bytes, optional values.
 *
 * Conventions of the whole library
 *   - A function that can fail returns smithy_status; its result must be looked at.
 *   - Absent is `ptr == NULL` for text, bytes, nested structures and lists, `has == false` for scalars.
 *   - Units are in names: `timeout_ms`, `max_bytes`. Times of day are milliseconds since 1970-01-01T00:00:00Z.
 *   - Inputs are borrowed for the length of the call. Outputs live in the smithy_call's arena. */
#ifndef SMITHY_BASE_H
#define SMITHY_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The runtime's own clients are compiled with an empty SMITHY_API, so that nobody else sees them. */
#if defined(__GNUC__)
#ifndef SMITHY_API
#define SMITHY_API __attribute__((visibility("default")))
#endif
#define SMITHY_NODISCARD                __attribute__((warn_unused_result))
#define SMITHY_PRINTF(format_at, first) __attribute__((format(printf, format_at, first)))
#else
#ifndef SMITHY_API
#define SMITHY_API
#endif
#define SMITHY_NODISCARD
#define SMITHY_PRINTF(format_at, first)
#endif

/* What became of a call. The detail (code, message, request id) is in smithy_error. */
typedef enum smithy_status {
    SMITHY_OK = 0,
    SMITHY_ERROR_INPUT,       /* The caller's: a required member is missing, a value is out of its range. */
    SMITHY_ERROR_MEMORY,      /* An allocation failed. */
    SMITHY_ERROR_LIMIT,       /* Something grew past its stated maximum. */
    SMITHY_ERROR_CONFIG,      /* Settings: no Region, a bad endpoint, a value that is not allowed. */
    SMITHY_ERROR_CREDENTIALS, /* No credentials, or the provider that is configured failed. */
    SMITHY_ERROR_TRANSPORT,   /* No complete answer: refused, reset, TLS, DNS. */
    SMITHY_ERROR_TIMEOUT,     /* The call's deadline, or an attempt's own limit, passed. */
    SMITHY_ERROR_CANCELED,    /* smithy_call_cancel was called. */
    SMITHY_ERROR_RESPONSE,    /* An answer came and cannot be read: bad JSON or XML, wrong length or checksum. */
    SMITHY_ERROR_SERVICE,     /* The service answered with an error: see smithy_error.code. */
    SMITHY_ERROR_IO           /* A file, or the caller's own body or sink, failed. */
} smithy_status;

/* The status in words ("transport"), for messages. Never NULL. */
SMITHY_API const char *smithy_status_name(smithy_status status);

/* Leaves the function with the status of `expression` unless it is SMITHY_OK. */
#define SMITHY_TRY(expression)                                        \
    do {                                                              \
        const smithy_status smithy_try_status = (expression);         \
        if (smithy_try_status != SMITHY_OK) return smithy_try_status; \
    } while (0)

/* Text by value: not owned. What the library decodes is NUL-terminated too, at ptr[len]. */
typedef struct smithy_str {
    const char *ptr; /* NULL: absent. */
    size_t len;
} smithy_str;

/* Bytes by value: not owned. */
typedef struct smithy_bytes {
    const uint8_t *ptr; /* NULL: absent. */
    size_t len;
} smithy_bytes;

/* A literal as a smithy_str; and the same for static initializers, without the cast. */
#ifdef __cplusplus
#define SMITHY_STR(literal) (smithy_str{(literal), sizeof(literal) - 1})
#else
#define SMITHY_STR(literal) ((smithy_str){(literal), sizeof(literal) - 1})
#endif
#define SMITHY_STR_INIT(literal) \
    { (literal), sizeof(literal) - 1 }

/* For printf: printf("%.*s", SMITHY_STR_ARG(text)). */
#define SMITHY_STR_ARG(text) (int)(text).len, (text).ptr ? (text).ptr : ""

/* Optional scalars. In an initializer: `.limit = SMITHY_SET(50)`. */
#define SMITHY_SET(value_) \
    { true, (value_) }

typedef struct smithy_opt_bool {
    bool has;
    bool value;
} smithy_opt_bool;

typedef struct smithy_opt_i8 {
    bool has;
    int8_t value;
} smithy_opt_i8;

typedef struct smithy_opt_i16 {
    bool has;
    int16_t value;
} smithy_opt_i16;

typedef struct smithy_opt_i32 {
    bool has;
    int32_t value;
} smithy_opt_i32;

typedef struct smithy_opt_i64 {
    bool has;
    int64_t value;
} smithy_opt_i64;

typedef struct smithy_opt_f32 {
    bool has;
    float value;
} smithy_opt_f32;

typedef struct smithy_opt_f64 {
    bool has;
    double value;
} smithy_opt_f64;

/* A Smithy timestamp: milliseconds since 1970-01-01T00:00:00Z; may be negative. */
typedef struct smithy_opt_time {
    bool has;
    int64_t value;
} smithy_opt_time;

/* Lists and maps of text, shared by all services. Absent: items == NULL; empty: items != NULL, count == 0. */
typedef struct smithy_str_list {
    const smithy_str *items;
    size_t count;
} smithy_str_list;

typedef struct smithy_str_entry {
    smithy_str key;
    smithy_str value;
} smithy_str_entry;

typedef struct smithy_str_map {
    const smithy_str_entry *items; /* In the order of the wire; keys are not repeated by the services. */
    size_t count;
} smithy_str_map;

/* A map of lists of text, as httpQueryParams takes it. */
typedef struct smithy_str_list_entry {
    smithy_str key;
    smithy_str_list value;
} smithy_str_list_entry;

typedef struct smithy_str_list_map {
    const smithy_str_list_entry *items;
    size_t count;
} smithy_str_list_map;

/* `text` as a smithy_str; absent for NULL. The characters stay the caller's. */
static inline smithy_str smithy_str_from(const char *text) {
    smithy_str result = {text, text ? strlen(text) : 0};
    return result;
}

static inline bool smithy_str_is_set(smithy_str text) {
    return text.ptr != NULL;
}

/* Equal in length and bytes. Absent and empty are equal here; ask smithy_str_is_set where it matters. */
static inline bool smithy_str_equal(smithy_str a, smithy_str b) {
    /* Both are asked, so that a compiler that knows one of them to be absent sees that it is not compared. */
    return a.len == b.len && (a.len == 0 || b.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* ASCII letters compare without case, as HTTP header names do. */
SMITHY_API bool smithy_str_equal_nocase(smithy_str a, smithy_str b);

/* memcmp order, shorter first: <0, 0, >0. */
SMITHY_API int smithy_str_compare(smithy_str a, smithy_str b);

static inline bool smithy_str_starts_with(smithy_str text, smithy_str prefix) {
    return text.len >= prefix.len && (prefix.len == 0 || memcmp(text.ptr, prefix.ptr, prefix.len) == 0);
}

/* A whole base-10 integer in `text`, with an optional minus: false when it is anything else or does not fit. */
SMITHY_API bool smithy_str_to_i64(smithy_str text, int64_t *value);

#ifdef __cplusplus
}
#endif

#endif
