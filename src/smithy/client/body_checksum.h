/* The checksums of httpChecksum, MD5 and Glacier's tree hash, over a body in pieces. Private to this folder. */
#ifndef SMITHY_CLIENT_BODY_CHECKSUM_H
#define SMITHY_CLIENT_BODY_CHECKSUM_H

#include "client/tree_hash.h"

typedef enum checksum_algorithm {
    CHECKSUM_NONE = 0,
    CHECKSUM_CRC32,
    CHECKSUM_CRC32C,
    CHECKSUM_CRC64NVME,
    CHECKSUM_SHA1,
    CHECKSUM_SHA256,
    CHECKSUM_MD5, /* Of Content-MD5 alone: no service names it as an algorithm that it validates by. */
    CHECKSUM_TREE_HASH,
    CHECKSUM_COUNT
} checksum_algorithm;

/* CHECKSUM_NONE for a name that is not worked out here. */
checksum_algorithm checksum_by_name(smithy_str name);
/* "x-amz-checksum-crc32"; "Content-MD5". */
const char *checksum_header(checksum_algorithm algorithm);

/* In bytes. */
size_t body_checksum_size(checksum_algorithm algorithm);

/* Of no algorithm, as when all is zero, nothing is summed up, and there is nothing to free. Beside the algorithm only
 * what it needs is set, for there are several in each call. */
typedef struct body_checksum {
    checksum_algorithm algorithm;
    uint64_t crc;
    smithy_digest_state digest;
    tree_hash tree;
} body_checksum;

smithy_status body_checksum_init(body_checksum *sum, checksum_algorithm algorithm);
smithy_status body_checksum_update(body_checksum *sum, const void *bytes, size_t len);
/* Most significant byte first. Frees what init took. */
smithy_status body_checksum_final(body_checksum *sum, uint8_t value[SMITHY_DIGEST_MAX_SIZE], size_t *len);
/* Any time, also twice. */
void body_checksum_deinit(body_checksum *sum);

#endif
