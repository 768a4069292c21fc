/* The client's own state. Private to this folder. */
#ifndef SMITHY_CLIENT_INTERNAL_H
#define SMITHY_CLIENT_INTERNAL_H

#include <smithy/operation.h>
#include <smithy/sigv4.h>

#include "client/bucket_regions.h"
#include "client/retry.h"
#include "client/settings.h"

#include <stdatomic.h>

struct smithy_client {
    const smithy_service *service;
    const smithy_system *system;
    smithy_transport *transport;
    smithy_credentials_provider *credentials;
    bool owns_transport;
    bool owns_credentials;
    smithy_signing_cache *signing_cache;
    void *service_settings;
    aws_settings settings; /* Its texts are the client's own. */
    int64_t attempt_timeout_ms;
    smithy_str user_agent;
    retry_policy retry;
    retry_bucket bucket;
    bucket_regions bucket_regions; /* S3 */
    atomic_llong observed_skew_ms; /* The last answer's Date - our clock. */
    atomic_llong signing_skew_ms;  /* What is added to our clock to sign; moves only when a signature was refused. */
};

/* user_agent.c: "smithy-c/0.1.0 ua/2.1 api/…". */
smithy_status user_agent_append(smithy_buffer *out, const smithy_client *client);

#endif
