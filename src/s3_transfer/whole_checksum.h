/* The checksum that S3 keeps of a whole object, summed up as the object comes. Private to this folder. */
#ifndef S3_TRANSFER_WHOLE_CHECKSUM_H
#define S3_TRANSFER_WHOLE_CHECKSUM_H

#include <s3/ops/head_object.h>
#include <smithy/hash.h>

typedef enum whole_kind { WHOLE_NONE, WHOLE_CRC32, WHOLE_CRC32C, WHOLE_CRC64NVME, WHOLE_DIGEST } whole_kind;

/* All zero: none. */
typedef struct whole_checksum {
    whole_kind kind;
    const char *name;    /* "CRC32" */
    smithy_str expected; /* As S3 tells it, in base64. */
    uint64_t crc;
    smithy_digest_state digest;
} whole_checksum;

/* One of those that the answer names; none where it names none, or only those of parts. */
smithy_status whole_checksum_init(whole_checksum *sum, const s3_head_object_output *object);
smithy_status whole_checksum_update(whole_checksum *sum, const uint8_t *bytes, size_t len);
/* Whether it is the expected one; true where there is none. */
smithy_status whole_checksum_matches(whole_checksum *sum, bool *matches);
void whole_checksum_deinit(whole_checksum *sum);

#endif
