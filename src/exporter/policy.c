#include "policy.h"

#include "advice.h"

#include <smithy/endpoint.h>
#include <stdio.h>

#define ARN_SIZE 2048

const char *policy_kind_name(policy_kind kind) {
    static const char *const NAMES[] = {"role", "bucket", "key"};
    return NAMES[kind];
}

/* ---- parts of a statement ---- */

static void put(smithy_json_writer *json, const char *name, const char *text) {
    smithy_json_put_str(json, name, smithy_str_from(text));
}

static void open_statement(smithy_json_writer *json, const char *sid) {
    smithy_json_open_object(json);
    put(json, "Sid", sid);
    put(json, "Effect", "Allow");
}

/* `actions` as one text with spaces between. */
static void put_actions(smithy_json_writer *json, const char *actions) {
    smithy_json_name(json, "Action");
    smithy_json_open_array(json);
    while (*actions) {
        const size_t len = strcspn(actions, " ");
        smithy_json_value_str(json, (smithy_str){actions, len});
        actions += len + (actions[len] == ' ');
    }
    smithy_json_close_array(json);
}

static void put_s3_arn(smithy_json_writer *json, const policy_place *place, smithy_str bucket, smithy_str key) {
    char arn[ARN_SIZE];
    advice_write_s3_arn(place->region, bucket, key, arn, sizeof arn);
    smithy_json_value_str(json, smithy_str_from(arn));
}

/* arn:aws:SERVICE:REGION:ACCOUNT:REST, with `tail` behind. */
static void put_arn(smithy_json_writer *json, const policy_place *place, const char *service, const char *kind,
                    smithy_str name, const char *tail) {
    char arn[ARN_SIZE];
    const smithy_str partition = smithy_partition_of(place->region).name;
    (void)snprintf(arn, sizeof arn, "arn:%.*s:%s:%.*s:%.*s:%s%.*s%s", SMITHY_STR_ARG(partition), service,
                   SMITHY_STR_ARG(place->region), SMITHY_STR_ARG(place->account), kind, SMITHY_STR_ARG(name), tail);
    smithy_json_value_str(json, smithy_str_from(arn));
}

/* ---- the role ---- */

/* One group's prefix covers its streams, too. */
static void write_logs_statements(smithy_json_writer *json, const policy_place *place) {
    char actions[160];
    const exporter_settings *settings = place->settings;
    const smithy_str_list *prefixes = &settings->group_prefixes;
    open_statement(json, "ListLogGroupsAndTasks");
    put_actions(json, "logs:DescribeExportTasks logs:DescribeLogGroups");
    put(json, "Resource", "*");
    smithy_json_close_object(json);

    (void)snprintf(actions, sizeof actions, "logs:CreateExportTask logs:DescribeLogStreams%s%s",
                   settings->late_events == EXPORTER_LATE_SWEEP ? " logs:FilterLogEvents" : "",
                   settings->group_tags.count > 0 ? " logs:ListTagsForResource" : "");
    open_statement(json, "ExportLogGroups");
    put_actions(json, actions);
    smithy_json_name(json, "Resource");
    smithy_json_open_array(json);
    for (size_t i = 0; i < prefixes->count; i++) put_arn(json, place, "logs", "log-group:", prefixes->items[i], "*");
    smithy_json_close_array(json);
    smithy_json_close_object(json);
}

static bool has_state_bucket(const exporter_settings *settings) {
    return settings->store_type == EXPORTER_STORE_S3 &&
           !smithy_str_equal(settings->store_bucket, settings->destination_bucket);
}

static void write_s3_statements(smithy_json_writer *json, const policy_place *place) {
    const exporter_settings *settings = place->settings;
    const smithy_str all = SMITHY_STR("*"), none = {0};
    open_statement(json, "ListBuckets");
    put_actions(json, "s3:ListBucket");
    smithy_json_name(json, "Resource");
    smithy_json_open_array(json);
    put_s3_arn(json, place, settings->destination_bucket, none);
    if (has_state_bucket(settings)) put_s3_arn(json, place, settings->store_bucket, none);
    smithy_json_close_array(json);
    smithy_json_close_object(json);

    open_statement(json, "ReadAndWriteArchive");
    put_actions(json, "s3:DeleteObject s3:GetObject s3:PutObject");
    smithy_json_name(json, "Resource");
    put_s3_arn(json, place, settings->destination_bucket, all);
    smithy_json_close_object(json);
}

static void write_state_statement(smithy_json_writer *json, const policy_place *place) {
    const exporter_settings *settings = place->settings;
    const bool is_table = settings->store_type == EXPORTER_STORE_DYNAMODB;
    if (!is_table && !has_state_bucket(settings)) return;
    open_statement(json, "ReadAndWriteState");
    put_actions(json, is_table ? "dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query"
                               : "s3:GetObject s3:PutObject");
    smithy_json_name(json, "Resource");
    if (is_table)
        put_arn(json, place, "dynamodb", "table/", settings->store_table, "");
    else
        put_s3_arn(json, place, settings->store_bucket, settings->store_key);
    smithy_json_close_object(json);
}

static void write_role(smithy_json_writer *json, const policy_place *place) {
    write_logs_statements(json, place);
    write_s3_statements(json, place);
    write_state_statement(json, place);
    if (!smithy_str_is_set(place->key_arn)) return;
    open_statement(json, "UseKeyOfArchive");
    put_actions(json, "kms:Decrypt kms:GenerateDataKey");
    smithy_json_put_str(json, "Resource", place->key_arn);
    smithy_json_close_object(json);
}

/* ---- the bucket ---- */

static void put_export_service(smithy_json_writer *json, const policy_place *place) {
    char service[ARN_SIZE];
    advice_write_service(place->region, service, sizeof service);
    smithy_json_name(json, "Principal");
    smithy_json_open_object(json);
    put(json, "Service", service);
    smithy_json_close_object(json);
}

/* For this account's log groups alone: the service writes for others as the same principal. */
static void put_condition(smithy_json_writer *json, const policy_place *place, bool of_object) {
    smithy_json_name(json, "Condition");
    smithy_json_open_object(json);
    smithy_json_name(json, "StringEquals");
    smithy_json_open_object(json);
    if (of_object) put(json, "s3:x-amz-acl", "bucket-owner-full-control");
    smithy_json_put_str(json, "aws:SourceAccount", place->account);
    smithy_json_close_object(json);
    smithy_json_name(json, "ArnLike");
    smithy_json_open_object(json);
    smithy_json_name(json, "aws:SourceArn");
    put_arn(json, place, "logs", "log-group:", (smithy_str){0}, "*");
    smithy_json_close_object(json);
    smithy_json_close_object(json);
}

static void write_bucket_statement(smithy_json_writer *json, const policy_place *place, bool of_object) {
    open_statement(json, of_object ? "LetCloudWatchLogsWrite" : "LetCloudWatchLogsLook");
    put_export_service(json, place);
    put_actions(json, of_object ? "s3:PutObject" : "s3:GetBucketAcl");
    smithy_json_name(json, "Resource");
    put_s3_arn(json, place, place->settings->destination_bucket, of_object ? SMITHY_STR("*") : (smithy_str){0});
    put_condition(json, place, of_object);
    smithy_json_close_object(json);
}

/* ---- the key ---- */

/* In a key's policy "*" is the key. Without the first statement nobody could change the policy any more, and the
 * account's own policies would count for nothing. */
static void write_key(smithy_json_writer *json, const policy_place *place) {
    char root[ARN_SIZE];
    const smithy_str partition = smithy_partition_of(place->region).name;
    (void)snprintf(root, sizeof root, "arn:%.*s:iam::%.*s:root", SMITHY_STR_ARG(partition),
                   SMITHY_STR_ARG(place->account));
    open_statement(json, "LetAccountManage");
    smithy_json_name(json, "Principal");
    smithy_json_open_object(json);
    put(json, "AWS", root);
    smithy_json_close_object(json);
    put_actions(json, "kms:*");
    put(json, "Resource", "*");
    smithy_json_close_object(json);

    open_statement(json, "LetCloudWatchLogsEncrypt");
    put_export_service(json, place);
    put_actions(json, "kms:Decrypt kms:GenerateDataKey");
    put(json, "Resource", "*");
    smithy_json_close_object(json);
}

/* ---- all of it ---- */

void policy_write(policy_kind kind, const policy_place *place, smithy_json_writer *json) {
    smithy_json_open_object(json);
    put(json, "Version", "2012-10-17");
    smithy_json_name(json, "Statement");
    smithy_json_open_array(json);
    switch (kind) {
    case POLICY_ROLE: write_role(json, place); break;
    case POLICY_BUCKET:
        write_bucket_statement(json, place, false);
        write_bucket_statement(json, place, true);
        break;
    case POLICY_KEY: write_key(json, place); break;
    }
    smithy_json_close_array(json);
    smithy_json_close_object(json);
}

/* ---- for people ---- */

static void new_line(smithy_buffer *out, size_t level) {
    smithy_buffer_append_char(out, '\n');
    while (level-- > 0) smithy_buffer_append_text(out, "  ");
}

void policy_indent(smithy_str json, smithy_buffer *out) {
    size_t level = 0;
    bool in_text = false;
    for (size_t i = 0; i < json.len; i++) {
        const char c = json.ptr[i];
        if (in_text && c == '\\') {
            smithy_buffer_append(out, json.ptr + i++, 2);
            continue;
        }
        const bool closes = !in_text && (c == '}' || c == ']');
        if (c == '"') in_text = !in_text;
        if (closes) new_line(out, --level);
        smithy_buffer_append_char(out, c);
        if (in_text) continue;
        if (c == '{' || c == '[') new_line(out, ++level);
        if (c == ',') new_line(out, level);
        if (c == ':') smithy_buffer_append_char(out, ' ');
    }
}
