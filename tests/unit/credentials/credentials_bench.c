#include "credentials_bench.h"

#include <stdio.h>

static void note_warning(void *context, const char *line) {
    bench *b = context;
    const size_t used = strlen(b->warnings);
    snprintf(b->warnings + used, sizeof b->warnings - used, "%s\n", line);
}

void bench_open(bench *b, const scripted_answer *answers, size_t count) {
    memset(b, 0, sizeof *b);
    fake_system_init(&b->fake, 7);
    fake_system_set_env(&b->fake, "AWS_REGION", "eu-west-1");
    fake_system_set_env(&b->fake, "AWS_CONFIG_FILE", "/config");
    fake_system_set_env(&b->fake, "AWS_SHARED_CREDENTIALS_FILE", "/credentials");
    scripted_transport_init(&b->transport, &b->fake, answers, count);
    const smithy_call_options options = {.system = &b->fake.system};
    b->call = smithy_call_create(&options);
    assert_non_null(b->call);
    b->options = (smithy_credentials_options){
        .system = &b->fake.system, .transport = &b->transport.base, .warn = note_warning, .warn_context = b};
}

void bench_close(bench *b) {
    smithy_credentials_deinit(&b->got);
    smithy_credentials_provider_destroy(b->provider);
    smithy_call_destroy(b->call);
    scripted_transport_deinit(&b->transport);
    assert_int_equal(b->fake.live_blocks, 0);
    fake_system_deinit(&b->fake);
}

void bench_config(bench *b, const char *text) {
    fake_system_put_file(&b->fake, "/config", text, strlen(text));
}

void bench_use(bench *b, smithy_credentials_provider *provider) {
    if (!provider) fail_msg("no provider: %s", smithy_call_error(b->call)->message);
    smithy_credentials_provider_destroy(b->provider);
    b->provider = provider;
}

smithy_status bench_get(bench *b) {
    smithy_credentials_deinit(&b->got);
    smithy_call_reset(b->call);
    return b->provider->get(b->provider, &b->got, b->call);
}

void bench_expect(bench *b, const char *access_key_id, const char *source) {
    const smithy_status status = bench_get(b);
    if (status != SMITHY_OK) fail_msg("%s: %s", smithy_status_name(status), smithy_call_error(b->call)->message);
    check_text(b->got.access_key_id, access_key_id);
    assert_string_equal(b->got.source, source);
}

void bench_expect_error(bench *b, smithy_status status, const char *words) {
    const smithy_status got = bench_get(b);
    const char *message = smithy_call_error(b->call)->message;
    if (got != status || !strstr(message, words))
        fail_msg("%s (%s), expected %s with \"%s\"", smithy_status_name(got), message, smithy_status_name(status),
                 words);
    assert_int_equal(smithy_call_status(b->call), status);
    assert_null(b->got.memory);
    assert_null(strchr(message, '\n'));
}

bool bench_sent(const bench *b, const char *words) {
    for (size_t i = 0; i < b->transport.request_count; i++) {
        const scripted_request *request = &b->transport.requests[i];
        if (strstr(request->url, words) || (request->body && strstr(request->body, words))) return true;
    }
    return false;
}
