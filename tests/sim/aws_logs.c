/* CloudWatch Logs as awsJson1_1: groups, streams with their hints, export tasks. */
#include "wire.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const cJSON *input, const char *name) {
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(input, name));
    return value ? value : "";
}

static int64_t number_of(const cJSON *input, const char *name, int64_t otherwise) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(input, name);
    return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : otherwise;
}

static bool starts_with(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* ---- pages ---- */

/* One page of a listing by name. A token is "a" or "e" and the last name before: "a" may be answered by an empty page,
 * whose token is "e". */
typedef struct page {
    sim_world *world;
    sim_text *out;
    const char *after; /* Names up to it are past. */
    int room;
    int group; /* Whose streams these are. */
    bool is_first_item;
    char token[700];
} page;

static bool open_page(page *p, sim_world *world, sim_reply *reply, const cJSON *input, const char *member) {
    const char *token = text_of(input, "nextToken");
    const int64_t limit = number_of(input, "limit", 50);
    *p = (page){.world = world, .out = &reply->body, .after = token[0] ? token + 1 : "", .is_first_item = true};
    p->room = limit < world->knobs.page_size ? (int)limit : world->knobs.page_size;
    text_add(p->out, "{\"%s\":[", member);
    if (!world->knobs.has_empty_pages || token[0] == 'e' || world_chance(world, 500)) return true;
    snprintf(p->token, sizeof p->token, "e%s", p->after);
    return false;
}

static bool begin_item(page *p) {
    if (!p->is_first_item) text_add(p->out, ",");
    p->is_first_item = false;
    return true;
}

static void close_page(page *p) {
    text_add(p->out, "]");
    if (p->token[0]) {
        text_add(p->out, ",\"nextToken\":\"");
        text_add_json(p->out, p->token);
        text_add(p->out, "\"");
    }
    text_add(p->out, "}");
}

/* The name of one of `count` entries; NULL: it is not in this listing. */
typedef const char *name_at(const sim_world *world, int index, int group, const char *prefix);

#define PAGE_MAX 50

/* The entries whose names come next behind `after` in the order of names, PAGE_MAX + 1 of them at most. */
static int next_by_name(const sim_world *world, name_at *name, int count, int group, const char *prefix,
                        const char *after, bool is_inclusive, int found[PAGE_MAX + 1]) {
    int n = 0;
    for (int i = 0; i < count; i++) {
        const char *candidate = name(world, i, group, prefix);
        if (!candidate || strcmp(candidate, after) < (is_inclusive ? 0 : 1)) continue;
        if (n > PAGE_MAX && strcmp(candidate, name(world, found[n - 1], group, prefix)) > 0) continue;
        int at = n > PAGE_MAX ? n - 1 : n++;
        for (; at > 0 && strcmp(candidate, name(world, found[at - 1], group, prefix)) < 0; at--)
            found[at] = found[at - 1];
        found[at] = i;
    }
    return n;
}

typedef void write_item(page *p, int index);

static void fill_page(page *p, name_at *name, int count, int group, const char *prefix, write_item *write) {
    sim_world *world = p->world;
    int found[PAGE_MAX + 1];
    const bool repeats = p->after[0] && world_chance(world, world->knobs.repeat_per_mille);
    const int n = next_by_name(world, name, count, group, prefix, p->after, repeats || !p->after[0], found);
    for (int i = 0; i < n; i++) {
        if (p->room-- <= 0) {
            snprintf(p->token, sizeof p->token, "a%s", i > 0 ? name(world, found[i - 1], group, prefix) : p->after);
            return;
        }
        const bool is_missed = world_chance(world, world->knobs.missing_per_mille);
        if (!is_missed && begin_item(p)) write(p, found[i]);
    }
}

/* ---- groups ---- */

static const char *group_name(const sim_world *world, int index, int group, const char *prefix) {
    const sim_group *g = &world->groups[index];
    (void)group;
    return g->deleted || !starts_with(g->name, prefix) ? NULL : g->name;
}

static void write_group(page *p, int index) {
    const sim_group *group = &p->world->groups[index];
    text_add(p->out, "{\"logGroupName\":\"");
    text_add_json(p->out, group->name);
    text_add(p->out, "\",\"creationTime\":%lld,\"metricFilterCount\":0,\"storedBytes\":0,",
             (long long)group->created_ms);
    if (group->retention_days) text_add(p->out, "\"retentionInDays\":%d,", group->retention_days);
    text_add(p->out, "\"arn\":\"%s:*\",\"logGroupArn\":\"%s\",\"logGroupClass\":\"%s\"}", group->arn, group->arn,
             group->is_standard ? "STANDARD" : "INFREQUENT_ACCESS");
}

static void describe_log_groups(sim_world *world, const cJSON *input, sim_reply *reply) {
    page p;
    if (open_page(&p, world, reply, input, "logGroups"))
        fill_page(&p, group_name, world->group_count, 0, text_of(input, "logGroupNamePrefix"), write_group);
    close_page(&p);
}

/* ---- streams ---- */

static const char *stream_name(const sim_world *world, int index, int group, const char *prefix) {
    const sim_stream *s = &world->streams[world->groups[group].streams.items[index]];
    return s->deleted || !starts_with(s->name, prefix) ? NULL : s->name;
}

/* The hints as they were some time ago: what was ingested since is not in them. */
static void write_stream(page *p, int index) {
    sim_world *world = p->world;
    const int number = world->groups[p->group].streams.items[index];
    world_note_listed(world, number);
    const sim_stream *stream = &world->streams[number];
    const int64_t known_ms = world->now_ms - stream->hint_lag_ms;
    int64_t first = SIM_NEVER, last = -1, ingestion = -1;
    for (int i = 0; i < stream->events.count; i++) {
        const sim_event *event = &world->events[stream->events.items[i]];
        const bool is_known = event->ingested_ms <= known_ms;
        if (!is_known) continue;
        if (event->timestamp < first) first = event->timestamp;
        if (event->timestamp > last) last = event->timestamp;
        if (event->ingested_ms > ingestion) ingestion = event->ingested_ms;
    }
    text_add(p->out, "{\"logStreamName\":\"");
    text_add_json(p->out, stream->name);
    text_add(p->out, "\",\"creationTime\":%lld,\"storedBytes\":0", (long long)stream->created_ms);
    if (ingestion >= 0)
        text_add(p->out, ",\"firstEventTimestamp\":%lld,\"lastEventTimestamp\":%lld,\"lastIngestionTime\":%lld",
                 (long long)first, (long long)last, (long long)ingestion);
    text_add(p->out, "}");
}

static void describe_log_streams(sim_world *world, const cJSON *input, sim_reply *reply) {
    page p;
    const int group = world_find_group(world, text_of(input, "logGroupName"));
    if (group < 0) {
        reply->status = 404; /* Told by the caller. */
        return;
    }
    const bool has_items = open_page(&p, world, reply, input, "logStreams");
    p.group = group;
    if (has_items)
        fill_page(&p, stream_name, world->groups[group].streams.count, group, text_of(input, "logStreamNamePrefix"),
                  write_stream);
    close_page(&p);
}

/* ---- tasks ---- */

static void describe_task(page *p, const sim_task *task) {
    begin_item(p);
    text_add(p->out, "{\"taskId\":\"%s\",\"taskName\":\"", task->id);
    text_add_json(p->out, task->name);
    text_add(p->out, "\",\"logGroupName\":\"");
    text_add_json(p->out, task->group_name);
    text_add(p->out, "\",\"from\":%lld,\"to\":%lld,\"destination\":\"%s\",\"destinationPrefix\":\"",
             (long long)task->from_ms, (long long)task->to_ms, task->bucket ? task->bucket : SIM_BUCKET);
    text_add_json(p->out, task->destination_prefix);
    text_add(p->out, "\",\"status\":{\"code\":\"%s\",\"message\":\"\"},\"executionInfo\":{\"creationTime\":%lld",
             task_status_text(task->status), (long long)task->created_ms);
    if (!task_is_active(task)) text_add(p->out, ",\"completionTime\":%lld", (long long)task->ended_ms);
    text_add(p->out, "}}");
}

/* Newest first; a token is the number below which to go on. */
static void describe_export_tasks(sim_world *world, const cJSON *input, sim_reply *reply) {
    page p;
    const char *id = text_of(input, "taskId"), *code = text_of(input, "statusCode"),
               *token = text_of(input, "nextToken");
    const sim_task *wanted = id[0] ? task_find(world, id) : NULL;
    int at = !id[0] ? world->task_count : wanted ? (int)(wanted - world->tasks) + 1 : 0;
    if (token[0]) (void)sscanf(token + 1, "%d", &at);
    if (open_page(&p, world, reply, input, "exportTasks")) {
        while (at-- > 0) {
            const sim_task *task = &world->tasks[at];
            if (wanted && task != wanted) break;
            if (task->listed_ms > world->now_ms || (code[0] && strcmp(code, task_status_text(task->status)) != 0))
                continue;
            if (p.room-- <= 0) {
                snprintf(p.token, sizeof p.token, "a%d", at + 1);
                break;
            }
            describe_task(&p, task);
        }
    } else
        snprintf(p.token, sizeof p.token, "e%d", at);
    close_page(&p);
}

static void create_export_task(sim_world *world, const sim_request *request, const cJSON *input, sim_reply *reply) {
    const char *code;
    const int task = tasks_create(world,
                                  &(sim_task_request){.name = text_of(input, "taskName"),
                                                      .group = text_of(input, "logGroupName"),
                                                      .prefix = text_of(input, "logStreamNamePrefix"),
                                                      .bucket = text_of(input, "destination"),
                                                      .destination_prefix = text_of(input, "destinationPrefix"),
                                                      .from_ms = number_of(input, "from", -1),
                                                      .to_ms = number_of(input, "to", -1)},
                                  &code);
    if (task < 0)
        reply_error(reply, request, 400, code);
    else
        text_add(&reply->body, "{\"taskId\":\"%s\"}", world->tasks[task].id);
}

/* ---- events ---- */

static bool is_wanted(const sim_world *world, const sim_stream *stream, int group, const cJSON *names) {
    const cJSON *name;
    (void)world;
    if (stream->deleted || stream->group != group) return false;
    cJSON_ArrayForEach(name, names) if (strcmp(cJSON_GetStringValue(name), stream->name) == 0) return true;
    return !names;
}

static void write_event(page *p, int number) {
    const sim_event *event = &p->world->events[number];
    char line[SIM_EVENT_LINE];
    world_event_line(p->world, number, line);
    begin_item(p);
    text_add(p->out, "{\"logStreamName\":\"");
    text_add_json(p->out, p->world->streams[event->stream].name);
    text_add(p->out, "\",\"timestamp\":%lld,\"ingestionTime\":%lld,\"eventId\":\"%d\",\"message\":\"%s\"}",
             (long long)event->timestamp, (long long)event->ingested_ms, number, strchr(line, ' ') + 1);
}

/* Stream by stream; a token is the number of those that are past. */
static void filter_log_events(sim_world *world, const cJSON *input, sim_reply *reply) {
    page p;
    int past = 0, at = 0;
    const char *token = text_of(input, "nextToken");
    const int group = world_find_group(world, text_of(input, "logGroupName"));
    const cJSON *names = cJSON_GetObjectItemCaseSensitive(input, "logStreamNames");
    const int64_t from_ms = number_of(input, "startTime", 0), to_ms = number_of(input, "endTime", INT64_MAX);
    if (group < 0) {
        reply->status = 404;
        return;
    }
    if (token[0]) past = atoi(token + 1);
    if (!open_page(&p, world, reply, input, "events")) {
        snprintf(p.token, sizeof p.token, "e%d", past);
        close_page(&p);
        return;
    }
    for (int s = 0; s < world->stream_count && !p.token[0]; s++) {
        const sim_stream *stream = &world->streams[s];
        if (!is_wanted(world, stream, group, names)) continue;
        for (int i = 0; i < stream->events.count && !p.token[0]; i++) {
            const int number = stream->events.items[i];
            const int64_t stamp = world->events[number].timestamp;
            if (stamp < from_ms || stamp > to_ms || at++ < past) continue;
            if (p.room-- > 0)
                write_event(&p, number);
            else
                snprintf(p.token, sizeof p.token, "a%d", at - 1);
        }
    }
    close_page(&p);
}

/* ---- all ---- */

void logs_answer(sim_world *world, const sim_request *request, sim_reply *reply) {
    const char *operation = request->operation;
    cJSON *input = cJSON_ParseWithLength(request->body, request->len);
    reply->status = 200;
    text_clear(&reply->body);
    if (strcmp(operation, "DescribeLogGroups") == 0)
        describe_log_groups(world, input, reply);
    else if (strcmp(operation, "DescribeLogStreams") == 0)
        describe_log_streams(world, input, reply);
    else if (strcmp(operation, "DescribeExportTasks") == 0)
        describe_export_tasks(world, input, reply);
    else if (strcmp(operation, "CreateExportTask") == 0)
        create_export_task(world, request, input, reply);
    else if (strcmp(operation, "FilterLogEvents") == 0)
        filter_log_events(world, input, reply);
    else
        world_violation(world, "the exporter asks for %s", operation);
    if (reply->status == 404) reply_error(reply, request, 400, "ResourceNotFoundException");
    cJSON_Delete(input);
}
