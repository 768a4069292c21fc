#include "log_text.h"
#include "log_writer.h"
#include "small_world.h"

#include <fcntl.h>
#include <smithy/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A log that writes into a pipe, and what came out of it. */
typedef struct logging {
    small_world world;
    exporter_log_writer writer;
    int ends[2];
    char text[65536];
} logging;

static void begin(logging *l, exporter_log_format format, exporter_log_level level) {
    small_world_init(&l->world, NULL);
    assert_int_equal(pipe(l->ends), 0);
    assert_int_equal(fcntl(l->ends[0], F_SETFL, O_NONBLOCK), 0);
    exporter_log_writer_init(&l->writer, &l->world.memory.system, l->ends[1], format, level);
}

static const char *written(logging *l) {
    const ssize_t length = read(l->ends[0], l->text, sizeof l->text - 1);
    l->text[length > 0 ? length : 0] = '\0';
    return l->text;
}

static void end(logging *l) {
    exporter_log_writer_deinit(&l->writer);
    assert_int_equal(l->world.memory.live, 0);
    (void)close(l->ends[0]);
    (void)close(l->ends[1]);
}

static void a_terminal_line_reads_from_left_to_right(void **state) {
    (void)state;
    logging l;
    begin(&l, EXPORTER_LOG_FORMAT_TERMINAL, EXPORTER_LOG_INFO);
    exporter_log_line(&l.writer.base, EXPORTER_LOG_INFO, "task completed", EXPORTER_FIELD_TEXT("group", "/aws/x"),
                      EXPORTER_FIELD_I64("objects", 3), EXPORTER_FIELD_TEXT("why", "said \"no\""),
                      EXPORTER_FIELD_TEXT("none", ""));
    assert_string_equal(written(&l), "2026-11-22T10:00:00Z INFO  task completed group=/aws/x objects=3 "
                                     "why=\"said \\\"no\\\"\" none=\"\"\n");
    end(&l);
}

static void lines_below_the_level_are_not_written(void **state) {
    (void)state;
    logging l;
    begin(&l, EXPORTER_LOG_FORMAT_TERMINAL, EXPORTER_LOG_WARN);
    exporter_log_write(&l.writer.base, EXPORTER_LOG_INFO, "quiet", NULL, 0);
    assert_string_equal(written(&l), "");
    exporter_log_write(&l.writer.base, EXPORTER_LOG_ERROR, "loud", NULL, 0);
    assert_string_equal(written(&l), "2026-11-22T10:00:00Z ERROR loud\n");
    end(&l);
}

static void control_characters_cannot_start_a_line_or_move_a_cursor(void **state) {
    (void)state;
    logging l;
    begin(&l, EXPORTER_LOG_FORMAT_TERMINAL, EXPORTER_LOG_INFO);
    exporter_log_line(&l.writer.base, EXPORTER_LOG_INFO, "a\nb\r\t\x1b[2J\x7f",
                      EXPORTER_FIELD_TEXT("x", "\xc2\x9b"
                                               "2J\xff\xe2\x82\xac"));
    assert_string_equal(written(&l),
                        "2026-11-22T10:00:00Z INFO  a\\nb\\r\\t\\x1b[2J\\x7f x=\\u009b2J\xef\xbf\xbd\xe2\x82\xac\n");
    end(&l);
}

static void a_json_line_is_one_object_with_the_platforms_keys(void **state) {
    (void)state;
    logging l;
    begin(&l, EXPORTER_LOG_FORMAT_JSON, EXPORTER_LOG_INFO);
    l.world.wall_ms += 7;
    exporter_log_writer_set_request_id(&l.writer, SMITHY_STR("id-1\n"));
    exporter_log_line(&l.writer.base, EXPORTER_LOG_WARN, "say \"hi\"\n", EXPORTER_FIELD_TEXT("group", "a\xff"),
                      EXPORTER_FIELD_I64("n", INT64_MIN));
    assert_string_equal(written(&l),
                        "{\"timestamp\":\"2026-11-22T10:00:00.007Z\",\"level\":\"WARN\",\"requestId\":\"id-1\","
                        "\"message\":\"say \\\"hi\\\"\\n\",\"group\":\"a\xef\xbf\xbd\",\"n\":-9223372036854775808}\n");
    exporter_log_writer_set_request_id(&l.writer, (smithy_str){0});
    exporter_log_write(&l.writer.base, EXPORTER_LOG_INFO, "between", NULL, 0);
    assert_null(strstr(written(&l), "requestId"));
    end(&l);
}

static void a_lambda_text_line_has_the_platforms_columns(void **state) {
    (void)state;
    logging l;
    begin(&l, EXPORTER_LOG_FORMAT_LAMBDA_TEXT, EXPORTER_LOG_INFO);
    exporter_log_writer_set_request_id(&l.writer, SMITHY_STR("id-1"));
    exporter_log_line(&l.writer.base, EXPORTER_LOG_INFO, "started", EXPORTER_FIELD_I64("n", 1));
    assert_string_equal(written(&l), "2026-11-22T10:00:00.000Z\tid-1\tINFO\tstarted n=1\n");
    end(&l);
}

static void a_long_text_is_cut_at_a_character(void **state) {
    (void)state;
    char text[6001];
    for (size_t i = 0; i + 2 < sizeof text; i += 3) memcpy(text + i, "\xe2\x82\xac", 3);
    logging l;
    begin(&l, EXPORTER_LOG_FORMAT_TERMINAL, EXPORTER_LOG_INFO);
    exporter_log_line(&l.writer.base, EXPORTER_LOG_INFO, "m", EXPORTER_FIELD_STR("t", ((smithy_str){text, 6000})));
    const size_t length = strlen(written(&l));
    assert_int_equal(length, strlen("2026-11-22T10:00:00Z INFO  m t=") + 4095 + strlen("...\n"));
    assert_string_equal(l.text + length - 7, "\xe2\x82\xac...\n");
    end(&l);
}

static void a_line_without_memory_is_told_as_lost(void **state) {
    (void)state;
    for (exporter_log_format format = EXPORTER_LOG_FORMAT_TERMINAL; format <= EXPORTER_LOG_FORMAT_LAMBDA_TEXT;
         format++) {
        for (size_t fail_at = 1;; fail_at++) {
            logging l;
            begin(&l, format, EXPORTER_LOG_INFO);
            l.world.memory.fail_at = fail_at;
            exporter_log_line(&l.writer.base, EXPORTER_LOG_INFO, "m", EXPORTER_FIELD_TEXT("t", "x"));
            const bool was_reached = l.world.memory.allocations >= fail_at;
            const bool is_lost = strcmp(written(&l), "a log line was lost: out of memory\n") == 0;
            assert_int_equal(is_lost, was_reached);
            end(&l);
            if (!was_reached) break;
        }
    }
}

static void a_closed_descriptor_does_no_harm(void **state) {
    (void)state;
    small_world world;
    exporter_log_writer writer;
    small_world_init(&world, NULL);
    exporter_log_writer_init(&writer, &world.memory.system, -1, EXPORTER_LOG_FORMAT_JSON, EXPORTER_LOG_DEBUG);
    exporter_log_write(&writer.base, EXPORTER_LOG_DEBUG, "nobody reads this", NULL, 0);
    exporter_log_writer_deinit(&writer);
}

static void the_environment_chooses_format_and_level_of_a_lambda(void **state) {
    (void)state;
    static const char *const JSON[] = {"AWS_LAMBDA_LOG_FORMAT=json", "AWS_LAMBDA_LOG_LEVEL=Fatal", NULL};
    static const char *const TEXT[] = {"AWS_LAMBDA_LOG_FORMAT=Text", "AWS_LAMBDA_LOG_LEVEL=loud", NULL};
    small_world world;
    small_world_init(&world, JSON);
    assert_int_equal(exporter_log_format_of_lambda(&world.memory.system), EXPORTER_LOG_FORMAT_JSON);
    assert_int_equal(exporter_log_level_of_lambda(&world.memory.system), EXPORTER_LOG_ERROR);
    small_world_init(&world, TEXT);
    assert_int_equal(exporter_log_format_of_lambda(&world.memory.system), EXPORTER_LOG_FORMAT_LAMBDA_TEXT);
    assert_int_equal(exporter_log_level_of_lambda(&world.memory.system), EXPORTER_LOG_INFO);
}

static void only_well_formed_utf8_counts_as_a_character(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t length;
    } CASES[] = {{"", 0},
                 {"a", 1},
                 {"\xc3\xa9", 2},
                 {"\xe2\x82\xac", 3},
                 {"\xf0\x9f\x98\x80", 4},
                 {"\x80", 0},
                 {"\xc3", 0},
                 {"\xc0\x80", 0},
                 {"\xe0\x9f\xbf", 0},
                 {"\xed\xa0\x80", 0},
                 {"\xf5\x80\x80\x80", 0},
                 {"\xf4\x90\x80\x80", 0},
                 {"\xf0\x8f\xbf\xbf", 0},
                 {"\xe2\x82", 0},
                 {"\xe2"
                  "a",
                  0}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        assert_int_equal(exporter_text_char_length(smithy_str_from(CASES[i].text)), CASES[i].length);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_line_reads_from_left_to_right),
        cmocka_unit_test(lines_below_the_level_are_not_written),
        cmocka_unit_test(control_characters_cannot_start_a_line_or_move_a_cursor),
        cmocka_unit_test(a_json_line_is_one_object_with_the_platforms_keys),
        cmocka_unit_test(a_lambda_text_line_has_the_platforms_columns),
        cmocka_unit_test(a_long_text_is_cut_at_a_character),
        cmocka_unit_test(a_line_without_memory_is_told_as_lost),
        cmocka_unit_test(a_closed_descriptor_does_no_harm),
        cmocka_unit_test(the_environment_chooses_format_and_level_of_a_lambda),
        cmocka_unit_test(only_well_formed_utf8_counts_as_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
