/* What a libcurl transport tells of itself: proxies without their passwords, and whom it trusts. */
#include <setjmp.h>
#include <stdarg.h>

#include "check.h"
#include "fake_system.h"

#include <smithy/http.h>

#include <cmocka.h>

static fake_system fake;
static smithy_call *call;
static smithy_curl_settings settings;

static int open_bench(void **state) {
    (void)state;
    fake_system_init(&fake, 1);
    call = smithy_call_create(&(smithy_call_options){.system = &fake.system});
    return call ? 0 : -1;
}

static int close_bench(void **state) {
    (void)state;
    smithy_call_destroy(call);
    const size_t left = fake.live_blocks;
    fake_system_deinit(&fake);
    return left == 0 ? 0 : -1;
}

static void describe(const smithy_curl_options *options) {
    assert_int_equal(smithy_curl_describe(options, &settings, call), SMITHY_OK);
}

static void check(smithy_curl_setting setting, const char *value, const char *source) {
    check_text(setting.value, value);
    check_text(setting.source, source);
}

static void proxies_are_told_without_names_and_passwords(void **state) {
    (void)state;
    static const struct {
        const char *given;
        const char *told;
    } CASES[] = {
        {"http://proxy.example:3128", "http://proxy.example:3128"},
        {"http://me:hunter2@proxy.example:3128/", "http://proxy.example:3128"},
        {"https://hunter2@[::1]:8080", "https://[::1]:8080"},
        {"me:hunter2@proxy.example", "http://proxy.example"},
        {"socks5h://me:p%40hunter2@10.0.0.1:1080/hunter2?hunter2#hunter2", "socks5h://10.0.0.1:1080"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fake_system_set_env(&fake, "HTTPS_PROXY", CASES[i].given);
        describe(NULL);
        check(settings.proxy_for_https, CASES[i].told, "HTTPS_PROXY");
        assert_null(settings.proxy_for_http.value.ptr);
        assert_null(settings.no_proxy.value.ptr);
    }
}

static void each_scheme_has_its_proxy(void **state) {
    (void)state;
    fake_system_set_env(&fake, "http_proxy", "http://a:1");
    fake_system_set_env(&fake, "ALL_PROXY", "http://b:2");
    fake_system_set_env(&fake, "NO_PROXY", "localhost,.example");
    describe(NULL);
    check(settings.proxy_for_http, "http://a:1", "http_proxy");
    check(settings.proxy_for_https, "http://b:2", "ALL_PROXY");
    check(settings.no_proxy, "localhost,.example", "NO_PROXY");
    describe(&(smithy_curl_options){.proxy = SMITHY_STR_INIT("http://c:3"), .no_proxy = SMITHY_STR_INIT("x")});
    check(settings.proxy_for_http, "http://c:3", "the option proxy");
    check(settings.no_proxy, "x", "the option no_proxy");
}

static void authorities_are_told_with_who_named_them(void **state) {
    (void)state;
    fake_system_set_env(&fake, "SSL_CERT_DIR", "/certs");
    describe(NULL);
    assert_null(settings.ca_file.value.ptr);
    check(settings.ca_directory, "/certs", "SSL_CERT_DIR");
    fake_system_set_env(&fake, "AWS_CA_BUNDLE", "/bundle.pem");
    describe(NULL);
    check(settings.ca_file, "/bundle.pem", "AWS_CA_BUNDLE");
    assert_null(settings.ca_directory.value.ptr);
    describe(
        &(smithy_curl_options){.ca_file = SMITHY_STR_INIT("/own.pem"), .ca_setting = SMITHY_STR_INIT("profile a")});
    check(settings.ca_file, "/own.pem", "profile a");
}

/* Neither the one nor what is told in its place holds the password. */
static void what_is_no_proxy_is_an_error_beside_what_is_known(void **state) {
    (void)state;
    fake_system_set_env(&fake, "AWS_CA_BUNDLE", "/bundle.pem");
    fake_system_set_env(&fake, "HTTPS_PROXY", "gopher://me:hunter2@proxy");
    assert_int_equal(smithy_curl_describe(NULL, &settings, call), SMITHY_ERROR_CONFIG);
    assert_null(strstr(smithy_call_error(call)->message, "hunter2"));
    check(settings.ca_file, "/bundle.pem", "AWS_CA_BUNDLE");
    assert_null(settings.proxy_for_https.value.ptr);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(proxies_are_told_without_names_and_passwords, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(each_scheme_has_its_proxy, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(authorities_are_told_with_who_named_them, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(what_is_no_proxy_is_an_error_beside_what_is_known, open_bench, close_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
