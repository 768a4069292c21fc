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
 * state_write.c writes it, state_record.c reads what lies in the lists and objects. A reader takes the members in any
 * order but wants "groups" ahead of "streams", as the writer puts them. */
#include "state_read.h"

#include "state_format.h"
#include "state_record.h"

#include <smithy/text.h>

#define NO_LIST (-1)

/* ---- members of the document ---- */

static smithy_status read_format(state_reader *reader, smithy_str value) {
    reader->has_format = smithy_str_equal(value, SMITHY_STR("\"" STATE_FORMAT "\""));
    if (reader->has_format) return SMITHY_OK;
    return smithy_call_fail(reader->call, SMITHY_ERROR_RESPONSE, "its format is %.*s, not \"%s\"",
                            (int)(value.len < 80 ? value.len : 80), value.ptr, STATE_FORMAT);
}

static smithy_status read_version(state_reader *reader, smithy_str value) {
    if (!smithy_str_to_i64(value, &reader->version) || reader->version < 1)
        return smithy_call_fail(reader->call, SMITHY_ERROR_RESPONSE, "its version is not a number");
    if (reader->version <= STATE_VERSION) return SMITHY_OK;
    return smithy_call_fail(reader->call, SMITHY_ERROR_RESPONSE,
                            "a newer version of this program wrote it (version %lld; this one reads up to %d)",
                            (long long)reader->version, STATE_VERSION);
}

static bool is_hex(smithy_str text) {
    for (size_t i = 0; i < text.len; i++)
        if (!memchr("0123456789abcdef", text.ptr[i], 16)) return false;
    return true;
}

/* Taken as it stands, so what JSON would have to unescape must not be in it. */
static smithy_status read_id(state_reader *reader, smithy_str value) {
    exporter_state *state = reader->state;
    if (value.len != 18 || value.ptr[0] != '"' || !is_hex((smithy_str){value.ptr + 1, 16}))
        return smithy_call_fail(reader->call, SMITHY_ERROR_RESPONSE, "its id is not 16 hexadecimal digits");
    state->id = smithy_call_copy(state->memory, (smithy_str){value.ptr + 1, value.len - 2});
    reader->has_id = true;
    return smithy_call_status(state->memory);
}

static smithy_status read_sweep_round(state_reader *reader, smithy_str value) {
    int64_t *round = &reader->state->sweep_round;
    if (smithy_str_to_i64(value, round) && *round >= 0 && *round <= STATE_LAST_MS) return SMITHY_OK;
    return smithy_call_fail(reader->call, SMITHY_ERROR_RESPONSE, "its sweepRound is no time in ms since 1970");
}

static const struct {
    const char *name;
    state_record record;
    bool is_list;
} RECORDS[] = {
    {"streams", STATE_RECORD_STREAM, true}, {"groups", STATE_RECORD_GROUP, true},
    {"tasks", STATE_RECORD_TASK, true},     {"cleanups", STATE_RECORD_CLEANUP, true},
    {"edits", STATE_RECORD_EDIT, true},     {"lease", STATE_RECORD_LEASE, false},
    {"filter", STATE_RECORD_FILTER, false}, {"flight", STATE_RECORD_FLIGHT, false},
};

static smithy_status read_object(state_reader *reader, smithy_str name, smithy_str value) {
    for (size_t i = 0; i < sizeof RECORDS / sizeof *RECORDS; i++) {
        if (!smithy_str_equal(name, smithy_str_from(RECORDS[i].name))) continue;
        if (!RECORDS[i].is_list) return state_read_record(reader->state, RECORDS[i].record, value, reader->call);
        return smithy_call_fail(reader->call, SMITHY_ERROR_RESPONSE, "its %s is not a list", RECORDS[i].name);
    }
    return SMITHY_OK; /* A member of a later minor version. */
}

static smithy_status read_member(state_reader *reader, smithy_str name, smithy_str value) {
    if (smithy_str_equal(name, SMITHY_STR("format"))) return read_format(reader, value);
    if (smithy_str_equal(name, SMITHY_STR("version"))) return read_version(reader, value);
    if (smithy_str_equal(name, SMITHY_STR("id"))) return read_id(reader, value);
    if (smithy_str_equal(name, SMITHY_STR("sweepRound"))) return read_sweep_round(reader, value);
    return read_object(reader, name, value);
}

static smithy_status begin_list(state_reader *reader, smithy_str name) {
    reader->list = name.ptr ? NO_LIST : STATE_RECORD_CARRIED;
    for (size_t i = 0; i < sizeof RECORDS / sizeof *RECORDS; i++)
        if (RECORDS[i].is_list && smithy_str_equal(name, smithy_str_from(RECORDS[i].name)))
            reader->list = (int)RECORDS[i].record;
    /* What should be something else is refused as what it is. */
    return reader->list == NO_LIST ? read_member(reader, name, SMITHY_STR("[")) : SMITHY_OK;
}

static smithy_status read_cut(void *context, const json_cut *cut) {
    state_reader *reader = context;
    switch (cut->kind) {
    case JSON_CUT_MEMBER: return read_member(reader, cut->name, cut->value);
    case JSON_CUT_LIST: return begin_list(reader, cut->name);
    case JSON_CUT_ITEM: break;
    }
    if (reader->list == NO_LIST) return SMITHY_OK;
    return state_read_record(reader->state, (state_record)reader->list, cut->value, reader->call);
}

/* ---- the document ---- */

void state_reader_init(state_reader *reader, exporter_state *state, smithy_call *call) {
    *reader = (state_reader){.state = state, .call = call, .list = NO_LIST};
    json_cutter_init(&reader->cutter, read_cut, reader, smithy_call_system(call), STATE_TEXT_MAX);
}

void state_reader_deinit(state_reader *reader) {
    json_cutter_deinit(&reader->cutter);
}

static smithy_str place_of(const json_cutter *cutter) {
    if (cutter->expects == JSON_CUTTER_START) return SMITHY_STR("its start");
    if (cutter->is_list) return SMITHY_STR("the list");
    return cutter->in_list ? smithy_buffer_str(&cutter->name) : SMITHY_STR("the document");
}

static smithy_status breaks(state_reader *reader) {
    const json_cutter *cutter = &reader->cutter;
    return smithy_call_fail(reader->call, SMITHY_ERROR_RESPONSE, "it is not JSON: %.*s breaks at byte %zu",
                            SMITHY_STR_ARG(place_of(cutter)), cutter->at);
}

/* Of a record that is damaged, the call's error tells already. */
static smithy_status cut(state_reader *reader, const void *bytes, size_t len) {
    smithy_call_clear_error(reader->call);
    if (len > STATE_TEXT_MAX - reader->cutter.at)
        return smithy_call_fail(reader->call, SMITHY_ERROR_LIMIT, "it is larger than %zu bytes", STATE_TEXT_MAX);
    const smithy_status status = json_cutter_add(&reader->cutter, bytes, len);
    return status == SMITHY_ERROR_RESPONSE ? breaks(reader) : status;
}

smithy_status state_reader_add(state_reader *reader, const void *bytes, size_t len) {
    if (reader->status == SMITHY_OK) reader->status = cut(reader, bytes, len);
    return reader->status == SMITHY_ERROR_RESPONSE ? SMITHY_OK : reader->status;
}

smithy_status state_reader_end(state_reader *reader) {
    SMITHY_TRY(reader->status);
    if (!json_cutter_is_whole(&reader->cutter)) return breaks(reader);
    if (reader->cutter.is_list || (reader->has_format && reader->has_id && reader->version != 0)) return SMITHY_OK;
    return smithy_call_fail(reader->call, SMITHY_ERROR_RESPONSE,
                            "it is not a state of this program: format, version or id is missing");
}
