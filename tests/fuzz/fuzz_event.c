/* A Lambda's event: settings that are taken are whole, and a refusal says why in one line. */
#include "fuzz.h"

#include "settings.h"

#include "fake_system.h"

static void check_settings(const exporter_settings *settings) {
    FUZZ_CHECK(settings->destination_bucket.len > 0);
    FUZZ_CHECK(settings->group_prefixes.count > 0);
    FUZZ_CHECK(settings->store_type == EXPORTER_STORE_S3 || settings->store_type == EXPORTER_STORE_FILE);
    FUZZ_CHECK(settings->settle_delay_ms >= 0 && settings->timeout_reserve_ms >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const smithy_str event = fuzz_exact((smithy_str){(const char *)data, size});
    fake_system fake;
    fake_system_init(&fake, 7);
    smithy_call *call = smithy_call_create(&(smithy_call_options){.system = &fake.system});
    exporter_settings settings;
    const exporter_settings_source source = {.host = EXPORTER_HOST_LAMBDA, .event = event};
    const smithy_status status = exporter_settings_read(&source, &settings, call);
    if (status == SMITHY_OK) {
        check_settings(&settings);
    } else {
        const char *message = smithy_call_error(call)->message;
        FUZZ_CHECK(status == SMITHY_ERROR_CONFIG);
        FUZZ_CHECK(*message && !strchr(message, '\n'));
        FUZZ_CHECK(!settings.destination_bucket.ptr && !settings.group_prefixes.items);
    }
    smithy_call_destroy(call);
    FUZZ_CHECK(fake.live_blocks == 0);
    fake_system_deinit(&fake);
    fuzz_free(event);
    return 0;
}
