/* Certificates parsed on demand trust whom the same bundle, loaded all at once, trusts: the same chains before both. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "http/lazy_ca.h"

#include <cmocka.h>

/* ---- certificates ---- */

typedef struct identity {
    EVP_PKEY *key;
    X509 *certificate;
} identity;

typedef struct wish {
    const char *name;
    int string_type; /* Of the name; 0: UTF8String. */
    const identity *issuer;
    const char *issuer_name; /* Written otherwise than the issuer writes itself; NULL: as that does. */
    int issuer_string_type;
    bool is_leaf;
    bool has_expired;
} wish;

/* Of a BMPString each character has two bytes. */
static void add_text(X509_NAME *name, int nid, int type, const char *text) {
    unsigned char bytes[64] = {0};
    const size_t width = type == V_ASN1_BMPSTRING ? 2 : 1;
    size_t len = 0;
    for (; text[len]; len++) bytes[len * width + width - 1] = (unsigned char)text[len];
    assert_int_equal(X509_NAME_add_entry_by_NID(name, nid, type, bytes, (int)(len * width), -1, 0), 1);
}

static X509_NAME *make_name(const char *text, int string_type) {
    X509_NAME *name = X509_NAME_new();
    const int type = string_type ? string_type : V_ASN1_UTF8STRING;
    add_text(name, NID_organizationName, type, "Test Trust");
    add_text(name, NID_commonName, type, text);
    return name;
}

static void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static identity make(wish w) {
    static long serial = 0;
    identity self = {EVP_EC_gen("P-256"), X509_new()};
    X509 *certificate = self.certificate;
    X509_NAME *name = make_name(w.name, w.string_type);
    X509_NAME *issuer_name = w.issuer_name ? make_name(w.issuer_name, w.issuer_string_type) : NULL;
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
    X509_gmtime_adj(X509_getm_notAfter(certificate), w.has_expired ? -3600 : 3600);
    X509_set_pubkey(certificate, self.key);
    X509_set_subject_name(certificate, name);
    X509_set_issuer_name(certificate, issuer_name ? issuer_name
                                      : w.issuer  ? X509_get_subject_name(w.issuer->certificate)
                                                  : name);
    X509 *issuer = w.issuer ? w.issuer->certificate : certificate;
    add_extension(certificate, issuer, NID_basic_constraints, w.is_leaf ? "CA:FALSE" : "CA:TRUE");
    add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
    add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
    assert_true(X509_sign(certificate, w.issuer ? w.issuer->key : self.key, EVP_sha256()) > 0);
    X509_NAME_free(name);
    X509_NAME_free(issuer_name);
    return self;
}

static void drop(identity *self) {
    EVP_PKEY_free(self->key);
    X509_free(self->certificate);
}

/* ---- a small world of authorities ---- */

enum {
    ROOT,
    TWIN_A, /* Two roots of one name with keys of their own. */
    TWIN_B,
    OLD_ROOT,
    PRINTABLE_ROOT,
    LATIN_ROOT, /* With a letter that ASCII has not. */
    UNKNOWN_ROOT,
    INTERMEDIATE,
    UNKNOWN_INTERMEDIATE,
    LEAF,
    LEAF_OF_TWIN_A,
    LEAF_OF_TWIN_B,
    LEAF_OF_OLD_ROOT,
    LEAF_OF_OTHER_WRITING, /* Names its issuer in other capitals and another kind of string, … */
    LEAF_OF_OTHER_SPACES,  /* … or with other white space. */
    LEAF_OF_WIDE_WRITING,  /* … or in characters of two bytes, */
    LEAF_OF_LATIN_ROOT,    /* … or in UTF-8. */
    LEAF_OF_UNKNOWN,
    LEAF_OF_INTERMEDIATE,
    LEAF_OF_UNKNOWN_INTERMEDIATE,
    LIAR, /* Names a root that did not sign it. */
    SELF_SIGNED,
    KNOWN_SELF_SIGNED,
    COUNT
};

static identity world[COUNT];

static int make_world(void **state) {
    (void)state;
    world[ROOT] = make((wish){.name = "Root"});
    world[TWIN_A] = make((wish){.name = "Twin"});
    world[TWIN_B] = make((wish){.name = "Twin"});
    world[OLD_ROOT] = make((wish){.name = "Old", .has_expired = true});
    world[PRINTABLE_ROOT] = make((wish){.name = "Printable Root", .string_type = V_ASN1_PRINTABLESTRING});
    world[LATIN_ROOT] = make((wish){.name = "Pr\xfc"
                                            "fung",
                                    .string_type = V_ASN1_T61STRING});
    world[UNKNOWN_ROOT] = make((wish){.name = "Unknown"});
    world[INTERMEDIATE] = make((wish){.name = "Middle", .issuer = &world[ROOT]});
    world[UNKNOWN_INTERMEDIATE] = make((wish){.name = "Other Middle", .issuer = &world[UNKNOWN_ROOT]});
    const wish leaf = {.name = "leaf", .is_leaf = true};
    wish w = leaf;
#define LEAF_OF(place, signer) (w = leaf, w.issuer = &world[signer], world[place] = make(w))
    LEAF_OF(LEAF, ROOT);
    LEAF_OF(LEAF_OF_TWIN_A, TWIN_A);
    LEAF_OF(LEAF_OF_TWIN_B, TWIN_B);
    LEAF_OF(LEAF_OF_OLD_ROOT, OLD_ROOT);
    LEAF_OF(LEAF_OF_UNKNOWN, UNKNOWN_ROOT);
    LEAF_OF(LEAF_OF_INTERMEDIATE, INTERMEDIATE);
    LEAF_OF(LEAF_OF_UNKNOWN_INTERMEDIATE, UNKNOWN_INTERMEDIATE);
    w = leaf, w.issuer = &world[PRINTABLE_ROOT], w.issuer_name = "PRINTABLE root";
    world[LEAF_OF_OTHER_WRITING] = make(w);
    w.issuer_name = " printable   ROOT ";
    world[LEAF_OF_OTHER_SPACES] = make(w);
    w.issuer_name = "Printable Root", w.issuer_string_type = V_ASN1_BMPSTRING;
    world[LEAF_OF_WIDE_WRITING] = make(w);
    w = leaf, w.issuer = &world[LATIN_ROOT],
    w.issuer_name = "pr\xc3\xbc"
                    "fung";
    world[LEAF_OF_LATIN_ROOT] = make(w);
    w = leaf, w.issuer = &world[UNKNOWN_ROOT], w.issuer_name = "Root";
    world[LIAR] = make(w);
    world[SELF_SIGNED] = make((wish){.name = "leaf"});
    world[KNOWN_SELF_SIGNED] = make((wish){.name = "known leaf", .is_leaf = true});
    return 0;
}

static int drop_world(void **state) {
    (void)state;
    for (int i = 0; i < COUNT; i++) drop(&world[i]);
    return 0;
}

/* ---- bundles ---- */

static const int TRUSTED[] = {ROOT, TWIN_A, TWIN_B, OLD_ROOT, PRINTABLE_ROOT, LATIN_ROOT, KNOWN_SELF_SIGNED};
static const int WITH_INTERMEDIATES[] = {UNKNOWN_INTERMEDIATE, ROOT, ROOT};

/* Breaks the lines of base64 where a group of four does not end. */
static char *break_lines(const char *pem) {
    char *copy = calloc(2, strlen(pem) + 1);
    size_t to = 0, column = 0;
    for (const char *line = pem; *pem; pem++) {
        if (column == 30 && *line != '-') copy[to++] = '\n', column = 0;
        copy[to++] = *pem;
        column++;
        if (*pem == '\n') line = pem + 1, column = 0;
    }
    return copy;
}

/* As PEM; `style` 1: CRLF line ends and remarks; 2: with a block that is no certificate; 3: "TRUSTED CERTIFICATE"; 4:
 * in odd lines. */
static char *write_bundle(const int *places, size_t count, int style) {
    char *text = NULL;
    BIO *bio = BIO_new(BIO_s_mem());
    for (size_t i = 0; i < count; i++) {
        if (style == 1) BIO_printf(bio, "# Number %zu -----BEGIN CERTIFICATE----- ----\r\n\r\n", i);
        if (style == 3)
            PEM_write_bio_X509_AUX(bio, world[places[i]].certificate);
        else
            PEM_write_bio_X509(bio, world[places[i]].certificate);
    }
    if (style == 2) PEM_write_bio_PUBKEY(bio, world[ROOT].key);
    BIO_write(bio, "", 1);
    const size_t len = (size_t)BIO_get_mem_data(bio, &text);
    char *copy = calloc(2, len);
    for (size_t from = 0, to = 0; from < len; from++) {
        if (style == 1 && text[from] == '\n' && from && text[from - 1] != '\r') copy[to++] = '\r';
        copy[to++] = text[from];
    }
    BIO_free(bio);
    if (style != 4) return copy;
    char *broken = break_lines(copy);
    free(copy);
    return broken;
}

static X509_STORE *load_at_once(const char *pem) {
    char path[] = "/tmp/smithy-bundle-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    assert_non_null(file);
    fputs(pem, file);
    fclose(file);
    X509_STORE *store = X509_STORE_new();
    X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
    assert_int_equal(X509_STORE_load_file(store, path), 1);
    unlink(path);
    return store;
}

/* The verdict on a leaf that comes with an intermediate certificate (-1: with none). */
static int judge(X509_STORE *store, int leaf, int sent) {
    STACK_OF(X509) *chain = sk_X509_new_null();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    if (sent >= 0) sk_X509_push(chain, world[sent].certificate);
    assert_int_equal(X509_STORE_CTX_init(context, store, world[leaf].certificate, chain), 1);
    const int verdict = X509_verify_cert(context) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    sk_X509_free(chain);
    ERR_clear_error();
    return verdict;
}

static lazy_ca *load_on_demand(const char *pem) {
    lazy_ca *ca = NULL;
    assert_int_equal(lazy_ca_create(&ca, smithy_str_from(pem), NULL, smithy_system_default()), SMITHY_OK);
    assert_non_null(ca);
    return ca;
}

/* ---- tests ---- */

static void compare_verdicts(const int *places, size_t count, int style) {
    char *pem = write_bundle(places, count, style);
    X509_STORE *at_once = load_at_once(pem);
    lazy_ca *kept = load_on_demand(pem);
    for (int leaf = LEAF; leaf < COUNT; leaf++)
        for (int sent = -1; sent < LEAF; sent++) {
            const int expected = judge(at_once, leaf, sent);
            lazy_ca *fresh = load_on_demand(pem);
            assert_int_equal(judge(lazy_ca_store(fresh), leaf, sent), expected);
            assert_int_equal(judge(lazy_ca_store(kept), leaf, sent), expected);
            lazy_ca_destroy(fresh);
        }
    lazy_ca_destroy(kept);
    X509_STORE_free(at_once);
    free(pem);
}

static void the_verdicts_are_those_of_the_whole_bundle(void **state) {
    (void)state;
    for (int style = 0; style <= 4; style++) {
        compare_verdicts(TRUSTED, sizeof TRUSTED / sizeof TRUSTED[0], style);
        compare_verdicts(WITH_INTERMEDIATES, sizeof WITH_INTERMEDIATES / sizeof WITH_INTERMEDIATES[0], style);
    }
}

/* So that the comparison above compares something. */
static void chains_of_the_bundle_are_trusted_and_others_are_not(void **state) {
    (void)state;
    char *pem = write_bundle(TRUSTED, sizeof TRUSTED / sizeof TRUSTED[0], 0);
    lazy_ca *ca = load_on_demand(pem);
    static const int GOOD[] = {LEAF,
                               LEAF_OF_TWIN_A,
                               LEAF_OF_TWIN_B,
                               LEAF_OF_OTHER_WRITING,
                               LEAF_OF_OTHER_SPACES,
                               LEAF_OF_WIDE_WRITING,
                               LEAF_OF_LATIN_ROOT,
                               KNOWN_SELF_SIGNED};
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++)
        assert_int_equal(judge(lazy_ca_store(ca), GOOD[i], -1), X509_V_OK);
    assert_int_equal(judge(lazy_ca_store(ca), LEAF_OF_INTERMEDIATE, INTERMEDIATE), X509_V_OK);
    static const int BAD[] = {LEAF_OF_UNKNOWN, LEAF_OF_INTERMEDIATE, LIAR, SELF_SIGNED, LEAF_OF_OLD_ROOT};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        assert_int_not_equal(judge(lazy_ca_store(ca), BAD[i], -1), X509_V_OK);
    lazy_ca_destroy(ca);
    free(pem);
}

static void what_is_not_a_bundle_is_refused(void **state) {
    (void)state;
    static const char *const TEXTS[] = {"",
                                        "hello\n",
                                        "-----BEGIN CERTIFICATE-----\n",
                                        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
                                        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
                                        "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        lazy_ca *ca = NULL;
        assert_int_equal(lazy_ca_create(&ca, smithy_str_from(TEXTS[i]), NULL, smithy_system_default()),
                         SMITHY_ERROR_INPUT);
        assert_null(ca);
        assert_int_equal(ERR_peek_error(), 0); /* Nothing of it is left for the program to find. */
    }
}

/* Never past the end, whatever stands where. */
static void a_bundle_cut_or_changed_at_any_byte_does_no_harm(void **state) {
    (void)state;
    static const int ONE[] = {ROOT};
    char *pem = write_bundle(ONE, 1, 0);
    const size_t len = strlen(pem);
    for (size_t i = 0; i < 2 * len; i++) {
        lazy_ca *ca = NULL;
        smithy_str text = {malloc(len), i < len ? i : len};
        memcpy((char *)(uintptr_t)text.ptr, pem, text.len);
        if (i >= len) ((char *)(uintptr_t)text.ptr)[i - len] ^= 0x05;
        if (lazy_ca_create(&ca, text, NULL, smithy_system_default()) == SMITHY_OK)
            (void)judge(lazy_ca_store(ca), LEAF, -1);
        lazy_ca_destroy(ca);
        free((void *)(uintptr_t)text.ptr);
        ERR_clear_error();
    }
    free(pem);
}

static void *judge_often(void *store) {
    for (int i = 0; i < 50; i++)
        for (int leaf = LEAF; leaf <= LEAF_OF_TWIN_B; leaf++)
            if (judge(store, leaf, -1) != X509_V_OK) return store;
    return NULL;
}

static void threads_share_a_store(void **state) {
    (void)state;
    char *pem = write_bundle(TRUSTED, sizeof TRUSTED / sizeof TRUSTED[0], 0);
    for (int round = 0; round < 10; round++) {
        pthread_t threads[4];
        lazy_ca *ca = load_on_demand(pem);
        for (int i = 0; i < 4; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, judge_often, lazy_ca_store(ca)), 0);
        for (int i = 0; i < 4; i++) {
            void *failed = NULL;
            pthread_join(threads[i], &failed);
            assert_null(failed);
        }
        lazy_ca_destroy(ca);
    }
    free(pem);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_verdicts_are_those_of_the_whole_bundle),
        cmocka_unit_test(chains_of_the_bundle_are_trusted_and_others_are_not),
        cmocka_unit_test(what_is_not_a_bundle_is_refused),
        cmocka_unit_test(a_bundle_cut_or_changed_at_any_byte_does_no_harm),
        cmocka_unit_test(threads_share_a_store),
    };
    return cmocka_run_group_tests(tests, make_world, drop_world);
}
