/* Settings from JSON: a Lambda's event, and lists wherever they stand. */
#include "settings_input.h"

#include <smithy/json.h>

static const char *kind_of(const cJSON *json) {
    if (cJSON_IsNull(json)) return "null";
    if (cJSON_IsBool(json)) return "true or false";
    if (smithy_json_is_number(json)) return "a number";
    if (cJSON_IsArray(json)) return "a list";
    if (cJSON_IsObject(json)) return "an object";
    return "a text";
}

/* The reader's own words say where the text broke; ours say whose text it was. */
static smithy_status parse(smithy_json *json, smithy_str text, const char *whose, smithy_call *call) {
    const smithy_status status = smithy_json_parse(json, text, call);
    if (status != SMITHY_ERROR_RESPONSE) return status;
    char detail[256];
    memcpy(detail, smithy_call_error(call)->message, sizeof detail);
    detail[sizeof detail - 1] = '\0';
    smithy_call_clear_error(call);
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s is not JSON: %s", whose,
                            settings_show(smithy_str_from(detail)).text);
}

/* ---- lists ---- */

static smithy_status read_list(smithy_str name, const cJSON *json, smithy_str_list *list, smithy_call *call) {
    const settings_shown shown = settings_show(name);
    if (!cJSON_IsArray(json))
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s is %s: give a list of texts, or one text with commas",
                                shown.text, kind_of(json));
    size_t count = 0;
    for (const cJSON *item = json->child; item && count <= SETTINGS_LIST_MAX; item = item->next) count++;
    if (count > SETTINGS_LIST_MAX)
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s has more than %d items", shown.text, SETTINGS_LIST_MAX);

    smithy_str *items = smithy_call_alloc(call, count, sizeof *items);
    if (!items) return smithy_call_status(call);
    size_t index = 0;
    for (const cJSON *item = json->child; item; item = item->next, index++) {
        if (!smithy_json_is_string(item))
            return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "item %zu of %s is %s: give a list of texts", index + 1,
                                    shown.text, kind_of(item));
        SMITHY_TRY(smithy_json_get_str(item, &items[index], call));
    }
    *list = (smithy_str_list){items, count};
    return SMITHY_OK;
}

smithy_status settings_list_from_json(smithy_str name, smithy_str text, smithy_str_list *list, smithy_call *call) {
    smithy_json json = {0};
    SMITHY_TRY(parse(&json, text, settings_show(name).text, call));
    const smithy_status status = read_list(name, json.root, list, call);
    smithy_json_free(&json);
    return status;
}

/* ---- the event ---- */

static smithy_status read_value(settings_input *input, settings_key key, smithy_str name, const cJSON *member,
                                smithy_call *call) {
    settings_value *value = &input->values[key];
    if (smithy_str_is_set(value->name))
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s and %s are the same setting: give it once",
                                settings_show(value->name).text, settings_show(name).text);
    value->name = name;
    if (smithy_json_is_string(member)) return smithy_json_get_str(member, &value->text, call);
    if (SETTINGS_KEYS[key].is_list) return read_list(name, member, &value->list, call);
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s is %s: give a text, in quotes", settings_show(name).text,
                            kind_of(member));
}

static smithy_status read_member(settings_input *input, const cJSON *member, smithy_call *call) {
    if (smithy_json_is_null(member)) return SMITHY_OK;
    smithy_str name = {0};
    SMITHY_TRY(smithy_json_get_key(member, &name, call));
    const settings_key key = settings_key_of_event(name);
    if (key != SETTINGS_KEY_COUNT) return read_value(input, key, name, member, call);
    if (input->unknown_count < SETTINGS_UNKNOWN_MAX) input->unknown[input->unknown_count++] = name;
    return SMITHY_OK;
}

/* A rule of EventBridge without an input of its own sends an envelope, whose "region" and "time" are not ours. */
static const cJSON *unwrap(const cJSON *root) {
    const bool is_envelope = cJSON_GetObjectItemCaseSensitive(root, "detail-type") != NULL &&
                             cJSON_GetObjectItemCaseSensitive(root, "source") != NULL;
    const cJSON *detail = cJSON_GetObjectItemCaseSensitive(root, "detail");
    return is_envelope && cJSON_IsObject(detail) ? detail : root;
}

static smithy_status read_event(settings_input *input, const cJSON *root, smithy_call *call) {
    if (!cJSON_IsObject(root))
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                                "the event is %s: give an object such as {\"DestinationS3Bucket\": \"...\"}",
                                kind_of(root));
    for (const cJSON *member = unwrap(root)->child; member; member = member->next)
        SMITHY_TRY(read_member(input, member, call));
    return SMITHY_OK;
}

smithy_status settings_input_from_event(settings_input *input, smithy_str event, smithy_call *call) {
    if (event.len > SETTINGS_EVENT_MAX)
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "the event has %zu bytes: settings take %d at most",
                                event.len, SETTINGS_EVENT_MAX);
    smithy_json json = {0};
    SMITHY_TRY(parse(&json, event, "the event", call));
    const smithy_status status = read_event(input, json.root, call);
    smithy_json_free(&json);
    return status;
}
