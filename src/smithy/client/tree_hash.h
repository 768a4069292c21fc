/* The tree hash that Amazon Glacier wants of what is uploaded: SHA-256 of each MiB, then of each two neighbours'
 * hashes, level by level, until one is left. Private to this folder.
 *
 * Source: "Computing Checksums" of the Amazon Glacier developer guide. */
#ifndef SMITHY_CLIENT_TREE_HASH_H
#define SMITHY_CLIENT_TREE_HASH_H

#include <smithy/hash.h>

/* Enough for 2^63 bytes. */
#define TREE_HASH_LEVELS 44

typedef struct tree_hash {
    smithy_sha256_state leaf;
    size_t leaf_len;
    uint64_t leaves; /* That are complete. */
    size_t depth;
    uint8_t open[TREE_HASH_LEVELS][SMITHY_SHA256_SIZE]; /* Left halves that wait for their right ones, largest first. */
} tree_hash;

smithy_status tree_hash_init(tree_hash *tree);
smithy_status tree_hash_update(tree_hash *tree, const void *bytes, size_t len);
smithy_status tree_hash_final(tree_hash *tree, uint8_t digest[SMITHY_SHA256_SIZE]);
/* Any time, also twice. */
void tree_hash_deinit(tree_hash *tree);

#endif
