/* Which log groups and streams: patterns, tags, a prefix. */
#include "settings_values.h"

#define GROUP_NAME_MAX  512
#define STREAM_NAME_MAX 512
#define TAG_KEY_MAX     128
#define TAG_VALUE_MAX   256

static bool is_of(smithy_str text, const char *others) {
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_plain && (c == '\0' || !strchr(others, c))) return false;
    }
    return true;
}

/* ---- patterns ---- */

static smithy_status check_pattern(smithy_str name, smithy_str pattern, smithy_call *call) {
    size_t stars = 0;
    for (size_t i = 0; i < pattern.len; i++) stars += pattern.ptr[i] == '*';
    if (pattern.len > 0 && stars == pattern.len)
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s holds \"*\", which would exclude every log group",
                                settings_show(name).text);
    if (pattern.len > 0 && pattern.len <= GROUP_NAME_MAX && is_of(pattern, "_/.#-*?")) return SMITHY_OK;
    return smithy_call_fail(
        call, SMITHY_ERROR_CONFIG,
        "%s \"%s\" cannot be used: give patterns of whole names, in which * stands for any text and "
        "? for one character (up to %d of a-z, A-Z, 0-9 and _ / . # - * ?)",
        settings_show(name).text, settings_show(pattern).text, GROUP_NAME_MAX);
}

smithy_status settings_read_patterns(const settings_value *value, smithy_str_list *patterns, smithy_call *call) {
    smithy_str_list given = {0};
    SMITHY_TRY(settings_read_items(value, &given, call));
    smithy_str *kept = smithy_call_alloc(call, given.count + 1, sizeof *kept);
    if (!kept) return smithy_call_status(call);
    for (size_t i = 0; i < given.count; i++) {
        const smithy_str pattern = settings_trim(given.items[i]);
        SMITHY_TRY(check_pattern(value->name, pattern, call));
        kept[i] = smithy_call_copy(call, pattern);
    }
    *patterns = (smithy_str_list){kept, given.count};
    return smithy_call_status(call);
}

/* ---- tags ---- */

static bool is_tag_text(smithy_str text) {
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f) return false;
    return true;
}

static smithy_status read_tag(smithy_str name, smithy_str text, exporter_tag *tag, smithy_call *call) {
    const char *equals = text.len > 0 ? memchr(text.ptr, '=', text.len) : NULL;
    const size_t at = equals ? (size_t)(equals - text.ptr) : 0;
    tag->key = settings_trim((smithy_str){text.ptr, at});
    tag->value = equals ? settings_trim((smithy_str){equals + 1, text.len - at - 1}) : (smithy_str){0};
    if (tag->key.len > 0 && tag->key.len <= TAG_KEY_MAX && tag->value.len <= TAG_VALUE_MAX && is_tag_text(text))
        return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                            "%s \"%s\" cannot be used: give key=value (up to %d and %d characters), several of them "
                            "with commas between",
                            settings_show(name).text, settings_show(text).text, TAG_KEY_MAX, TAG_VALUE_MAX);
}

/* No group has two values of one tag. */
static smithy_status check_tag(smithy_str name, const exporter_tag *tags, size_t count, smithy_call *call) {
    for (size_t i = 0; i + 1 < count; i++)
        if (smithy_str_equal(tags[i].key, tags[count - 1].key))
            return smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                                    "%s asks for the tag \"%s\" twice, and a log group needs all that are given",
                                    settings_show(name).text, settings_show(tags[i].key).text);
    return SMITHY_OK;
}

smithy_status settings_read_tags(const settings_value *value, exporter_tag_list *tags, smithy_call *call) {
    smithy_str_list given = {0};
    SMITHY_TRY(settings_read_items(value, &given, call));
    exporter_tag *kept = smithy_call_alloc(call, given.count + 1, sizeof *kept);
    if (!kept) return smithy_call_status(call);
    for (size_t i = 0; i < given.count; i++) {
        SMITHY_TRY(read_tag(value->name, settings_trim(given.items[i]), &kept[i], call));
        SMITHY_TRY(check_tag(value->name, kept, i + 1, call));
        kept[i] = (exporter_tag){smithy_call_copy(call, kept[i].key), smithy_call_copy(call, kept[i].value)};
    }
    *tags = (exporter_tag_list){kept, given.count};
    return smithy_call_status(call);
}

/* ---- streams ---- */

smithy_status settings_read_stream_prefix(const settings_value *value, smithy_str *prefix, smithy_call *call) {
    const smithy_str text = value->text;
    bool allowed = text.len > 0 && text.len <= STREAM_NAME_MAX && is_tag_text(text);
    for (size_t i = 0; i < text.len && allowed; i++) allowed = text.ptr[i] != ':' && text.ptr[i] != '*';
    if (!allowed)
        return settings_refuse(value,
                               "what the names of log streams begin with (up to 512 bytes, without ':' and '*', which "
                               "no name has), or leave it out for every stream",
                               call);
    *prefix = smithy_call_copy(call, text);
    return smithy_call_status(call);
}
