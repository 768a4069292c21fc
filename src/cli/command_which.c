/* The command `which`: whose events an object of the archive holds, by the ledger, which has the real names. */
#include "answer_text.h"
#include "command.h"
#include "log_text.h"
#include "proof.h"

#define TEXT_MAX_BYTES 4096

typedef struct which_request {
    smithy_str key_text;
    smithy_str key;    /* Without the bucket. */
    smithy_str folder; /* The stream's, in the task's; empty: the key is of the whole task. */
    proof p;
    const proof_task *task;
    const proof_late *late;
    smithy_str names[LEDGER_NAMES_MAX];
    size_t name_count;
} which_request;

/* "s3://bucket/key" is taken, too, as other tools print it. */
static bool read_key(cli_command *command, which_request *request) {
    const smithy_str bucket = command->settings.destination_bucket;
    smithy_str key = request->key_text;
    if (!smithy_str_is_set(bucket))
        return cli_command_fail(command, EXPORTER_OUTCOME_CONFIGURATION,
                                "--destination-s3-bucket is missing: the ledger lies in the archive's bucket");
    if (smithy_str_starts_with(key, SMITHY_STR("s3://"))) {
        key = (smithy_str){key.ptr + 5, key.len - 5};
        if (!smithy_str_starts_with(key, bucket) || key.len <= bucket.len || key.ptr[bucket.len] != '/')
            return cli_command_fail(command, EXPORTER_OUTCOME_CONFIGURATION, "--key is of another bucket than %.*s",
                                    SMITHY_STR_ARG(bucket));
        key = (smithy_str){key.ptr + bucket.len + 1, key.len - bucket.len - 1};
    }
    if (key.len == 0)
        return cli_command_fail(command, EXPORTER_OUTCOME_CONFIGURATION,
                                "--key is missing: give the key of an object of the archive, or of a task's folder");
    request->key = key;
    return true;
}

static void find_owner(which_request *request) {
    const proof *p = &request->p;
    for (size_t i = 0; i < p->task_count && !request->task; i++) {
        const smithy_str folder = p->tasks[i].folder;
        if (!smithy_str_starts_with(request->key, folder)) continue;
        const smithy_str rest = {request->key.ptr + folder.len, request->key.len - folder.len};
        const char *slash = rest.len > 0 ? memchr(rest.ptr, '/', rest.len) : NULL;
        request->task = &p->tasks[i];
        request->folder = (smithy_str){rest.ptr, slash ? (size_t)(slash - rest.ptr) : 0};
    }
    for (size_t i = 0; i < p->late_count && !request->late; i++)
        if (smithy_str_equal(p->lates[i].key, request->key)) request->late = &p->lates[i];
}

/* ---- real names ---- */

typedef struct name_search {
    which_request *request;
    smithy_call *memory;
} name_search;

static bool is_of_object(const which_request *request, const ledger_line *line) {
    if (request->late) return line->type == LEDGER_LATE && smithy_str_equal(line->key, request->key);
    return request->task && proof_task_of(&request->p, line) == request->task &&
           smithy_str_equal(line->folder, request->folder);
}

static smithy_status visit(void *context, const ledger_line *line) {
    const name_search *search = context;
    which_request *request = search->request;
    if (!is_of_object(request, line)) return SMITHY_OK;
    request->name_count = line->name_count;
    for (size_t i = 0; i < line->name_count; i++) request->names[i] = smithy_call_copy(search->memory, line->names[i]);
    return smithy_call_status(search->memory);
}

/* ---- the answer ---- */

static const char *kind_text(state_unit_kind kind) {
    switch (kind) {
    case STATE_UNIT_GROUP: return "the whole group";
    case STATE_UNIT_PREFIX: return "several streams";
    default: return "a single stream";
    }
}

static void write_text(cli_command *command, const which_request *request) {
    smithy_buffer *out = &command->out;
    const proof_task *task = request->task;
    smithy_buffer_append_text(out, "group   ");
    exporter_text_append_line(out, task ? task->group : request->late->group, TEXT_MAX_BYTES);
    for (size_t i = 0; i < request->name_count; i++) {
        smithy_buffer_append_text(out, "\nstream  ");
        exporter_text_append_line(out, request->names[i], TEXT_MAX_BYTES);
    }
    smithy_buffer_append_text(out, "\nfrom    ");
    exporter_text_append_time(out, task ? task->from_ms : request->late->from_ms);
    smithy_buffer_append_text(out, "\nto      ");
    exporter_text_append_time(out, task ? task->to_ms : request->late->to_ms);
    smithy_buffer_append_text(out, "\nby      ");
    if (task) {
        smithy_buffer_append_text(out, "task ");
        exporter_text_append_line(out, task->id, TEXT_MAX_BYTES);
        smithy_buffer_append_f(out, ", of %s\n", kind_text(task->kind));
    } else
        smithy_buffer_append_text(out, "the sweep of late events\n");
}

static void write_json(cli_command *command, const which_request *request) {
    const proof_task *task = request->task;
    smithy_json_writer json;
    smithy_json_writer_init(&json, &command->out);
    smithy_json_open_object(&json);
    cli_json_text(&json, "key", request->key);
    cli_json_text(&json, "group", task ? task->group : request->late->group);
    smithy_json_name(&json, "streams");
    smithy_json_open_array(&json);
    for (size_t i = 0; i < request->name_count; i++) smithy_json_value_str(&json, request->names[i]);
    smithy_json_close_array(&json);
    cli_json_time(&json, "from", task ? task->from_ms : request->late->from_ms);
    cli_json_time(&json, "to", task ? task->to_ms : request->late->to_ms);
    cli_json_text(&json, "task", task ? task->id : (smithy_str){0});
    cli_json_bool(&json, "isLate", !task);
    smithy_json_close_object(&json);
    smithy_buffer_append_char(&command->out, '\n');
}

static bool act(cli_command *command, void *context) {
    which_request *request = context;
    run_context *run = &command->run;
    int64_t objects;
    if (!read_key(command, request) || !proof_open(run, &request->p)) return false;
    find_owner(request);
    if (!request->task && !request->late)
        return cli_command_fail(command, EXPORTER_OUTCOME_FAILED,
                                "the ledger knows no task that wrote it, and counts: it is no part of this state's "
                                "archive, or older than the ledger");
    name_search search = {request, run->memory};
    const smithy_status status = ledger_read(run, 0, visit, &search, &objects, run_fresh_call(run));
    if (status != SMITHY_OK) return run_fail(run, status, "reading the ledger"), false;
    if (command->as_json)
        write_json(command, request);
    else
        write_text(command, request);
    return true;
}

int cli_which(const cli_io *io, size_t count, const char *const *args) {
    which_request request = {0};
    const cli_flag flags[] = {{.name = "--key", .text = &request.key_text}, {.name = NULL}};
    return cli_command_run(io, count, args,
                           &(cli_command_kind){.name = "which",
                                               .need = EXPORTER_NEEDS_STATE,
                                               .reach = SESSION_AWS,
                                               .flags = flags,
                                               .act = act,
                                               .context = &request});
}
