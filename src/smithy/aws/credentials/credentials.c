#include "aws/credentials/internal.h"

#include <smithy/hash.h>

void smithy_credentials_deinit(smithy_credentials *credentials) {
    if (credentials->memory) {
        smithy_cleanse(credentials->memory, credentials->memory_len);
        credentials->system->resize(credentials->system->context, credentials->memory, 0);
    }
    *credentials = (smithy_credentials){0};
}

static smithy_str place(char **end, smithy_str text) {
    if (!text.ptr) return text;
    char *copy = *end;
    if (text.len) memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    *end += text.len + 1;
    return (smithy_str){copy, text.len};
}

smithy_status smithy_credentials_copy(smithy_credentials *credentials, const smithy_credentials *from,
                                      const smithy_system *system) {
    if (!system) system = smithy_system_default();
    const size_t size =
        from->access_key_id.len + from->secret_access_key.len + from->session_token.len + from->account_id.len + 4;
    char *memory = system->resize(system->context, NULL, size);
    if (!memory) return SMITHY_ERROR_MEMORY;
    char *end = memory;
    const smithy_credentials copy = {
        .access_key_id = place(&end, from->access_key_id),
        .secret_access_key = place(&end, from->secret_access_key),
        .session_token = place(&end, from->session_token),
        .account_id = place(&end, from->account_id),
        .expires_ms = from->expires_ms,
        .source = from->source,
        .memory = memory,
        .memory_len = size,
        .system = system,
    };
    smithy_credentials_deinit(credentials); /* Last: `from` may point into it. */
    *credentials = copy;
    return SMITHY_OK;
}

static bool is_printable(smithy_str text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~') return false;
    return true;
}

smithy_status credentials_check(const smithy_credentials *credentials, smithy_call *call) {
    if (credentials->access_key_id.len == 0)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "%s credentials: the access key id is missing",
                                credentials->source);
    if (credentials->secret_access_key.len == 0)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "%s credentials: the secret access key is missing",
                                credentials->source);
    if (!is_printable(credentials->access_key_id) || !is_printable(credentials->secret_access_key) ||
        !is_printable(credentials->session_token))
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS,
                                "%s credentials: a key or the token holds a space or another character that none has",
                                credentials->source);
    return SMITHY_OK;
}

void smithy_credentials_provider_destroy(smithy_credentials_provider *provider) {
    if (provider) provider->destroy(provider);
}
