/* Glacier's tree hash, against sums that another program worked out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "client/tree_hash.h"

#include <smithy/text.h>

#include <cmocka.h>

#define MIB ((size_t)1 << 20)

static uint8_t *pattern(size_t len) {
    uint8_t *bytes = malloc(len + 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < len; i++) bytes[i] = (uint8_t)(i * 31 + (i >> 12));
    return bytes;
}

static void assert_tree_hash(size_t len, size_t piece, const char *expected) {
    tree_hash tree;
    uint8_t digest[SMITHY_SHA256_SIZE];
    char hex[2 * SMITHY_SHA256_SIZE + 1];
    uint8_t *bytes = pattern(len);
    assert_int_equal(tree_hash_init(&tree), SMITHY_OK);
    for (size_t at = 0; at < len; at += piece)
        assert_int_equal(tree_hash_update(&tree, bytes + at, len - at < piece ? len - at : piece), SMITHY_OK);
    assert_int_equal(tree_hash_final(&tree, digest), SMITHY_OK);
    smithy_hex_write(digest, sizeof digest, hex);
    assert_string_equal(hex, expected);
    tree_hash_deinit(&tree);
    free(bytes);
}

static void up_to_a_mebibyte_it_is_the_hash_itself(void **state) {
    (void)state;
    assert_tree_hash(0, 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_tree_hash(11, 4, "1355f25bcebf62f02edc3af3a14dfcb77e409ee13a37917cc74479b63ab527db");
    assert_tree_hash(MIB, MIB, "b6b489647a3bb506b77904b97dce2e3c77ca5e85a5707b2821cb1605afa522c0");
}

static void beyond_it_neighbours_are_joined_level_by_level(void **state) {
    (void)state;
    assert_tree_hash(MIB + 1, 10000, "3cb2132bf57897feae288de3dcf0ba2f064f058038f32438a6106b5860450566");
    assert_tree_hash(2 * MIB, 2 * MIB, "fe1a333b5fbc712d93dd0fb55db97e8034c79c549ded00771bb92b71b185ab59");
    assert_tree_hash(3 * MIB, MIB, "51c36a2c5bc725c5d878488f240e3756d668f7d92288a5633018743fc42847d6");
    assert_tree_hash(5 * MIB + 7, 16384, "b84a25d9e96f28f5028147453002715d08d07e3e2dff86c7a01cf028b630185f");
    assert_tree_hash(7 * MIB, 8 * MIB, "9edb191fe8f0be3515f6dc5fb02209f5c751bd7d75df19a46f2bcab9d44389d3");
}

static void a_tree_that_was_begun_can_be_given_up(void **state) {
    (void)state;
    tree_hash tree;
    uint8_t byte = 0;
    assert_int_equal(tree_hash_init(&tree), SMITHY_OK);
    assert_int_equal(tree_hash_update(&tree, &byte, 1), SMITHY_OK);
    tree_hash_deinit(&tree);
    tree_hash_deinit(&tree);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(up_to_a_mebibyte_it_is_the_hash_itself),
        cmocka_unit_test(beyond_it_neighbours_are_joined_level_by_level),
        cmocka_unit_test(a_tree_that_was_begun_can_be_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
