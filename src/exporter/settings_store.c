/* Where the state is: StateStoreType and StoreDSN. */
#include "settings_values.h"

#define KEY_MAX       1024
#define FILE_PATH_MAX 4096

static const smithy_str S3_SCHEME = SMITHY_STR_INIT("s3://");
static const smithy_str FILE_SCHEME = SMITHY_STR_INIT("file://");
static const smithy_str DYNAMODB_SCHEME = SMITHY_STR_INIT("dynamodb://");

#define S3_FORM       "s3://bucket/key"
#define DYNAMODB_FORM "dynamodb://table"
#define FILE_FORM     "file:///path"

/* The partition key under which a table holds the state. */
#define DEFAULT_NAME "cloudwatch-logs-s3-exporter"
#define TABLE_MIN    3
#define TABLE_MAX    255
#define NAME_MAX_LEN 255

static bool is_plain(smithy_str text) {
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7f) return false;
    return true;
}

static smithy_str without(smithy_str text, smithy_str prefix) {
    return (smithy_str){text.ptr + prefix.len, text.len - prefix.len};
}

/* bucket/key, after the scheme. */
static bool read_s3(smithy_str dsn, exporter_settings *settings) {
    if (!smithy_str_starts_with(dsn, S3_SCHEME)) return false;
    const smithy_str rest = without(dsn, S3_SCHEME);
    const char *slash = memchr(rest.ptr, '/', rest.len);
    if (!slash) return false;
    const smithy_str bucket = {rest.ptr, (size_t)(slash - rest.ptr)};
    const smithy_str key = {slash + 1, rest.len - bucket.len - 1};
    settings->store_bucket = bucket;
    settings->store_key = key;
    return settings_is_bucket_name(bucket) && key.len > 0 && key.len <= KEY_MAX && key.ptr[0] != '/' &&
           key.ptr[key.len - 1] != '/' && is_plain(key);
}

static bool is_table_name(smithy_str name) {
    if (name.len < TABLE_MIN || name.len > TABLE_MAX) return false;
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && !(c >= '0' && c <= '9') && c != '_' && c != '-' && c != '.') return false;
    }
    return true;
}

/* table, or table/name, after the scheme. */
static bool read_dynamodb(smithy_str dsn, exporter_settings *settings) {
    if (!smithy_str_starts_with(dsn, DYNAMODB_SCHEME)) return false;
    const smithy_str rest = without(dsn, DYNAMODB_SCHEME);
    const char *slash = rest.len > 0 ? memchr(rest.ptr, '/', rest.len) : NULL;
    settings->store_table = rest;
    settings->store_name = SMITHY_STR(DEFAULT_NAME);
    if (slash) {
        settings->store_table.len = (size_t)(slash - rest.ptr);
        settings->store_name = (smithy_str){slash + 1, rest.len - settings->store_table.len - 1};
    }
    const smithy_str name = settings->store_name;
    return is_table_name(settings->store_table) && name.len > 0 && name.len <= NAME_MAX_LEN && is_plain(name);
}

static bool read_file(smithy_str dsn, exporter_settings *settings) {
    if (!smithy_str_starts_with(dsn, FILE_SCHEME)) return false;
    const smithy_str path = without(dsn, FILE_SCHEME);
    settings->store_path = path;
    return path.len > 1 && path.len < FILE_PATH_MAX && path.ptr[0] == '/' && path.ptr[path.len - 1] != '/' &&
           is_plain(path);
}

/* ---- the command's own file ---- */

static smithy_status use_default_file(exporter_settings *settings, smithy_call *call) {
    const smithy_system *system = smithy_call_system(call);
    const char *state_home = system->env(system->context, "XDG_STATE_HOME");
    const char *home = system->env(system->context, "HOME");
    /* The base directory specification: a relative path counts as none. */
    if (!smithy_str_is_set(settings->destination_bucket))
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                                "--store-dsn is missing: give it, or --destination-s3-bucket, whose state file the "
                                "command then looks for where a run leaves it");
    const bool has_state_home = state_home && state_home[0] == '/';
    if (!has_state_home && (!home || home[0] != '/'))
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                                "--store-dsn is missing, and neither XDG_STATE_HOME nor HOME says where a state file "
                                "may be: give " FILE_FORM " or " S3_FORM);
    settings->store_dsn = smithy_call_format(call, "file://%s%s/cloudwatch-logs-s3-exporter/%.*s.json",
                                             has_state_home ? state_home : home, has_state_home ? "" : "/.local/state",
                                             SMITHY_STR_ARG(settings->destination_bucket));
    SMITHY_TRY(smithy_call_status(call));
    settings->store_type = EXPORTER_STORE_FILE;
    settings->store_is_default = true;
    if (read_file(settings->store_dsn, settings)) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s \"%s\" cannot hold a state file: give --store-dsn",
                            has_state_home ? "XDG_STATE_HOME" : "HOME",
                            settings_show(smithy_str_from(has_state_home ? state_home : home)).text);
}

/* ---- both keys ---- */

static smithy_status read_type(const settings_value *value, exporter_store_type *type, smithy_call *call) {
    const smithy_str word = settings_trim(value->text);
    if (smithy_str_equal_nocase(word, SMITHY_STR("s3")))
        *type = EXPORTER_STORE_S3;
    else if (smithy_str_equal_nocase(word, SMITHY_STR("file")))
        *type = EXPORTER_STORE_FILE;
    else if (smithy_str_equal_nocase(word, SMITHY_STR("dynamodb")))
        *type = EXPORTER_STORE_DYNAMODB;
    else
        return settings_refuse(value, "s3, dynamodb or file", call);
    return SMITHY_OK;
}

/* The type that a DSN speaks of where none is given. */
static smithy_status guess_type(const settings_value *dsn, exporter_store_type *type, smithy_call *call) {
    const smithy_str text = settings_trim(dsn->text);
    if (smithy_str_starts_with(text, S3_SCHEME))
        *type = EXPORTER_STORE_S3;
    else if (smithy_str_starts_with(text, FILE_SCHEME))
        *type = EXPORTER_STORE_FILE;
    else if (smithy_str_starts_with(text, DYNAMODB_SCHEME))
        *type = EXPORTER_STORE_DYNAMODB;
    else
        return settings_refuse(dsn, S3_FORM ", " DYNAMODB_FORM " or " FILE_FORM, call);
    return SMITHY_OK;
}

static smithy_status read_dsn(const settings_value *value, exporter_settings *settings, smithy_call *call) {
    settings->store_dsn = smithy_call_copy(call, settings_trim(value->text));
    SMITHY_TRY(smithy_call_status(call));
    switch (settings->store_type) {
    case EXPORTER_STORE_S3:
        if (read_s3(settings->store_dsn, settings)) return SMITHY_OK;
        return settings_refuse(value, S3_FORM " for a state in s3: a bucket's name, and a key that does not end in '/'",
                               call);
    case EXPORTER_STORE_DYNAMODB:
        if (read_dynamodb(settings->store_dsn, settings)) return SMITHY_OK;
        return settings_refuse(value,
                               DYNAMODB_FORM " for a state in dynamodb: a table's name, and perhaps \"/\" and the "
                                             "partition key to keep it under",
                               call);
    case EXPORTER_STORE_FILE:
    case EXPORTER_STORE_NONE: break;
    }
    if (read_file(settings->store_dsn, settings)) return SMITHY_OK;
    return settings_refuse(value, FILE_FORM " for a state in a file: an absolute path that does not end in '/'", call);
}

smithy_status settings_read_store(const settings_input *input, exporter_settings *settings, smithy_call *call) {
    const settings_value *type = &input->values[SETTINGS_STATE_STORE_TYPE];
    const settings_value *dsn = &input->values[SETTINGS_STORE_DSN];
    const bool has_type = settings_is_given(input, SETTINGS_STATE_STORE_TYPE);
    const bool has_dsn = settings_is_given(input, SETTINGS_STORE_DSN);
    if (has_type)
        SMITHY_TRY(read_type(type, &settings->store_type, call));
    else if (has_dsn)
        SMITHY_TRY(guess_type(dsn, &settings->store_type, call));
    if (has_dsn) return read_dsn(dsn, settings, call);
    if (settings->store_type == EXPORTER_STORE_S3 || settings->store_type == EXPORTER_STORE_DYNAMODB)
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s is missing: %s %s",
                                settings_key_spelling(SETTINGS_STORE_DSN, input->host), settings_show(type->name).text,
                                settings->store_type == EXPORTER_STORE_S3 ? "s3 needs " S3_FORM
                                                                          : "dynamodb needs " DYNAMODB_FORM);
    return use_default_file(settings, call);
}
