#include "state_reader.h"

#include <cjson/cJSON.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Under `folder` only `keep` may stay. */
typedef struct cleanup {
    const char *folder;
    size_t len;
    const char *keep;
    int shorter; /* The last one before it whose folder this one lies in; -1: none. */
} cleanup;

struct sim_state {
    cJSON *root;
    const cJSON *groups, *streams;
    const char **tasks; /* Their ids, in order. */
    size_t task_count;
    cleanup *cleanups; /* By folder. */
    int cleanup_count;
};

static const cJSON *member(const cJSON *object, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static bool is_text(const cJSON *object, const char *name, const char *value) {
    const char *text = cJSON_GetStringValue(member(object, name));
    return text && strcmp(text, value) == 0;
}

static int64_t number(const cJSON *object, const char *name, int64_t otherwise) {
    const cJSON *item = member(object, name);
    return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : otherwise;
}

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void collect_tasks(sim_state *state, const cJSON *tasks) {
    const cJSON *entry;
    state->tasks = malloc(((size_t)cJSON_GetArraySize(tasks) + 1) * sizeof *state->tasks);
    if (!state->tasks) abort();
    cJSON_ArrayForEach(entry, tasks) {
        const char *id = cJSON_GetStringValue(member(entry, "TaskId"));
        if (id) state->tasks[state->task_count++] = id;
    }
    if (state->task_count > 1) qsort(state->tasks, state->task_count, sizeof *state->tasks, compare_texts);
}

static int compare_cleanups(const void *a, const void *b) {
    return strcmp(((const cleanup *)a)->folder, ((const cleanup *)b)->folder);
}

/* Of this cleanup and those that it lies in, the first whose folder `key` begins with. What stands in order between a
 * folder and a key in it lies in the folder too: from the last one before the key on all are on the way. */
static int cleanup_of(const sim_state *state, int at, const char *key) {
    while (at >= 0 && strncmp(key, state->cleanups[at].folder, state->cleanups[at].len) != 0)
        at = state->cleanups[at].shorter;
    return at;
}

static void collect_cleanups(sim_state *state, const cJSON *cleanups) {
    const cJSON *entry;
    state->cleanups = malloc(((size_t)cJSON_GetArraySize(cleanups) + 1) * sizeof *state->cleanups);
    if (!state->cleanups) abort();
    cJSON_ArrayForEach(entry, cleanups) {
        const char *folder = cJSON_GetStringValue(member(entry, "Folder"));
        if (!folder) continue;
        state->cleanups[state->cleanup_count++] =
            (cleanup){.folder = folder, .len = strlen(folder), .keep = cJSON_GetStringValue(member(entry, "Keep"))};
    }
    if (state->cleanup_count > 1)
        qsort(state->cleanups, (size_t)state->cleanup_count, sizeof *state->cleanups, compare_cleanups);
    for (int i = 0; i < state->cleanup_count; i++)
        state->cleanups[i].shorter = cleanup_of(state, i - 1, state->cleanups[i].folder);
}

sim_state *state_open(const char *text, size_t len) {
    cJSON *root = cJSON_ParseWithLength(text, len);
    if (!is_text(root, "format", "cloudwatch-logs-s3-exporter/state") || number(root, "version", 0) != 1 ||
        !cJSON_IsArray(member(root, "groups")) || !cJSON_IsArray(member(root, "streams"))) {
        cJSON_Delete(root);
        return NULL;
    }
    sim_state *state = malloc(sizeof *state);
    if (!state) abort();
    *state = (sim_state){.root = root, .groups = member(root, "groups"), .streams = member(root, "streams")};
    collect_tasks(state, member(root, "tasks"));
    collect_cleanups(state, member(root, "cleanups"));
    return state;
}

void state_close(sim_state *state) {
    if (!state) return;
    cJSON_Delete(state->root);
    free(state->tasks);
    free(state->cleanups);
    free(state);
}

/* ---- claims ---- */

static bool same_life(const cJSON *entry, int64_t created_ms) {
    const int64_t known = number(entry, "CreatedAt", SIM_NOTHING);
    return known == SIM_NOTHING || known == created_ms;
}

static int sextet(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : 63;
}

/* Eight bytes each, in base64 without a seam. */
static bool holds_identity(const char *text, const unsigned char identity[8]) {
    unsigned char bytes[8];
    unsigned bits = 0;
    int bit_count = 0, len = 0;
    for (; *text && *text != '='; text++) {
        bits = bits << 6 | (unsigned)sextet(*text);
        bit_count += 6;
        if (bit_count < 8) continue;
        bit_count -= 8;
        bytes[len++] = (unsigned char)(bits >> bit_count);
        if (len < 8) continue;
        if (memcmp(bytes, identity, 8) == 0) return true;
        len = 0;
    }
    return false;
}

static bool is_accounted(const cJSON *group, const sim_stream *stream) {
    const char *text = cJSON_GetStringValue(member(group, "Accounted"));
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char identity[2200];
    if (!text) return false;
    const int len = snprintf(identity, sizeof identity, "%s%c%lld", stream->name, 0, (long long)stream->created_ms);
    SHA256((const unsigned char *)identity, (size_t)len, digest);
    return holds_identity(text, digest);
}

/* A listing missed the stream when its group's watermark passed over a gap: the first such note; NULL: none. */
static const cJSON *missed_note(const cJSON *group, const sim_stream *stream) {
    const cJSON *note;
    cJSON_ArrayForEach(note, member(group, "Missed")) if (is_accounted(note, stream)) return note;
    return NULL;
}

sim_claim state_claim(const sim_state *state, const sim_world *world, const sim_stream *stream) {
    const sim_group *group = &world->groups[stream->group];
    char arn[4096];
    const cJSON *entry, *of_group = NULL;
    snprintf(arn, sizeof arn, "%s:log-stream:%s", group->arn, stream->name);
    cJSON_ArrayForEach(entry, state->groups) if (is_text(entry, "LogGroupArn", group->arn) &&
                                                 same_life(entry, group->created_ms)) of_group = entry;
    if (!of_group) return (sim_claim){SIM_NOTHING, SIM_NOTHING, SIM_NOTHING};
    const cJSON *missed = missed_note(of_group, stream);
    const int64_t group_at = number(missed ? missed : of_group, "ExportedAt", SIM_NOTHING);
    cJSON_ArrayForEach(entry, state->streams) {
        if (!is_text(entry, "LogStreamArn", arn) || !same_life(entry, stream->created_ms)) continue;
        const int64_t at = number(entry, "ExportedAt", SIM_NOTHING);
        const int64_t owed_to = number(entry, "OwedTo", at);
        return (sim_claim){at, owed_to, member(entry, "OwedTo") && group_at > owed_to ? group_at : owed_to};
    }
    if (missed)
        return (sim_claim){group_at, number(missed, "OwedTo", SIM_NOTHING),
                           number(of_group, "ExportedAt", SIM_NOTHING)};
    if (is_accounted(of_group, stream)) return (sim_claim){group_at, group_at, group_at};
    return (sim_claim){SIM_NOTHING, SIM_NOTHING, SIM_NOTHING};
}

/* ---- objects ---- */

/* Whether `folder` is among those that "Keep" lists, with "/" between. */
static bool is_kept(const cleanup *note, const char *folder) {
    const char *keep = note->keep;
    const size_t len = strlen(folder);
    while (keep) {
        if (strncmp(keep, folder, len) == 0 && (!keep[len] || keep[len] == '/')) return true;
        keep = strchr(keep, '/');
        if (keep) keep++;
    }
    return false;
}

/* What a stream's own task holds of others was never meant. */
static bool is_for(const sim_task *task, const sim_stream *stream) {
    if (task_is_of_group(task) || task_is_of_several(task) || task_is_of_backfill(task)) return true;
    if (strlen(task->prefix) != strlen(stream->folder)) return false;
    for (size_t i = 0; task->prefix[i]; i++)
        if (stream->folder[i] != (task->prefix[i] == '/' ? '-' : task->prefix[i])) return false;
    return true;
}

/* The last cleanup that stands before the key; -1: none. */
static int last_before(const sim_state *state, const char *key) {
    int low = 0, high = state->cleanup_count;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (strcmp(state->cleanups[middle].folder, key) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

bool state_commits(const sim_state *state, const sim_world *world, const sim_object *object) {
    if (object->task < 0) return false;
    const sim_task *task = &world->tasks[object->task];
    const char *id = task->id;
    const bool is_known = bsearch(&id, state->tasks, state->task_count, sizeof id, compare_texts) != NULL;
    if (!is_known || !is_for(task, &world->streams[object->stream])) return false;
    for (int at = cleanup_of(state, last_before(state, object->key), object->key); at >= 0;
         at = cleanup_of(state, state->cleanups[at].shorter, object->key))
        if (!is_kept(&state->cleanups[at], world->streams[object->stream].folder)) return false;
    return true;
}
