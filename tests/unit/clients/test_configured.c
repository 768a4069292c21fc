/* Clients by what the files with profiles say: read with the first operation, or earlier on demand, and never before.
 */
#include "check.h"
#include "client_bench.h"

#include <logs/logs.h>
#include <s3/s3.h>
#include <sts/sts.h>

#include <pthread.h>

#define CONFIG "/home/me/.aws/config"

static const scripted_answer EMPTY[] = {{.status = 200}, {.status = 200}};
static client_bench bench;

static void open_bench(const char *config) {
    client_bench_open(&bench, EMPTY, 2);
    fake_system_set_env(&bench.fake, "HOME", "/home/me");
    fake_system_set_env(&bench.fake, "AWS_REGION", NULL);
    fake_system_put_file(&bench.fake, CONFIG, config, strlen(config));
}

static const char *put_object(s3_client *client) {
    static const uint8_t BODY[] = {'x'};
    const s3_put_object_input input = {
        .bucket = SMITHY_STR_INIT("bucket"), .key = SMITHY_STR_INIT("key"), .body = {.bytes = {BODY, sizeof BODY}}};
    s3_put_object_output output;
    if (s3_put_object(client, &input, &output, bench.call) != SMITHY_OK)
        fail_msg("%s", smithy_call_error(bench.call)->message);
    return bench.transport.requests[bench.transport.request_count - 1].url;
}

static const char *last_header(const char *name) {
    return scripted_request_header(&bench.transport, bench.transport.request_count - 1, name);
}

static const char *source_of(smithy_client *client, const char *name) {
    smithy_named_setting setting;
    for (size_t i = 0; smithy_client_setting(client, i, &setting); i++)
        if (strcmp(setting.name, name) == 0) return setting.source.ptr;
    return NULL;
}

/* ---- what they say ---- */

static void s3_goes_by_its_profile(void **state) {
    (void)state;
    open_bench("[profile dev]\nregion = us-west-2\nsdk_ua_app_id = archive\n"
               "s3 =\n  addressing_style = path\n  payload_signing_enabled = false\n");
    fake_system_set_env(&bench.fake, "AWS_PROFILE", "dev");
    s3_client *client = s3_client_create(NULL, bench.call);
    assert_non_null(client);
    assert_null(smithy_client_region(s3_client_base(client)).ptr);
    assert_string_equal(put_object(client), "https://s3.us-west-2.amazonaws.com/bucket/key?x-id=PutObject");
    assert_string_equal(last_header("X-Amz-Content-Sha256"), "UNSIGNED-PAYLOAD");
    assert_non_null(strstr(last_header("User-Agent"), " app/archive"));
    assert_string_equal(source_of(s3_client_base(client), "region"), "profile dev in " CONFIG);
    assert_string_equal(source_of(s3_client_base(client), "addressing_style"), "profile dev in " CONFIG);
    assert_string_equal(source_of(s3_client_base(client), "use_fips_endpoint"), "default");
    check_text(smithy_client_region(s3_client_base(client)), "us-west-2");
    s3_client_destroy(client);
    client_bench_close(&bench);
}

static void the_callers_options_win(void **state) {
    (void)state;
    open_bench("[default]\nregion = us-west-2\ns3 =\n  addressing_style = path\n");
    const s3_client_options options = {.region = SMITHY_STR_INIT("eu-west-1"), .force_path_style = SMITHY_SET(false)};
    s3_client *client = s3_client_create(&options, bench.call);
    assert_non_null(client);
    assert_string_equal(put_object(client), "https://bucket.s3.eu-west-1.amazonaws.com/key?x-id=PutObject");
    assert_int_equal(strlen(last_header("X-Amz-Content-Sha256")), 64);
    s3_client_destroy(client);
    client_bench_close(&bench);
}

/* Where a request of STS goes; the empty answer is of no use to it. */
static const char *ask_sts(sts_client *client) {
    const sts_get_caller_identity_input input = {0};
    sts_get_caller_identity_output output;
    assert_int_not_equal(sts_get_caller_identity(client, &input, &output, bench.call), SMITHY_ERROR_CONFIG);
    assert_true(bench.transport.request_count > 0);
    return bench.transport.requests[bench.transport.request_count - 1].url;
}

static void legacy_endpoints_are_used_where_they_are_asked_for(void **state) {
    (void)state;
    open_bench("[default]\nregion = us-west-2\n");
    sts_client *regional = sts_client_create(NULL, bench.call);
    assert_non_null(regional);
    assert_string_equal(ask_sts(regional), "https://sts.us-west-2.amazonaws.com/");
    fake_system_set_env(&bench.fake, "AWS_STS_REGIONAL_ENDPOINTS", "legacy");
    sts_client *legacy = sts_client_create(NULL, bench.call);
    assert_non_null(legacy);
    assert_string_equal(ask_sts(legacy), "https://sts.amazonaws.com/");
    sts_client_destroy(regional);
    sts_client_destroy(legacy);
    client_bench_close(&bench);
}

static void the_region_of_a_profile_signs(void **state) {
    (void)state;
    open_bench("[default]\nregion = ap-south-1\nservices = local\n"
               "[services local]\ns3 =\n  endpoint_url = https://minio.example:9000\n");
    s3_client *client = s3_client_create(NULL, bench.call);
    assert_non_null(client);
    assert_string_equal(put_object(client), "https://bucket.minio.example:9000/key?x-id=PutObject");
    assert_non_null(strstr(last_header("Authorization"), "/ap-south-1/s3/aws4_request"));
    s3_client_destroy(client);
    client_bench_close(&bench);
}

/* ---- when they are read ---- */

static void nothing_is_read_while_a_client_is_made(void **state) {
    (void)state;
    open_bench("[default]\nregion = eu-west-1\n");
    bench.fake.file_fail = SMITHY_ERROR_IO; /* Whoever reads a file now fails. */
    logs_client *client = logs_client_create(NULL, bench.call);
    assert_non_null(client);
    assert_int_equal(smithy_client_prepare(logs_client_base(client), bench.call), SMITHY_ERROR_CONFIG);
    assert_non_null(strstr(smithy_call_error(bench.call)->message, CONFIG " cannot be read"));
    bench.fake.file_fail = SMITHY_OK; /* A failure is not kept. */
    assert_int_equal(smithy_client_prepare(logs_client_base(client), bench.call), SMITHY_OK);
    bench.fake.file_fail = SMITHY_ERROR_IO;
    assert_int_equal(smithy_client_prepare(logs_client_base(client), bench.call), SMITHY_OK);
    logs_client_destroy(client);
    client_bench_close(&bench);
}

static void what_is_wrong_in_the_files_fails_the_operation_before_it_is_sent(void **state) {
    (void)state;
    logs_describe_log_groups_output output;
    open_bench("[default]\nregion eu-west-1\n");
    logs_client *client = logs_client_create(NULL, bench.call);
    assert_non_null(client);
    assert_int_equal(logs_describe_log_groups(client, &(logs_describe_log_groups_input){0}, &output, bench.call),
                     SMITHY_ERROR_CONFIG);
    const smithy_error *error = smithy_call_error(bench.call);
    assert_string_equal(error->message, CONFIG ":2: Expected an '=' sign defining a property");
    assert_string_equal(error->operation, "DescribeLogGroups");
    assert_int_equal(bench.transport.request_count, 0);
    logs_client_destroy(client);
    client_bench_close(&bench);
}

static void a_configuration_may_be_shared(void **state) {
    (void)state;
    open_bench("[profile dev]\nregion = us-west-2\n");
    const smithy_config_options which = {.profile = SMITHY_STR_INIT("dev")};
    smithy_config *config = smithy_config_create(&which, bench.call);
    assert_non_null(config);
    s3_client *s3 = s3_client_create(&(s3_client_options){.config = config}, bench.call);
    assert_non_null(s3);
    logs_client *logs = logs_client_create(&(logs_client_options){.config = config}, bench.call);
    assert_non_null(logs);
    assert_int_equal(smithy_client_prepare(s3_client_base(s3), bench.call), SMITHY_OK);
    bench.fake.file_fail = SMITHY_ERROR_IO; /* They are read once for both. */
    assert_int_equal(smithy_client_prepare(logs_client_base(logs), bench.call), SMITHY_OK);
    check_text(smithy_client_region(logs_client_base(logs)), "us-west-2");
    s3_client_destroy(s3);
    logs_client_destroy(logs);
    smithy_config_destroy(config);
    client_bench_close(&bench);
}

/* ---- threads ---- */

static const char *plain_env(void *context, const char *name) {
    (void)context;
    return strcmp(name, "HOME") == 0 ? "/home/me" : NULL;
}

static smithy_status slow_file(void *context, const char *path, smithy_buffer *content, bool *exists) {
    const smithy_system *real = smithy_system_default();
    (void)context;
    (void)path;
    real->sleep_ms(real->context, 5); /* So that the threads meet here, if they can. */
    *exists = true;
    smithy_buffer_append_text(content, "[default]\nregion = eu-west-1\nmax_attempts = 7\n");
    return smithy_buffer_status(content);
}

static void *use(void *shared) {
    smithy_client *client = shared;
    smithy_call *call = smithy_call_create(NULL);
    const smithy_status status = call ? smithy_client_prepare(client, call) : SMITHY_ERROR_MEMORY;
    const bool good = status == SMITHY_OK && smithy_client_region(client).len == strlen("eu-west-1");
    smithy_call_destroy(call);
    return good ? shared : NULL;
}

static void threads_may_begin_at_once(void **state) {
    (void)state;
    pthread_t threads[8];
    smithy_system system = *smithy_system_default();
    system.env = plain_env;
    system.file_read = slow_file;
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    logs_client *client = logs_client_create(&(logs_client_options){.system = &system}, call);
    assert_non_null(client);
    for (size_t i = 0; i < 8; i++) assert_int_equal(pthread_create(&threads[i], NULL, use, client), 0);
    for (size_t i = 0; i < 8; i++) {
        void *result;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_ptr_equal(result, client);
    }
    logs_client_destroy(client);
    smithy_call_destroy(call);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s3_goes_by_its_profile),
        cmocka_unit_test(the_callers_options_win),
        cmocka_unit_test(legacy_endpoints_are_used_where_they_are_asked_for),
        cmocka_unit_test(the_region_of_a_profile_signs),
        cmocka_unit_test(nothing_is_read_while_a_client_is_made),
        cmocka_unit_test(what_is_wrong_in_the_files_fails_the_operation_before_it_is_sent),
        cmocka_unit_test(a_configuration_may_be_shared),
        cmocka_unit_test(threads_may_begin_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
