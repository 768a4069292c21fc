/* The archive's bucket: is it there and here, may it be read, may CloudWatch Logs write to it? */
#include "advice.h"
#include "destination.h"
#include "doctor.h"
#include "policy_check.h"
#include "preflight.h"

#include <smithy/endpoint.h>
#include <stdio.h>

#define ARN_SIZE      1600
#define NOT_FOUND_KEY "_ledger/cwl-s3-exporter-doctor"

static smithy_str bucket_of(const doctor *d) {
    return d->run->settings->destination_bucket;
}

/* ---- where, and whose ---- */

static smithy_status head(doctor *d, smithy_str owner, s3_head_bucket_output *output) {
    const s3_head_bucket_input input = {.bucket = bucket_of(d), .expected_bucket_owner = owner};
    return s3_head_bucket(d->run->s3, &input, output, run_fresh_call(d->run));
}

static void examine_place(doctor *d) {
    s3_head_bucket_output output;
    const smithy_str region = smithy_client_region(s3_client_base(d->run->s3)), bucket = bucket_of(d);
    if (head(d, (smithy_str){0}, &output) != SMITHY_OK)
        doctor_note_error(d, "bucket", DOCTOR_FAIL);
    else if (output.bucket_region.len > 0 && !smithy_str_equal(output.bucket_region, region))
        doctor_note(d, "bucket", DOCTOR_FAIL,
                    "%.*s is in %.*s: an export needs a bucket in the Region of the log "
                    "groups, %.*s",
                    SMITHY_STR_ARG(bucket), SMITHY_STR_ARG(output.bucket_region), SMITHY_STR_ARG(region));
    else
        doctor_note(d, "bucket", DOCTOR_OK, "%.*s is there, in %.*s", SMITHY_STR_ARG(bucket), SMITHY_STR_ARG(region));
}

static void examine_owner(doctor *d) {
    s3_head_bucket_output output;
    const smithy_str account = doctor_account(d);
    if (!account.ptr || head(d, account, &output) == SMITHY_OK) return;
    if (smithy_call_error(d->run->call)->http_status == 403)
        doctor_note(d, "bucket owner", DOCTOR_WARN,
                    "not the account %.*s: its policy must also let whoever runs this s3:ListBucket, s3:GetObject, "
                    "s3:PutObject and s3:DeleteObject",
                    SMITHY_STR_ARG(account));
}

/* ---- reading ---- */

static void examine_listing(doctor *d) {
    s3_list_objects_v2_output output;
    const s3_list_objects_v2_input input = {.bucket = bucket_of(d), .max_keys = SMITHY_SET(1)};
    if (s3_list_objects_v2(d->run->s3, &input, &output, run_fresh_call(d->run)) == SMITHY_OK)
        doctor_note(d, "s3:ListBucket", DOCTOR_OK, "allowed");
    else
        doctor_note_error(d, "s3:ListBucket", DOCTOR_FAIL);
}

/* Of an object that is not there: 404 is the answer to those who may read it. */
static void examine_reading(doctor *d) {
    s3_get_object_output output;
    const s3_get_object_input input = {.bucket = bucket_of(d), .key = SMITHY_STR(NOT_FOUND_KEY)};
    const smithy_status status = s3_get_object(d->run->s3, &input, &output, run_fresh_call(d->run));
    if (status == SMITHY_OK || smithy_call_error(d->run->call)->http_status == 404)
        doctor_note(d, "s3:GetObject", DOCTOR_OK, "allowed");
    else
        doctor_note_error(d, "s3:GetObject", DOCTOR_FAIL);
}

/* ---- encryption ---- */

static void examine_key(doctor *d, smithy_str key) {
    d->prints[POLICY_KEY] = true;
    if (smithy_str_starts_with(key, SMITHY_STR("arn:")) && strstr(key.ptr, ":key/"))
        d->key_arn = smithy_call_copy(d->run->memory, key);
    if (key.len == 0 || strstr(key.ptr, "alias/aws/s3"))
        doctor_note(d, "encryption", DOCTOR_FAIL,
                    "SSE-KMS with AWS's own key aws/s3, which CloudWatch Logs cannot be let use: give the bucket a key "
                    "of yours with the policy below, or SSE-S3");
    else
        doctor_note(d, "encryption", DOCTOR_UNKNOWN,
                    "SSE-KMS with %.*s, whose policy is not looked at: it must have the statement below that lets "
                    "CloudWatch Logs use it, and whoever runs this needs kms:Decrypt and kms:GenerateDataKey",
                    SMITHY_STR_ARG(key));
}

static void examine_encryption(doctor *d) {
    s3_get_bucket_encryption_output output;
    const s3_get_bucket_encryption_input input = {.bucket = bucket_of(d)};
    const smithy_status status = s3_get_bucket_encryption(d->run->s3, &input, &output, run_fresh_call(d->run));
    const smithy_error *error = smithy_call_error(d->run->call);
    if (status != SMITHY_OK && !smithy_error_has_code(error, "ServerSideEncryptionConfigurationNotFoundError")) {
        doctor_note_error(d, "encryption", DOCTOR_UNKNOWN);
        return;
    }
    const s3_server_side_encryption_configuration *found =
        status == SMITHY_OK ? output.server_side_encryption_configuration : NULL;
    const s3_server_side_encryption_by_default *rule =
        found && found->rules.count > 0 ? found->rules.items[0].apply_server_side_encryption_by_default : NULL;
    if (!rule || rule->sse_algorithm.kind == S3_SERVER_SIDE_ENCRYPTION_AES256)
        doctor_note(d, "encryption", DOCTOR_OK, "SSE-S3");
    else if (rule->sse_algorithm.kind == S3_SERVER_SIDE_ENCRYPTION_AWS_KMS)
        examine_key(d, rule->kms_master_key_id);
    else
        doctor_note(d, "encryption", DOCTOR_FAIL, "%.*s, which export tasks do not take: use SSE-S3 or SSE-KMS",
                    SMITHY_STR_ARG(rule->sse_algorithm.wire));
}

void doctor_examine_bucket(doctor *d) {
    if (!preflight_destination(d->run)) {
        doctor_note_answer(d, "bucket");
        return;
    }
    examine_place(d);
    examine_owner(d);
    examine_listing(d);
    examine_reading(d);
    examine_encryption(d);
}

/* ---- the policy ---- */

/* Where the first task would write its test object. */
static smithy_str example_key(doctor *d, smithy_call *call) {
    const int64_t now_ms = run_now_ms(d->run);
    const smithy_str prefix =
        destination_expand(d->run->settings->destination_prefix,
                           &(destination_values){.group = d->example ? d->example->name : SMITHY_STR("group"),
                                                 .stream = SMITHY_STR(""),
                                                 .account = doctor_account(d),
                                                 .region = smithy_client_region(s3_client_base(d->run->s3)),
                                                 .date_ms = now_ms,
                                                 .data_ms = now_ms},
                           call);
    return smithy_call_format(call, "%.*s/aws-logs-write-test", SMITHY_STR_ARG(prefix));
}

static smithy_str example_source(doctor *d, smithy_call *call) {
    const smithy_str region = smithy_client_region(s3_client_base(d->run->s3)), account = doctor_account(d);
    const smithy_str partition = smithy_partition_of(region).name;
    if (d->example) return smithy_call_copy(call, d->example->arn);
    return smithy_call_format(call, "arn:%.*s:logs:%.*s:%.*s:log-group:group", SMITHY_STR_ARG(partition),
                              SMITHY_STR_ARG(region), SMITHY_STR_ARG(account));
}

static void note_verdict(doctor *d, const policy_request *request, policy_verdict verdict, smithy_str statement) {
    char action[64], who[160];
    (void)snprintf(action, sizeof action, "%.*s", SMITHY_STR_ARG(request->action));
    (void)snprintf(who, sizeof who, "%.*s for the log groups of %.*s", SMITHY_STR_ARG(request->service),
                   SMITHY_STR_ARG(request->account));
    const bool has_sid = statement.len > 0;
    const char *before = has_sid ? " \"" : "", *behind = has_sid ? "\"" : " without a Sid";
    if (verdict != POLICY_ALLOWED) d->prints[POLICY_BUCKET] = true;
    switch (verdict) {
    case POLICY_ALLOWED: doctor_note(d, "bucket policy", DOCTOR_OK, "%s is allowed to %s", action, who); return;
    case POLICY_SILENT:
        doctor_note(d, "bucket policy", DOCTOR_FAIL, "no statement allows %s to %s: add the one below", action, who);
        return;
    case POLICY_DENIED:
        doctor_note(d, "bucket policy", DOCTOR_FAIL, "the statement%s%.*s%s denies %s to %s: except it there", before,
                    SMITHY_STR_ARG(statement), behind, action, who);
        return;
    case POLICY_UNCLEAR:
        doctor_note(d, "bucket policy", DOCTOR_WARN,
                    "whether %s is allowed to %s hangs on the statement%s%.*s%s, which this program cannot judge: "
                    "compare it with those below",
                    action, who, before, SMITHY_STR_ARG(statement), behind);
        return;
    }
}

static void examine_request(doctor *d, smithy_str policy, const char *action, smithy_str key) {
    char service[160], arn[ARN_SIZE];
    policy_verdict verdict;
    smithy_str statement;
    run_context *run = d->run;
    smithy_call *call = run->call;
    const smithy_str region = smithy_client_region(s3_client_base(run->s3));
    advice_write_service(region, service, sizeof service);
    advice_write_s3_arn(region, bucket_of(d), key, arn, sizeof arn);
    const policy_request request = {.service = smithy_str_from(service),
                                    .action = smithy_str_from(action),
                                    .resource = smithy_str_from(arn),
                                    .account = doctor_account(d),
                                    .source_arn = example_source(d, call)};
    if (policy_check(policy, &request, &verdict, &statement, call) == SMITHY_OK)
        note_verdict(d, &request, verdict, statement);
    else
        doctor_note_error(d, "bucket policy", DOCTOR_WARN);
}

void doctor_examine_bucket_policy(doctor *d) {
    s3_get_bucket_policy_output output = {0};
    run_context *run = d->run;
    const s3_get_bucket_policy_input input = {.bucket = bucket_of(d)};
    const smithy_status status = s3_get_bucket_policy(run->s3, &input, &output, run_fresh_call(run));
    const smithy_error *error = smithy_call_error(run->call);
    if (status != SMITHY_OK && smithy_error_has_code(error, "NoSuchBucket")) return; /* Told already. */
    if (status != SMITHY_OK && !smithy_error_has_code(error, "NoSuchBucketPolicy")) {
        d->prints[POLICY_BUCKET] = true;
        doctor_note_error(d, "bucket policy", DOCTOR_UNKNOWN);
        return;
    }
    smithy_call_clear_error(run->call);
    const smithy_str policy = status == SMITHY_OK ? output.policy : SMITHY_STR("{\"Statement\":[]}");
    examine_request(d, policy, "s3:GetBucketAcl", (smithy_str){0});
    examine_request(d, policy, "s3:PutObject", example_key(d, run->call));
}
