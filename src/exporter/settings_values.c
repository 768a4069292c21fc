#include "settings_values.h"

#include "destination.h"
#include "duration.h"

#define PREFIX_MAX             512
#define DESTINATION_PREFIX_MAX 512
#define REGION_MAX             32

static bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter_or_digit(char c) {
    return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z');
}

static bool has_char(const char *set, char c) {
    return c != '\0' && strchr(set, c) != NULL;
}

static bool ends_with(smithy_str text, smithy_str suffix) {
    return text.len >= suffix.len && memcmp(text.ptr + text.len - suffix.len, suffix.ptr, suffix.len) == 0;
}

smithy_str settings_trim(smithy_str text) {
    while (text.len > 0 && has_char(" \t\r\n", text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && has_char(" \t\r\n", text.ptr[text.len - 1])) text.len--;
    return text;
}

/* ---- bucket ---- */

/* Four numbers with dots between. */
static bool is_ipv4(smithy_str name) {
    size_t dots = 0;
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '.')
            dots++;
        else if (!is_digit(name.ptr[i]))
            return false;
    }
    return dots == 3;
}

static bool is_reserved_bucket(smithy_str name) {
    static const smithy_str PREFIXES[] = {SMITHY_STR_INIT("xn--"), SMITHY_STR_INIT("sthree-")};
    static const smithy_str SUFFIXES[] = {SMITHY_STR_INIT("-s3alias"), SMITHY_STR_INIT("--ol-s3"),
                                          SMITHY_STR_INIT(".mrap"), SMITHY_STR_INIT("--x-s3"),
                                          SMITHY_STR_INIT("--table-s3")};
    for (size_t i = 0; i < sizeof PREFIXES / sizeof PREFIXES[0]; i++)
        if (smithy_str_starts_with(name, PREFIXES[i])) return true;
    for (size_t i = 0; i < sizeof SUFFIXES / sizeof SUFFIXES[0]; i++)
        if (ends_with(name, SUFFIXES[i])) return true;
    return false;
}

bool settings_is_bucket_name(smithy_str name) {
    if (name.len < 3 || name.len > 63) return false;
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool at_end = i == 0 || i == name.len - 1;
        if (!is_lower(c) && !is_digit(c) && (at_end || !has_char(".-", c))) return false;
        if (c == '.' && name.ptr[i - 1] == '.') return false;
    }
    return !is_ipv4(name) && !is_reserved_bucket(name);
}

smithy_status settings_read_bucket(const settings_value *value, smithy_str *bucket, smithy_call *call) {
    const smithy_str name = settings_trim(value->text);
    if (!settings_is_bucket_name(name))
        return settings_refuse(value,
                               "the bucket's name alone, without s3:// or arn: (3 to 63 of a-z, 0-9, '.' and '-', a "
                               "letter or digit at both ends)",
                               call);
    *bucket = smithy_call_copy(call, name);
    return smithy_call_status(call);
}

/* ---- prefixes of log groups ---- */

static smithy_status split_at_commas(const settings_value *value, smithy_str_list *list, smithy_call *call) {
    const smithy_str text = value->text;
    size_t count = 1;
    for (size_t i = 0; i < text.len; i++) count += text.ptr[i] == ',';
    if (count > SETTINGS_LIST_MAX)
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s has more than %d items", settings_show(value->name).text,
                                SETTINGS_LIST_MAX);
    smithy_str *items = smithy_call_alloc(call, count, sizeof *items);
    if (!items) return smithy_call_status(call);
    size_t start = 0;
    size_t index = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.ptr[i] != ',') continue;
        items[index++] = (smithy_str){text.ptr + start, i - start};
        start = i + 1;
    }
    *list = (smithy_str_list){items, count};
    return SMITHY_OK;
}

smithy_status settings_read_items(const settings_value *value, smithy_str_list *list, smithy_call *call) {
    if (value->list.items) {
        *list = value->list;
        return SMITHY_OK;
    }
    const smithy_str text = settings_trim(value->text);
    if (text.len > 0 && text.ptr[0] == '[') return settings_list_from_json(value->name, text, list, call);
    return split_at_commas(value, list, call);
}

static smithy_status check_prefix(smithy_str name, smithy_str prefix, smithy_call *call) {
    const settings_shown shown = settings_show(name);
    if (prefix.len == 0)
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                                "%s holds an empty prefix, which would match every log group: leave it out, or give "
                                "\"*\" if every group is meant",
                                shown.text);
    bool allowed = prefix.len <= PREFIX_MAX;
    for (size_t i = 0; i < prefix.len && allowed; i++)
        allowed = is_letter_or_digit(prefix.ptr[i]) || has_char("_/.#-", prefix.ptr[i]);
    if (allowed) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                            "%s \"%s\" cannot be used: give the beginning of a log group's name (up to %d of a-z, A-Z, "
                            "0-9 and _ / . # -; it needs no * at its end)",
                            shown.text, settings_show(prefix).text, PREFIX_MAX);
}

/* Whether another prefix finds all that the one at `index` finds; of equal ones the first stays. */
static bool is_covered(const smithy_str *items, size_t count, size_t index) {
    for (size_t i = 0; i < count; i++) {
        if (i == index || !smithy_str_starts_with(items[index], items[i])) continue;
        if (items[i].len < items[index].len || i < index) return true;
    }
    return false;
}

smithy_status settings_read_prefixes(const settings_value *value, smithy_str_list *prefixes, smithy_call *call) {
    smithy_str_list given = {0};
    SMITHY_TRY(settings_read_items(value, &given, call));
    if (given.count == 0)
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s is an empty list: give at least one prefix, or \"*\"",
                                settings_show(value->name).text);
    smithy_str *trimmed = smithy_call_alloc(call, given.count, sizeof *trimmed);
    smithy_str *kept = smithy_call_alloc(call, given.count, sizeof *kept);
    if (!trimmed || !kept) return smithy_call_status(call);
    for (size_t i = 0; i < given.count; i++) {
        trimmed[i] = settings_trim(given.items[i]);
        if (smithy_str_equal(trimmed[i], SMITHY_STR("*")))
            trimmed[i] = SMITHY_STR("");
        else
            SMITHY_TRY(check_prefix(value->name, trimmed[i], call));
    }
    size_t count = 0;
    for (size_t i = 0; i < given.count; i++)
        if (!is_covered(trimmed, given.count, i)) kept[count++] = smithy_call_copy(call, trimmed[i]);
    *prefixes = (smithy_str_list){kept, count};
    return smithy_call_status(call);
}

/* ---- durations, words, the Region ---- */

smithy_status settings_read_duration(const settings_value *value, int64_t max_ms, const char *max_text, int64_t *ms,
                                     smithy_call *call) {
    if (exporter_duration_read(settings_trim(value->text), ms) && *ms <= max_ms) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                            "%s \"%s\" cannot be used: give " EXPORTER_DURATION_FORM ", up to %s",
                            settings_show(value->name).text, settings_show(value->text).text, max_text);
}

smithy_status settings_read_log_level(const settings_value *value, exporter_log_level *level, smithy_call *call) {
    if (exporter_log_level_from(settings_trim(value->text), level)) return SMITHY_OK;
    return settings_refuse(value, "DEBUG, INFO, WARN or ERROR", call);
}

smithy_status settings_read_export_unit(const settings_value *value, exporter_export_unit *unit, smithy_call *call) {
    static const struct {
        smithy_str word;
        exporter_export_unit unit;
    } UNITS[] = {{SMITHY_STR_INIT("auto"), EXPORTER_UNIT_AUTO},
                 {SMITHY_STR_INIT("group"), EXPORTER_UNIT_GROUP},
                 {SMITHY_STR_INIT("stream"), EXPORTER_UNIT_STREAM}};
    const smithy_str word = settings_trim(value->text);
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        if (!smithy_str_equal_nocase(word, UNITS[i].word)) continue;
        *unit = UNITS[i].unit;
        return SMITHY_OK;
    }
    return settings_refuse(value, "auto, group or stream", call);
}

smithy_status settings_read_late_events(const settings_value *value, exporter_late_events *choice, smithy_call *call) {
    static const struct {
        smithy_str word;
        exporter_late_events choice;
    } CHOICES[] = {{SMITHY_STR_INIT("report"), EXPORTER_LATE_REPORT},
                   {SMITHY_STR_INIT("sweep"), EXPORTER_LATE_SWEEP},
                   {SMITHY_STR_INIT("off"), EXPORTER_LATE_OFF}};
    const smithy_str word = settings_trim(value->text);
    for (size_t i = 0; i < sizeof CHOICES / sizeof CHOICES[0]; i++) {
        if (!smithy_str_equal_nocase(word, CHOICES[i].word)) continue;
        *choice = CHOICES[i].choice;
        return SMITHY_OK;
    }
    return settings_refuse(value, "report, sweep or off", call);
}

smithy_status settings_read_metrics(const settings_value *value, exporter_metrics *choice, smithy_call *call) {
    const smithy_str word = settings_trim(value->text);
    *choice = smithy_str_equal_nocase(word, SMITHY_STR("off")) ? EXPORTER_METRICS_OFF : EXPORTER_METRICS_EMF;
    if (*choice == EXPORTER_METRICS_OFF || smithy_str_equal_nocase(word, SMITHY_STR("emf"))) return SMITHY_OK;
    return settings_refuse(value, "emf or off", call);
}

smithy_status settings_read_region(const settings_value *value, smithy_str *region, smithy_call *call) {
    const smithy_str name = settings_trim(value->text);
    bool allowed = name.len > 0 && name.len <= REGION_MAX && is_lower(name.ptr[0]);
    for (size_t i = 0; i < name.len && allowed; i++)
        allowed = is_lower(name.ptr[i]) || is_digit(name.ptr[i]) || name.ptr[i] == '-';
    if (!allowed) return settings_refuse(value, "the name of a Region, such as eu-west-1", call);
    *region = smithy_call_copy(call, name);
    return smithy_call_status(call);
}

/* ---- the template of the destination ---- */

static bool is_key_char(char c) {
    return is_letter_or_digit(c) || has_char("!-_.*'()/=+@:,;& ", c);
}

/* An empty folder ("//", or a slash at an end) makes keys that many tools cannot show. */
static bool has_empty_folder(smithy_str text) {
    if (text.ptr[0] == '/' || text.ptr[text.len - 1] == '/') return true;
    for (size_t i = 1; i < text.len; i++)
        if (text.ptr[i] == '/' && text.ptr[i - 1] == '/') return true;
    return false;
}

static bool is_template(smithy_str text) {
    if (text.len == 0 || text.len > DESTINATION_PREFIX_MAX || has_empty_folder(text)) return false;
    while (text.len > 0) {
        const size_t taken = has_char("{}%", text.ptr[0]) ? destination_placeholder(text) : is_key_char(text.ptr[0]);
        if (taken == 0) return false;
        text.ptr += taken;
        text.len -= taken;
    }
    return true;
}

smithy_status settings_read_destination_prefix(const settings_value *value, smithy_str *prefix, smithy_call *call) {
    if (!is_template(value->text))
        return settings_refuse(value,
                               "a template of {date} {group} {stream} {account} {region} %Y %m %d %H, of the events' "
                               "own day {data:%Y/%m/%d}, and characters of an S3 key, up to 512, without an empty "
                               "folder or a slash at its ends",
                               call);
    *prefix = smithy_call_copy(call, value->text);
    return smithy_call_status(call);
}
