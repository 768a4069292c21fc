/* The state as JSON: one document, a line for each group and each stream entry, in order.
 *
 *   {"format": "cloudwatch-logs-s3-exporter/state", "version": 1, "id": "5f0c…", "writer": "81d2…",
 *    "lease": {"Owner": "81d2…", "UntilMs": 1716854400000}, "filter": {"LogStreamNamePrefix": "web"},
 *    "groups": [
 *     {"LogGroupArn": "arn:aws:logs:…:log-group:/app", "CreatedAt": 1716768000000, "ExportedAt": 1716854400000,
 *      "Accounted": "<base64 of 8 bytes a stream>"}],
 *    "streams": [
 *     {"LogStreamArn": "arn:aws:logs:…:log-group:/app:log-stream:web-1", "CreatedAt": …, "ExportedAt": …,
 *      "OwedTo": …}],
 *    "sweepRound": …, "tasks": [{"TaskId": …, "EndedAt": …}], "cleanups": […], "flight": {…}, "edits": […]}
 *
 * state_write.c writes it. A reader takes the members in any order but wants "groups" ahead of "streams", as the writer
 * puts them. */
#include "grow.h"
#include "json_slices.h"
#include "state.h"
#include "state_format.h"

#include <smithy/json.h>
#include <smithy/text.h>

#define LAST_MS INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

/* One object of the document, as its members are met. Absent members keep the value they have. */
typedef struct record {
    smithy_str arn, accounted, folder, keep, id, name, group, prefix, kind, destination_prefix, by, reason;
    smithy_opt_i64 swept_at, compared_once, compared_at, swept_from, sweep_next;
    smithy_opt_i64 created, exported, converge, owed, ended, since, from, to, until, before, at;
    smithy_opt_bool cleaned, partial;
    const cJSON *folders, *missed;
} record;

static smithy_status read_member(const cJSON *member, record *r, smithy_call *call) {
    static const struct {
        const char *name;
        enum { TEXT, NUMBER } type;
        size_t offset;
    } MEMBERS[] = {
        {"LogGroupArn", TEXT, offsetof(record, arn)},
        {"LogStreamArn", TEXT, offsetof(record, arn)},
        {"Accounted", TEXT, offsetof(record, accounted)},
        {"Folder", TEXT, offsetof(record, folder)},
        {"Keep", TEXT, offsetof(record, keep)},
        {"TaskId", TEXT, offsetof(record, id)},
        {"Owner", TEXT, offsetof(record, id)},
        {"TaskName", TEXT, offsetof(record, name)},
        {"LogGroupName", TEXT, offsetof(record, group)},
        {"LogStreamNamePrefix", TEXT, offsetof(record, prefix)},
        {"Kind", TEXT, offsetof(record, kind)},
        {"DestinationPrefix", TEXT, offsetof(record, destination_prefix)},
        {"By", TEXT, offsetof(record, by)},
        {"Reason", TEXT, offsetof(record, reason)},
        {"At", NUMBER, offsetof(record, at)},
        {"CreatedAt", NUMBER, offsetof(record, created)},
        {"ExportedAt", NUMBER, offsetof(record, exported)},
        {"ConvergeTo", NUMBER, offsetof(record, converge)},
        {"SweptAt", NUMBER, offsetof(record, swept_at)},
        {"ComparedOnce", NUMBER, offsetof(record, compared_once)},
        {"ComparedAt", NUMBER, offsetof(record, compared_at)},
        {"SweptFrom", NUMBER, offsetof(record, swept_from)},
        {"SweepNext", NUMBER, offsetof(record, sweep_next)},
        {"OwedTo", NUMBER, offsetof(record, owed)},
        {"EndedAt", NUMBER, offsetof(record, ended)},
        {"Since", NUMBER, offsetof(record, since)},
        {"From", NUMBER, offsetof(record, from)},
        {"To", NUMBER, offsetof(record, to)},
        {"UntilMs", NUMBER, offsetof(record, until)},
        {"ExportedBefore", NUMBER, offsetof(record, before)},
    };
    for (size_t i = 0; i < sizeof MEMBERS / sizeof *MEMBERS; i++) {
        if (!smithy_json_is(member, MEMBERS[i].name)) continue;
        void *target = (char *)r + MEMBERS[i].offset;
        return MEMBERS[i].type == TEXT ? smithy_json_get_str(member, target, call)
                                       : smithy_json_get_i64(member, target, call);
    }
    if (smithy_json_is(member, "SweepIsPartial")) return smithy_json_get_bool(member, &r->partial, call);
    if (smithy_json_is(member, "Cleaned")) return smithy_json_get_bool(member, &r->cleaned, call);
    if (smithy_json_is(member, "Folders")) r->folders = member;
    if (smithy_json_is(member, "Missed")) r->missed = member;
    return SMITHY_OK; /* A member of a later minor version. */
}

static smithy_status read_record(const cJSON *object, record *r, smithy_call *call) {
    const cJSON *first;
    *r = (record){0};
    SMITHY_TRY(smithy_json_object(object, &first, call));
    for (const cJSON *member = first; member; member = member->next) SMITHY_TRY(read_member(member, r, call));
    return SMITHY_OK;
}

static int64_t or_else(smithy_opt_i64 value, int64_t otherwise) {
    return value.has ? value.value : otherwise;
}

/* A watermark: absent means nothing; one before 1970 or beyond the year 9999 can only be damage. */
static smithy_status watermark(smithy_opt_i64 value, const char *name, int64_t *target, smithy_call *call) {
    if (value.has && value.value < 0) return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "%s is negative", name);
    if (value.has && value.value > LAST_MS)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "%s is no time in ms since 1970", name);
    *target = or_else(value, STATE_NOTHING);
    return SMITHY_OK;
}

static smithy_status read_identities(exporter_state *state, smithy_str arn, smithy_str text, uint64_t **identities,
                                     size_t *count, smithy_call *call) {
    size_t len = 0;
    *count = 0;
    if (!text.ptr) return SMITHY_OK;
    uint8_t *bytes = smithy_call_alloc(call, smithy_base64_max(text.len), 1);
    if (!bytes) return SMITHY_ERROR_MEMORY;
    if (!smithy_base64_read(text, bytes, &len) || len % 8 != 0)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "Accounted of %.*s is damaged", SMITHY_STR_ARG(arn));
    *identities = smithy_call_alloc(state->memory, len / 8, 8);
    if (!*identities) return SMITHY_ERROR_MEMORY;
    *count = len / 8;
    for (size_t i = 0; i < len; i++) (*identities)[i / 8] = (*identities)[i / 8] << 8 | bytes[i];
    return SMITHY_OK;
}

static smithy_status read_folders(exporter_state *state, state_group *group, const cJSON *folders, smithy_call *call) {
    const cJSON *first = NULL;
    size_t count;
    if (!folders) return SMITHY_OK;
    SMITHY_TRY(smithy_json_array(folders, false, &first, &count, call));
    for (const cJSON *item = first; item; item = item->next) {
        record r;
        int64_t before = STATE_NOTHING;
        SMITHY_TRY(read_record(item, &r, call));
        SMITHY_TRY(watermark(r.before, "ExportedBefore", &before, call));
        if (!r.folder.ptr) return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "an item of Folders has no Folder");
        SMITHY_TRY(state_add_folder(state, group, r.folder, before));
    }
    return SMITHY_OK;
}

static smithy_status read_missed_folders(exporter_state *state, const cJSON *list, state_missed *missed,
                                         smithy_call *call) {
    const cJSON *first = NULL;
    size_t count = 0;
    if (!list) return SMITHY_OK;
    SMITHY_TRY(smithy_json_array(list, false, &first, &count, call));
    missed->folders = smithy_call_alloc(state->memory, count, sizeof *missed->folders);
    if (!missed->folders) return SMITHY_ERROR_MEMORY;
    for (const cJSON *item = first; item; item = item->next) {
        smithy_str folder;
        SMITHY_TRY(smithy_json_get_str(item, &folder, call));
        missed->folders[missed->folder_count++] = smithy_call_copy(state->memory, folder);
    }
    return smithy_call_status(state->memory);
}

static smithy_status read_missed(exporter_state *state, state_group *group, const cJSON *list, smithy_call *call) {
    const cJSON *first = NULL;
    size_t count;
    if (!list) return SMITHY_OK;
    SMITHY_TRY(smithy_json_array(list, false, &first, &count, call));
    for (const cJSON *item = first; item; item = item->next) {
        record r;
        SMITHY_TRY(read_record(item, &r, call));
        state_missed missed = {.since_ms = or_else(r.since, 0)};
        SMITHY_TRY(watermark(r.exported, "ExportedAt", &missed.exported_at, call));
        SMITHY_TRY(watermark(r.owed, "OwedTo", &missed.owed_to, call));
        SMITHY_TRY(read_identities(state, group->arn, r.accounted, &missed.identities, &missed.count, call));
        for (size_t i = 1; i < missed.count; i++)
            if (missed.identities[i - 1] >= missed.identities[i])
                return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "Missed of %.*s is damaged",
                                        SMITHY_STR_ARG(group->arn));
        SMITHY_TRY(read_missed_folders(state, r.folders, &missed, call));
        SMITHY_TRY(state_add_missed(state, group, &missed));
    }
    return SMITHY_OK;
}

static smithy_status read_group(exporter_state *state, const record *r, smithy_call *call) {
    smithy_str arn, name, stream;
    if (!state_split_arn(r->arn, &arn, &name, &stream) || stream.ptr)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "LogGroupArn \"%.*s\" is not the ARN of a log group",
                                SMITHY_STR_ARG(r->arn));
    if (state_find_group(state, arn, STATE_UNKNOWN_TIME))
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "%.*s stands twice in it", SMITHY_STR_ARG(arn));
    state_group *group = state_add_group(state, arn, or_else(r->created, STATE_UNKNOWN_TIME));
    if (!group) return SMITHY_ERROR_MEMORY;
    SMITHY_TRY(watermark(r->exported, "ExportedAt", &group->exported_at, call));
    SMITHY_TRY(watermark(r->converge, "ConvergeTo", &group->converge_to, call));
    SMITHY_TRY(watermark(r->swept_at, "SweptAt", &group->swept_at, call));
    SMITHY_TRY(watermark(r->compared_once, "ComparedOnce", &group->compared_once, call));
    SMITHY_TRY(watermark(r->compared_at, "ComparedAt", &group->compared_at, call));
    group->sweep_is_partial = r->partial.has && r->partial.value;
    SMITHY_TRY(watermark(r->swept_from, "SweptFrom", &group->swept_from, call));
    SMITHY_TRY(watermark(r->sweep_next, "SweepNext", &group->sweep_next, call));
    SMITHY_TRY(read_identities(state, group->arn, r->accounted, &group->accounted, &group->accounted_count, call));
    group->accounted_capacity = group->accounted_count;
    SMITHY_TRY(read_missed(state, group, r->missed, call));
    return read_folders(state, group, r->folders, call);
}

static smithy_status read_stream(exporter_state *state, const record *r, smithy_call *call) {
    smithy_str arn, name, stream;
    if (!state_split_arn(r->arn, &arn, &name, &stream) || !stream.ptr)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "LogStreamArn \"%.*s\" is not the ARN of a log stream",
                                SMITHY_STR_ARG(r->arn));
    state_group *group = state_find_group(state, arn, STATE_UNKNOWN_TIME);
    if (!group)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "no group for the stream %.*s", SMITHY_STR_ARG(r->arn));
    state_stream entry = {
        .name = stream, .created_ms = or_else(r->created, STATE_UNKNOWN_TIME), .since_ms = or_else(r->since, 0)};
    SMITHY_TRY(watermark(r->exported, "ExportedAt", &entry.exported_at, call));
    entry.owed_to = or_else(r->owed, STATE_NOT_OWED);
    if (r->owed.has && r->owed.value > LAST_MS)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "OwedTo is no time in ms since 1970");
    if (r->owed.has && r->owed.value < entry.exported_at)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "OwedTo of %.*s lies before its ExportedAt",
                                SMITHY_STR_ARG(r->arn));
    return state_set_stream(state, group, &entry);
}

static smithy_status read_task(exporter_state *state, const record *r, smithy_call *call) {
    if (!r->id.ptr) return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "a task has no TaskId");
    return state_add_task(state, r->id, or_else(r->ended, 0));
}

static smithy_status read_cleanup(exporter_state *state, const record *r, smithy_call *call) {
    /* An empty folder would be the whole bucket. */
    if (r->folder.len < 2 || r->folder.ptr[r->folder.len - 1] != '/')
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "a cleanup has no Folder that ends in \"/\"");
    SMITHY_TRY(state_add_cleanup(state, r->folder, r->keep, or_else(r->since, 0)));
    state->cleanups[state->cleanup_count - 1].cleaned = r->cleaned.has && r->cleaned.value;
    return SMITHY_OK;
}

static smithy_status read_flight(exporter_state *state, const record *r, smithy_call *call) {
    if (!r->name.ptr || !r->group.ptr || r->kind.len != 1 || !strchr("gpso", r->kind.ptr[0]) || !r->from.has ||
        !r->to.has)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "flight is not whole");
    return state_set_flight(state, &(state_flight){.task_id = r->id,
                                                   .task_name = r->name,
                                                   .group = r->group,
                                                   .prefix = r->prefix.ptr ? r->prefix : SMITHY_STR(""),
                                                   .kind = (state_unit_kind)r->kind.ptr[0],
                                                   .from_ms = r->from.value,
                                                   .to_ms = r->to.value,
                                                   .destination_prefix = r->destination_prefix,
                                                   .created_ms = or_else(r->created, 0)});
}

static smithy_status read_edit(exporter_state *state, const record *r, smithy_call *call) {
    state_edit edit = {.at_ms = or_else(r->at, 0), .by = r->by, .arn = r->arn, .reason = r->reason};
    SMITHY_TRY(watermark(r->from, "From", &edit.from_ms, call));
    SMITHY_TRY(watermark(r->to, "To", &edit.to_ms, call));
    if (r->arn.ptr && r->by.ptr && r->reason.ptr) return state_add_edit(state, &edit);
    return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "an edit is not whole");
}

static smithy_status read_lease(exporter_state *state, const record *r, smithy_call *call) {
    (void)call;
    state->lease = (state_lease){smithy_call_copy(state->memory, r->id), or_else(r->until, 0)};
    return smithy_call_status(state->memory);
}

static smithy_status read_filter(exporter_state *state, const record *r, smithy_call *call) {
    (void)call;
    if (r->prefix.ptr) state->stream_prefix = smithy_call_copy(state->memory, r->prefix);
    return smithy_call_status(state->memory);
}

typedef smithy_status record_reader(exporter_state *state, const record *r, smithy_call *call);

static smithy_status parse_record(exporter_state *state, smithy_str text, record_reader *read, smithy_call *call) {
    smithy_json json;
    record r;
    smithy_call_reset(call); /* One record's memory at a time. */
    SMITHY_TRY(smithy_json_parse(&json, text, call));
    smithy_status status = read_record(json.root, &r, call);
    if (status == SMITHY_OK) status = read(state, &r, call);
    smithy_json_free(&json);
    return status;
}

static smithy_status broken(const json_slices *slices, const char *what, smithy_call *call) {
    return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "it is not JSON: %s breaks at byte %zu of %zu", what,
                            slices->at, slices->text.len);
}

static smithy_status parse_records(exporter_state *state, smithy_str text, const char *what, record_reader *read,
                                   smithy_call *call) {
    json_slices items;
    smithy_str name, value;
    if (!json_slices_open(&items, text) || items.closer != ']') return broken(&items, what, call);
    while (json_slices_next(&items, &name, &value)) SMITHY_TRY(parse_record(state, value, read, call));
    return json_slices_complete(&items) ? SMITHY_OK : broken(&items, what, call);
}

/* What every state of this program has; without it a document is somebody else's. */
typedef struct heading {
    bool format, id;
    int64_t version;
} heading;

static smithy_status read_format(smithy_str value, heading *seen, smithy_call *call) {
    seen->format = smithy_str_equal(value, SMITHY_STR("\"" STATE_FORMAT "\""));
    if (seen->format) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "its format is %.*s, not \"%s\"",
                            (int)(value.len < 80 ? value.len : 80), value.ptr, STATE_FORMAT);
}

static smithy_status read_version(smithy_str value, heading *seen, smithy_call *call) {
    if (!smithy_str_to_i64(value, &seen->version) || seen->version < 1)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "its version is not a number");
    if (seen->version <= STATE_VERSION) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_RESPONSE,
                            "a newer version of this program wrote it (version %lld; this one reads up to %d)",
                            (long long)seen->version, STATE_VERSION);
}

static bool is_hex(smithy_str text) {
    for (size_t i = 0; i < text.len; i++)
        if (!memchr("0123456789abcdef", text.ptr[i], 16)) return false;
    return true;
}

/* Taken as it stands, so what JSON would have to unescape must not be in it. */
static smithy_status read_id(exporter_state *state, smithy_str value, heading *seen, smithy_call *call) {
    if (value.len != 18 || value.ptr[0] != '"' || !is_hex((smithy_str){value.ptr + 1, 16}))
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "its id is not 16 hexadecimal digits");
    state->id = smithy_call_copy(state->memory, (smithy_str){value.ptr + 1, value.len - 2});
    seen->id = true;
    return smithy_call_status(state->memory);
}

static smithy_status read_sweep_round(exporter_state *state, smithy_str value, smithy_call *call) {
    if (smithy_str_to_i64(value, &state->sweep_round) && state->sweep_round >= 0 && state->sweep_round <= LAST_MS)
        return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "its sweepRound is no time in ms since 1970");
}

static smithy_status read_top(exporter_state *state, smithy_str name, smithy_str value, heading *seen,
                              smithy_call *call) {
    if (smithy_str_equal(name, SMITHY_STR("format"))) return read_format(value, seen, call);
    if (smithy_str_equal(name, SMITHY_STR("version"))) return read_version(value, seen, call);
    if (smithy_str_equal(name, SMITHY_STR("id"))) return read_id(state, value, seen, call);
    if (smithy_str_equal(name, SMITHY_STR("lease"))) return parse_record(state, value, read_lease, call);
    if (smithy_str_equal(name, SMITHY_STR("filter"))) return parse_record(state, value, read_filter, call);
    if (smithy_str_equal(name, SMITHY_STR("flight"))) return parse_record(state, value, read_flight, call);
    if (smithy_str_equal(name, SMITHY_STR("groups"))) return parse_records(state, value, "groups", read_group, call);
    if (smithy_str_equal(name, SMITHY_STR("streams"))) return parse_records(state, value, "streams", read_stream, call);
    if (smithy_str_equal(name, SMITHY_STR("tasks"))) return parse_records(state, value, "tasks", read_task, call);
    if (smithy_str_equal(name, SMITHY_STR("cleanups")))
        return parse_records(state, value, "cleanups", read_cleanup, call);
    if (smithy_str_equal(name, SMITHY_STR("sweepRound"))) return read_sweep_round(state, value, call);
    if (smithy_str_equal(name, SMITHY_STR("edits"))) return parse_records(state, value, "edits", read_edit, call);
    return SMITHY_OK;
}

/* The Go version: [{"LogGroupArn", "LogStreamArn", "ExportedAt", "TaskId"}]. Its next window would have begun at
 * ExportedAt, inclusive, so what it holds ends one ms before; the task itself, where it is still listed, knows better.
 */
static smithy_status read_carried(exporter_state *state, const record *r, smithy_call *call) {
    smithy_str arn, name, stream;
    if (!state_split_arn(r->arn, &arn, &name, &stream) || !stream.ptr)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "\"%.*s\" is not the ARN of a log stream",
                                SMITHY_STR_ARG(r->arn));
    if (!r->exported.has || r->exported.value < 0)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "%.*s has no ExportedAt", SMITHY_STR_ARG(r->arn));
    state_group *group = state_add_group(state, arn, STATE_UNKNOWN_TIME);
    if (!group) return SMITHY_ERROR_MEMORY;
    SMITHY_TRY(state_set_stream(state, group,
                                &(state_stream){.name = stream,
                                                .created_ms = STATE_UNKNOWN_TIME,
                                                .exported_at = r->exported.value - 1,
                                                .owed_to = STATE_NOT_OWED}));
    if (!r->id.len) return SMITHY_OK;
    if (!GROW(state->memory, state->carried, state->carried_count, state->carried_capacity)) return SMITHY_ERROR_MEMORY;
    state->carried[state->carried_count++] =
        (state_carried){group, smithy_call_copy(state->memory, stream), smithy_call_copy(state->memory, r->id)};
    return smithy_call_status(state->memory);
}

smithy_status state_read(exporter_state *state, smithy_str text, smithy_call *call) {
    json_slices members;
    smithy_str name, value;
    heading seen = {0};
    if (!json_slices_open(&members, text)) return broken(&members, "its start", call);
    if (members.closer == ']') return parse_records(state, text, "the list", read_carried, call);
    while (json_slices_next(&members, &name, &value)) SMITHY_TRY(read_top(state, name, value, &seen, call));
    if (!json_slices_complete(&members)) return broken(&members, "the document", call);
    if (!seen.format || !seen.id || seen.version == 0)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE,
                                "it is not a state of this program: format, version or id is missing");
    return SMITHY_OK;
}
