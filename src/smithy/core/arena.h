/* Memory that is given back all at once: the outputs of a call. Internal; callers see smithy/call.h.
 *
 * A list of blocks, filled from the front of the newest. Outputs may hold secrets (temporary credentials), so what was
 * used is overwritten when it is given back; that is a memset of what was written before and costs next to nothing. */
#ifndef SMITHY_CORE_ARENA_H
#define SMITHY_CORE_ARENA_H

#include <smithy/system.h>

typedef struct arena_block arena_block;

typedef struct smithy_arena {
    const smithy_system *system;
    size_t max;          /* Bytes in all blocks together. */
    size_t held;         /* The same, as it stands. */
    arena_block *blocks; /* The one in use first. */
} smithy_arena;

void smithy_arena_init(smithy_arena *arena, const smithy_system *system, size_t max);
/* Gives everything back. */
void smithy_arena_deinit(smithy_arena *arena);
/* The same, but keeps one block of ordinary size to be filled anew. */
void smithy_arena_reset(smithy_arena *arena);

/* Makes room for `size` bytes in one piece, for an arena that holds nothing yet. SMITHY_ERROR_LIMIT, or
 * SMITHY_ERROR_MEMORY. */
smithy_status smithy_arena_reserve(smithy_arena *arena, size_t size) SMITHY_NODISCARD;

/* `size` bytes at a multiple of `align` (a power of two up to that of max_align_t); not zeroed, never NULL for size 0.
 * SMITHY_ERROR_LIMIT, or SMITHY_ERROR_MEMORY. */
smithy_status smithy_arena_take(smithy_arena *arena, size_t size, size_t align, void **memory) SMITHY_NODISCARD;
/* Gives the piece back now that was taken with this `size`, if it is so large that its block is its own. */
void smithy_arena_give(smithy_arena *arena, const void *memory, size_t size);

#endif
