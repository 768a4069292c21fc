/* One operation on its way: from the caller's input to the service's answer. Private to this folder. */
#ifndef SMITHY_CLIENT_INVOCATION_H
#define SMITHY_CLIENT_INVOCATION_H

#include "client/body_checksum.h"
#include "client/chunked_body.h"
#include "client/client_internal.h"
#include "client/response_tree.h"

/* Stands before the caller's sink: sums up what goes through. */
typedef struct watched_sink {
    smithy_sink base;
    smithy_sink *target; /* NULL: the output does not stream. */
    const struct invocation *invocation;
    bool delivered;          /* The target holds bytes of an attempt. */
    body_checksum announced; /* By the answer's headers. */
    body_checksum crc32;     /* Of x-amz-crc32. */
} watched_sink;

typedef struct invocation {
    smithy_client *client;
    const smithy_operation *operation;
    const void *input;
    void *output;
    smithy_call *call;

    smithy_request request;
    const smithy_endpoint *given_endpoint; /* NULL: the rules decide. */
    smithy_endpoint endpoint;
    smithy_str bucket;        /* S3; absent where the operation has none. */
    smithy_str region;        /* Where the bucket is known to be; absent: the client's. */
    bool followed;            /* There, after an answer that said so. */
    smithy_http_request http; /* All but what changes with each attempt. */
    smithy_str payload_hash;  /* Hex, or the constant that stands for a body which is not hashed as a whole. */
    chunked_body chunked;     /* What http.body reads from, where the body is sent in chunks. */
    unsigned uses;            /* SMITHY_CALL_… */
    bool validates_checksum;
    smithy_buffer compressed; /* The body, where it is sent compressed. */
    watched_sink sink;

    smithy_http_response response;
    smithy_response_tree tree;
    smithy_credentials credentials;
    int max_attempts;
    int attempts; /* Those that were sent, or tried to be. */
    int retries;  /* Those that count against max_attempts. */
    int64_t signed_skew_ms;
    smithy_opt_i64 server_skew_ms; /* As the answer's Date header tells. */
    bool outcome_unknown;
} invocation;

/* prepare.c: everything up to the first attempt. */
smithy_status invocation_prepare(invocation *inv);
/* prepare.c: of that, the request as operation and endpoint have it, without what belongs to sending it. */
smithy_status invocation_build(invocation *inv);
/* prepare.c: the endpoint and the URL. Anew, where the Region has changed. */
smithy_status invocation_locate(invocation *inv);
/* attempt.c: signs, sends and reads once. */
smithy_status invocation_attempt(invocation *inv);

/* sign.c: puts a fresh set into inv->credentials. */
smithy_status invocation_get_credentials(invocation *inv);
/* express.c: puts the session of the bucket into inv->credentials; asks for one where there is none. */
smithy_status invocation_get_session(invocation *inv);
/* The operation, or its endpoint, takes no signature. */
bool invocation_is_unsigned(const invocation *inv);
/* What the request is signed with: one consistent set of credentials for each signature, asked for anew each time. */
smithy_status invocation_set_signing(invocation *inv, smithy_signing *signing);
/* Signs inv->http for the attempt that follows. */
smithy_status invocation_sign(invocation *inv);

/* user_agent.c: after signing, which it is no part of: only then the credentials are known. */
smithy_status invocation_set_user_agent(invocation *inv);

/* compress.c: replaces the body by its compressed form, where the operation and the settings want that. */
smithy_status invocation_compress(invocation *inv);
/* checksum.c */
smithy_status invocation_add_checksums(invocation *inv);
/* verify.c */
smithy_status invocation_verify_body(invocation *inv);
void watched_sink_init(watched_sink *sink, smithy_sink *target, const invocation *inv);
/* Before each attempt, and at the end. */
void watched_sink_reset(watched_sink *sink);

/* elsewhere.c: gives the endpoint rules the bucket's Region, where that is known not to be the client's. */
smithy_status invocation_bind_region(invocation *inv, void *params);
/* The recorded error says that the bucket is in another Region, and in which. */
bool invocation_is_elsewhere(const invocation *inv);
/* Makes the request one for that Region; *followed false where it does not say so, or that cannot be. Once. */
smithy_status invocation_follow(invocation *inv, bool *followed);

/* service_error.c: an answer that is not a success, into the call's error. Answers SMITHY_ERROR_SERVICE, or why even
 * that cannot be done. */
smithy_status invocation_read_error(invocation *inv);
/* Whether a 200 from S3 is an error in disguise; see there. */
bool invocation_is_disguised_error(invocation *inv);
/* Ids and status, for any failure that came with an answer. */
void invocation_note_answer(invocation *inv);

#endif
