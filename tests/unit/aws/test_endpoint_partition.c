#include <smithy/endpoint.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void assert_partition(const char *region, const char *name, const char *dns_suffix) {
    const smithy_partition partition = smithy_partition_of(smithy_str_from(region));
    assert_string_equal(partition.name.ptr, name);
    assert_string_equal(partition.dns_suffix.ptr, dns_suffix);
}

static void known_regions_have_their_partition(void **state) {
    (void)state;
    assert_partition("eu-central-1", "aws", "amazonaws.com");
    assert_partition("mx-central-1", "aws", "amazonaws.com");
    assert_partition("cn-north-1", "aws-cn", "amazonaws.com.cn");
    assert_partition("us-gov-west-1", "aws-us-gov", "amazonaws.com");
    assert_partition("us-iso-east-1", "aws-iso", "c2s.ic.gov");
    assert_partition("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov");
    assert_partition("eusc-de-east-1", "aws-eusc", "amazonaws.eu");
}

static void regions_with_names_of_their_own_are_found(void **state) {
    (void)state;
    assert_partition("aws-global", "aws", "amazonaws.com");
    assert_partition("aws-cn-global", "aws-cn", "amazonaws.com.cn");
    assert_partition("aws-iso-global", "aws-iso", "c2s.ic.gov");
    assert_partition("aws-us-gov-global", "aws-us-gov", "amazonaws.com");
}

static void new_regions_are_found_by_their_form(void **state) {
    (void)state;
    assert_partition("eu-nowhere-17", "aws", "amazonaws.com");
    assert_partition("cn-nowhere-17", "aws-cn", "amazonaws.com.cn");
    assert_partition("us-gov-nowhere-17", "aws-us-gov", "amazonaws.com");
    assert_partition("us-isof-nowhere-17", "aws-iso-f", "csp.hci.ic.gov");
}

static void anything_else_is_in_the_first_partition(void **state) {
    (void)state;
    static const char *const REGIONS[] = {
        "", "cn", "cn-", "cn-north", "cn-north-", "cn-north-x", "cn--1", "cn-north-1x", "xcn-north-1", "cn-no-rth-1",
    };
    for (size_t i = 0; i < sizeof REGIONS / sizeof *REGIONS; i++) assert_partition(REGIONS[i], "aws", "amazonaws.com");
    assert_partition(NULL, "aws", "amazonaws.com");
}

static void a_partition_tells_its_other_facts(void **state) {
    (void)state;
    const smithy_partition partition = smithy_partition_of(SMITHY_STR("cn-north-1"));
    assert_string_equal(partition.dual_stack_dns_suffix.ptr, "api.amazonwebservices.com.cn");
    assert_string_equal(partition.implicit_global_region.ptr, "cn-northwest-1");
    assert_true(partition.supports_fips);
    assert_true(partition.supports_dual_stack);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_regions_have_their_partition),
        cmocka_unit_test(regions_with_names_of_their_own_are_found),
        cmocka_unit_test(new_regions_are_found_by_their_form),
        cmocka_unit_test(anything_else_is_in_the_first_partition),
        cmocka_unit_test(a_partition_tells_its_other_facts),
    };
    return cmocka_run_group_tests_name("endpoint partitions", tests, NULL, NULL);
}
