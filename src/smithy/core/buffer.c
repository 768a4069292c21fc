#include <smithy/buffer.h>
#include <smithy/hash.h>

#include <stdarg.h>
#include <stdio.h>

enum {
    FIRST_CAPACITY = 128,
    /* Secrets are small. While a buffer is no larger than this, growing overwrites the block that it leaves, so that
     * smithy_buffer_deinit_secret finds the only copy; a large body keeps the speed of realloc. */
    OVERWRITE_MAX = 64 * 1024
};

void smithy_buffer_init(smithy_buffer *buffer, const smithy_system *system, size_t max) {
    *buffer = (smithy_buffer){
        .max = max < SIZE_MAX ? max : SIZE_MAX - 1, /* The NUL needs a byte too. */
        .system = system ? system : smithy_system_default(),
    };
}

void smithy_buffer_deinit(smithy_buffer *buffer) {
    if (buffer->ptr) buffer->system->resize(buffer->system->context, buffer->ptr, 0);
    smithy_buffer_init(buffer, buffer->system, buffer->max);
}

void smithy_buffer_deinit_secret(smithy_buffer *buffer) {
    smithy_cleanse(buffer->ptr, buffer->capacity);
    smithy_buffer_deinit(buffer);
}

void smithy_buffer_reset(smithy_buffer *buffer) {
    buffer->len = 0;
    buffer->status = SMITHY_OK;
    if (buffer->ptr) buffer->ptr[0] = '\0';
}

static char *grow_overwriting(smithy_buffer *buffer, size_t capacity) {
    const smithy_system *system = buffer->system;
    char *block = system->resize(system->context, NULL, capacity);
    if (!block) return NULL;
    if (buffer->ptr) {
        memcpy(block, buffer->ptr, buffer->len + 1);
        smithy_cleanse(buffer->ptr, buffer->capacity);
        system->resize(system->context, buffer->ptr, 0);
    }
    return block;
}

static bool grow(smithy_buffer *buffer, size_t needed) {
    const smithy_system *system = buffer->system;
    const size_t most = buffer->max + 1;
    size_t capacity = buffer->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : buffer->capacity;
    while (capacity < needed) capacity = capacity > most / 2 ? most : capacity * 2;
    if (capacity > most) capacity = most;

    char *block = buffer->capacity <= OVERWRITE_MAX ? grow_overwriting(buffer, capacity)
                                                    : system->resize(system->context, buffer->ptr, capacity);
    if (!block) {
        buffer->status = SMITHY_ERROR_MEMORY;
        return false;
    }
    buffer->ptr = block;
    buffer->capacity = capacity;
    buffer->ptr[buffer->len] = '\0';
    return true;
}

bool smithy_buffer_reserve(smithy_buffer *buffer, size_t len) {
    if (buffer->status != SMITHY_OK) return false;
    if (len > buffer->max - buffer->len) {
        buffer->status = SMITHY_ERROR_LIMIT;
        return false;
    }
    const size_t needed = buffer->len + len + 1;
    return needed <= buffer->capacity || grow(buffer, needed);
}

/* Most appends are short and find room: they are not to pay for those that do not. */
static inline bool has_room(const smithy_buffer *buffer, size_t len) {
    return buffer->status == SMITHY_OK && len < buffer->capacity - buffer->len;
}

void smithy_buffer_append(smithy_buffer *buffer, const void *bytes, size_t len) {
    if (len == 0 || (!has_room(buffer, len) && !smithy_buffer_reserve(buffer, len))) return;
    memcpy(buffer->ptr + buffer->len, bytes, len);
    buffer->len += len;
    buffer->ptr[buffer->len] = '\0';
}

void smithy_buffer_append_str(smithy_buffer *buffer, smithy_str text) {
    smithy_buffer_append(buffer, text.ptr, text.len);
}

void smithy_buffer_append_text(smithy_buffer *buffer, const char *text) {
    smithy_buffer_append(buffer, text, strlen(text));
}

void smithy_buffer_append_char(smithy_buffer *buffer, char c) {
    if (!has_room(buffer, 1) && !smithy_buffer_reserve(buffer, 1)) return;
    buffer->ptr[buffer->len++] = c;
    buffer->ptr[buffer->len] = '\0';
}

void smithy_buffer_append_i64(smithy_buffer *buffer, int64_t value) {
    char digits[20];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) digits[--at] = '-';
    smithy_buffer_append(buffer, digits + at, sizeof digits - at);
}

void smithy_buffer_append_f(smithy_buffer *buffer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) {
        if (buffer->status == SMITHY_OK) buffer->status = SMITHY_ERROR_LIMIT; /* Longer than an int can say. */
        return;
    }
    if (!smithy_buffer_reserve(buffer, (size_t)length)) return;
    va_start(arguments, format);
    vsnprintf(buffer->ptr + buffer->len, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->len += (size_t)length;
}
