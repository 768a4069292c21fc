/* What compares the bodies of the protocol tests can fail: these bodies differ, those only look different. */
#include "protocol_bench.h"

#include "check.h"

static smithy_call *call;

static bool same(protocol_body_kind kind, smithy_str a, smithy_str b) {
    const char *difference = protocol_body_difference(kind, a, b, call);
    const bool other_way = protocol_body_difference(kind, b, a, call) == NULL;
    assert_int_equal(difference == NULL, other_way);
    return difference == NULL;
}

#define SAME(kind, a, b)   assert_true(same(PROTOCOL_BODY_##kind, SMITHY_STR(a), SMITHY_STR(b)))
#define DIFFER(kind, a, b) assert_false(same(PROTOCOL_BODY_##kind, SMITHY_STR(a), SMITHY_STR(b)))

static void bytes_are_compared_as_they_are(void **state) {
    (void)state;
    SAME(BYTES, "a\nb", "a\nb");
    DIFFER(BYTES, "a\nb", "a b");
    DIFFER(BYTES, "", " ");
    SAME(ANY, "this", "that");
}

static void json_objects_have_no_order_and_arrays_have_one(void **state) {
    (void)state;
    SAME(JSON, "{\"a\": 1, \"b\": [1, 2]}", "{\"b\":[1,2],\"a\":1.0}");
    DIFFER(JSON, "[1, 2]", "[2, 1]");
    DIFFER(JSON, "{\"a\": 1}", "{\"a\": \"1\"}");
    DIFFER(JSON, "{\"a\": null}", "{}");
    DIFFER(JSON, "{}", "");
    DIFFER(JSON, "{\"a\": 1}", "{\"a\": 1");
}

static void xml_elements_of_one_name_have_an_order(void **state) {
    (void)state;
    SAME(XML, "<r><a>1</a><b x=\"1\" y=\"2\"/></r>", "<r>\n <b y=\"2\" x=\"1\"></b>\n <a>1</a>\n</r>");
    DIFFER(XML, "<r><a>1</a><a>2</a></r>", "<r><a>2</a><a>1</a></r>");
    DIFFER(XML, "<r><a>1</a><ab>2</ab></r>", "<r><a>2</a><ab>1</ab></r>");
    DIFFER(XML, "<r xmlns=\"u\"/>", "<r/>");
    DIFFER(XML, "<r><a> </a></r>", "<r><a/></r>");
    DIFFER(XML, "<p:r xmlns:p=\"u\"/>", "<r xmlns:p=\"u\"/>");
    DIFFER(XML, "<r/>", "<r>");
}

static void forms_have_no_order(void **state) {
    (void)state;
    SAME(FORM, "Action=Go&Version=1&a=x%20y", "Action=Go\n&a=x%20y\n&Version=1");
    DIFFER(FORM, "Action=Go&a=x%20y", "Action=Go&a=x+y");
    DIFFER(FORM, "Action=Go&a=", "Action=Go");
    DIFFER(FORM, "Action=Go&a=1&a=1", "Action=Go&a=1");
}

static void cbor_is_compared_by_value(void **state) {
    (void)state;
    SAME(CBOR, "\xA2\x61\x61\x01\x61\x62\xF9\x3C\x00", "\xBF\x61\x62\xFB\x3F\xF0\0\0\0\0\0\0\x61\x61\x18\x01\xFF");
    SAME(CBOR, "\x62\x61\x62", "\x7F\x61\x61\x61\x62\xFF");
    SAME(CBOR, "\x42\x61\x62", "\x5F\x41\x61\x41\x62\xFF");
    DIFFER(CBOR, "\x61\x61", "\x41\x61"); /* A text, bytes. */
    DIFFER(CBOR, "\x01", "\xF9\x3C\x00"); /* An integer, a float. */
    DIFFER(CBOR, "\xC1\x01", "\x01");     /* A time, a number. */
    DIFFER(CBOR, "\xF6", "\xF7");         /* Null, undefined. */
    DIFFER(CBOR, "\x20", "\x00");
    DIFFER(CBOR, "\x82\x01\x02", "\x82\x02\x01");
    DIFFER(CBOR, "\xA0", "\xA0\xA0");
}

static int open_call(void **state) {
    (void)state;
    call = smithy_call_create(NULL);
    return call ? 0 : -1;
}

static int close_call(void **state) {
    (void)state;
    smithy_call_destroy(call);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_compared_as_they_are),
        cmocka_unit_test(json_objects_have_no_order_and_arrays_have_one),
        cmocka_unit_test(xml_elements_of_one_name_have_an_order),
        cmocka_unit_test(forms_have_no_order),
        cmocka_unit_test(cbor_is_compared_by_value),
    };
    return cmocka_run_group_tests(tests, open_call, close_call);
}
