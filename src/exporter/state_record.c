/* The records of a state's text, one by one: state_read.c cuts them out and says how the whole looks. */
#include "state_record.h"

#include "grow.h"

#include <smithy/json.h>
#include <smithy/text.h>

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
    if (value.has && value.value > STATE_LAST_MS)
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
    if (r->owed.has && r->owed.value > STATE_LAST_MS)
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

smithy_status state_read_record(exporter_state *state, state_record kind, smithy_str text, smithy_call *call) {
    static smithy_status (*const READERS[])(exporter_state *, const record *, smithy_call *) = {
        [STATE_RECORD_GROUP] = read_group,     [STATE_RECORD_STREAM] = read_stream,
        [STATE_RECORD_TASK] = read_task,       [STATE_RECORD_CLEANUP] = read_cleanup,
        [STATE_RECORD_EDIT] = read_edit,       [STATE_RECORD_LEASE] = read_lease,
        [STATE_RECORD_FILTER] = read_filter,   [STATE_RECORD_FLIGHT] = read_flight,
        [STATE_RECORD_CARRIED] = read_carried,
    };
    smithy_json json;
    record r;
    smithy_call_reset(call); /* One record's memory at a time. */
    SMITHY_TRY(smithy_json_parse(&json, text, call));
    smithy_status status = read_record(json.root, &r, call);
    if (status == SMITHY_OK) status = READERS[kind](state, &r, call);
    smithy_json_free(&json);
    return status;
}
