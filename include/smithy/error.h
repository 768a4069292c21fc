/* What went wrong, in the caller's own memory: fixed arrays, so that even "out of memory" can be told in full. */
#ifndef SMITHY_ERROR_H
#define SMITHY_ERROR_H

#include <smithy/base.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct smithy_error {
    smithy_status status;
    const char *operation; /* "CreateExportTask"; NULL outside of an operation. Static text. */
    int http_status;       /* 0: no answer came. */
    int attempts;          /* How often the request was sent, or tried to be. */
    bool outcome_unknown;  /* The request may have taken effect: it was sent, and no usable answer came. */
    char code[96];         /* The service's error code ("ResourceNotFoundException"); for an error without one, its HTTP
                              status in digits. Empty: no answer came. */
    char message[512];     /* One line for people, cut where it is too long. Never holds a secret. */
    char request_id[80];   /* x-amzn-requestid or x-amz-request-id. */
    char host_id[128];     /* x-amz-id-2 (S3). */
    char region[32];       /* The Region that S3 says the bucket is in, when it says so. */
} smithy_error;

static inline bool smithy_error_has_code(const smithy_error *error, const char *code) {
    return error->status == SMITHY_ERROR_SERVICE && strcmp(error->code, code) == 0;
}

/* One line: "CreateExportTask: LimitExceededException: Resource limit exceeded. (HTTP 400, request 1b2c…, 1 attempt)".
 */
SMITHY_API void smithy_error_print(FILE *stream, const smithy_error *error);
/* The same into `text`, cut to `size` bytes with its NUL; answers the length written. */
SMITHY_API size_t smithy_error_format(const smithy_error *error, char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
