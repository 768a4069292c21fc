/* Objects of any size to and from S3: uploads in parts, downloads in ranges, a few of them at once, in bounded memory.
 *
 * It stands on the generated client and adds no settings of its own: retries, checksums and credentials are the
 * client's. Shareable: any number of transfers may use one client at the same time. */
#ifndef S3_TRANSFER_S3_TRANSFER_H
#define S3_TRANSFER_S3_TRANSFER_H

#include <s3/ops/get_object.h>
#include <s3/ops/put_object.h>

#ifdef __cplusplus
extern "C" {
#endif

#define S3_TRANSFER_MIN_PART_SIZE ((int64_t)5 * 1024 * 1024)
#define S3_TRANSFER_MAX_PART_SIZE ((int64_t)5 * 1024 * 1024 * 1024)
#define S3_TRANSFER_MAX_PARTS     10000
#define S3_TRANSFER_MAX_THREADS   32

/* All zero: every default. */
typedef struct s3_transfer_options {
    int64_t part_size; /* Optional; default 8 MiB; 5 MiB to 5 GiB. It grows where an upload would need more than 10,000
                          parts. */
    int64_t threshold; /* Optional; default 8 MiB. Uploads of fewer bytes are one PutObject. */
    int threads; /* Optional; default 4; 1 to 32: parts on their way at once, the caller's thread included. 1 makes
                    no thread. */
    /* Optional. `total` is -1 while the length of an upload is not known. Called from any of the threads, never from
     * two at once; it must not use the call. */
    void (*progress)(void *context, int64_t done, int64_t total);
    void *progress_context;
} s3_transfer_options;

/* What a transfer came to. The texts live in the call until its next reset. */
typedef struct s3_transfer_result {
    int64_t length; /* Of the object. */
    int parts;      /* 1: by one request. */
    smithy_str etag;
    smithy_str version_id; /* Absent where the bucket keeps no versions. */
    bool is_verified; /* A download's bytes match the checksum that S3 keeps of the whole object. False where it keeps
                         none, or one of parts only: then TLS and the object's length are what there is. */
} s3_transfer_result;

/* ---- up ---- */

/* What is uploaded: exactly one of these. Borrowed until the upload returns. */
typedef struct s3_transfer_source {
    smithy_bytes bytes;
    const char *path; /* A file is read where it is, part by part; one that changes meanwhile fails the upload. What
                         has no length, a pipe for one, is read as by `read`. */
    /* Fills up to `size` bytes and sets *len; 0 is the end. Called in order, never from two threads at once. */
    smithy_status (*read)(void *context, uint8_t *bytes, size_t size, size_t *len);
    void *context;
    int64_t read_length; /* Optional; what `read` will give in all, where it is known: then all parts have one size.
                            Else they grow to a thousandth of what was sent, which buffers must hold. */
} s3_transfer_source;

/* Puts one object, whole or not at all: where an upload in parts fails or is canceled, it is aborted. `object` says
 * where and with which properties, as PutObject takes them; its body and content_length must be absent.
 *
 * Memory: threads * part size for `read`, little for bytes and files. Checksums: object->checksum_algorithm for each
 * part, CRC32 by default; a checksum of the whole object in `object` is checked by S3 (in parts: CRC32, CRC32C,
 * CRC64NVME).
 *
 * if_match and if_none_match hold for the upload as a whole; where they do not, the error is
 * S3_ERROR_PRECONDITION_FAILED, or S3_ERROR_CONDITIONAL_REQUEST_CONFLICT. With one of them the object gets the metadata
 * "upload-nonce", by which a write whose answer was lost is told from another's: it is read back, and then this answers
 * SMITHY_OK. */
SMITHY_API smithy_status s3_transfer_upload(s3_client *client, const s3_put_object_input *object,
                                            const s3_transfer_source *source, const s3_transfer_options *options,
                                            s3_transfer_result *result, smithy_call *call) SMITHY_NODISCARD;

/* ---- down ---- */

/* Where a download goes: exactly one of these. */
typedef struct s3_transfer_target {
    const char *path;  /* Replaced in one step when all of it has come, and is right; never half a file. */
    smithy_opt_i32 fd; /* Written in order, from where it stands; it stays open. */
    /* Gets the bytes in order, never from two threads at once. What it got before a failure is no object. */
    smithy_status (*write)(void *context, const uint8_t *bytes, size_t len);
    void *context;
} s3_transfer_target;

/* Gets one object as it stood when the download began: when it is replaced meanwhile, the error is
 * S3_ERROR_PRECONDITION_FAILED. A range whose answer breaks off goes on behind the last byte that came. `object` says
 * which, as GetObject takes it; its range, part_number and body_sink must be absent.
 *
 * Memory: threads * part size. */
SMITHY_API smithy_status s3_transfer_download(s3_client *client, const s3_get_object_input *object,
                                              const s3_transfer_target *target, const s3_transfer_options *options,
                                              s3_transfer_result *result, smithy_call *call) SMITHY_NODISCARD;

#ifdef __cplusplus
}
#endif

#endif
