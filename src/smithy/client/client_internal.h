/* The client's own state. Private to this folder. */
#ifndef SMITHY_CLIENT_INTERNAL_H
#define SMITHY_CLIENT_INTERNAL_H

#include <smithy/operation.h>
#include <smithy/sigv4.h>

#include "client/bucket_regions.h"
#include "client/express.h"
#include "client/retry.h"
#include "client/settings.h"

#include <pthread.h>
#include <stdatomic.h>

struct smithy_client {
    const smithy_service *service;
    const smithy_system *system;
    smithy_config *config;
    smithy_credentials_provider *credentials;
    bool owns_config;
    bool owns_credentials;
    smithy_signing_cache *signing_cache;
    smithy_client_options options; /* As given; the texts are in `memory`. */
    void *own_options;             /* The service's own, likewise. */
    size_t own_options_size;
    smithy_arena memory;
    aws_settings early; /* What options and environment alone say. */
    int64_t attempt_timeout_ms;

    /* client_prepare sets these, once; then they stay as they are. Operations call it first. */
    pthread_mutex_t prepare_lock;
    atomic_bool is_prepared;
    aws_settings settings;
    smithy_str user_agent;      /* Up to m/, which each operation adds, … */
    smithy_str user_agent_tail; /* … and what comes behind it. */
    retry_policy retry;
    smithy_transport *transport;
    bool owns_transport;

    retry_bucket bucket;
    bucket_regions bucket_regions; /* S3 */
    express_sessions express;      /* S3 Express One Zone */
    atomic_llong observed_skew_ms; /* The last answer's Date - our clock. */
    atomic_llong signing_skew_ms;  /* What is added to our clock to sign; moves only when a signature was refused. */
};

/* client_setup.c: reads the files, and makes what depends on them; does nothing when that is done. Threads that come
 * meanwhile wait for the one that does it. A failure is not kept. */
smithy_status client_prepare(smithy_client *client, smithy_call *call) SMITHY_NODISCARD;
/* Takes down what client_prepare made. */
void client_setup_deinit(smithy_client *client);

/* user_agent.c: "smithy-c/0.1.0 ua/2.1 api/…", and " md/arch#… app/…". */
smithy_status user_agent_append_head(smithy_buffer *out, const smithy_client *client);
smithy_status user_agent_append_tail(smithy_buffer *out, const smithy_client *client);

/* client_endpoint.c: what an operation's endpoint begins with. The client is prepared. */

/* The account of the credentials can change the endpoint. */
bool client_has_account_endpoints(const smithy_client *client);
/* Of a service whose model has no rules: SMITHY_ERROR_CONFIG unless a URL is configured. */
smithy_status client_endpoint_without_rules(const smithy_client *client, smithy_endpoint *endpoint,
                                            smithy_call *call) SMITHY_NODISCARD;
/* What the rules are given, with all that the client's settings say. */
smithy_status client_endpoint_params(const smithy_client *client, void **params, smithy_call *call) SMITHY_NODISCARD;

/* invoke.c: an operation of the runtime's own, at an endpoint that is known. */
smithy_status client_invoke_at(smithy_client *client, const smithy_endpoint *endpoint,
                               const smithy_operation *operation, const void *input, void *output,
                               smithy_call *call) SMITHY_NODISCARD;

#endif
