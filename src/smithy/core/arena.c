#include "core/arena.h"

#include <smithy/hash.h>

#include <stdalign.h>

enum {
    BLOCK_SIZE = 64 * 1024,
    /* A larger piece gets a block of its own behind the one in use, so that little of an ordinary block is wasted. */
    LARGE_PIECE = BLOCK_SIZE / 4
};

struct arena_block {
    arena_block *next;
    size_t capacity;
    size_t used;
    alignas(max_align_t) unsigned char bytes[];
};

void smithy_arena_init(smithy_arena *arena, const smithy_system *system, size_t max) {
    *arena = (smithy_arena){.system = system, .max = max};
}

static void block_clear(arena_block *block) {
    smithy_cleanse(block->bytes, block->used);
    block->used = 0;
}

static void block_free(smithy_arena *arena, arena_block *block) {
    block_clear(block);
    arena->held -= block->capacity;
    arena->system->resize(arena->system->context, block, 0);
}

/* Frees all blocks but `kept` (NULL: none). */
static void free_blocks_but(smithy_arena *arena, arena_block *kept) {
    arena_block *block = arena->blocks;
    while (block) {
        arena_block *next = block->next;
        if (block != kept) block_free(arena, block);
        block = next;
    }
    arena->blocks = kept;
}

void smithy_arena_deinit(smithy_arena *arena) {
    free_blocks_but(arena, NULL);
}

void smithy_arena_reset(smithy_arena *arena) {
    arena_block *kept = arena->blocks;
    while (kept && kept->capacity > BLOCK_SIZE) kept = kept->next;
    free_blocks_but(arena, kept);
    if (!kept) return;
    kept->next = NULL;
    block_clear(kept);
}

/* Of at least `size` bytes, and of `capacity` where the arena's maximum allows. */
static smithy_status block_create(smithy_arena *arena, size_t size, size_t capacity, arena_block **created) {
    const smithy_system *system = arena->system;
    const size_t left = arena->max - arena->held;
    if (size > left || size > SIZE_MAX - sizeof(arena_block)) return SMITHY_ERROR_LIMIT;
    if (capacity > left) capacity = left;
    arena_block *block = system->resize(system->context, NULL, sizeof(arena_block) + capacity);
    if (!block) return SMITHY_ERROR_MEMORY;
    block->next = NULL;
    block->capacity = capacity;
    block->used = 0;
    arena->held += capacity;
    *created = block;
    return SMITHY_OK;
}

smithy_status smithy_arena_reserve(smithy_arena *arena, size_t size) {
    return block_create(arena, size, size, &arena->blocks);
}

/* The piece at the front of what is free in `block`; NULL where it does not fit. */
static void *block_take(arena_block *block, size_t size, size_t align) {
    const size_t padding = (align - block->used) & (align - 1);
    const size_t left = block->capacity - block->used;
    if (padding > left || size > left - padding) return NULL;
    void *memory = block->bytes + block->used + padding;
    block->used += padding + size;
    return memory;
}

smithy_status smithy_arena_take(smithy_arena *arena, size_t size, size_t align, void **memory) {
    if (size == 0) size = 1;
    if (arena->blocks) {
        *memory = block_take(arena->blocks, size, align);
        if (*memory) return SMITHY_OK;
    }
    arena_block *block = NULL;
    SMITHY_TRY(block_create(arena, size, size > LARGE_PIECE ? size : BLOCK_SIZE, &block));
    if (size > LARGE_PIECE && arena->blocks) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        block->next = arena->blocks;
        arena->blocks = block;
    }
    *memory = block_take(block, size, align);
    return SMITHY_OK;
}

void smithy_arena_give(smithy_arena *arena, const void *memory, size_t size) {
    if (size <= LARGE_PIECE) return;
    for (arena_block **link = &arena->blocks; *link; link = &(*link)->next) {
        arena_block *block = *link;
        if (block->bytes != memory || block->capacity != size) continue;
        *link = block->next;
        block_free(arena, block);
        return;
    }
}
