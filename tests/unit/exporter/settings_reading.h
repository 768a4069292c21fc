/* Reading settings in a test: from an event or from arguments, under an environment. */
#ifndef TESTS_EXPORTER_SETTINGS_READING_H
#define TESTS_EXPORTER_SETTINGS_READING_H

#include "settings.h"
#include "small_world.h"

#define REQUIRED_IN_EVENT                                                                                    \
    "\"DestinationS3Bucket\":\"my-archive\",\"SourceLogGroupPrefixes\":\"/aws/\",\"StateStoreType\":\"s3\"," \
    "\"StoreDSN\":\"s3://my-state/exporter.json\""

typedef struct reading {
    small_world world;
    smithy_call *call;
    exporter_settings settings;
    smithy_status status;
} reading;

static inline void reading_begin(reading *r, const char *const *environment) {
    small_world_init(&r->world, environment);
    r->call = smithy_call_create(&(smithy_call_options){.system = &r->world.memory.system});
    assert_non_null(r->call);
}

static inline void reading_end(reading *r) {
    smithy_call_destroy(r->call);
}

static inline void reading_event(reading *r, const char *event, const char *const *environment) {
    reading_begin(r, environment);
    const exporter_settings_source source = {.host = EXPORTER_HOST_LAMBDA, .event = smithy_str_from(event)};
    r->status = exporter_settings_read(&source, &r->settings, r->call);
}

static inline void reading_args(reading *r, const char *const *args, const char *const *environment) {
    static const char *const OWN[] = {"--json", NULL};
    size_t count = 0;
    while (args[count]) count++;
    reading_begin(r, environment);
    const exporter_settings_source source = {
        .host = EXPORTER_HOST_COMMAND, .args = args, .arg_count = count, .own_flags = OWN};
    r->status = exporter_settings_read(&source, &r->settings, r->call);
}

static inline void check_accepted(const reading *r) {
    if (r->status != SMITHY_OK) fail_msg("refused: %s", smithy_call_error(r->call)->message);
}

/* One line, a configuration error, with each of the given pieces in it. */
static inline void check_refused(const reading *r, const char *input, const char *name, const char *hint) {
    const char *message = smithy_call_error(r->call)->message;
    if (r->status != SMITHY_ERROR_CONFIG) fail_msg("%s: status %s", input, smithy_status_name(r->status));
    if (strchr(message, '\n')) fail_msg("%s: more than one line: %s", input, message);
    if (!strstr(message, name)) fail_msg("%s: does not name %s: %s", input, name, message);
    if (!strstr(message, hint)) fail_msg("%s: does not say \"%s\": %s", input, hint, message);
    assert_null(r->settings.destination_bucket.ptr);
}

#endif
