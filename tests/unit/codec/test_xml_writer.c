#include "failing_system.h"

#include <smithy/xml.h>

#include <math.h>

static smithy_buffer out;
static smithy_xml_writer xml;

static int start(void **state) {
    (void)state;
    smithy_buffer_init(&out, NULL, 10000);
    smithy_xml_writer_init(&xml, &out);
    return 0;
}

static int finish(void **state) {
    (void)state;
    smithy_buffer_deinit(&out);
    return 0;
}

static void check_written(const char *expected) {
    assert_int_equal(smithy_buffer_status(&out), SMITHY_OK);
    check_text(smithy_buffer_str(&out), expected);
}

static void elements_nest_and_carry_attributes(void **state) {
    (void)state;
    smithy_xml_open(&xml, "Root");
    smithy_xml_namespace(&xml, NULL, "http://s3.amazonaws.com/doc/2006-03-01/");
    smithy_xml_open(&xml, "Grantee");
    smithy_xml_namespace(&xml, "xsi", "http://www.w3.org/2001/XMLSchema-instance");
    smithy_xml_attribute(&xml, "xsi:type", SMITHY_STR("Group"));
    smithy_xml_attribute(&xml, "absent", (smithy_str){0});
    smithy_xml_put_str(&xml, "URI", SMITHY_STR("x"));
    smithy_xml_close(&xml, "Grantee");
    smithy_xml_open(&xml, "Empty");
    smithy_xml_close(&xml, "Empty");
    smithy_xml_close(&xml, "Root");
    check_written("<Root xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Grantee "
                  "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\"><URI>x</URI></Grantee>"
                  "<Empty/></Root>");
}

static void absent_members_leave_no_trace(void **state) {
    (void)state;
    smithy_xml_put_str(&xml, "a", (smithy_str){0});
    smithy_xml_put_bytes(&xml, "a", (smithy_bytes){0});
    smithy_xml_put_bool(&xml, "a", (smithy_opt_bool){0});
    smithy_xml_put_i8(&xml, "a", (smithy_opt_i8){0});
    smithy_xml_put_i16(&xml, "a", (smithy_opt_i16){0});
    smithy_xml_put_i32(&xml, "a", (smithy_opt_i32){0});
    smithy_xml_put_i64(&xml, "a", (smithy_opt_i64){0});
    smithy_xml_put_f32(&xml, "a", (smithy_opt_f32){0});
    smithy_xml_put_f64(&xml, "a", (smithy_opt_f64){0});
    smithy_xml_put_epoch(&xml, "a", (smithy_opt_time){0});
    smithy_xml_put_date_time(&xml, "a", (smithy_opt_time){0});
    smithy_xml_put_http_date(&xml, "a", (smithy_opt_time){0});
    check_written("");
}

static void every_type_has_its_form(void **state) {
    (void)state;
    const smithy_opt_time time = SMITHY_SET(INT64_C(1398796238000));
    smithy_xml_put_str(&xml, "a", SMITHY_STR(""));
    smithy_xml_put_bytes(&xml, "b", (smithy_bytes){(const uint8_t *)"abc", 3});
    smithy_xml_put_bool(&xml, "c", (smithy_opt_bool)SMITHY_SET(true));
    smithy_xml_put_bool(&xml, "c", (smithy_opt_bool)SMITHY_SET(false));
    smithy_xml_put_i8(&xml, "d", (smithy_opt_i8)SMITHY_SET(-1));
    smithy_xml_put_i16(&xml, "d", (smithy_opt_i16)SMITHY_SET(2));
    smithy_xml_put_i32(&xml, "d", (smithy_opt_i32)SMITHY_SET(3));
    smithy_xml_put_i64(&xml, "d", (smithy_opt_i64)SMITHY_SET(INT64_MIN));
    smithy_xml_put_f32(&xml, "e", (smithy_opt_f32)SMITHY_SET(5.5F));
    smithy_xml_put_f64(&xml, "e", (smithy_opt_f64)SMITHY_SET((double)NAN));
    smithy_xml_put_epoch(&xml, "f", time);
    smithy_xml_put_date_time(&xml, "f", time);
    smithy_xml_put_http_date(&xml, "f", time);
    check_written("<a></a><b>YWJj</b><c>true</c><c>false</c><d>-1</d><d>2</d><d>3</d><d>-9223372036854775808</d>"
                  "<e>5.5</e><e>NaN</e><f>1398796238</f><f>2014-04-29T18:30:38Z</f>"
                  "<f>Tue, 29 Apr 2014 18:30:38 GMT</f>");
}

static void what_a_reader_could_change_is_written_as_a_reference(void **state) {
    (void)state;
    smithy_xml_open(&xml, "a");
    smithy_xml_attribute(&xml, "b", SMITHY_STR("<\"'&>\t\n"));
    smithy_xml_value_str(&xml, SMITHY_STR("<\"'&>\r\n\t \xC2\x85\xE2\x80\xA8\xC2\xA0\xE2\x80\xA9\xF0\x9F\x98\x80]]>"));
    smithy_xml_close(&xml, "a");
    check_written("<a b=\"&lt;&quot;'&amp;&gt;&#x9;&#xA;\">&lt;&quot;'&amp;&gt;&#xD;&#xA;&#x9; &#x85;&#x2028;\xC2\xA0"
                  "\xE2\x80\xA9\xF0\x9F\x98\x80]]&gt;</a>");
}

static void text_that_xml_cannot_hold_fails_instead_of_changing(void **state) {
    (void)state;
    static const char *const TEXTS[] = {"a\x01", "\x1f", "\xEF\xBF\xBE", "\xEF\xBF\xBF",
                                        "\xFF",  "\xC3", "\xED\xA0\x80"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        smithy_buffer_reset(&out);
        smithy_xml_put_str(&xml, "Key", smithy_str_from(TEXTS[i]));
        assert_int_equal(smithy_buffer_status(&out), SMITHY_ERROR_INPUT);
    }
    smithy_buffer_reset(&out);
    smithy_xml_put_str(&xml, "Key", (smithy_str){"a\0b", 3});
    assert_int_equal(smithy_buffer_status(&out), SMITHY_ERROR_INPUT);
}

static smithy_status write_much(const smithy_system *system, void *argument) {
    (void)argument;
    smithy_buffer buffer;
    smithy_xml_writer w;
    smithy_buffer_init(&buffer, system, 100000);
    smithy_xml_writer_init(&w, &buffer);
    for (int i = 0; i < 1000; i++) smithy_xml_put_str(&w, "Key", SMITHY_STR("a<b>&c"));
    const smithy_status status = smithy_buffer_status(&buffer);
    smithy_buffer_deinit(&buffer);
    return status;
}

static void each_failed_allocation_is_told(void **state) {
    (void)state;
    assert_in_range(fail_each_allocation(write_much, NULL), 5, 20);
}

#define with_writer(test) cmocka_unit_test_setup_teardown(test, start, finish)

int main(void) {
    const struct CMUnitTest tests[] = {
        with_writer(elements_nest_and_carry_attributes),
        with_writer(absent_members_leave_no_trace),
        with_writer(every_type_has_its_form),
        with_writer(what_a_reader_could_change_is_written_as_a_reference),
        with_writer(text_that_xml_cannot_hold_fails_instead_of_changing),
        cmocka_unit_test(each_failed_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
