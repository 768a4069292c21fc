#include "credentials/internal.h"

#include "aws/credentials/internal.h"
#include "client/pause.h"

#include <smithy/buffer.h>
#include <smithy/hash.h>

#include <stdarg.h>

#define MAX_WARNING 512

/* ---- life ---- */

static bool own_text(const smithy_system *system, smithy_str *target, smithy_str text) {
    if (!text.ptr) return true;
    char *copy = system->resize(system->context, NULL, text.len + 1);
    if (!copy) return false;
    if (text.len) memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    *target = (smithy_str){copy, text.len};
    return true;
}

static void free_text(const smithy_system *system, smithy_str text) {
    /* Only texts that own_text made come here; the command of a process may name a secret. */
    char *own = (char *)(uintptr_t)text.ptr;
    if (!own) return;
    smithy_cleanse(own, text.len);
    system->resize(system->context, own, 0);
}

static bool choose_config(credentials_setup *setup, smithy_config *given, smithy_call *call) {
    const smithy_config_options options = {.system = setup->system};
    setup->config = given ? given : smithy_config_create(&options, call);
    setup->owns_config = !given && setup->config;
    return setup->config != NULL;
}

static bool setup_init(credentials_setup *setup, const smithy_credentials_options *options, smithy_call *call) {
    setup->warn = options->warn;
    setup->warn_context = options->warn_context;
    setup->transport = options->transport ? options->transport : setup->system->transport;
    return own_text(setup->system, &setup->region, options->region) && choose_config(setup, options->config, call);
}

static bool own_texts(credentials_source *source, const smithy_str *texts, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!own_text(source->setup.system, &source->texts[i], texts[i])) return false;
    return true;
}

credentials_source *credentials_source_create(size_t size, const smithy_str *texts, size_t text_count,
                                              const smithy_credentials_options *options, smithy_call *call) {
    static const smithy_credentials_options DEFAULTS = {0};
    if (!options) options = &DEFAULTS;
    const smithy_system *system = options->system ? options->system : smithy_call_system(call);
    smithy_call_clear_error(call);
    credentials_source *source = system->resize(system->context, NULL, size);
    if (source) {
        memset(source, 0, size);
        source->setup.system = system;
        if (own_texts(source, texts, text_count) && setup_init(&source->setup, options, call)) return source;
        credentials_source_destroy(source);
    }
    (void)smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
    return NULL;
}

void credentials_source_destroy(credentials_source *source) {
    credentials_setup *setup = &source->setup;
    const smithy_system *system = setup->system;
    if (setup->owns_transport) smithy_transport_destroy(setup->transport);
    if (setup->owns_config) smithy_config_destroy(setup->config);
    free_text(system, setup->region);
    for (size_t i = 0; i < sizeof source->texts / sizeof *source->texts; i++) free_text(system, source->texts[i]);
    smithy_cleanse(&setup->token, sizeof setup->token);
    system->resize(system->context, source, 0);
}

smithy_status credentials_setup_prepare(credentials_setup *setup, smithy_call *call) {
    smithy_setting ca_bundle;
    if (setup->transport) return SMITHY_OK;
    SMITHY_TRY(smithy_config_get(setup->config, "AWS_CA_BUNDLE", "ca_bundle", &ca_bundle, call));
    const smithy_curl_options options = {
        .system = setup->system, .ca_file = ca_bundle.value, .ca_setting = ca_bundle.source};
    setup->transport = smithy_curl_transport_create(&options, call);
    setup->owns_transport = setup->transport != NULL;
    return setup->transport ? SMITHY_OK : smithy_call_status(call);
}

/* ---- what sources answer ---- */

void credentials_warn(const credentials_setup *setup, const char *format, ...) {
    char line[MAX_WARNING];
    va_list arguments;
    if (!setup->warn) return;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    setup->warn(setup->warn_context, line);
}

smithy_status credentials_found(credentials_result *result, const smithy_credentials *set,
                                const credentials_setup *setup, smithy_call *call) {
    SMITHY_TRY(credentials_check(set, call));
    const smithy_status status = smithy_credentials_copy(&result->credentials, set, setup->system);
    return status == SMITHY_OK ? SMITHY_OK : smithy_call_fail(call, status, "out of memory");
}

smithy_status credentials_missing(credentials_result *result, smithy_call *call, const char *format, ...) {
    char line[MAX_WARNING];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    result->missing = smithy_call_copy(call, smithy_str_from(line));
    return result->missing.ptr ? SMITHY_OK : smithy_call_status(call);
}

smithy_status credentials_blame(smithy_status status, smithy_call *call, const char *format, ...) {
    if (status == SMITHY_OK || status == SMITHY_ERROR_MEMORY) return status;
    smithy_error *error = smithy_call_error_mutable(call);
    char message[2 * sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    const int written = vsnprintf(message, sizeof error->message, format, arguments);
    va_end(arguments);
    const size_t max = sizeof error->message - 1;
    const size_t used = written < 0 ? 0 : (size_t)written < max ? (size_t)written : max;
    snprintf(message + used, sizeof message - used, ": %s", error->message);
    memcpy(error->message, message, max);
    error->message[max] = '\0';
    return status;
}

bool credentials_pause(const credentials_setup *setup, const smithy_call *call, int64_t delay_ms) {
    const smithy_system *system = setup->system;
    const int64_t deadline = smithy_call_deadline(call);
    if (deadline && deadline - system->mono_ms(system->context) <= delay_ms) return false;
    pause_for_ms(system, call, delay_ms);
    return !smithy_call_is_canceled(call);
}

/* ---- what sources read ---- */

smithy_status credentials_variable(const credentials_setup *setup, const char *name, smithy_str *value,
                                   smithy_call *call) {
    smithy_setting setting = {0};
    SMITHY_TRY(smithy_config_get(setup->config, name, NULL, &setting, call));
    *value = setting.value;
    return SMITHY_OK;
}

smithy_str credentials_line(smithy_str text, size_t max, smithy_call *call) {
    if (text.len > max) text.len = max;
    const smithy_str copy = smithy_call_copy(call, text);
    char *line = (char *)(uintptr_t)copy.ptr; /* The arena's, and ours alone until it is handed out. */
    for (size_t i = 0; i < copy.len; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7F) line[i] = ' ';
    return copy;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static smithy_str trimmed(smithy_str text) {
    while (text.len && is_blank(text.ptr[text.len - 1])) text.len--;
    while (text.len && is_blank(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    return text;
}

static smithy_status read_into(smithy_buffer *buffer, const smithy_system *system, smithy_str path, const char *what,
                               smithy_call *call) {
    bool exists = false;
    const smithy_status status = system->file_read(system->context, path.ptr, buffer, &exists);
    if (status == SMITHY_ERROR_MEMORY) return smithy_call_fail(call, status, "out of memory");
    if (status == SMITHY_ERROR_LIMIT)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "%s in %.*s is longer than %zu bytes", what,
                                SMITHY_STR_ARG(path), buffer->max);
    if (status != SMITHY_OK)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "%s in %.*s cannot be read", what,
                                SMITHY_STR_ARG(path));
    if (!exists)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "%s: there is no file %.*s", what,
                                SMITHY_STR_ARG(path));
    return SMITHY_OK;
}

smithy_status credentials_read_file(const credentials_setup *setup, smithy_str path, const char *what, size_t max,
                                    bool trim, smithy_str *content, smithy_call *call) {
    smithy_buffer buffer;
    smithy_buffer_init(&buffer, setup->system, max);
    const smithy_str terminated = smithy_call_copy(call, path);
    smithy_status status = terminated.ptr ? SMITHY_OK : smithy_call_status(call);
    if (status == SMITHY_OK) status = read_into(&buffer, setup->system, terminated, what, call);
    if (status == SMITHY_OK) {
        const smithy_str text = smithy_buffer_str(&buffer);
        *content = smithy_call_copy(call, trim ? trimmed(text) : text);
        status = content->ptr ? SMITHY_OK : smithy_call_status(call);
    }
    smithy_buffer_deinit_secret(&buffer);
    SMITHY_TRY(status);
    if (content->len) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "%s in %.*s is empty", what, SMITHY_STR_ARG(path));
}
