#include "cover.h"

#include "grow.h"

typedef struct covering {
    const cover_name *names;
    cover *found;
    smithy_call *memory;
} covering;

static bool is_inside_character(smithy_str text, size_t at) {
    return at < text.len && ((unsigned char)text.ptr[at] & 0xc0) == 0x80;
}

/* How many bytes the names of [first, end) begin with in common, cut between characters. They are in order, so the
 * outermost two tell. */
static size_t common_length(const covering *c, size_t first, size_t end) {
    const smithy_str low = c->names[first].name, high = c->names[end - 1].name;
    size_t len = 0;
    while (len < low.len && len < high.len && low.ptr[len] == high.ptr[len]) len++;
    while (len > 0 && (is_inside_character(low, len) || is_inside_character(high, len))) len--;
    return len;
}

static bool is_clean(const covering *c, size_t first, size_t end) {
    for (size_t i = first; i < end; i++)
        if (c->names[i].is_alone || c->names[i].watermark != c->names[first].watermark) return false;
    return true;
}

static bool is_due(const covering *c, size_t first, size_t end) {
    for (size_t i = first; i < end; i++)
        if (c->names[i].is_due) return true;
    return false;
}

static smithy_status add_unit(covering *c, size_t first, size_t count, size_t prefix_len) {
    if (!GROW(c->memory, c->found->units, c->found->count, c->found->capacity)) return SMITHY_ERROR_MEMORY;
    c->found->units[c->found->count++] = (cover_unit){first, count, {c->names[first].name.ptr, prefix_len}};
    return SMITHY_OK;
}

/* The end of those that go on behind `depth` with the same character as the first. */
static size_t branch_end(const covering *c, size_t first, size_t end, size_t depth) {
    size_t at = first + 1;
    while (at < end && common_length(c, first, at + 1) > depth) at++;
    return at;
}

static smithy_status cover_node(covering *c, size_t first, size_t end) {
    if (!is_due(c, first, end)) return SMITHY_OK;
    const size_t depth = common_length(c, first, end);
    if (end - first == 1 || is_clean(c, first, end)) return add_unit(c, first, end - first, depth);
    if (c->names[first].name.len == depth) { /* The others' names start with this one's. */
        if (c->names[first].is_due) SMITHY_TRY(add_unit(c, first, 1, depth));
        first++;
    }
    while (first < end) {
        const size_t next = branch_end(c, first, end, depth);
        SMITHY_TRY(cover_node(c, first, next));
        first = next;
    }
    return SMITHY_OK;
}

smithy_status cover_find(const cover_name *names, size_t count, cover *found, smithy_call *memory) {
    covering c = {names, found, memory};
    *found = (cover){0};
    return cover_node(&c, 0, count);
}
