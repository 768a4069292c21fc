#include "client/tree_hash.h"

#define LEAF_SIZE ((size_t)1 << 20)

smithy_status tree_hash_init(tree_hash *tree) {
    *tree = (tree_hash){.leaf_len = 0};
    return smithy_sha256_init(&tree->leaf);
}

static smithy_status join_last_two(tree_hash *tree) {
    uint8_t digest[SMITHY_SHA256_SIZE];
    SMITHY_TRY(smithy_sha256(tree->open[tree->depth - 2], 2 * sizeof digest, digest));
    tree->depth--;
    memcpy(tree->open[tree->depth - 1], digest, sizeof digest);
    return SMITHY_OK;
}

/* As in a binary counter: a leaf completes as many halves as its number has zeros at the end. */
static smithy_status close_leaf(tree_hash *tree) {
    if (tree->depth == TREE_HASH_LEVELS) return SMITHY_ERROR_LIMIT;
    SMITHY_TRY(smithy_sha256_final(&tree->leaf, tree->open[tree->depth]));
    tree->depth++;
    tree->leaves++;
    tree->leaf_len = 0;
    for (uint64_t left = tree->leaves; left % 2 == 0; left /= 2) SMITHY_TRY(join_last_two(tree));
    return SMITHY_OK;
}

smithy_status tree_hash_update(tree_hash *tree, const void *bytes, size_t len) {
    const uint8_t *at = bytes;
    while (len) {
        if (tree->leaf_len == LEAF_SIZE) {
            SMITHY_TRY(close_leaf(tree));
            SMITHY_TRY(smithy_sha256_init(&tree->leaf));
        }
        const size_t room = LEAF_SIZE - tree->leaf_len;
        const size_t part = len < room ? len : room;
        SMITHY_TRY(smithy_sha256_update(&tree->leaf, at, part));
        tree->leaf_len += part;
        at += part;
        len -= part;
    }
    return SMITHY_OK;
}

smithy_status tree_hash_final(tree_hash *tree, uint8_t digest[SMITHY_SHA256_SIZE]) {
    SMITHY_TRY(close_leaf(tree));
    while (tree->depth > 1) SMITHY_TRY(join_last_two(tree));
    memcpy(digest, tree->open[0], SMITHY_SHA256_SIZE);
    return SMITHY_OK;
}

void tree_hash_deinit(tree_hash *tree) {
    if (tree->leaf.context) smithy_sha256_deinit(&tree->leaf);
    tree->leaf.context = NULL;
}
