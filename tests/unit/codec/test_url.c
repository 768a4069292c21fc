#include "check.h"

#include <smithy/text.h>

#include <stdio.h>

/* "scheme|authority|host|port|path|query|ip", "-" for an absent part. */
static void check_url(const char *text, const char *expected) {
    smithy_url url;
    char parts[400];
    if (!smithy_url_parse(smithy_str_from(text), &url)) fail_msg("refused: %s", text);
    const smithy_str port = url.port.ptr ? url.port : SMITHY_STR("-");
    const smithy_str query = url.query.ptr ? url.query : SMITHY_STR("-");
    snprintf(parts, sizeof parts, "%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%s", SMITHY_STR_ARG(url.scheme),
             SMITHY_STR_ARG(url.authority), SMITHY_STR_ARG(url.host), SMITHY_STR_ARG(port), SMITHY_STR_ARG(url.path),
             SMITHY_STR_ARG(query), url.is_ip ? "ip" : "name");
    assert_string_equal(parts, expected);
}

static void urls_come_apart(void **state) {
    (void)state;
    check_url("https://logs.eu-west-1.amazonaws.com",
              "https|logs.eu-west-1.amazonaws.com|logs.eu-west-1.amazonaws.com|-||-|name");
    check_url("HTTP://localhost:4566/", "HTTP|localhost:4566|localhost|4566|/|-|name");
    check_url("http://h/a/b%20c?x=1&y=/?", "http|h|h|-|/a/b%20c|x=1&y=/?|name");
    check_url("http://h?", "http|h|h|-|||name");
    check_url("http://h:1?q", "http|h:1|h|1||q|name");
    check_url("http://h:65535", "http|h:65535|h|65535||-|name");
    check_url("http://a_b-c.d~e", "http|a_b-c.d~e|a_b-c.d~e|-||-|name");
}

static void addresses_are_told_from_names(void **state) {
    (void)state;
    check_url("http://169.254.170.2/v2", "http|169.254.170.2|169.254.170.2|-|/v2|-|ip");
    check_url("http://[fd00:ec2::254]:80/", "http|[fd00:ec2::254]:80|fd00:ec2::254|80|/|-|ip");
    check_url("http://[::ffff:1.2.3.4]", "http|[::ffff:1.2.3.4]|::ffff:1.2.3.4|-||-|ip");
    static const char *const NAMES[] = {"http://1.2.3",    "http://1.2.3.4.5", "http://1.2.3.256", "http://1.2.3.04",
                                        "http://1.2.3.4.", "http://1.2.3.4x",  "http://1..3.4",    "http://1.2.3.1000"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        smithy_url url;
        assert_true(smithy_url_parse(smithy_str_from(NAMES[i]), &url));
        if (url.is_ip) fail_msg("taken for an address: %s", NAMES[i]);
    }
}

static void what_is_no_url_is_refused(void **state) {
    (void)state;
    static const char *const TEXTS[] = {
        "",
        "https",
        "https:",
        "https:/h",
        "https://",
        "https:///path",
        "ftp://h",
        "://h",
        "//h",
        "h",
        "http://user@h",
        "http://u:p@h",
        "http://h:",
        "http://h:0",
        "http://h:65536",
        "http://h:+1",
        "http://h:1x",
        "http://h:-1",
        "http://:80",
        "http://h h",
        "http://h/a b",
        "http://h/\"",
        "http://h/<",
        "http://h/\\",
        "http://h/^",
        "http://h/`",
        "http://h/{",
        "http://h/|",
        "http://h/%2",
        "http://h/%zz",
        "http://h%2",
        "http://h/a#b",
        "http://h#b",
        "http://h?a#b",
        "http://h/\xC3\xA4",
        "http://[::1",
        "http://[::1]x",
        "http://[]",
        "http://[1.2.3.4]",
        "http://[::g]",
        "http://[v1.x]",
        "http://h/\n",
        "http://h]",
        "http://[1:2:3:4:5:6:7:8:9]",
        " http://h",
        "http://\x7f",
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        smithy_url url;
        if (smithy_url_parse(smithy_str_from(TEXTS[i]), &url)) fail_msg("taken: %s", TEXTS[i]);
    }
    smithy_url url;
    assert_false(smithy_url_parse((smithy_str){"http://h/\0x", 11}, &url));
    assert_false(smithy_url_parse((smithy_str){"http://h\0x", 10}, &url));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_come_apart),
        cmocka_unit_test(addresses_are_told_from_names),
        cmocka_unit_test(what_is_no_url_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
