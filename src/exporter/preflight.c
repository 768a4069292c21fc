#include "preflight.h"

#include "destination.h"

#include <stdio.h>

static void say_where(run_context *run, const smithy_error *error) {
    exporter_answer *answer = run->answer;
    const smithy_str bucket = run->settings->destination_bucket;
    if (error->http_status == 404)
        snprintf(
            answer->message, sizeof answer->message,
            "DestinationS3Bucket \"%.*s\" does not exist: name a bucket in the Region of the log groups, or make it "
            "first",
            SMITHY_STR_ARG(bucket));
    else
        snprintf(answer->message, sizeof answer->message,
                 "DestinationS3Bucket \"%.*s\" is in another Region%s%s: an export needs a bucket in the Region of the "
                 "log groups, which by Region or AWS_REGION is %.*s",
                 SMITHY_STR_ARG(bucket), error->region[0] ? ", " : "", error->region,
                 SMITHY_STR_ARG(smithy_client_region(logs_client_base(run->logs))));
}

bool preflight_destination(run_context *run) {
    s3_head_bucket_output output;
    const smithy_str bucket = run->settings->destination_bucket;
    smithy_call *call = run_fresh_call(run);
    const smithy_status status = s3_head_bucket(run->s3, &(s3_head_bucket_input){.bucket = bucket}, &output, call);
    if (status == SMITHY_OK) return true;
    const smithy_error *error = smithy_call_error(call);
    /* What is wrong with the credentials is a 400 or 403 here, without a word: the next answers have words. */
    if (error->http_status == 400) return true;
    if (error->http_status == 403) {
        exporter_log_line(run->log, EXPORTER_LOG_WARN,
                          "the destination bucket cannot be looked at (403 on HeadBucket, which needs s3:ListBucket)",
                          EXPORTER_FIELD_STR("bucket", bucket));
        return true;
    }
    run_fail(run, status, "looking at DestinationS3Bucket");
    if (error->http_status == 404 || error->http_status == 301) {
        run->answer->outcome = EXPORTER_OUTCOME_CONFIGURATION;
        say_where(run, error);
    }
    return false;
}

static smithy_str account_of(smithy_str arn) {
    return destination_arn_part(arn, 4);
}

bool preflight_account(run_context *run, const catalog *groups) {
    if (groups->count == 0 || run->state.group_count == 0) return true;
    const smithy_str here = account_of(groups->groups[0].arn);
    const smithy_str there = account_of(run->state.groups[0]->arn);
    for (size_t i = 0; i < run->state.group_count; i++)
        if (smithy_str_equal(account_of(run->state.groups[i]->arn), here)) return true;
    run->failed = true;
    run->answer->outcome = EXPORTER_OUTCOME_CONFIGURATION;
    snprintf(
        run->answer->message, sizeof run->answer->message,
        "the state %.*s is of the account %.*s and the log groups are of %.*s: give this account a state of its own "
        "in StoreDSN, or use credentials of the other one",
        SMITHY_STR_ARG(run->store->name), SMITHY_STR_ARG(there), SMITHY_STR_ARG(here));
    return false;
}
