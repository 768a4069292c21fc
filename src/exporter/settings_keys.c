#include "settings_keys.h"

const settings_key_names SETTINGS_KEYS[SETTINGS_KEY_COUNT] = {
    [SETTINGS_DESTINATION_S3_BUCKET] = {.event = "DestinationS3Bucket",
                                        .flag = "--destination-s3-bucket",
                                        .variable = "DESTINATION_S3_BUCKET"},
    [SETTINGS_SOURCE_LOG_GROUP_PREFIXES] = {.event = "SourceLogGroupPrefixes",
                                            .flag = "--source-log-group-prefixes",
                                            .variable = "SOURCE_LOG_GROUP_PREFIXES",
                                            .is_list = true},
    [SETTINGS_STATE_STORE_TYPE] = {.event = "StateStoreType",
                                   .flag = "--state-store-type",
                                   .variable = "STATE_STORE_TYPE"},
    [SETTINGS_STORE_DSN] = {.event = "StoreDSN", .flag = "--store-dsn", .variable = "STORE_DSN"},
    [SETTINGS_LOG_LEVEL] = {.event = "LogLevel", .flag = "--log-level", .variable = "LOG_LEVEL"},
    [SETTINGS_SETTLE_DELAY] = {.event = "SettleDelay", .flag = "--settle-delay", .variable = "SETTLE_DELAY"},
    [SETTINGS_TIMEOUT_RESERVE] = {.event = "TimeoutReserve",
                                  .flag = "--timeout-reserve",
                                  .variable = "TIMEOUT_RESERVE"},
    [SETTINGS_EXPORT_UNIT] = {.event = "ExportUnit", .flag = "--export-unit", .variable = "EXPORT_UNIT"},
    [SETTINGS_DESTINATION_PREFIX] = {.event = "DestinationPrefix",
                                     .flag = "--destination-prefix",
                                     .variable = "DESTINATION_PREFIX"},
    [SETTINGS_REGION] = {.event = "Region", .flag = "--region", .variable = "REGION"},
    [SETTINGS_PROFILE] = {.flag = "--profile"}, /* AWS_PROFILE is its variable, as for every program. */
    [SETTINGS_ROLE_ARN] = {.event = "RoleArn", .flag = "--role-arn", .variable = "ROLE_ARN"},
    [SETTINGS_EXTERNAL_ID] = {.event = "ExternalId", .flag = "--external-id", .variable = "EXTERNAL_ID"},
    [SETTINGS_TIMEOUT] = {.flag = "--timeout"},
    [SETTINGS_LATE_EVENTS] = {.event = "LateEvents", .flag = "--late-events", .variable = "LATE_EVENTS"},
    [SETTINGS_LATE_HORIZON] = {.event = "LateHorizon", .flag = "--late-horizon", .variable = "LATE_HORIZON"},
    [SETTINGS_METRICS] = {.event = "Metrics", .flag = "--metrics", .variable = "METRICS"},
    [SETTINGS_EXCLUDE_LOG_GROUPS] = {.event = "ExcludeLogGroups",
                                     .flag = "--exclude-log-groups",
                                     .variable = "EXCLUDE_LOG_GROUPS",
                                     .is_list = true},
    [SETTINGS_LOG_GROUP_TAGS] = {.event = "LogGroupTags",
                                 .flag = "--log-group-tags",
                                 .variable = "LOG_GROUP_TAGS",
                                 .is_list = true},
    [SETTINGS_LOG_STREAM_NAME_PREFIX] = {.event = "LogStreamNamePrefix",
                                         .flag = "--log-stream-name-prefix",
                                         .variable = "LOG_STREAM_NAME_PREFIX"},
};

bool settings_key_is_required(settings_key key, exporter_host host, exporter_settings_need need) {
    if (key == SETTINGS_SOURCE_LOG_GROUP_PREFIXES) return need == EXPORTER_NEEDS_ALL;
    if (key == SETTINGS_DESTINATION_S3_BUCKET) return need == EXPORTER_NEEDS_ALL || need == EXPORTER_NEEDS_ARCHIVE;
    return host == EXPORTER_HOST_LAMBDA && (key == SETTINGS_STATE_STORE_TYPE || key == SETTINGS_STORE_DSN);
}

const char *settings_key_spelling(settings_key key, exporter_host host) {
    return host == EXPORTER_HOST_LAMBDA ? SETTINGS_KEYS[key].event : SETTINGS_KEYS[key].flag;
}

/* ---- names without case and separators ---- */

#define PLAIN_MAX 64

typedef struct plain_name {
    char text[PLAIN_MAX];
    size_t len; /* SIZE_MAX: longer than any name. */
} plain_name;

static plain_name plain(smithy_str name) {
    plain_name result = {.len = 0};
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        if (c == '-' || c == '_') continue;
        if (result.len == PLAIN_MAX) return (plain_name){.len = SIZE_MAX};
        result.text[result.len++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return result;
}

settings_key settings_key_of_event(smithy_str name) {
    const plain_name wanted = plain(name);
    if (wanted.len == SIZE_MAX) return SETTINGS_KEY_COUNT;
    for (int key = 0; key < SETTINGS_KEY_COUNT; key++) {
        if (!SETTINGS_KEYS[key].event) continue;
        const plain_name known = plain(smithy_str_from(SETTINGS_KEYS[key].event));
        if (known.len == wanted.len && memcmp(known.text, wanted.text, known.len) == 0) return (settings_key)key;
    }
    return SETTINGS_KEY_COUNT;
}

settings_key settings_key_of_flag(smithy_str flag) {
    for (int key = 0; key < SETTINGS_KEY_COUNT; key++)
        if (smithy_str_equal(flag, smithy_str_from(SETTINGS_KEYS[key].flag))) return (settings_key)key;
    return SETTINGS_KEY_COUNT;
}

/* ---- nearness ---- */

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* One cell of the table: `above` is the row for one letter of `a` less, `before` for two less. */
static size_t distance_cell(const plain_name *a, const plain_name *b, size_t i, size_t j, const size_t *before,
                            const size_t *above, const size_t *row) {
    const bool same = a->text[i - 1] == b->text[j - 1];
    size_t cost = least(above[j] + 1, row[j - 1] + 1);
    cost = least(cost, above[j - 1] + (same ? 0 : 1));
    const bool swapped = i > 1 && j > 1 && a->text[i - 1] == b->text[j - 2] && a->text[i - 2] == b->text[j - 1];
    return swapped ? least(cost, before[j - 2] + 1) : cost;
}

size_t settings_name_distance(smithy_str a, smithy_str b) {
    const plain_name x = plain(a);
    const plain_name y = plain(b);
    if (x.len == SIZE_MAX || y.len == SIZE_MAX) return SIZE_MAX;
    size_t rows[3][PLAIN_MAX + 1];
    for (size_t j = 0; j <= y.len; j++) rows[0][j] = j;
    for (size_t i = 1; i <= x.len; i++) {
        size_t *row = rows[i % 3];
        row[0] = i;
        for (size_t j = 1; j <= y.len; j++)
            row[j] = distance_cell(&x, &y, i, j, rows[(i + 1) % 3], rows[(i + 2) % 3], row);
    }
    return rows[x.len % 3][y.len];
}

const char *settings_nearest_name(smithy_str name, exporter_host host) {
    const char *nearest = NULL;
    size_t nearest_distance = SIZE_MAX;
    for (int key = 0; key < SETTINGS_KEY_COUNT; key++) {
        const char *known = settings_key_spelling((settings_key)key, host);
        if (!known) continue;
        const size_t distance = settings_name_distance(name, smithy_str_from(known));
        /* Half of the letters in common by chance is no likeness. */
        if (distance >= nearest_distance || distance > 1 + strlen(known) / 3) continue;
        nearest = known;
        nearest_distance = distance;
    }
    return nearest;
}
