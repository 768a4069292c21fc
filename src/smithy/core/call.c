#include <smithy/call.h>

#include "core/arena.h"
#include "core/utf8.h"

#include <smithy/buffer.h>

#include <stdalign.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#define DEFAULT_MAX_MEMORY ((size_t)256 * 1024 * 1024)

/* A lock would make smithy_call_cancel unfit for signal handlers. */
_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "atomic_int must be lock-free");

struct smithy_call {
    const smithy_system *system;
    smithy_arena arena;
    smithy_arena last; /* What smithy_call_turn keeps. */
    smithy_error error;
    const void *error_shape; /* Of the modeled error in error_detail; NULL: there is none. */
    const void *error_detail;
    int64_t deadline_mono_ms; /* 0: none. */
    int max_attempts;         /* 0: the client's own number. */
    unsigned uses;
    atomic_int canceled;
    const volatile int *watched; /* Cancels too while it points to something other than 0. */
    const smithy_call *leader;   /* Cancels too; NULL: none. */
};

static const smithy_error OUT_OF_MEMORY = {
    .status = SMITHY_ERROR_MEMORY,
    .message = "out of memory",
};

/* ---- life ---- */

smithy_call *smithy_call_create(const smithy_call_options *options) {
    static const smithy_call_options DEFAULTS = {0};
    if (!options) options = &DEFAULTS;
    const smithy_system *system = options->system ? options->system : smithy_system_default();
    smithy_call *call = system->resize(system->context, NULL, sizeof *call);
    if (!call) return NULL;
    memset(call, 0, sizeof *call);
    call->system = system;
    atomic_init(&call->canceled, 0);
    smithy_arena_init(&call->arena, system, options->max_memory ? options->max_memory : DEFAULT_MAX_MEMORY);
    smithy_arena_init(&call->last, system, 0);
    smithy_call_set_timeout(call, options->timeout_ms);
    return call;
}

void smithy_call_destroy(smithy_call *call) {
    if (!call) return;
    const smithy_system *system = call->system;
    smithy_arena_deinit(&call->arena);
    smithy_arena_deinit(&call->last);
    system->resize(system->context, call, 0);
}

/* Its share of the maximum goes back to the arena. */
static void forget_last(smithy_call *call) {
    call->arena.max += call->last.max;
    smithy_arena_deinit(&call->last);
    smithy_arena_init(&call->last, call->system, 0);
}

void smithy_call_reset(smithy_call *call) {
    smithy_call_clear_error(call);
    forget_last(call);
    smithy_arena_reset(&call->arena);
}

void smithy_call_turn(smithy_call *call, bool again) {
    smithy_call_clear_error(call);
    call->uses |= SMITHY_CALL_PAGES;
    if (again) {
        smithy_arena_reset(&call->arena);
        return;
    }
    forget_last(call);
    call->last = call->arena;
    smithy_arena_init(&call->arena, call->system, call->last.max - call->last.held);
    call->last.max = call->last.held;
}

smithy_status smithy_call_reset_keeping(smithy_call *call, smithy_str *text) {
    call->uses |= SMITHY_CALL_PAGES;
    if (!text || !smithy_str_is_set(*text)) {
        smithy_call_reset(call);
        return SMITHY_OK;
    }
    /* The text may lie anywhere in the arena, so it waits outside. */
    smithy_buffer copy;
    smithy_buffer_init(&copy, call->system, text->len);
    smithy_buffer_append_str(&copy, *text);
    const smithy_status status = smithy_buffer_status(&copy);
    smithy_call_reset(call);
    *text = (smithy_str){0};
    if (status == SMITHY_OK) *text = smithy_call_copy(call, smithy_buffer_str(&copy));
    smithy_buffer_deinit_secret(&copy);
    if (status != SMITHY_OK) return smithy_call_fail(call, status, "out of memory");
    return smithy_call_status(call);
}

/* ---- deadline and cancel flag ---- */

void smithy_call_set_timeout(smithy_call *call, int64_t timeout_ms) {
    if (timeout_ms <= 0) {
        call->deadline_mono_ms = 0;
        return;
    }
    const int64_t now = call->system->mono_ms(call->system->context);
    const int64_t deadline = timeout_ms > INT64_MAX - (now > 0 ? now : 0) ? INT64_MAX : now + timeout_ms;
    call->deadline_mono_ms = deadline != 0 ? deadline : 1; /* 0 means none. */
}

void smithy_call_set_deadline(smithy_call *call, int64_t deadline_mono_ms) {
    call->deadline_mono_ms = deadline_mono_ms;
}

int64_t smithy_call_deadline(const smithy_call *call) {
    return call->deadline_mono_ms;
}

void smithy_call_set_max_attempts(smithy_call *call, int max_attempts) {
    call->max_attempts = max_attempts > 0 ? max_attempts : 0;
}

int smithy_call_max_attempts(const smithy_call *call) {
    return call->max_attempts;
}

void smithy_call_set_uses(smithy_call *call, unsigned uses) {
    call->uses = uses;
}

unsigned smithy_call_uses(const smithy_call *call) {
    return call->uses;
}

void smithy_call_cancel(smithy_call *call) {
    atomic_store(&call->canceled, 1);
}

void smithy_call_uncancel(smithy_call *call) {
    atomic_store(&call->canceled, 0);
}

bool smithy_call_is_canceled(const smithy_call *call) {
    for (; call; call = call->leader)
        if (atomic_load(&call->canceled) != 0 || (call->watched && *call->watched != 0)) return true;
    return false;
}

void smithy_call_watch(smithy_call *call, const volatile int *flag) {
    call->watched = flag;
}

void smithy_call_follow(smithy_call *call, const smithy_call *leader) {
    call->deadline_mono_ms = leader->deadline_mono_ms;
    call->leader = leader;
}

/* ---- error ---- */

const smithy_error *smithy_call_error(const smithy_call *call) {
    return call ? &call->error : &OUT_OF_MEMORY;
}

smithy_status smithy_call_status(const smithy_call *call) {
    return smithy_call_error(call)->status;
}

smithy_error *smithy_call_error_mutable(smithy_call *call) {
    return &call->error;
}

void smithy_call_clear_error(smithy_call *call) {
    call->error = (smithy_error){0};
    call->error_shape = NULL;
    call->error_detail = NULL;
}

smithy_status smithy_call_fail(smithy_call *call, smithy_status status, const char *format, ...) {
    smithy_error *error = &call->error;
    if (error->status != SMITHY_OK) return status;
    error->status = status;
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    const size_t most = sizeof error->message - 1;
    if (length < 0) error->message[0] = '\0';
    /* vsnprintf cuts at a byte; the text must still end with a whole character. */
    if (length > (int)most) error->message[smithy_utf8_cut(error->message, most)] = '\0';
    return status;
}

void smithy_call_set_error_shape(smithy_call *call, const void *shape, void *detail) {
    call->error_shape = shape;
    call->error_detail = detail;
}

const void *smithy_call_error_shape(const smithy_call *call, const void *shape) {
    return shape && call->error_shape == shape ? call->error_detail : NULL;
}

/* ---- arena ---- */

const smithy_system *smithy_call_system(const smithy_call *call) {
    return call->system;
}

static void *take(smithy_call *call, size_t size, size_t align) {
    void *memory = NULL;
    const smithy_status status = smithy_arena_take(&call->arena, size, align, &memory);
    if (status == SMITHY_OK) return memory;
    if (status == SMITHY_ERROR_LIMIT)
        smithy_call_fail(call, status, "the call's outputs need more than its max_memory of %zu bytes",
                         call->arena.max);
    else
        smithy_call_fail(call, status, "out of memory");
    return NULL;
}

static void *take_items(smithy_call *call, size_t count, size_t size) {
    if (size == 0 || count <= SIZE_MAX / size) return take(call, count * size, alignof(max_align_t));
    smithy_call_fail(call, SMITHY_ERROR_LIMIT, "%zu items of %zu bytes are more than memory can hold", count, size);
    return NULL;
}

void *smithy_call_alloc(smithy_call *call, size_t count, size_t size) {
    void *memory = take_items(call, count, size);
    if (memory) memset(memory, 0, count * size);
    return memory;
}

void *smithy_call_grow(smithy_call *call, void *items, size_t count, size_t capacity, size_t wanted, size_t size) {
    void *grown = take_items(call, wanted, size);
    if (!grown || !items) return grown;
    memcpy(grown, items, count * size);
    smithy_arena_give(&call->arena, items, capacity * size);
    return grown;
}

smithy_str smithy_call_copy(smithy_call *call, smithy_str text) {
    if (!smithy_str_is_set(text)) return (smithy_str){0};
    char *copy = take(call, text.len + 1, 1);
    if (!copy) return (smithy_str){0};
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return (smithy_str){copy, text.len};
}

smithy_str smithy_call_format(smithy_call *call, const char *format, ...) {
    char brief[256]; /* Most texts are made once, here, and copied. */
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(brief, sizeof brief, format, arguments);
    va_end(arguments);
    if (length < 0) {
        smithy_call_fail(call, SMITHY_ERROR_LIMIT, "a formatted text is longer than an int can say");
        return (smithy_str){0};
    }
    if ((size_t)length < sizeof brief) return smithy_call_copy(call, (smithy_str){brief, (size_t)length});
    char *text = take(call, (size_t)length + 1, 1);
    if (!text) return (smithy_str){0};
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return (smithy_str){text, (size_t)length};
}
