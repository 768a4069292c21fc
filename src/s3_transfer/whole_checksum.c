#include "s3_transfer/whole_checksum.h"

#include <smithy/text.h>

#define MAX_TEXT 64

/* "…-3" is the checksum of three parts' checksums. */
static bool is_whole(smithy_str text) {
    return text.len > 0 && text.len <= MAX_TEXT && !memchr(text.ptr, '-', text.len);
}

smithy_status whole_checksum_init(whole_checksum *sum, const s3_head_object_output *object) {
    const struct {
        smithy_str text;
        whole_kind kind;
        smithy_digest_kind digest;
        const char *name;
    } known[] = {
        {object->checksum_crc32, WHOLE_CRC32, SMITHY_DIGEST_MD5, "CRC32"},
        {object->checksum_crc32c, WHOLE_CRC32C, SMITHY_DIGEST_MD5, "CRC32C"},
        {object->checksum_crc64nvme, WHOLE_CRC64NVME, SMITHY_DIGEST_MD5, "CRC64NVME"},
        {object->checksum_sha1, WHOLE_DIGEST, SMITHY_DIGEST_SHA1, "SHA1"},
        {object->checksum_sha256, WHOLE_DIGEST, SMITHY_DIGEST_SHA256, "SHA256"},
    };
    *sum = (whole_checksum){.kind = WHOLE_NONE};
    if (object->checksum_type.kind == S3_CHECKSUM_TYPE_COMPOSITE) return SMITHY_OK;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (!is_whole(known[i].text)) continue;
        *sum = (whole_checksum){.kind = known[i].kind, .name = known[i].name, .expected = known[i].text};
        return sum->kind == WHOLE_DIGEST ? smithy_digest_init(&sum->digest, known[i].digest) : SMITHY_OK;
    }
    return SMITHY_OK;
}

smithy_status whole_checksum_update(whole_checksum *sum, const uint8_t *bytes, size_t len) {
    switch (sum->kind) {
    case WHOLE_NONE: break;
    case WHOLE_CRC32: sum->crc = smithy_crc32((uint32_t)sum->crc, bytes, len); break;
    case WHOLE_CRC32C: sum->crc = smithy_crc32c((uint32_t)sum->crc, bytes, len); break;
    case WHOLE_CRC64NVME: sum->crc = smithy_crc64nvme(sum->crc, bytes, len); break;
    case WHOLE_DIGEST: return smithy_digest_update(&sum->digest, bytes, len);
    }
    return SMITHY_OK;
}

/* Most significant byte first. */
static size_t write_crc(const whole_checksum *sum, uint8_t value[SMITHY_DIGEST_MAX_SIZE]) {
    const size_t len = sum->kind == WHOLE_CRC64NVME ? sizeof(uint64_t) : sizeof(uint32_t);
    for (size_t i = 0; i < len; i++) value[i] = (uint8_t)(sum->crc >> (8 * (len - 1 - i)));
    return len;
}

smithy_status whole_checksum_matches(whole_checksum *sum, bool *matches) {
    uint8_t expected[MAX_TEXT], value[SMITHY_DIGEST_MAX_SIZE];
    size_t expected_len = 0, len = 0;
    *matches = true;
    if (sum->kind == WHOLE_NONE) return SMITHY_OK;
    if (sum->kind == WHOLE_DIGEST)
        SMITHY_TRY(smithy_digest_final(&sum->digest, value, &len));
    else
        len = write_crc(sum, value);
    *matches = smithy_base64_read(sum->expected, expected, &expected_len) && expected_len == len &&
               memcmp(expected, value, len) == 0;
    return SMITHY_OK;
}

void whole_checksum_deinit(whole_checksum *sum) {
    smithy_digest_deinit(&sum->digest);
}
