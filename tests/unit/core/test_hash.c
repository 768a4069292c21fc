#include "check.h"
#include "random_source.h"

#include <smithy/hash.h>
#include <smithy/text.h>

#include <openssl/hmac.h>

static void check_hex(const uint8_t *digest, size_t len, const char *expected) {
    char text[65];
    smithy_hex_write(digest, len, text);
    assert_string_equal(text, expected);
}

static void digests_match_their_standards(void **state) {
    (void)state;
    uint8_t digest[SMITHY_SHA256_SIZE];
    assert_int_equal(smithy_sha256("abc", 3, digest), SMITHY_OK);
    check_hex(digest, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(smithy_sha256(NULL, 0, digest), SMITHY_OK);
    check_hex(digest, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_int_equal(smithy_md5("abc", 3, digest), SMITHY_OK);
    check_hex(digest, 16, "900150983cd24fb0d6963f7d28e17f72");
}

static void hmac_matches_rfc_4231(void **state) {
    (void)state;
    uint8_t digest[SMITHY_SHA256_SIZE];
    assert_int_equal(smithy_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, digest), SMITHY_OK);
    check_hex(digest, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_int_equal(smithy_hmac_sha256(NULL, 0, NULL, 0, digest), SMITHY_OK);
    check_hex(digest, 32, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    assert_int_equal(smithy_hmac_sha256("k", SIZE_MAX, "", 0, digest), SMITHY_ERROR_LIMIT);
}

static void a_state_serves_one_digest_after_another(void **state) {
    (void)state;
    smithy_sha256_state sha;
    uint8_t digest[SMITHY_SHA256_SIZE], expected[SMITHY_SHA256_SIZE], key[200];
    memset(key, 0xaa, sizeof key);
    assert_int_equal(smithy_sha256_init(&sha), SMITHY_OK);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(smithy_sha256_with(&sha, "abc", 3, digest), SMITHY_OK);
        check_hex(digest, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_int_equal(smithy_sha256_with(&sha, NULL, 0, digest), SMITHY_OK);
        check_hex(digest, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        /* RFC 4231: a key longer than a block. */
        assert_int_equal(smithy_hmac_sha256_with(&sha, key, 131,
                                                 "Test Using Larger Than Block-Size Key - Hash Key First", 54, digest),
                         SMITHY_OK);
        check_hex(digest, 32, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }
    assert_int_equal(smithy_hmac_sha256_with(&sha, "k", SIZE_MAX, "", 0, digest), SMITHY_ERROR_LIMIT);
    smithy_sha256_deinit(&sha);
    /* Every length of key around the block's. */
    for (size_t len = 60; len <= 70; len++) {
        assert_non_null(HMAC(EVP_sha256(), key, (int)len, key, len, expected, NULL));
        assert_int_equal(smithy_hmac_sha256(key, len, key, len, digest), SMITHY_OK);
        assert_memory_equal(digest, expected, sizeof digest);
    }
}

static void checksums_match_their_catalogue(void **state) {
    (void)state;
    assert_int_equal(smithy_crc32(0, "123456789", 9), 0xCBF43926);
    assert_int_equal(smithy_crc32c(0, "123456789", 9), 0xE3069283);
    assert_true(smithy_crc64nvme(0, "123456789", 9) == UINT64_C(0xAE8B14860A799888));
    assert_int_equal(smithy_crc32c(7, NULL, 0), 7);
    assert_true(smithy_crc64nvme(7, NULL, 0) == 7);
    /* RFC 3720, B.4 */
    uint8_t bytes[32] = {0};
    assert_int_equal(smithy_crc32c(0, bytes, 32), 0x8A9136AA);
    memset(bytes, 0xFF, 32);
    assert_int_equal(smithy_crc32c(0, bytes, 32), 0x62A8AB43);
    for (uint8_t i = 0; i < 32; i++) bytes[i] = i;
    assert_int_equal(smithy_crc32c(0, bytes, 32), 0x46DD794E);
}

/* Bit by bit, as the definitions have it. */
static uint64_t slow_crc(uint64_t polynomial, uint64_t ones, const uint8_t *bytes, size_t len) {
    uint64_t crc = ones;
    for (size_t i = 0; i < len; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
    }
    return crc ^ ones;
}

static void checksums_equal_their_definitions_in_any_pieces(void **state) {
    (void)state;
    random_source chance = {5};
    uint8_t bytes[300];
    random_fill(&chance, bytes, sizeof bytes);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        const size_t cut = (size_t)random_below(&chance, len + 1);
        const uint32_t crc32c = smithy_crc32c(smithy_crc32c(0, bytes, cut), bytes + cut, len - cut);
        const uint64_t crc64 = smithy_crc64nvme(smithy_crc64nvme(0, bytes, cut), bytes + cut, len - cut);
        assert_true(crc32c == slow_crc(0x82F63B78, UINT32_MAX, bytes, len));
        assert_true(crc64 == slow_crc(UINT64_C(0x9A6C9329AC4BC9B5), UINT64_MAX, bytes, len));
    }
}

static void every_digest_comes_in_pieces_too(void **state) {
    (void)state;
    static const struct {
        smithy_digest_kind kind;
        const char *digest;
    } CASES[] = {
        {SMITHY_DIGEST_MD5, "900150983cd24fb0d6963f7d28e17f72"},
        {SMITHY_DIGEST_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {SMITHY_DIGEST_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        smithy_digest_state digest;
        uint8_t bytes[SMITHY_DIGEST_MAX_SIZE];
        size_t len = 0;
        assert_int_equal(smithy_digest_init(&digest, CASES[i].kind), SMITHY_OK);
        assert_int_equal(smithy_digest_update(&digest, "ab", 2), SMITHY_OK);
        assert_int_equal(smithy_digest_update(&digest, "c", 1), SMITHY_OK);
        assert_int_equal(smithy_digest_final(&digest, bytes, &len), SMITHY_OK);
        assert_int_equal(len * 2, strlen(CASES[i].digest));
        check_hex(bytes, len, CASES[i].digest);
    }
}

static void a_digest_in_pieces_equals_one_in_whole(void **state) {
    (void)state;
    random_source chance = {3};
    uint8_t bytes[5000], whole[SMITHY_SHA256_SIZE], pieces[SMITHY_SHA256_SIZE];
    random_fill(&chance, bytes, sizeof bytes);
    for (int round = 0; round < 50; round++) {
        const size_t len = (size_t)random_below(&chance, sizeof bytes);
        uint32_t crc = 0;
        smithy_sha256_state sha;
        assert_int_equal(smithy_sha256(bytes, len, whole), SMITHY_OK);
        assert_int_equal(smithy_sha256_init(&sha), SMITHY_OK);
        for (size_t at = 0; at < len;) {
            size_t piece = (size_t)random_below(&chance, 300);
            if (piece > len - at) piece = len - at;
            assert_int_equal(smithy_sha256_update(&sha, bytes + at, piece), SMITHY_OK);
            crc = smithy_crc32(crc, bytes + at, piece);
            at += piece;
        }
        assert_int_equal(smithy_sha256_final(&sha, pieces), SMITHY_OK);
        assert_memory_equal(pieces, whole, sizeof whole);
        assert_int_equal(crc, smithy_crc32(0, bytes, len));
        smithy_sha256_deinit(&sha); /* After final there is nothing left to free. */
    }
}

static void an_unfinished_digest_is_freed_by_deinit(void **state) {
    (void)state;
    smithy_sha256_state sha;
    assert_int_equal(smithy_sha256_init(&sha), SMITHY_OK);
    assert_int_equal(smithy_sha256_update(&sha, NULL, 0), SMITHY_OK);
    smithy_sha256_deinit(&sha);
    assert_null(sha.context);
}

static void crc32_matches_its_check_value(void **state) {
    (void)state;
    assert_int_equal(smithy_crc32(0, "123456789", 9), 0xCBF43926);
    assert_int_equal(smithy_crc32(0, NULL, 0), 0);
    assert_int_equal(smithy_crc32(77, NULL, 0), 77);
}

static void cleansed_memory_is_zero(void **state) {
    (void)state;
    char secret[] = "secret";
    smithy_cleanse(secret, sizeof secret);
    for (size_t i = 0; i < sizeof secret; i++) assert_int_equal(secret[i], 0);
    smithy_cleanse(NULL, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_match_their_standards),
        cmocka_unit_test(hmac_matches_rfc_4231),
        cmocka_unit_test(a_state_serves_one_digest_after_another),
        cmocka_unit_test(checksums_match_their_catalogue),
        cmocka_unit_test(checksums_equal_their_definitions_in_any_pieces),
        cmocka_unit_test(every_digest_comes_in_pieces_too),
        cmocka_unit_test(a_digest_in_pieces_equals_one_in_whole),
        cmocka_unit_test(an_unfinished_digest_is_freed_by_deinit),
        cmocka_unit_test(crc32_matches_its_check_value),
        cmocka_unit_test(cleansed_memory_is_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
