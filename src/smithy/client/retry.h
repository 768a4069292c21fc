/* When to send again, and how long to wait: the standard mode (2.1) of the AWS SDKs. */
#ifndef SMITHY_CLIENT_RETRY_H
#define SMITHY_CLIENT_RETRY_H

#include <smithy/operation.h>

#include <pthread.h>

typedef enum retry_class { RETRY_NEVER, RETRY_TRANSIENT, RETRY_THROTTLING } retry_class;

typedef struct retry_policy {
    int max_attempts;
    int64_t base_ms; /* Of the first wait; doubles with each retry. */
    int64_t throttling_base_ms;
    int64_t max_backoff_ms;
} retry_policy;

/* The service's own defaults. */
retry_policy retry_policy_of(const smithy_service *service);

/* Tokens that all operations of a client share, so that a service in trouble is not met with a storm. */
typedef struct retry_bucket {
    pthread_mutex_t lock;
    int tokens;
} retry_bucket;

#define RETRY_BUCKET_CAPACITY 500

bool retry_bucket_init(retry_bucket *bucket);
void retry_bucket_deinit(retry_bucket *bucket);
/* The tokens that were taken; 0 when there are too few. */
int retry_bucket_take(retry_bucket *bucket, retry_class class_);
/* After a success: what its last retry had cost, or 0 where the first attempt did it. */
void retry_bucket_refund(retry_bucket *bucket, int last_cost);

/* The whole of `fraction`: RETRY_FRACTION_ONE stands for 1. */
#define RETRY_FRACTION_ONE ((uint64_t)1 << 32)

/* The wait before retry number `retry` (0 first). `hint`: the x-amz-retry-after header, or absent. */
int64_t retry_delay_ms(const retry_policy *policy, int retry, retry_class class_, uint64_t fraction, smithy_str hint);

/* What the error of a failed attempt is worth. `failure` is the transport's; `http_status` that of a whole answer. */
retry_class retry_classify(const smithy_service *service, const smithy_operation *operation, const smithy_error *error,
                           smithy_http_failure failure);

/* Codes by which services complain of a wrong time in a signature. It was the clock's fault, and is worth a retry with
 * `server_skew_ms`, when that differs from what was signed with by more than four minutes. */
bool retry_is_clock_skew(const smithy_error *error, int64_t signed_skew_ms, int64_t server_skew_ms);

/* The modeled error of that code, or NULL. */
const smithy_error_shape *retry_find_shape(const smithy_operation *operation, const char *code);

#endif
