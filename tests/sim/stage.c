#include "stage.h"

#include "scenario.h"
#include "state_text.h"
#include "task.h"

#include <string.h>
#include <zlib.h>

#define LEDGER_OBJECT_MAX ((size_t)1 << 20)

static sim_fault asked(sim_watcher *watcher, const sim_request *request, sim_reply *reply) {
    stage *s = (stage *)watcher;
    int at = 0;
    while (at < STAGE_OPERATIONS_MAX - 1 && s->calls[at].operation && !stage_asks(request, s->calls[at].operation))
        at++;
    s->calls[at].operation = world_copy(s->world, request->operation, strlen(request->operation));
    s->calls[at].count++;
    return s->befall ? s->befall(s, request, s->calls[at].count, reply) : SIM_FAULT_NONE;
}

static void said(sim_watcher *watcher, const char *message) {
    stage *s = (stage *)watcher;
    if (s->line_count < STAGE_LINES_MAX) s->lines[s->line_count++] = world_copy(s->world, message, strlen(message));
}

static void set(sim_watcher *watcher, exporter_settings *settings) {
    stage *s = (stage *)watcher;
    if (s->set) s->set(settings);
}

static void shown(sim_watcher *watcher, const exporter_progress *progress) {
    stage *s = (stage *)watcher;
    if (s->shown) s->shown(s, progress);
}

int stage_set_up(void **context) {
    static stage s;
    s = (stage){.watcher = {asked, said, set, shown}, .world = world_create(), .memory = smithy_call_create(NULL)};
    s.run = (sim_run){.name = "A", .seed = 7, .destination_prefix = "x/{group}", .watcher = &s.watcher};
    world_reset(s.world, 42);
    oracle_watch(&s.oracle, s.world);
    world_add_group(s.world, "app/0", true);
    *context = &s;
    return 0;
}

int stage_tear_down(void **context) {
    stage *s = *context;
    oracle_free(&s->oracle);
    world_destroy(s->world);
    smithy_call_destroy(s->memory);
    return 0;
}

int stage_add_stream(stage *s, int group, const char *name, int64_t age_ms) {
    const int stream = world_add_stream(s->world, group, name);
    assert_true(stream >= 0);
    stage_put_event(s, stream, age_ms);
    return stream;
}

void stage_put_event(stage *s, int stream, int64_t age_ms) {
    world_put_event(s->world, stream, s->world->now_ms - age_ms, s->world->now_ms);
}

void stage_wait(stage *s, int64_t ms) {
    world_advance(s->world, s->world->now_ms + ms);
}

const exporter_answer *stage_run(stage *s) {
    memset(s->calls, 0, sizeof s->calls);
    s->line_count = 0;
    s->run.seed++;
    process_run(s->world, &s->run, &s->result);
    assert_string_equal(s->world->violation, "");
    return &s->result.answer;
}

void stage_finish(stage *s) {
    sim_tally tally = {0};
    sim_run calm = s->run;
    calm.watcher = NULL;
    calm.timeout_ms = 0;
    calm.kill_at = calm.forced_count = 0;
    scenario_finish(s->world, &s->oracle, &calm, &tally);
    assert_string_equal(s->world->violation, "");
}

int stage_calls(const stage *s, const char *operation) {
    for (int i = 0; i < STAGE_OPERATIONS_MAX && s->calls[i].operation; i++)
        if (strcmp(s->calls[i].operation, operation) == 0) return s->calls[i].count;
    return 0;
}

int stage_said(const stage *s, const char *message) {
    int times = 0;
    for (int i = 0; i < s->line_count; i++) times += strcmp(s->lines[i], message) == 0;
    return times;
}

const char *stage_ledger(stage *s) {
    char *text = world_alloc(s->world, LEDGER_OBJECT_MAX);
    size_t len = 0;
    for (int i = 0; i < s->world->object_count; i++) {
        const sim_object *object = s->world->objects[i];
        if (strncmp(object->key, "_ledger/", 8) != 0) continue;
        z_stream stream = {.next_in = (Bytef *)object->body, .avail_in = (uInt)object->len};
        stream.next_out = (Bytef *)text + len;
        stream.avail_out = (uInt)(LEDGER_OBJECT_MAX - len - 1);
        assert_int_equal(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
        assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
        inflateEnd(&stream);
        len = LEDGER_OBJECT_MAX - 1 - stream.avail_out;
    }
    return text;
}

const exporter_state *stage_read_state(stage *s) {
    const sim_object *object = world_find_object(s->world, SIM_STATE_KEY);
    smithy_call *scratch = smithy_call_create(NULL);
    assert_non_null(object);
    smithy_call_reset(s->memory);
    assert_int_equal(state_init(&s->state, s->memory), SMITHY_OK);
    assert_int_equal(state_read(&s->state, (smithy_str){object->body, object->len}, scratch), SMITHY_OK);
    smithy_call_destroy(scratch);
    return &s->state;
}

const sim_task *stage_last_task(const stage *s) {
    assert_true(s->world->task_count > 0);
    return &s->world->tasks[s->world->task_count - 1];
}

int stage_objects(const stage *s, const char *prefix) {
    int count = 0;
    for (int i = 0; i < s->world->object_count; i++)
        count += strncmp(s->world->objects[i]->key, prefix, strlen(prefix)) == 0;
    return count;
}

int stage_objects_of(const stage *s, int task) {
    return stage_objects(s, s->world->tasks[task].folder);
}

void stage_let_objects_be_late(stage *s, int64_t ms) {
    s->world->knobs.late_objects_per_mille = ms > 0 ? 1000 : 0;
    s->world->knobs.late_object_ms = ms;
}

sim_fault stage_refuse(const sim_request *request, sim_reply *reply, int status, const char *code) {
    reply->etag = 0;
    reply->retry_after_ms = -1;
    reply_error(reply, request, status, code);
    return SIM_FAULT_ANSWERED;
}

bool stage_asks(const sim_request *request, const char *operation) {
    return strcmp(request->operation, operation) == 0;
}

int stage_plant(stage *s, const stage_planted *task) {
    char name[TASK_NAME_MAX + 1];
    bool carries;
    const char *code;
    const smithy_str id = task->state_id ? smithy_str_from(task->state_id) : stage_read_state(s)->id;
    const task_spec spec = {.kind = task->kind,
                            .group = smithy_str_from(task->group),
                            .prefix = smithy_str_from(task->prefix),
                            .from_ms = task->named_from_ms ? task->named_from_ms : task->from_ms,
                            .to_ms = task->to_ms,
                            .bucket = SMITHY_STR(SIM_BUCKET),
                            .destination_prefix = SMITHY_STR("x/earlier"),
                            .attempt = 1};
    assert_int_equal(task_write_name(&spec, id, name, &carries), SMITHY_OK);
    s->world->knobs.failed_per_mille = task->fate == SIM_TASK_FAILED ? 1000 : 0;
    const int number = tasks_create(s->world,
                                    &(sim_task_request){.name = name,
                                                        .group = task->group,
                                                        .prefix = task->prefix,
                                                        .bucket = SIM_BUCKET,
                                                        .destination_prefix = "x/earlier",
                                                        .from_ms = task->from_ms,
                                                        .to_ms = task->to_ms},
                                    &code);
    s->world->knobs.failed_per_mille = 0;
    assert_true(number >= 0);
    stage_wait(s, SIM_MINUTE);
    if (task->fate == SIM_TASK_COMPLETED || task->fate == SIM_TASK_FAILED)
        assert_int_equal(s->world->tasks[number].status, task->fate);
    return number;
}
