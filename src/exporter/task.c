#include "task.h"

#include "advice.h"
#include "grow.h"

#include <smithy/hash.h>
#include <smithy/text.h>
#include <stdio.h>

#define PRODUCT      "cwl-s3-exporter"
#define STATE_ID_LEN 16
#define HASH_LEN     16

/* ---- names ---- */

static void hash_text(smithy_sha256_state *sha, smithy_str text, smithy_status *status) {
    const uint64_t len = text.len; /* With its length ahead, no two lists of texts hash alike. */
    if (*status == SMITHY_OK) *status = smithy_sha256_update(sha, &len, sizeof len);
    if (*status == SMITHY_OK && text.len > 0) *status = smithy_sha256_update(sha, text.ptr, text.len);
}

static smithy_status hash_spec(const task_spec *spec, char hash[HASH_LEN + 1]) {
    smithy_sha256_state sha;
    uint8_t digest[SMITHY_SHA256_SIZE];
    char window[64];
    snprintf(window, sizeof window, "%c %lld %lld", (char)spec->kind, (long long)spec->from_ms, (long long)spec->to_ms);
    SMITHY_TRY(smithy_sha256_init(&sha));
    smithy_status status = SMITHY_OK;
    hash_text(&sha, spec->group, &status);
    hash_text(&sha, spec->prefix, &status);
    hash_text(&sha, smithy_str_from(window), &status);
    hash_text(&sha, spec->bucket, &status);
    hash_text(&sha, spec->destination_prefix, &status);
    if (status == SMITHY_OK) status = smithy_sha256_final(&sha, digest);
    smithy_sha256_deinit(&sha);
    if (status == SMITHY_OK) smithy_hex_write(digest, HASH_LEN / 2, hash);
    return status;
}

smithy_status task_write_name(const task_spec *spec, smithy_str state_id, char *name, bool *carries_prefix) {
    char hash[HASH_LEN + 1];
    SMITHY_TRY(hash_spec(spec, hash));
    int len = snprintf(name, TASK_NAME_MAX + 1, PRODUCT ".%.*s.%c.%s.%d.", SMITHY_STR_ARG(state_id), (char)spec->kind,
                       hash, spec->attempt);
    *carries_prefix = (size_t)len + spec->prefix.len <= TASK_NAME_MAX;
    if (*carries_prefix) {
        if (spec->prefix.len > 0) memcpy(name + len, spec->prefix.ptr, spec->prefix.len);
        name[(size_t)len + spec->prefix.len] = 0;
    } else
        name[sizeof PRODUCT + state_id.len + 1] = (char)(spec->kind - 'a' + 'A');
    return SMITHY_OK;
}

/* Cuts `rest` at the next dot. */
static bool take_part(smithy_str *rest, smithy_str *part) {
    const char *dot = rest->len > 0 ? memchr(rest->ptr, '.', rest->len) : NULL;
    if (!dot) return false;
    *part = (smithy_str){rest->ptr, (size_t)(dot - rest->ptr)};
    *rest = (smithy_str){dot + 1, rest->len - part->len - 1};
    return true;
}

bool task_read_name(const task_info *info, smithy_str state_id, smithy_str bucket, task_spec *spec, bool *whole) {
    smithy_str rest = info->name, product, id, kind, hash, attempt;
    int64_t number = 0;
    char expected[HASH_LEN + 1];
    if (!take_part(&rest, &product) || !take_part(&rest, &id) || !take_part(&rest, &kind) || !take_part(&rest, &hash) ||
        !take_part(&rest, &attempt))
        return false;
    if (!smithy_str_equal(product, SMITHY_STR(PRODUCT)) || !smithy_str_equal(id, state_id) || kind.len != 1 ||
        !strchr("gpsobGPSOB", kind.ptr[0]) || !smithy_str_to_i64(attempt, &number))
        return false;
    const bool carries_prefix = kind.ptr[0] >= 'a';
    *spec = (task_spec){.kind = (state_unit_kind)(carries_prefix ? kind.ptr[0] : kind.ptr[0] - 'A' + 'a'),
                        .group = info->group,
                        .prefix = carries_prefix ? rest : (smithy_str){0},
                        .from_ms = info->from_ms,
                        .to_ms = info->to_ms,
                        .bucket = info->bucket,
                        .destination_prefix = info->destination_prefix,
                        .attempt = (int)number};
    *whole = smithy_str_equal(info->bucket, bucket) &&
             (!carries_prefix || (hash_spec(spec, expected) == SMITHY_OK && hash.len == HASH_LEN &&
                                  memcmp(hash.ptr, expected, HASH_LEN) == 0));
    return true;
}

/* ---- creating ---- */

static task_creation classify(const smithy_error *error, smithy_status status) {
    if (status == SMITHY_OK) return TASK_CREATED;
    if (error->outcome_unknown) return TASK_LOST_ANSWER;
    if (smithy_error_has_code(error, "LimitExceededException")) return TASK_SLOT_BUSY;
    if (smithy_error_has_code(error, "ResourceNotFoundException")) return TASK_GROUP_GONE;
    if (smithy_error_has_code(error, "ThrottlingException") ||
        smithy_error_has_code(error, "OperationAbortedException") ||
        smithy_error_has_code(error, "ServiceUnavailableException") ||
        smithy_error_has_code(error, "TooManyRequestsException"))
        return TASK_NOT_NOW;
    if (status == SMITHY_ERROR_TRANSPORT || (status == SMITHY_ERROR_TIMEOUT && !error->outcome_unknown))
        return TASK_NOT_NOW;
    return run_is_fatal(status) || advice_is_of_bucket(error) ? TASK_FATAL : TASK_REFUSED;
}

task_creation task_create(run_context *run, const task_spec *spec, smithy_str name, smithy_str *task_id) {
    logs_create_export_task_output output;
    smithy_call *call = run_fresh_call(run);
    smithy_call_set_max_attempts(call, 1);
    const smithy_status status =
        logs_create_export_task(run->logs,
                                &(logs_create_export_task_input){
                                    .task_name = name,
                                    .log_group_name = spec->group,
                                    .log_stream_name_prefix = spec->prefix.len > 0 ? spec->prefix : (smithy_str){0},
                                    .from = SMITHY_SET(spec->from_ms),
                                    .to = SMITHY_SET(spec->to_ms),
                                    .destination = spec->bucket,
                                    .destination_prefix = spec->destination_prefix,
                                },
                                &output, call);
    smithy_call_set_max_attempts(call, 0);
    *task_id = status == SMITHY_OK ? output.task_id : (smithy_str){0};
    if (status == SMITHY_OK && output.task_id.len == 0) return TASK_LOST_ANSWER;
    return classify(smithy_call_error(call), status);
}

/* ---- looking ---- */

static task_status status_of(const logs_export_task *task) {
    if (!task->status) return TASK_STATUS_ACTIVE;
    switch (task->status->code.kind) {
    case LOGS_EXPORT_TASK_STATUS_CODE_COMPLETED: return TASK_STATUS_COMPLETED;
    case LOGS_EXPORT_TASK_STATUS_CODE_FAILED: return TASK_STATUS_FAILED;
    case LOGS_EXPORT_TASK_STATUS_CODE_CANCELLED: return TASK_STATUS_CANCELLED;
    default: return TASK_STATUS_ACTIVE;
    }
}

static task_info info_of(const logs_export_task *task) {
    const logs_export_task_execution_info *execution = task->execution_info;
    return (task_info){.id = task->task_id,
                       .name = task->task_name,
                       .group = task->log_group_name,
                       .bucket = task->destination,
                       .destination_prefix = task->destination_prefix,
                       .message = task->status ? task->status->message : (smithy_str){0},
                       .from_ms = task->from.value,
                       .to_ms = task->to.value,
                       .created_ms = execution ? execution->creation_time.value : 0,
                       .ended_ms =
                           execution && execution->completion_time.has ? execution->completion_time.value : INT64_MAX,
                       .status = status_of(task)};
}

smithy_status task_poll(run_context *run, smithy_str task_id, task_info *info) {
    logs_describe_export_tasks_output output;
    *info = (task_info){.status = TASK_STATUS_UNLISTED};
    smithy_call *call = run_fresh_call(run);
    SMITHY_TRY(
        logs_describe_export_tasks(run->logs, &(logs_describe_export_tasks_input){.task_id = task_id}, &output, call));
    for (size_t i = 0; i < output.export_tasks.count; i++)
        if (smithy_str_equal(output.export_tasks.items[i].task_id, task_id))
            *info = info_of(&output.export_tasks.items[i]);
    return SMITHY_OK;
}

static smithy_status keep(task_list *list, const logs_export_task *task, smithy_call *memory) {
    task_info info = info_of(task);
    info.id = smithy_call_copy(memory, info.id);
    info.name = smithy_call_copy(memory, info.name);
    info.group = smithy_call_copy(memory, info.group);
    info.bucket = smithy_call_copy(memory, info.bucket);
    info.destination_prefix = smithy_call_copy(memory, info.destination_prefix);
    info.message = smithy_call_copy(memory, info.message);
    SMITHY_TRY(smithy_call_status(memory));
    if (!GROW(memory, list->items, list->count, list->capacity)) return SMITHY_ERROR_MEMORY;
    list->items[list->count++] = info;
    return SMITHY_OK;
}

static smithy_status list_tasks(run_context *run, logs_export_task_status_code_kind status, task_list *list,
                                smithy_call *memory) {
    logs_describe_export_tasks_pages pages = {.input = {.status_code = {.kind = status}}};
    const logs_describe_export_tasks_output *page;
    smithy_call *call = run_fresh_call(run);
    do {
        SMITHY_TRY(logs_describe_export_tasks_next(run->logs, &pages, &page, call));
        for (size_t i = 0; page && i < page->export_tasks.count; i++)
            SMITHY_TRY(keep(list, &page->export_tasks.items[i], memory));
    } while (page && !run_must_stop(run));
    return SMITHY_OK;
}

smithy_status task_list_all(run_context *run, task_list *list, smithy_call *memory) {
    return list_tasks(run, LOGS_EXPORT_TASK_STATUS_CODE_ABSENT, list, memory);
}

smithy_status task_list_active(run_context *run, task_list *list, smithy_call *memory) {
    SMITHY_TRY(list_tasks(run, LOGS_EXPORT_TASK_STATUS_CODE_RUNNING, list, memory));
    SMITHY_TRY(list_tasks(run, LOGS_EXPORT_TASK_STATUS_CODE_PENDING, list, memory));
    return list_tasks(run, LOGS_EXPORT_TASK_STATUS_CODE_PENDING_CANCEL, list, memory);
}
