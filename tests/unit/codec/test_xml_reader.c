#include "failing_system.h"
#include "random_source.h"

#include <smithy/xml.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static smithy_call *call;

static int start(void **state) {
    (void)state;
    call = smithy_call_create(NULL);
    return call ? 0 : -1;
}

static int finish(void **state) {
    (void)state;
    smithy_call_destroy(call);
    return 0;
}

static const smithy_xml_node *parse(const char *text) {
    const smithy_xml_node *root = NULL;
    smithy_call_clear_error(call);
    if (smithy_xml_parse(smithy_str_from(text), &root, call) != SMITHY_OK)
        fail_msg("%s: %s", text, smithy_call_error(call)->message);
    return root;
}

static void check_refused(smithy_status status, const char *message) {
    assert_int_equal(status, SMITHY_ERROR_RESPONSE);
    assert_string_equal(smithy_call_error(call)->message, message);
    smithy_call_clear_error(call);
}

static void check_malformed(const char *text, const char *message) {
    const smithy_xml_node *root = (const smithy_xml_node *)text;
    check_refused(smithy_xml_parse(smithy_str_from(text), &root, call), message);
    assert_null(root);
}

static void elements_become_a_tree_without_prefixes(void **state) {
    (void)state;
    const smithy_xml_node *root = parse("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                        "<s3:List xmlns:s3=\"u\" xmlns=\"v\">\n  <s3:Name>b</s3:Name>\n"
                                        "  <Contents><Key>k1</Key></Contents><!-- x -->\n"
                                        "  <Contents><Key>k2</Key></Contents>\n  <None/>\n</s3:List>\n");
    assert_true(smithy_xml_is(root, "List"));
    check_text(root->text, "");
    assert_null(root->attributes);
    assert_null(root->next);
    check_text(smithy_xml_child(root, "Name")->text, "b");
    assert_int_equal(smithy_xml_count(root, "Contents"), 2);
    assert_int_equal(smithy_xml_count(root, "Missing"), 0);
    assert_null(smithy_xml_child(root, "Missing"));
    const smithy_xml_node *contents = smithy_xml_child(root, "Contents");
    check_text(contents->first->text, "k1");
    check_text(contents->next->first->text, "k2");
    check_text(contents->next->next->text, "");
    assert_null(contents->next->next->first);
    assert_null(contents->next->next->next);
}

static void attributes_are_found_with_or_without_a_prefix(void **state) {
    (void)state;
    const smithy_xml_node *root = parse("<Grantee xmlns:xsi=\"u\" xsi:type=\"Group\" id='a&amp;b'/>");
    check_text(smithy_xml_get_attribute(root, "xsi:type"), "Group");
    check_text(smithy_xml_get_attribute(root, "type"), "Group");
    check_text(smithy_xml_get_attribute(root, "id"), "a&b");
    assert_null(smithy_xml_get_attribute(root, "xsi").ptr);
    assert_null(smithy_xml_get_attribute(root, "missing").ptr);
}

static void text_is_joined_over_entities_sections_and_children(void **state) {
    (void)state;
    check_text(parse("<a>x&lt;&#xD;&#10;<![CDATA[<&]]>y</a>")->text, "x<\r\n<&y");
    check_text(parse("<a>one<b>inner<c>deep</c>more</b>two<!-- c -->three</a>")->text, "onetwothree");
    check_text(smithy_xml_child(parse("<a>one<b>inner<c>deep</c>more</b>two</a>"), "b")->text, "innermore");
    check_text(parse("<a>a\r\nb</a>")->text, "a\nb");
    check_text(parse("<a>\xC3\xA9&#xE9;&#x1F600;</a>")->text, "\xC3\xA9\xC3\xA9\xF0\x9F\x98\x80");
}

static void white_space_counts_only_where_no_child_stands(void **state) {
    (void)state;
    check_text(parse("<a>  </a>")->text, "  ");
    check_text(parse("<a>  string with  space  </a>")->text, "  string with  space  ");
    check_text(parse("<a>\n  <b/>\n</a>")->text, "");
    check_text(parse("<a> x <b/> </a>")->text, " x  ");
}

static void other_encodings_are_read_as_utf8(void **state) {
    (void)state;
    check_text(parse("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9\xE9\xE9\xE9\xE9\xE9</a>")->text,
               "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9");
}

static void what_is_no_document_is_refused_with_its_place(void **state) {
    (void)state;
    check_malformed("", "XML at line 1, column 0: no element found");
    check_malformed("<a>\n  <b></a>", "XML at line 2, column 7: mismatched tag");
    check_malformed("<a/><b/>", "XML at line 1, column 4: junk after document element");
    check_malformed("<a>", "XML at line 1, column 3: no element found");
    check_malformed("<a>&unknown;</a>", "XML at line 1, column 3: undefined entity");
    check_malformed("<a>\x01</a>", "XML at line 1, column 3: not well-formed (invalid token)");
    check_malformed("{}", "XML at line 1, column 0: not well-formed (invalid token)");
    const smithy_xml_node *root;
    assert_int_equal(smithy_xml_parse((smithy_str){0}, &root, call), SMITHY_ERROR_RESPONSE);
}

static void a_dtd_is_refused_before_its_entities_are_read(void **state) {
    (void)state;
    check_malformed("<!DOCTYPE a [<!ENTITY b \"boom\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>",
                    "XML at line 1, column 12: a DTD");
    check_malformed("<!DOCTYPE html><html/>", "XML at line 1, column 14: a DTD");
}

static void check_depth(size_t depth, bool fits) {
    char *text = malloc(depth * 7 + 1);
    for (size_t i = 0; i < depth; i++) {
        memcpy(text + i * 3, "<a>", 3);
        memcpy(text + depth * 3 + i * 4, "</a>", 4);
    }
    text[depth * 7] = '\0';
    if (fits)
        parse(text);
    else
        check_malformed(text, "XML at line 1, column 1536: nesting deeper than 512");
    free(text);
}

static void nesting_is_limited_to_512(void **state) {
    (void)state;
    check_depth(512, true);
    check_depth(513, false);
    check_depth(100000, false);
}

static void the_calls_memory_limits_the_tree(void **state) {
    (void)state;
    smithy_call *small = smithy_call_create(&(smithy_call_options){.max_memory = 1000});
    assert_non_null(small);
    char text[3000] = "<a>";
    for (int i = 0; i < 100; i++) strcat(text, "<b>x</b>");
    strcat(text, "</a>");
    const smithy_xml_node *root;
    assert_int_equal(smithy_xml_parse(smithy_str_from(text), &root, small), SMITHY_ERROR_LIMIT);
    assert_null(root);
    smithy_call_destroy(small);
}

static void values_are_read_past_white_space(void **state) {
    (void)state;
    const smithy_xml_node *number = parse("<n>\n 5 </n>");
    smithy_opt_i8 i8 = {0};
    smithy_opt_i16 i16 = {0};
    smithy_opt_i32 i32 = {0};
    smithy_opt_i64 i64 = {0};
    smithy_opt_f32 f32 = {0};
    smithy_opt_f64 f64 = {0};
    smithy_opt_bool yes = {0};
    smithy_opt_time time = {0};
    smithy_bytes bytes = {0};
    smithy_str text = {0};
    assert_int_equal(smithy_xml_get_i8(number, &i8, call), SMITHY_OK);
    assert_int_equal(smithy_xml_get_i16(number, &i16, call), SMITHY_OK);
    assert_int_equal(smithy_xml_get_i32(number, &i32, call), SMITHY_OK);
    assert_int_equal(smithy_xml_get_i64(number, &i64, call), SMITHY_OK);
    assert_int_equal(smithy_xml_get_f32(number, &f32, call), SMITHY_OK);
    assert_int_equal(smithy_xml_get_f64(number, &f64, call), SMITHY_OK);
    assert_true(i8.value == 5 && i16.value == 5 && i32.value == 5 && i64.value == 5 && f32.value == 5 &&
                f64.value == 5);
    assert_true(i8.has && i16.has && i32.has && i64.has && f32.has && f64.has);
    assert_int_equal(smithy_xml_get_str(number, &text, call), SMITHY_OK);
    check_text(text, "\n 5 ");
    assert_int_equal(smithy_xml_get_bool(parse("<b> true</b>"), &yes, call), SMITHY_OK);
    assert_true(yes.has && yes.value);
    assert_int_equal(smithy_xml_get_bool(parse("<b>false</b>"), &yes, call), SMITHY_OK);
    assert_true(yes.has && !yes.value);
    assert_int_equal(smithy_xml_get_epoch(parse("<t>1398796238.5</t>"), &time, call), SMITHY_OK);
    assert_true(time.has && time.value == 1398796238500);
    assert_int_equal(smithy_xml_get_date_time(parse("<t>2014-04-29T18:30:38.000Z</t>"), &time, call), SMITHY_OK);
    assert_true(time.value == 1398796238000);
    assert_int_equal(smithy_xml_get_http_date(parse("<t>Tue, 29 Apr 2014 18:30:39 GMT</t>"), &time, call), SMITHY_OK);
    assert_true(time.value == 1398796239000);
    assert_int_equal(smithy_xml_get_bytes(parse("<b>\nYWJj\n</b>"), &bytes, call), SMITHY_OK);
    assert_int_equal(bytes.len, 3);
    assert_memory_equal(bytes.ptr, "abc", 3);
    assert_int_equal(smithy_xml_get_bytes(parse("<b/>"), &bytes, call), SMITHY_OK);
    assert_true(bytes.ptr && bytes.len == 0);
    assert_int_equal(smithy_xml_get_f64(parse("<n>-Infinity</n>"), &f64, call), SMITHY_OK);
    assert_true(isinf(f64.value) && f64.value < 0);
}

static void values_of_another_type_are_refused_by_name(void **state) {
    (void)state;
    smithy_opt_i8 i8 = {0};
    smithy_opt_i16 i16 = {0};
    smithy_opt_i32 i32 = {0};
    smithy_opt_i64 i64 = {0};
    smithy_opt_f32 f32 = {0};
    smithy_opt_f64 f64 = {0};
    smithy_opt_bool yes = {0};
    smithy_opt_time time = {0};
    smithy_bytes bytes = {0};
    check_refused(smithy_xml_get_i8(parse("<s:Size>128</s:Size>"), &i8, call),
                  "Size: expected an integer from -128 to 127");
    check_refused(smithy_xml_get_i16(parse("<n>32768</n>"), &i16, call), "n: expected an integer from -32768 to 32767");
    check_refused(smithy_xml_get_i32(parse("<n>1.0</n>"), &i32, call),
                  "n: expected an integer from -2147483648 to 2147483647");
    check_refused(smithy_xml_get_i64(parse("<n/>"), &i64, call),
                  "n: expected an integer from -9223372036854775808 to 9223372036854775807");
    check_refused(smithy_xml_get_f32(parse("<n>1e39</n>"), &f32, call), "n: expected a number that fits a float");
    check_refused(smithy_xml_get_f64(parse("<n>x</n>"), &f64, call), "n: expected a number that fits a double");
    check_refused(smithy_xml_get_bool(parse("<n>True</n>"), &yes, call), "n: expected true or false");
    check_refused(smithy_xml_get_bytes(parse("<n>YW Jj</n>"), &bytes, call), "n: expected base64");
    check_refused(smithy_xml_get_epoch(parse("<n>x</n>"), &time, call),
                  "n: expected seconds since 1970 in the years 0 to 9999");
    check_refused(smithy_xml_get_date_time(parse("<n>x</n>"), &time, call), "n: expected a date-time");
    check_refused(smithy_xml_get_http_date(parse("<n>x</n>"), &time, call), "n: expected an http-date");
    assert_false(i8.has || i16.has || i32.has || i64.has || f32.has || f64.has || yes.has || time.has || bytes.ptr);
}

static void any_text_survives_writing_and_reading(void **state) {
    (void)state;
    static const char *const PIECES[] = {"a",        "\"",
                                         "&",        "<",
                                         ">",        "'",
                                         "\n",       "\r",
                                         "\t",       " ",
                                         "\xC2\x85", "\xE2\x80\xA8",
                                         "]]>",      "\xF0\x9F\x98\x80",
                                         "&amp;",    "plain text"};
    random_source chance = {17};
    smithy_buffer out;
    smithy_buffer_init(&out, NULL, 10000);
    for (int round = 0; round < 3000; round++) {
        char text[200] = "";
        for (uint64_t pieces = random_below(&chance, 10); pieces > 0; pieces--)
            strcat(text, PIECES[random_below(&chance, sizeof PIECES / sizeof *PIECES)]);
        smithy_xml_writer xml;
        smithy_buffer_reset(&out);
        smithy_xml_writer_init(&xml, &out);
        smithy_xml_open(&xml, "a");
        smithy_xml_attribute(&xml, "b", smithy_str_from(text));
        smithy_xml_value_str(&xml, smithy_str_from(text));
        smithy_xml_close(&xml, "a");
        const smithy_xml_node *root = parse(out.ptr);
        check_text(root->text, text);
        check_text(smithy_xml_get_attribute(root, "b"), text);
        smithy_call_reset(call);
    }
    smithy_buffer_deinit(&out);
}

static void damaged_documents_never_do_harm(void **state) {
    (void)state;
    static const char SEED[] = "<?xml version=\"1.0\"?><L xmlns=\"u\" a:b='c'><K>x&amp;&#10;<![CDATA[y]]></K><!-- z -->"
                               "<K/>\xC3\xA9</L>";
    random_source chance = {2025};
    for (int round = 0; round < 20000; round++) {
        const size_t len = (size_t)random_below(&chance, sizeof SEED);
        char *text = malloc(len > 0 ? len : 1);
        memcpy(text, SEED, len);
        for (uint64_t damage = random_below(&chance, 4); damage > 0 && len > 0; damage--)
            text[random_below(&chance, len)] =
                random_below(&chance, 2) ? (char)random_next(&chance) : SEED[random_below(&chance, sizeof SEED - 1)];
        const smithy_xml_node *root;
        const smithy_status status = smithy_xml_parse((smithy_str){text, len}, &root, call);
        assert_true((status == SMITHY_OK) == (root != NULL));
        smithy_call_reset(call);
        free(text);
    }
}

static smithy_status read_all(const smithy_system *system, void *argument) {
    const char *text = argument;
    smithy_call *own = smithy_call_create(&(smithy_call_options){.system = system});
    if (!own) return SMITHY_ERROR_MEMORY;
    const smithy_xml_node *root;
    smithy_bytes bytes;
    smithy_status status = smithy_xml_parse(smithy_str_from(text), &root, own);
    if (status == SMITHY_OK) status = smithy_xml_get_bytes(root->first, &bytes, own);
    assert_true(status == SMITHY_OK || smithy_call_status(own) == status);
    smithy_call_destroy(own);
    return status;
}

static void each_failed_allocation_is_told(void **state) {
    (void)state;
    char *text = malloc(100000);
    size_t len = (size_t)snprintf(text, 100000, "<a><b c='d'>YWJj</b>");
    for (int i = 0; i < 900; i++)
        len += (size_t)snprintf(text + len, 100000 - len, "<item n='%d'>text of %d</item>", i, i);
    memset(text + len, 'x', 20000);
    strcpy(text + len + 20000, "</a>");
    assert_in_range(fail_each_allocation(read_all, text), 5, 40);
    free(text);
}

#define with_call(test) cmocka_unit_test_setup_teardown(test, start, finish)

int main(void) {
    const struct CMUnitTest tests[] = {
        with_call(elements_become_a_tree_without_prefixes),
        with_call(attributes_are_found_with_or_without_a_prefix),
        with_call(text_is_joined_over_entities_sections_and_children),
        with_call(white_space_counts_only_where_no_child_stands),
        with_call(other_encodings_are_read_as_utf8),
        with_call(what_is_no_document_is_refused_with_its_place),
        with_call(a_dtd_is_refused_before_its_entities_are_read),
        with_call(nesting_is_limited_to_512),
        with_call(the_calls_memory_limits_the_tree),
        with_call(values_are_read_past_white_space),
        with_call(values_of_another_type_are_refused_by_name),
        with_call(any_text_survives_writing_and_reading),
        with_call(damaged_documents_never_do_harm),
        cmocka_unit_test(each_failed_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
