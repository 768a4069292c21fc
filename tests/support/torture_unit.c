/* Tortures a cmocka program: each test is run by itself in a child process, once for each place where memory can run
 * out. Tests do not reckon with that, so most of them fail then, and may; what none may do is crash, be found out by a
 * sanitizer, or hang. One that passes all the same may not leak either. */
#include "check.h"
#include "torture.h"

#include <openssl/decoder.h>
#include <openssl/encoder.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/store.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#define LEAKS_ARE_EXPECTED(yes) ((yes) ? __lsan_disable() : __lsan_enable())
#else
#define LEAKS_ARE_EXPECTED(yes) ((void)(yes))
#endif

#define CHILD_SECONDS 30
#define EXIT_FAILED   7   /* A sanitizer's is 1 or 23. */
#define EXIT_ASIDE    255 /* Of cmocka, for a check that failed in a thread of the test's own. */

typedef struct group {
    const char *name;
    const struct CMUnitTest *tests;
    size_t count;
    CMFixtureFunction set_up, tear_down;
} group;

int __real__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
                                   CMFixtureFunction set_up, CMFixtureFunction tear_down);
int __wrap__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
                                   CMFixtureFunction set_up, CMFixtureFunction tear_down);

/* What a child counted, seen by its parent. */
static torture_count *counted;

/* Of the child: the test, and what is to fail once its fixture stands. */
static const struct CMUnitTest *tortured;
static const torture *planned;

static int set_up_and_arm(void **state) {
    const int result = tortured->setup_func ? tortured->setup_func(state) : 0;
    if (planned)
        torture_arm_case(planned);
    else
        torture_arm(TORTURE_BLOCKS, 0, false);
    return result;
}

static int disarm_and_tear_down(void **state) {
    *counted = torture_disarm();
    return tortured->teardown_func ? tortured->teardown_func(state) : 0;
}

/* The child: what the test prints goes to `output`. */
_Noreturn static void run_child(const group *all, const struct CMUnitTest *test, const torture *walk, FILE *output) {
    struct CMUnitTest armed = *test;
    armed.setup_func = set_up_and_arm;
    armed.teardown_func = disarm_and_tear_down;
    tortured = test;
    planned = walk;
    dup2(fileno(output), STDOUT_FILENO);
    dup2(fileno(output), STDERR_FILENO);
    alarm(CHILD_SECONDS);
    const int failed = __real__cmocka_run_group_tests(all->name, &armed, 1, all->set_up, all->tear_down);
    fflush(NULL);
#if defined(__SANITIZE_ADDRESS__)
    if (failed) _exit(EXIT_FAILED); /* Left in the middle of it: the sanitizer must not look for leaks. */
#endif
    exit(failed ? EXIT_FAILED : EXIT_SUCCESS);
}

static void print_output(FILE *output) {
    char line[512];
    rewind(output);
    while (fgets(line, sizeof line, output)) fputs(line, stdout);
}

/* A test that is left in the middle leaves its threads with a stack that is gone, and until the process ends they may
 * crash over it. Where AddressSanitizer looks on it ends at once; for coverage, it does not matter how. */
static bool has_ended(int status, bool may_fail) {
#if !defined(__SANITIZE_ADDRESS__)
    if (may_fail) return !WIFSIGNALED(status) || WTERMSIG(status) != SIGALRM;
#endif
    if (!WIFEXITED(status)) return false;
    const int code = WEXITSTATUS(status);
    return code == EXIT_SUCCESS || (may_fail && (code == EXIT_FAILED || code == EXIT_ASIDE));
}

/* Whether the test came to an end, passed or not. */
static bool play_test(const group *all, const struct CMUnitTest *test, const torture *walk) {
    FILE *output = tmpfile();
    if (!output) abort();
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) run_child(all, test, walk, output);
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) abort();
    const bool ended = has_ended(status, walk != NULL);
    if (!ended) {
        char place[128] = "undisturbed";
        if (walk) torture_describe(walk, place, sizeof place);
        printf("FAILED %s: %s: %s %d\n", test->name, place, WIFSIGNALED(status) ? "signal" : "exit",
               WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        print_output(output);
    }
    fclose(output);
    return ended;
}

static bool torture_one(const group *all, const struct CMUnitTest *test, size_t *runs) {
    if (!play_test(all, test, NULL)) return false;
    torture walk = torture_begin(test->name, counted);
    for (; torture_next(&walk); ++*runs)
        if (!play_test(all, test, &walk)) return false;
    return true;
}

/* OpenSSL builds its tables while the first algorithm of each kind is looked up, and there it leaks when memory runs
 * out: a name that cannot be looked up is entered once more, and the entry before is lost; and where memory is short as
 * the process ends, all of them stay (both seen with 3.0). They last as long as the process, so nothing is looked for
 * there. */
static void build_openssl_tables(void) {
    LEAKS_ARE_EXPECTED(true);
    EVP_MD_free(EVP_MD_fetch(NULL, "SHA256", NULL));
    EVP_CIPHER_free(EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL));
    EVP_MAC_free(EVP_MAC_fetch(NULL, "HMAC", NULL));
    EVP_KDF_free(EVP_KDF_fetch(NULL, "HKDF", NULL));
    EVP_RAND_free(EVP_RAND_fetch(NULL, "CTR-DRBG", NULL));
    EVP_KEYMGMT_free(EVP_KEYMGMT_fetch(NULL, "EC", NULL));
    EVP_KEYEXCH_free(EVP_KEYEXCH_fetch(NULL, "ECDH", NULL));
    EVP_SIGNATURE_free(EVP_SIGNATURE_fetch(NULL, "ECDSA", NULL));
    EVP_ASYM_CIPHER_free(EVP_ASYM_CIPHER_fetch(NULL, "RSA", NULL));
    EVP_KEM_free(EVP_KEM_fetch(NULL, "RSA", NULL));
    OSSL_DECODER_free(OSSL_DECODER_fetch(NULL, "EC", NULL));
    OSSL_ENCODER_free(OSSL_ENCODER_fetch(NULL, "EC", NULL));
    OSSL_STORE_LOADER_free(OSSL_STORE_LOADER_fetch(NULL, "file", NULL));
    LEAKS_ARE_EXPECTED(false);
}

int __wrap__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
                                   CMFixtureFunction set_up, CMFixtureFunction tear_down) {
    if (!torture_is_wanted()) return __real__cmocka_run_group_tests(name, tests, count, set_up, tear_down);
    const group all = {name, tests, count, set_up, tear_down};
    build_openssl_tables();
    size_t runs = 0;
    int failed = 0;
    counted = mmap(NULL, sizeof *counted, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counted == MAP_FAILED) abort();
    for (size_t i = 0; i < count; i++) failed += !torture_one(&all, &tests[i], &runs);
    printf("torture: %s: %zu tests, %zu runs, %d failed\n", name, count, runs, failed);
    return failed;
}
