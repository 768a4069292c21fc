#include "settle_bench.h"

#include <stdio.h>

/* ---- the bucket ---- */

/* What the listing is asked for, as S3 reads it. */
static void read_prefix(const char *url, char *prefix, size_t size) {
    const char *at = strstr(url, "&prefix=");
    size_t len = 0;
    assert_non_null(at);
    for (at += 8; *at && *at != '&' && len + 1 < size; len++) {
        unsigned byte = (unsigned char)*at++;
        if (byte == '%') {
            assert_int_equal(sscanf(at, "%2x", &byte), 1);
            at += 2;
        }
        prefix[len] = (char)byte;
    }
    prefix[len] = 0;
}

static scripted_answer list(settle_bench *b, const char *url) {
    char prefix[2 * CATALOG_FOLDER_MAX], text[SETTLE_KEYS * 160];
    if (++b->lists == b->refused_list) return b->refusal;
    read_prefix(url, prefix, sizeof prefix);
    int len = snprintf(text, sizeof text, "<ListBucketResult><IsTruncated>false</IsTruncated>");
    for (size_t i = 0; i < b->key_count; i++)
        if (b->keys[i] && strncmp(b->keys[i], prefix, strlen(prefix)) == 0)
            len += snprintf(text + len, sizeof text - (size_t)len, "<Contents><Key>%s</Key><Size>10</Size></Contents>",
                            b->keys[i]);
    (void)snprintf(text + len, sizeof text - (size_t)len, "</ListBucketResult>");
    return (scripted_answer){.status = 200, .body = run_bench_copy(b->bench, "%s", text)};
}

static scripted_answer delete_keys(settle_bench *b, const char *body) {
    b->deletes++;
    if (b->appears) settle_put(b, b->appears);
    b->appears = NULL;
    for (size_t i = 0; i < b->key_count; i++) {
        char key[256];
        if (!b->keys[i]) continue;
        (void)snprintf(key, sizeof key, "<Key>%s</Key>", b->keys[i]);
        if (strstr(body, key)) b->keys[i] = NULL;
    }
    return (scripted_answer){.status = 200, .body = "<DeleteResult></DeleteResult>"};
}

static scripted_answer describe(settle_bench *b, bool tasks) {
    char text[SETTLE_ROOM * 160] = "\"logStreams\":[";
    int len = (int)strlen(text);
    const char *more = b->listing_takes_ms > 0 ? ",\"nextToken\":\"on\"" : "";
    scripted_answer answer = {.status = 200, .takes_ms = b->listing_takes_ms};
    b->listings++;
    if (tasks ? !b->tasks_now : !b->listed_now)
        return (scripted_answer){.status = 400,
                                 .body = "{\"__type\":\"InvalidParameterException\",\"message\":\"no\"}"};
    for (size_t i = 0; i < b->listed_now_count; i++)
        len +=
            snprintf(text + len, sizeof text - (size_t)len, "%s{\"logStreamName\":\"%.*s\",\"creationTime\":%lld}",
                     i > 0 ? "," : "", SMITHY_STR_ARG(b->listed_now[i].name), (long long)b->listed_now[i].created_ms);
    if (tasks)
        answer.body = run_bench_copy(b->bench, "{\"exportTasks\":[%s]}", b->tasks_now);
    else
        answer.body = run_bench_copy(b->bench, "{%s]%s}", text, more);
    return answer;
}

static scripted_answer put_or_delete(settle_bench *b, smithy_str method) {
    if (smithy_str_equal(method, SMITHY_STR("DELETE"))) {
        if (b->refuses_deletion) return b->deletion;
        return (scripted_answer){.status = 204};
    }
    b->puts++;
    return (scripted_answer){.status = 200, .headers = "ETag: \"e\""};
}

static void answer(void *context, const smithy_http_request *request, size_t index) {
    settle_bench *b = context;
    scripted_answer *next = &b->bench->answers[index];
    assert_true(index < SCRIPT_MAX_REQUESTS);
    if (smithy_str_starts_with(request->url, SMITHY_STR("https://logs."))) {
        const smithy_str target = smithy_headers_get(&request->headers, "X-Amz-Target");
        const bool creates = smithy_str_equal(target, SMITHY_STR("Logs_20140328.CreateExportTask"));
        b->creations += creates;
        *next = creates ? b->creation
                        : describe(b, smithy_str_equal(target, SMITHY_STR("Logs_20140328.DescribeExportTasks")));
    } else if (smithy_str_equal(request->method, SMITHY_STR("GET"))) {
        *next = list(b, run_bench_copy(b->bench, "%.*s", SMITHY_STR_ARG(request->url)));
    } else if (smithy_str_equal(request->method, SMITHY_STR("POST"))) {
        *next = delete_keys(b, run_bench_copy(b->bench, "%.*s", (int)request->body.bytes.len, request->body.bytes.ptr));
    } else {
        *next = put_or_delete(b, request->method);
    }
}

void settle_put(settle_bench *b, const char *key) {
    assert_true(b->key_count < SETTLE_KEYS);
    b->keys[b->key_count++] = key;
}

bool settle_is_there(const settle_bench *b, const char *key) {
    for (size_t i = 0; i < b->key_count; i++)
        if (b->keys[i] && strcmp(b->keys[i], key) == 0) return true;
    return false;
}

/* ---- the group ---- */

settle_bench *settle_bench_open(run_bench *bench) {
    static settle_bench b;
    b = (settle_bench){.bench = bench,
                       .run = &bench->run,
                       .creation = {.status = 200, .body = "{\"taskId\":\"t1\"}"},
                       .deletion = RUN_BENCH_ERROR(403, "AccessDenied"),
                       .refusal = RUN_BENCH_ERROR(403, "AccessDenied")};
    bench->transport.answer_count = SCRIPT_MAX_REQUESTS;
    bench->transport.on_request = answer;
    bench->transport.on_request_context = &b;
    b.run->holds_lease = true;
    b.work = (group_work){.memory = b.run->memory,
                          .catalog = {.arn = SMITHY_STR_INIT("arn:aws:logs:eu-west-1:123456789012:log-group:g"),
                                      .name = SMITHY_STR_INIT("g"),
                                      .created_ms = SETTLE_MADE,
                                      .streams = b.streams}};
    b.work.plan.units = b.units;
    b.group = b.work.group = state_add_group(&b.run->state, b.work.catalog.arn, SETTLE_MADE);
    b.past.items = b.tasks;
    return b.group ? &b : NULL;
}

catalog_stream *settle_add_stream(settle_bench *b, const char *name) {
    assert_true(b->work.catalog.stream_count < SETTLE_ROOM);
    catalog_stream *stream = &b->streams[b->work.catalog.stream_count++];
    *stream = (catalog_stream){.name = smithy_str_from(name),
                               .created_ms = SETTLE_MADE,
                               .first_event_ms = SETTLE_MADE,
                               .last_event_ms = SETTLE_NOW - SETTLE_HOUR,
                               .last_ingestion_ms = SETTLE_NOW - SETTLE_HOUR};
    return stream;
}

static plan_unit *plan(settle_bench *b, const plan_unit *unit) {
    assert_true(b->work.plan.unit_count < SETTLE_ROOM);
    b->units[b->work.plan.unit_count] = *unit;
    return &b->units[b->work.plan.unit_count++];
}

plan_unit *settle_plan_stream(settle_bench *b, const catalog_stream *stream, int64_t from_ms) {
    return plan(b, &(plan_unit){.kind = STATE_UNIT_STREAM,
                                .stream = stream,
                                .prefix = stream->name,
                                .from_ms = from_ms,
                                .to_ms = SETTLE_NOW});
}

plan_unit *settle_plan_prefix(settle_bench *b, const char *prefix, int64_t from_ms) {
    return plan(
        b, &(plan_unit){
               .kind = STATE_UNIT_PREFIX, .prefix = smithy_str_from(prefix), .from_ms = from_ms, .to_ms = SETTLE_NOW});
}

past_task *settle_add_task(settle_bench *b, state_unit_kind kind, const char *id, const char *prefix) {
    assert_true(b->past.count < SETTLE_ROOM);
    task_info *info = &b->infos[b->past.count];
    past_task *task = &b->tasks[b->past.count++];
    *info = (task_info){.id = smithy_str_from(id),
                        .group = b->work.catalog.name,
                        .bucket = b->run->settings->destination_bucket,
                        .destination_prefix = SMITHY_STR("x"),
                        .status = TASK_STATUS_COMPLETED};
    *task = (past_task){
        .info = info,
        .spec = {.kind = kind, .group = info->group, .prefix = smithy_str_from(prefix), .bucket = info->bucket},
        .whole = true};
    settle_end_task(task, SETTLE_NOW - 10 * SETTLE_DAY);
    return task;
}

void settle_end_task(past_task *task, int64_t ended_ms) {
    task->info->ended_ms = ended_ms;
    task->info->created_ms = task->info->to_ms = task->spec.to_ms = ended_ms - SETTLE_HOUR;
}

smithy_status settle_look_back(settle_bench *b) {
    for (size_t i = 0; i < b->past.count && !b->is_forgetful; i++)
        SMITHY_TRY(state_add_task(&b->run->state, b->infos[i].id, SETTLE_NOW));
    past_tasks_sort(&b->past);
    b->run->past = &b->past;
    return SMITHY_OK;
}

void settle_without_digests(run_bench_scenario *scenario, void (*check)(run_bench *bench)) {
    size_t places = 1;
    if (torture_is_wanted()) skip(); /* It does the same to the whole test. */
    for (size_t at = 1; at <= places + 1; at++) {
        void *context;
        (void)run_bench_set_up(&context);
        torture_arm(TORTURE_FOREIGN, at, false);
        const smithy_status status = scenario(context);
        places = torture_disarm().places[TORTURE_FOREIGN];
        if (status == SMITHY_OK)
            check(context);
        else
            assert_true(at <= places);
        (void)run_bench_tear_down(&context);
    }
}
