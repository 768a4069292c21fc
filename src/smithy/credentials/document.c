#include "credentials/internal.h"

#include <smithy/json.h>
#include <smithy/text.h>

static smithy_status take_member(credentials_document *document, const cJSON *member, smithy_call *call) {
    const struct {
        const char *name;
        smithy_str *target;
    } texts[] = {
        {"AccessKeyId", &document->access_key_id},
        {"SecretAccessKey", &document->secret_access_key},
        {"Token", &document->token},
        {"SessionToken", &document->session_token},
        {"AccountId", &document->account_id},
        {"Expiration", &document->expiration},
        {"Code", &document->code},
        {"code", &document->code},
        {"Message", &document->message},
        {"message", &document->message},
    };
    if (smithy_json_is(member, "Version") && smithy_json_is_number(member))
        return smithy_json_get_i64(member, &document->version, call);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (smithy_json_is(member, texts[i].name)) return smithy_json_get_str(member, texts[i].target, call);
    return SMITHY_OK;
}

static smithy_status take_members(credentials_document *document, const smithy_json *json, smithy_call *call) {
    const cJSON *first = NULL;
    SMITHY_TRY(smithy_json_object(json->root, &first, call));
    for (const cJSON *member = first; member; member = member->next) SMITHY_TRY(take_member(document, member, call));
    return SMITHY_OK;
}

smithy_status credentials_document_read(credentials_document *document, smithy_str text, smithy_call *call) {
    smithy_json json;
    *document = (credentials_document){0};
    SMITHY_TRY(smithy_json_parse(&json, text, call));
    const smithy_status status = take_members(document, &json, call);
    smithy_json_free(&json);
    return status;
}

smithy_status credentials_read_expiration(smithy_str text, const char *source, int64_t *ms, smithy_call *call) {
    if (smithy_time_read_date_time(text, ms)) return SMITHY_OK;
    const smithy_str line = credentials_line(text, 40, call);
    return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS,
                            "%s credentials: the expiration \"%.*s\" is no time as 2026-01-31T12:00:00Z", source,
                            SMITHY_STR_ARG(line));
}

/* What a service says in the place of a set. */
static smithy_status refuse(const credentials_document *document, const char *source, smithy_call *call) {
    const smithy_str code = credentials_line(document->code, 80, call);
    const smithy_str message = credentials_line(document->message, 300, call);
    return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "%s credentials: the service answers %.*s%s%.*s", source,
                            SMITHY_STR_ARG(code), code.len && message.len ? ": " : "", SMITHY_STR_ARG(message));
}

smithy_status credentials_document_take(const credentials_document *document, const char *source,
                                        const credentials_setup *setup, credentials_result *result, smithy_call *call) {
    const bool failed = document->code.len && !smithy_str_equal_nocase(document->code, SMITHY_STR("Success"));
    if (failed) return refuse(document, source, call);
    const char *missing = !document->access_key_id.len       ? "AccessKeyId"
                          : !document->secret_access_key.len ? "SecretAccessKey"
                          : !document->token.len             ? "Token"
                          : !document->expiration.len        ? "Expiration"
                                                             : NULL;
    if (missing)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "%s credentials: the answer has no %s", source,
                                missing);
    smithy_credentials set = {
        .access_key_id = document->access_key_id,
        .secret_access_key = document->secret_access_key,
        .session_token = document->token,
        .account_id = document->account_id.len ? document->account_id : (smithy_str){0},
        .source = source,
    };
    SMITHY_TRY(credentials_read_expiration(document->expiration, source, &set.expires_ms, call));
    return credentials_found(result, &set, setup, call);
}
