#include "client/retry.h"

#define COST_TRANSIENT      14
#define COST_THROTTLING     5
#define FIRST_TRY_REFUND    1
#define MAX_BACKOFF_MS      20000
#define MAX_HINT_EXTRA_MS   5000
#define CLOCK_SKEW_LIMIT_MS ((int64_t)240 * 1000)

retry_policy retry_policy_of(const smithy_service *service) {
    const bool is_dynamodb = strcmp(service->id, "DynamoDB") == 0;
    return (retry_policy){
        .max_attempts = is_dynamodb ? 4 : 3,
        .base_ms = is_dynamodb ? 25 : 50,
        .throttling_base_ms = 1000,
        .max_backoff_ms = MAX_BACKOFF_MS,
    };
}

/* ---- the bucket ---- */

bool retry_bucket_init(retry_bucket *bucket) {
    bucket->tokens = RETRY_BUCKET_CAPACITY;
    return pthread_mutex_init(&bucket->lock, NULL) == 0;
}

void retry_bucket_deinit(retry_bucket *bucket) {
    pthread_mutex_destroy(&bucket->lock);
}

int retry_bucket_take(retry_bucket *bucket, retry_class class_) {
    const int cost = class_ == RETRY_THROTTLING ? COST_THROTTLING : COST_TRANSIENT;
    pthread_mutex_lock(&bucket->lock);
    const bool enough = bucket->tokens >= cost;
    if (enough) bucket->tokens -= cost;
    pthread_mutex_unlock(&bucket->lock);
    return enough ? cost : 0;
}

void retry_bucket_refund(retry_bucket *bucket, int last_cost) {
    pthread_mutex_lock(&bucket->lock);
    bucket->tokens += last_cost ? last_cost : FIRST_TRY_REFUND;
    if (bucket->tokens > RETRY_BUCKET_CAPACITY) bucket->tokens = RETRY_BUCKET_CAPACITY;
    pthread_mutex_unlock(&bucket->lock);
}

/* ---- the wait ---- */

int64_t retry_delay_ms(const retry_policy *policy, int retry, retry_class class_, uint64_t fraction, smithy_str hint) {
    int64_t ceiling = class_ == RETRY_THROTTLING ? policy->throttling_base_ms : policy->base_ms;
    for (int i = 0; i < retry && ceiling < policy->max_backoff_ms; i++) ceiling *= 2;
    if (ceiling > policy->max_backoff_ms) ceiling = policy->max_backoff_ms;
    const int64_t delay = (int64_t)(((uint64_t)ceiling * fraction + RETRY_FRACTION_ONE / 2) / RETRY_FRACTION_ONE);
    int64_t wanted = 0;
    if (!hint.ptr || !smithy_str_to_i64(hint, &wanted) || wanted < delay) return delay;
    return wanted > delay + MAX_HINT_EXTRA_MS ? delay + MAX_HINT_EXTRA_MS : wanted;
}

/* ---- classes ---- */

static bool is_one_of(const char *code, const char *const *codes) {
    for (; *codes; codes++)
        if (strcmp(code, *codes) == 0) return true;
    return false;
}

static bool is_throttling_code(const char *code) {
    static const char *const CODES[] = {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
        NULL,
    };
    return is_one_of(code, CODES);
}

static bool is_transient_code(const smithy_service *service, const char *code) {
    static const char *const CODES[] = {"RequestTimeout", "RequestTimeoutException", NULL};
    if (is_one_of(code, CODES)) return true;
    if (service->is_s3) return strcmp(code, "InternalError") == 0;
    return strcmp(service->id, "STS") == 0 && strcmp(code, "IDPCommunicationError") == 0;
}

const smithy_error_shape *retry_find_shape(const smithy_operation *operation, const char *code) {
    if (!operation->errors) return NULL;
    for (const smithy_error_shape *const *shape = operation->errors; *shape; shape++)
        if (strcmp((*shape)->code, code) == 0) return *shape;
    return NULL;
}

static retry_class classify_service_error(const smithy_service *service, const smithy_operation *operation,
                                          const smithy_error *error) {
    if (is_throttling_code(error->code)) return RETRY_THROTTLING;
    const smithy_error_shape *shape = retry_find_shape(operation, error->code);
    if (shape && shape->throttling) return RETRY_THROTTLING;
    if (shape && shape->retryable) return RETRY_TRANSIENT;
    if (is_transient_code(service, error->code)) return RETRY_TRANSIENT;
    const int http = error->http_status;
    return http == 500 || http == 502 || http == 503 || http == 504 ? RETRY_TRANSIENT : RETRY_NEVER;
}

static retry_class classify_failure(smithy_http_failure failure) {
    switch (failure) {
    case SMITHY_HTTP_FAILURE_RESOLVE:
    case SMITHY_HTTP_FAILURE_CONNECT:
    case SMITHY_HTTP_FAILURE_TLS:
    case SMITHY_HTTP_FAILURE_SEND:
    case SMITHY_HTTP_FAILURE_RECEIVE:
    case SMITHY_HTTP_FAILURE_TIMEOUT: return RETRY_TRANSIENT;
    case SMITHY_HTTP_FAILURE_NONE:
    case SMITHY_HTTP_FAILURE_TRUST:
    case SMITHY_HTTP_FAILURE_DEADLINE:
    case SMITHY_HTTP_FAILURE_CANCELED:
    case SMITHY_HTTP_FAILURE_TOO_LARGE:
    case SMITHY_HTTP_FAILURE_LOCAL: break;
    }
    return RETRY_NEVER;
}

retry_class retry_classify(const smithy_service *service, const smithy_operation *operation, const smithy_error *error,
                           smithy_http_failure failure) {
    if (failure != SMITHY_HTTP_FAILURE_NONE) return classify_failure(failure);
    if (error->status == SMITHY_ERROR_SERVICE) return classify_service_error(service, operation, error);
    return error->status == SMITHY_ERROR_RESPONSE ? RETRY_TRANSIENT : RETRY_NEVER;
}

bool retry_is_clock_skew(const smithy_error *error, int64_t signed_skew_ms, int64_t server_skew_ms) {
    static const char *const CODES[] = {
        "AccessDeniedException", "AuthFailure",           "InvalidSignatureException",
        "RequestTimeTooSkewed",  "SignatureDoesNotMatch", NULL,
    };
    if (error->status != SMITHY_ERROR_SERVICE || !is_one_of(error->code, CODES)) return false;
    const int64_t difference = server_skew_ms - signed_skew_ms;
    return difference > CLOCK_SKEW_LIMIT_MS || difference < -CLOCK_SKEW_LIMIT_MS;
}
