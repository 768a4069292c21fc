#include "client/body_checksum.h"

static const struct {
    smithy_str name;
    const char *header;
    size_t size;
} ALGORITHMS[CHECKSUM_COUNT] = {
    [CHECKSUM_NONE] = {SMITHY_STR_INIT(""), "", 0},
    [CHECKSUM_CRC32] = {SMITHY_STR_INIT("CRC32"), "x-amz-checksum-crc32", 4},
    [CHECKSUM_CRC32C] = {SMITHY_STR_INIT("CRC32C"), "x-amz-checksum-crc32c", 4},
    [CHECKSUM_CRC64NVME] = {SMITHY_STR_INIT("CRC64NVME"), "x-amz-checksum-crc64nvme", 8},
    [CHECKSUM_SHA1] = {SMITHY_STR_INIT("SHA1"), "x-amz-checksum-sha1", 20},
    [CHECKSUM_SHA256] = {SMITHY_STR_INIT("SHA256"), "x-amz-checksum-sha256", SMITHY_SHA256_SIZE},
    [CHECKSUM_MD5] = {SMITHY_STR_INIT(""), "Content-MD5", SMITHY_MD5_SIZE},
    [CHECKSUM_TREE_HASH] = {SMITHY_STR_INIT(""), "X-Amz-Sha256-Tree-Hash", SMITHY_SHA256_SIZE},
};

checksum_algorithm checksum_by_name(smithy_str name) {
    for (int i = CHECKSUM_CRC32; i <= CHECKSUM_SHA256; i++)
        if (smithy_str_equal_nocase(ALGORITHMS[i].name, name)) return (checksum_algorithm)i;
    return CHECKSUM_NONE;
}

const char *checksum_header(checksum_algorithm algorithm) {
    return ALGORITHMS[algorithm].header;
}

size_t body_checksum_size(checksum_algorithm algorithm) {
    return ALGORITHMS[algorithm].size;
}

smithy_status body_checksum_init(body_checksum *sum, checksum_algorithm algorithm) {
    sum->algorithm = algorithm;
    sum->crc = 0;
    sum->digest.context = NULL;
    switch (algorithm) {
    case CHECKSUM_SHA1: return smithy_digest_init(&sum->digest, SMITHY_DIGEST_SHA1);
    case CHECKSUM_SHA256: return smithy_digest_init(&sum->digest, SMITHY_DIGEST_SHA256);
    case CHECKSUM_MD5: return smithy_digest_init(&sum->digest, SMITHY_DIGEST_MD5);
    case CHECKSUM_TREE_HASH: return tree_hash_init(&sum->tree);
    default: return SMITHY_OK;
    }
}

smithy_status body_checksum_update(body_checksum *sum, const void *bytes, size_t len) {
    switch (sum->algorithm) {
    case CHECKSUM_CRC32: sum->crc = smithy_crc32((uint32_t)sum->crc, bytes, len); break;
    case CHECKSUM_CRC32C: sum->crc = smithy_crc32c((uint32_t)sum->crc, bytes, len); break;
    case CHECKSUM_CRC64NVME: sum->crc = smithy_crc64nvme(sum->crc, bytes, len); break;
    case CHECKSUM_SHA1:
    case CHECKSUM_SHA256:
    case CHECKSUM_MD5: return smithy_digest_update(&sum->digest, bytes, len);
    case CHECKSUM_TREE_HASH: return tree_hash_update(&sum->tree, bytes, len);
    default: break;
    }
    return SMITHY_OK;
}

static void put_big_endian(uint64_t number, uint8_t *bytes, size_t len) {
    for (size_t i = 0; i < len; i++) bytes[i] = (uint8_t)(number >> (8 * (len - 1 - i)));
}

smithy_status body_checksum_final(body_checksum *sum, uint8_t value[SMITHY_DIGEST_MAX_SIZE], size_t *len) {
    *len = body_checksum_size(sum->algorithm);
    switch (sum->algorithm) {
    case CHECKSUM_SHA1:
    case CHECKSUM_SHA256:
    case CHECKSUM_MD5: return smithy_digest_final(&sum->digest, value, len);
    case CHECKSUM_TREE_HASH: return tree_hash_final(&sum->tree, value);
    default: break;
    }
    put_big_endian(sum->crc, value, *len);
    return SMITHY_OK;
}

void body_checksum_deinit(body_checksum *sum) {
    if (sum->algorithm == CHECKSUM_TREE_HASH)
        tree_hash_deinit(&sum->tree);
    else if (sum->algorithm != CHECKSUM_NONE && sum->digest.context)
        smithy_digest_deinit(&sum->digest);
    sum->algorithm = CHECKSUM_NONE;
}
