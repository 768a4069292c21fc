#include "advice.h"

#include <smithy/endpoint.h>
#include <stdio.h>

static smithy_str cut_out(const char *message, const char *before, const char *const *ends, size_t end_count) {
    const char *start = strstr(message, before);
    if (!start) return (smithy_str){0};
    start += strlen(before);
    size_t len = strlen(start);
    for (size_t i = 0; i < end_count; i++) {
        const char *end = strstr(start, ends[i]);
        if (end && (size_t)(end - start) < len) len = (size_t)(end - start);
    }
    return (smithy_str){start, len};
}

static smithy_str cut_to(const char *message, const char *before, const char *end) {
    return cut_out(message, before, &end, 1);
}

/* ---- names ---- */

void advice_write_s3_arn(smithy_str region, smithy_str bucket, smithy_str key, char *text, size_t size) {
    const smithy_str partition = smithy_partition_of(region).name;
    (void)snprintf(text, size, "arn:%.*s:s3:::%.*s%s%.*s", SMITHY_STR_ARG(partition), SMITHY_STR_ARG(bucket),
                   key.len > 0 ? "/" : "", SMITHY_STR_ARG(key));
}

void advice_write_service(smithy_str region, char *text, size_t size) {
    (void)snprintf(text, size, "logs.%.*s.amazonaws.com%s", SMITHY_STR_ARG(region),
                   smithy_str_starts_with(region, SMITHY_STR("cn-")) ? ".cn" : "");
}

/* ---- IAM's own words ---- */

/* "User: U is not authorized to perform: A on resource: R because no identity-based policy allows the A action", or
 * "… with an explicit deny in a service control policy". */
typedef struct denial {
    smithy_str user, action, resource, policy;
    bool is_explicit;
} denial;

static bool read_denial(const char *message, denial *found) {
    static const char *const ENDS[] = {"\"", " because ", " with an explicit deny", " ("};
    const char *resource = strstr(message, "on resource: \"") ? "on resource: \"" : "on resource: ";
    *found = (denial){.user = cut_to(message, "User: ", " is not authorized"),
                      .action = cut_to(message, "is not authorized to perform: ", " "),
                      .resource = cut_out(message, resource, ENDS, sizeof ENDS / sizeof *ENDS),
                      .policy = cut_to(message, "because no ", " allows"),
                      .is_explicit = strstr(message, "with an explicit deny") != NULL};
    if (found->is_explicit) found->policy = cut_to(message, "with an explicit deny in a", " (");
    return found->action.len > 0;
}

/* "arn:aws:sts::1:assumed-role/exporter/session" is "the role exporter". */
static void write_user(smithy_str user, char *text, size_t size) {
    static const char ROLE[] = ":assumed-role/";
    const char *role = NULL;
    for (size_t i = 0; !role && i + sizeof ROLE <= user.len; i++)
        if (memcmp(user.ptr + i, ROLE, sizeof ROLE - 1) == 0) role = user.ptr + i + sizeof ROLE - 1;
    if (!role) {
        (void)snprintf(text, size, "%.*s", user.len > 0 ? (int)user.len : 17,
                       user.len > 0 ? user.ptr : "whoever runs this");
        return;
    }
    const size_t left = user.len - (size_t)(role - user.ptr);
    const char *end = memchr(role, '/', left);
    (void)snprintf(text, size, "the role %.*s", end ? (int)(end - role) : (int)left, role);
}

/* CloudWatch Logs names a group by all of its streams; "NAME:*" is what a policy says. */
static void write_resource(smithy_str resource, char *text, size_t size) {
    static const char STREAMS[] = ":log-stream:";
    const size_t len = sizeof STREAMS - 1;
    const bool is_group = resource.len > len && memcmp(resource.ptr + resource.len - len, STREAMS, len) == 0;
    if (is_group) resource.len -= len;
    const bool is_all = is_group && resource.ptr[resource.len - 1] == ':';
    (void)snprintf(text, size, "%.*s%s", SMITHY_STR_ARG(resource), is_all ? "*" : is_group ? ":*" : "");
}

static void write_denial(const denial *found, char *text) {
    char user[160], resource[320];
    write_user(found->user, user, sizeof user);
    write_resource(found->resource.len > 0 ? found->resource : SMITHY_STR("*"), resource, sizeof resource);
    const int policy = found->policy.len < 60 ? (int)found->policy.len : 60;
    if (found->is_explicit)
        (void)snprintf(text, ADVICE_TEXT, "a%.*s denies %.*s on %s to %s explicitly: except it there",
                       policy > 0 ? policy : 7, policy > 0 ? found->policy.ptr : " policy",
                       SMITHY_STR_ARG(found->action), resource, user);
    else
        (void)snprintf(text, ADVICE_TEXT, "allow %.*s on %s to %s%s%.*s%s", SMITHY_STR_ARG(found->action), resource,
                       user, policy > 0 ? " (" : "", policy, policy > 0 ? found->policy.ptr : "",
                       policy > 0 ? ")" : "");
}

/* ---- S3, where it says no more than "Access Denied" ---- */

typedef struct s3_action {
    const char *operation, *action;
    bool is_of_bucket;
} s3_action;

static const s3_action S3_ACTIONS[] = {
    {"HeadBucket", "s3:ListBucket", true},
    {"ListObjectsV2", "s3:ListBucket", true},
    {"GetObject", "s3:GetObject", false},
    {"PutObject", "s3:PutObject", false},
    {"DeleteObject", "s3:DeleteObject", false},
    {"DeleteObjects", "s3:DeleteObject", false},
    {"GetBucketPolicy", "s3:GetBucketPolicy", true},
    {"GetBucketEncryption", "s3:GetEncryptionConfiguration", true},
};

static bool write_s3_action(const smithy_error *error, const advice_place *place, char *text) {
    char arn[160];
    if (error->http_status != 403 || !error->operation || strncmp(error->message, "allow ", 6) == 0) return false;
    if (strcmp(error->code, "AccessDenied") != 0 && strcmp(error->code, "403") != 0) return false;
    for (size_t i = 0; i < sizeof S3_ACTIONS / sizeof *S3_ACTIONS; i++) {
        const s3_action *row = &S3_ACTIONS[i];
        if (strcmp(error->operation, row->operation) != 0) continue;
        advice_write_s3_arn(place->region, place->bucket, row->is_of_bucket ? (smithy_str){0} : SMITHY_STR("*"), arn,
                            sizeof arn);
        (void)snprintf(text, ADVICE_TEXT, "allow %s on %s to whoever runs this", row->action, arn);
        return true;
    }
    return false;
}

/* ---- what CloudWatch Logs says of buckets and keys ---- */

static bool says(const smithy_error *error, const char *words) {
    return error->status == SMITHY_ERROR_SERVICE && strstr(error->message, words) != NULL;
}

static bool is_missing_bucket(const smithy_error *error) {
    return says(error, "bucket does not exist");
}

static bool is_far_bucket(const smithy_error *error) {
    return says(error, "bucket is not in the same") || says(error, "different region") || says(error, "same Region");
}

bool advice_is_of_bucket(const smithy_error *error) {
    if (!error->operation || strcmp(error->operation, "CreateExportTask") != 0) return false;
    return says(error, "GetBucketAcl call on the given bucket failed") || is_missing_bucket(error) ||
           is_far_bucket(error);
}

static bool write_task_refusal(const smithy_error *error, const advice_place *place, char *text) {
    char bucket[160], objects[160], service[96];
    if (!error->operation || strcmp(error->operation, "CreateExportTask") != 0) return false;
    advice_write_s3_arn(place->region, place->bucket, (smithy_str){0}, bucket, sizeof bucket);
    advice_write_s3_arn(place->region, place->bucket, SMITHY_STR("*"), objects, sizeof objects);
    advice_write_service(place->region, service, sizeof service);
    if (says(error, "GetBucketAcl call"))
        (void)snprintf(text, ADVICE_TEXT, "the bucket's policy must allow the service %s s3:GetBucketAcl on %s",
                       service, bucket);
    else if (says(error, "PutObject call"))
        (void)snprintf(
            text, ADVICE_TEXT,
            "the bucket's policy must allow the service %s s3:PutObject on %s, and the policy of its KMS key, "
            "where it has one, kms:GenerateDataKey and kms:Decrypt",
            service, objects);
    else if (says(error, "caller has been granted s3:PutObject"))
        (void)snprintf(text, ADVICE_TEXT, "allow s3:PutObject on %s to whoever runs this, in the bucket's policy too",
                       objects);
    else if (is_missing_bucket(error))
        (void)snprintf(text, ADVICE_TEXT, "make the bucket %.*s, or name another one in DestinationS3Bucket",
                       SMITHY_STR_ARG(place->bucket));
    else if (is_far_bucket(error))
        (void)snprintf(text, ADVICE_TEXT,
                       "name a bucket in the Region %.*s, that of the log groups, in DestinationS3Bucket",
                       SMITHY_STR_ARG(place->region));
    else if (says(error, "KMS key"))
        (void)snprintf(text, ADVICE_TEXT,
                       "the group's KMS key must exist, be enabled, and by its policy allow the service %s and whoever "
                       "runs this kms:Decrypt",
                       service);
    else
        return false;
    return true;
}

/* ---- credentials ---- */

#define SET_THE_CLOCK "this machine's clock is wrong: set it"
#define GET_NEW_ONES  "these credentials are over: get new ones"
#define UNKNOWN_KEY \
    "AWS does not know this access key: it is deleted, of another partition, or its session token is missing"
#define WRONG_TOKEN  "the session token is not the one of this access key: take all three values from one source"
#define WRONG_SECRET "the secret access key is not the one of this access key id: enter both anew"

const char *advice_on_credentials(const smithy_error *error) {
    static const struct {
        const char *code;    /* A part of the error's. */
        const char *message; /* A part of its message; NULL: any. */
        const char *text;
    } ROWS[] = {
        {"ExpiredToken", NULL, GET_NEW_ONES},        {"InvalidToken", NULL, WRONG_TOKEN},
        {"InvalidClientTokenId", NULL, UNKNOWN_KEY}, {"UnrecognizedClient", NULL, UNKNOWN_KEY},
        {"InvalidAccessKeyId", NULL, UNKNOWN_KEY},   {"RequestTimeTooSkewed", NULL, SET_THE_CLOCK},
        {"RequestExpired", NULL, SET_THE_CLOCK},     {"RequestInTheFuture", NULL, SET_THE_CLOCK},
        {"Signature", "expired", SET_THE_CLOCK},     {"Signature", "not yet current", SET_THE_CLOCK},
        {"Signature", NULL, WRONG_SECRET},
    };
    /* The line about credentials that STS did not give has its code in it. */
    const bool of_sts = error->status == SMITHY_ERROR_CREDENTIALS && error->attempts > 0;
    if (error->status != SMITHY_ERROR_SERVICE && !of_sts) return NULL;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        if (strstr(of_sts ? error->message : error->code, ROWS[i].code) &&
            (!ROWS[i].message || strstr(error->message, ROWS[i].message)))
            return ROWS[i].text;
    return NULL;
}

/* ---- all of it ---- */

bool advice_write(const smithy_error *error, const advice_place *place, char text[ADVICE_TEXT], bool *is_all) {
    denial found;
    *is_all = false;
    if (error->status != SMITHY_ERROR_SERVICE && error->status != SMITHY_ERROR_CREDENTIALS) return false;
    const char *on_credentials = advice_on_credentials(error);
    if (on_credentials) {
        (void)snprintf(text, ADVICE_TEXT, "%s", on_credentials);
        return *is_all = error->status == SMITHY_ERROR_SERVICE, true;
    }
    if (read_denial(error->message, &found)) {
        write_denial(&found, text);
        return *is_all = true;
    }
    return write_task_refusal(error, place, text) || write_s3_action(error, place, text);
}
