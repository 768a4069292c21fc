/* AWS's two files: the configuration's, a line of "---", the credentials'. Every question has an answer or an error
 * that names a file; none quotes a secret. */
#include "fuzz.h"

#include "aws/config/ini.h"
#include "fake_system.h"

#include <smithy/config.h>

#define CONFIG      "/home/me/.aws/config"
#define CREDENTIALS "/home/me/.aws/credentials"

static void check_setting(smithy_status status, const smithy_setting *setting, smithy_call *call) {
    if (status == SMITHY_OK) {
        FUZZ_CHECK(!setting->value.ptr == !setting->source.ptr);
        FUZZ_CHECK(!setting->value.ptr || setting->value.ptr[setting->value.len] == '\0' || setting->value.len);
    } else {
        FUZZ_CHECK(status == SMITHY_ERROR_CONFIG);
        FUZZ_CHECK(*smithy_call_error(call)->message);
    }
    smithy_call_clear_error(call);
}

static void ask(smithy_config *config, smithy_call *call) {
    static const char *const KEYS[] = {"region", "aws_secret_access_key", "credential_process", "services", "s3"};
    smithy_setting setting = {0};
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        setting = (smithy_setting){0};
        check_setting(smithy_config_get(config, "AWS_NOTHING", KEYS[i], &setting, call), &setting, call);
    }
    setting = (smithy_setting){0};
    check_setting(smithy_config_get_nested(config, "s3", "addressing_style", &setting, call), &setting, call);
    setting = (smithy_setting){0};
    check_setting(smithy_config_get_service(config, "s3", "endpoint_url", &setting, call), &setting, call);
    const smithy_profile *profile = NULL;
    if (smithy_config_profile(config, SMITHY_STR("other"), &profile, call) == SMITHY_OK && profile)
        (void)smithy_profile_get(profile, "source_profile");
    smithy_call_clear_error(call);
}

static void check_files(smithy_str config_text, smithy_str credentials_text, const char *profile) {
    fake_system fake;
    fake_system_init(&fake, 7);
    fake_system_set_env(&fake, "HOME", "/home/me");
    if (profile) fake_system_set_env(&fake, "AWS_PROFILE", profile);
    fake_system_put_file(&fake, CONFIG, config_text.ptr, config_text.len);
    fake_system_put_file(&fake, CREDENTIALS, credentials_text.ptr, credentials_text.len);
    smithy_call *call = smithy_call_create(&(smithy_call_options){.system = &fake.system});
    smithy_config *config = smithy_config_create(NULL, call);
    FUZZ_CHECK(config);
    ask(config, call);
    smithy_config_destroy(config);
    smithy_call_destroy(call);
    FUZZ_CHECK(fake.live_blocks == 0);
    fake_system_deinit(&fake);
}

/* The reader alone: every item lies in the text, and there are no more of them than lines. */
static void check_items(smithy_str text) {
    char *copy = (char *)(uintptr_t)fuzz_exact((smithy_str){text.ptr, text.len + 1}).ptr;
    ini_reader reader = {.text = copy, .end = copy + text.len};
    ini_item item = {{0}, {0}};
    size_t items = 0;
    for (ini_kind kind = ini_next(&reader, &item); kind == INI_SECTION || kind == INI_PROPERTY;
         kind = ini_next(&reader, &item)) {
        FUZZ_CHECK(item.name.ptr >= copy && item.name.ptr + item.name.len <= copy + text.len);
        FUZZ_CHECK(item.name.ptr[item.name.len] == '\0' && ++items <= text.len);
        if (kind == INI_PROPERTY) (void)ini_block_get(item.value, SMITHY_STR("key"));
    }
    fuzz_free((smithy_str){copy, text.len});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char SPLIT[] = "\n---\n";
    const smithy_str text = fuzz_exact((smithy_str){(const char *)data, size});
    smithy_str first = text, second = {text.ptr + text.len, 0};
    for (size_t at = 0; at + sizeof SPLIT - 1 <= size; at++)
        if (memcmp(text.ptr + at, SPLIT, sizeof SPLIT - 1) == 0) {
            first.len = at + 1;
            second = (smithy_str){text.ptr + at + sizeof SPLIT - 1, size - at - (sizeof SPLIT - 1)};
            break;
        }
    check_files(first, second, NULL);
    check_files(first, second, "other");
    if (first.len) check_items((smithy_str){first.ptr, first.len - 1});
    fuzz_free(text);
    return 0;
}
