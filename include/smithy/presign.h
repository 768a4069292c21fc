/* Requests that somebody else sends: signed ahead, and good for a while. */
#ifndef SMITHY_PRESIGN_H
#define SMITHY_PRESIGN_H

#include <smithy/client.h>
#include <smithy/http.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In the call's arena. Whoever has it may do what it says, as the one who signed it: treat it as a secret. */
typedef struct smithy_presigned {
    smithy_str method; /* "GET" */
    smithy_str url;
    smithy_headers headers; /* They are signed, so they must be sent as they are here. Often there are none. */
} smithy_presigned;

/* ---- for generated clients ---- */

typedef struct smithy_operation smithy_operation;

/* The operation's request, valid for `expires_s` (1 to 604,800) seconds from now and no longer than the credentials.
 * Nothing is sent; the body is not part of it, and no checksum is added. A request of the Query protocols becomes a
 * GET. SMITHY_ERROR_INPUT for an operation whose request cannot stand in a URL. */
SMITHY_API smithy_status smithy_client_presign(smithy_client *client, const smithy_operation *operation,
                                               const void *input, int64_t expires_s, smithy_presigned *presigned,
                                               smithy_call *call) SMITHY_NODISCARD;

#ifdef __cplusplus
}
#endif

#endif
