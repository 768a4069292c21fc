/* Credentials of a container: where they may be asked for, as whom, and what the answer must be. */
#include "credentials_bench.h"

#define RELATIVE "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
#define FULL     "AWS_CONTAINER_CREDENTIALS_FULL_URI"
#define TOKEN    "AWS_CONTAINER_AUTHORIZATION_TOKEN"

static const scripted_answer SET[] = {
    {.status = 200, .body = METADATA_SET("AKIDTASK", IN_AN_HOUR)},
    {.status = 200, .body = METADATA_SET("AKIDNEXT", IN_TWO_HOURS)},
};

static void open_container(bench *b, const scripted_answer *answers, size_t count, const char *variable,
                           const char *url) {
    bench_open(b, answers, count);
    fake_system_set_env(&b->fake, variable, url);
    bench_use(b, smithy_credentials_container(&b->options, b->call));
}
#define OPEN_CONTAINER(b, answers, variable, url) \
    open_container(b, answers, sizeof(answers) / sizeof *(answers), variable, url)

static void a_relative_uri_is_asked_of_the_task_service(void **state) {
    (void)state;
    bench b;
    OPEN_CONTAINER(&b, SET, RELATIVE, "/v2/credentials/id-1");
    fake_system_set_env(&b.fake, FULL, "http://127.0.0.1/ignored");
    bench_expect(&b, "AKIDTASK", "container");
    assert_string_equal(b.transport.requests[0].method, "GET");
    assert_string_equal(b.transport.requests[0].url, "http://169.254.170.2/v2/credentials/id-1");
    assert_string_equal(scripted_request_header(&b.transport, 0, "Accept"), "application/json");
    assert_null(scripted_request_header(&b.transport, 0, "Authorization"));
    check_text(b.got.session_token, "token-of-AKIDTASK");
    assert_int_equal(b.got.expires_ms, b.fake.wall_ms + HOUR_MS);
    bench_close(&b);
}

/* Answers with the addresses that the test's text names: "127.0.0.1 10.0.0.1". */
static smithy_status resolve(fake_system *fake, const char *host, smithy_address *addresses, size_t max,
                             size_t *count) {
    const smithy_system *os = smithy_system_default();
    const char *list = fake->on_context ? fake->on_context : host;
    char copy[256];
    snprintf(copy, sizeof copy, "%s", list);
    *count = 0;
    for (char *at = copy; at && *at && *count < max;) {
        char *end = strchr(at, ' ');
        if (end) *end = '\0';
        size_t more = 0;
        const smithy_status status = os->resolve(os->context, at, addresses + *count, 1, &more);
        if (status != SMITHY_OK) return status;
        *count += more;
        at = end ? end + 1 : NULL;
    }
    return SMITHY_OK;
}

static void only_certain_hosts_are_asked_without_tls(void **state) {
    (void)state;
    static const struct {
        const char *url;
        char *addresses; /* Of a name; NULL: the host is an address. */
        bool allowed;
    } CASES[] = {
        {"https://example.com/creds", NULL, true},
        {"HTTPS://example.com/creds", NULL, true},
        {"http://127.0.0.1:8080/creds?x=1", NULL, true},
        {"http://127.8.9.1/creds", NULL, true},
        {"http://[::1]:8080/creds", NULL, true},
        {"http://169.254.170.2/creds", NULL, true},
        {"http://169.254.170.23/v1/credentials", NULL, true},
        {"http://[fd00:ec2::23]/v1/credentials", NULL, true},
        {"http://[fd00:ec2::24]/v1/credentials", NULL, false},
        {"http://169.254.170.3/creds", NULL, false},
        {"http://169.254.169.254/creds", NULL, false},
        {"http://192.168.1.1/creds", NULL, false},
        {"http://localhost/creds", "127.0.0.1 ::1", true},
        {"http://safe.example/creds", "127.0.0.1", true},
        {"http://mixed.example/creds", "127.0.0.1 10.0.0.1", false},
        {"http://bad.example/creds", "10.0.0.1", false},
        {"http://bad.example/creds", "::ffff:10.0.0.1", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        bench b;
        OPEN_CONTAINER(&b, SET, FULL, CASES[i].url);
        b.fake.on_resolve = resolve;
        b.fake.on_context = CASES[i].addresses;
        if (CASES[i].allowed) {
            bench_expect(&b, "AKIDTASK", "container");
            assert_string_equal(b.transport.requests[0].url, CASES[i].url);
        } else {
            bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "is neither https, nor this machine");
            assert_int_equal(b.transport.request_count, 0);
        }
        bench_close(&b);
    }
}

/* Whether the request may go to these addresses, as it says itself. */
typedef struct reach {
    bool asks;
    bool to_this_machine;
    bool to_another;
} reach;

static void note_reach(void *context, const smithy_http_request *request, size_t index) {
    static const smithy_address HERE = {.bytes = {127, 0, 0, 1}}, THERE = {.bytes = {10, 0, 0, 1}};
    reach *self = context;
    (void)index;
    self->asks = request->allows != NULL;
    self->to_this_machine = !request->allows || request->allows(&HERE);
    self->to_another = !request->allows || request->allows(&THERE);
}

/* A name may have another address when it is connected to than it had when it was looked at. */
static void the_address_is_looked_at_again_when_it_is_connected_to(void **state) {
    (void)state;
    static const char *const URLS[] = {"http://safe.example/creds", "https://safe.example/creds"};
    for (size_t i = 0; i < 2; i++) {
        bench b;
        reach reached = {0};
        OPEN_CONTAINER(&b, SET, FULL, URLS[i]);
        b.fake.on_resolve = resolve;
        b.fake.on_context = "127.0.0.1";
        b.transport.on_request = note_reach;
        b.transport.on_request_context = &reached;
        bench_expect(&b, "AKIDTASK", "container");
        assert_true(reached.asks == (i == 0));
        assert_true(reached.to_this_machine);
        assert_true(reached.to_another == (i == 1));
        bench_close(&b);
    }
}

static void what_is_no_url_is_refused(void **state) {
    (void)state;
    static const char *const CASES[][3] = {
        {FULL, "ftp://127.0.0.1/", "is no URL"},
        {FULL, "127.0.0.1/creds", "is no URL"},
        {FULL, "http://u:p@127.0.0.1/", "is no URL"},
        {FULL, "http://nowhere.example/", "cannot be resolved"},
        {RELATIVE, "@evil.example/", "is no path"},
        {RELATIVE, "creds", "is no path"},
        {RELATIVE, "/a b", "is no path"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        bench b;
        OPEN_CONTAINER(&b, SET, CASES[i][0], CASES[i][1]);
        bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, CASES[i][2]);
        assert_int_equal(b.transport.request_count, 0);
        bench_close(&b);
    }
}

static void the_authorization_is_a_variable_or_a_file_that_is_read_each_time(void **state) {
    (void)state;
    bench b;
    OPEN_CONTAINER(&b, SET, FULL, "https://pods.example/creds");
    fake_system_set_env(&b.fake, TOKEN, "Basic abc");
    bench_expect(&b, "AKIDTASK", "container");
    assert_string_equal(scripted_request_header(&b.transport, 0, "Authorization"), "Basic abc");
    fake_system_set_env(&b.fake, TOKEN "_FILE", "/pod-token");
    fake_system_put_file(&b.fake, "/pod-token", "eyJ.pod", 7);
    fake_system_advance(&b.fake, HOUR_MS);
    bench_expect(&b, "AKIDNEXT", "container");
    assert_string_equal(scripted_request_header(&b.transport, 1, "Authorization"), "eyJ.pod");
    bench_close(&b);
}

static void an_authorization_that_cannot_be_sent_stops_it(void **state) {
    (void)state;
    static const char *const CASES[] = {"a\nb", "a\rb", "token\r\n", "token\n"};
    bench b;
    OPEN_CONTAINER(&b, SET, FULL, "https://pods.example/creds");
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        fake_system_set_env(&b.fake, TOKEN, CASES[i]);
        if (i < 2) bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "it is not sent");
        fake_system_set_env(&b.fake, TOKEN, NULL);
        fake_system_set_env(&b.fake, TOKEN "_FILE", "/pod-token");
        fake_system_put_file(&b.fake, "/pod-token", CASES[i], strlen(CASES[i]));
        bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "it is not sent");
        fake_system_set_env(&b.fake, TOKEN "_FILE", NULL);
    }
    fake_system_set_env(&b.fake, TOKEN, "used-if-the-file-were-ignored");
    fake_system_set_env(&b.fake, TOKEN "_FILE", "/nowhere");
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "there is no file /nowhere");
    assert_int_equal(b.transport.request_count, 0);
    bench_close(&b);
}

static void a_service_in_trouble_is_asked_three_times_a_second_apart(void **state) {
    (void)state;
    static const scripted_answer RECOVERS[] = {{.status = 500},
                                               {.failure = SMITHY_HTTP_FAILURE_CONNECT},
                                               {.status = 200, .body = METADATA_SET("AKIDTASK", IN_AN_HOUR)}};
    static const scripted_answer STAYS[] = {{.status = 500}, {.status = 429}, {.status = 503}, {.status = 200}};
    bench b;
    OPEN_CONTAINER(&b, RECOVERS, RELATIVE, "/creds");
    bench_expect(&b, "AKIDTASK", "container");
    assert_int_equal(b.transport.requests[1].at_mono_ms - b.transport.requests[0].at_mono_ms, 1000);
    bench_close(&b);
    OPEN_CONTAINER(&b, STAYS, RELATIVE, "/creds");
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "container credentials: HTTP 503");
    assert_int_equal(b.transport.request_count, 3);
    bench_close(&b);
}

static void a_refusal_is_final_and_told(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        {.status = 400, .body = "{\"code\":\"NoIdError\",\"message\":\"no credentials\\nfound for id\"}"},
        {.status = 404, .body = "<html>"}};
    bench b;
    OPEN_CONTAINER(&b, ANSWERS, RELATIVE, "/creds");
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "HTTP 400, NoIdError: no credentials found for id");
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "container credentials: HTTP 404");
    assert_int_equal(b.transport.request_count, 2);
    bench_close(&b);
}

static void an_answer_must_be_a_whole_set_that_is_not_over(void **state) {
    (void)state;
    static const struct {
        const char *body;
        const char *words;
    } CASES[] = {
        {"not json h+sh", "container credentials: JSON"},
        {"{\"SecretAccessKey\":\"h+sh\",\"Token\":\"t\",\"Expiration\":\"" IN_AN_HOUR "\"}", "no AccessKeyId"},
        {"{\"AccessKeyId\":\"A\",\"Token\":\"t\",\"Expiration\":\"" IN_AN_HOUR "\"}", "no SecretAccessKey"},
        {"{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"h+sh\",\"Expiration\":\"" IN_AN_HOUR "\"}", "no Token"},
        {"{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"h+sh\",\"Token\":\"t\"}", "no Expiration"},
        {METADATA_SET("AKIDTASK", "tomorrow"), "is no time"},
        {METADATA_SET("AKIDTASK", LONG_AGO), "container credentials: they expired at " LONG_AGO},
        {"{\"Code\":\"Failed\",\"Message\":\"try later\"}", "the service answers Failed: try later"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const scripted_answer answer = {.status = 200, .body = CASES[i].body};
        bench b;
        open_container(&b, &answer, 1, RELATIVE, "/creds");
        bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, CASES[i].words);
        assert_null(strstr(smithy_call_error(b.call)->message, "h+sh"));
        bench_close(&b);
    }
}

static void note_request(void *context, const smithy_http_request *request, size_t index) {
    (void)index;
    *(smithy_http_request *)context = *request;
}

static void proxies_are_never_asked_and_answers_are_small(void **state) {
    (void)state;
    smithy_http_request seen = {0};
    bench b;
    OPEN_CONTAINER(&b, SET, RELATIVE, "/creds");
    b.transport.on_request = note_request;
    b.transport.on_request_context = &seen;
    bench_expect(&b, "AKIDTASK", "container");
    assert_true(seen.no_proxy);
    assert_int_equal(seen.max_body, 10000);
    assert_int_equal(seen.connect_timeout_ms, 2000);
    assert_int_equal(seen.attempt_timeout_ms, 5000);
    bench_close(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_relative_uri_is_asked_of_the_task_service),
        cmocka_unit_test(only_certain_hosts_are_asked_without_tls),
        cmocka_unit_test(the_address_is_looked_at_again_when_it_is_connected_to),
        cmocka_unit_test(what_is_no_url_is_refused),
        cmocka_unit_test(the_authorization_is_a_variable_or_a_file_that_is_read_each_time),
        cmocka_unit_test(an_authorization_that_cannot_be_sent_stops_it),
        cmocka_unit_test(a_service_in_trouble_is_asked_three_times_a_second_apart),
        cmocka_unit_test(a_refusal_is_final_and_told),
        cmocka_unit_test(an_answer_must_be_a_whole_set_that_is_not_over),
        cmocka_unit_test(proxies_are_never_asked_and_answers_are_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
