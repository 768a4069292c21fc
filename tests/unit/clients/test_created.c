/* Making a client, or a provider of credentials, reaches nothing outside of the process: no file, no name, no command,
 * no clock, no chance, and the operating system not at all. */
#include <setjmp.h>
#include <stdarg.h>

#include "fake_system.h"

#include <dynamodb/dynamodb.h>
#include <logs/logs.h>
#include <s3/s3.h>
#include <smithy/credentials.h>
#include <sts/sts.h>

#include <cmocka.h>

#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* All of them, and away again. */
static bool make_all(const smithy_system *system, smithy_call *call) {
    logs_client *logs = logs_client_create(&(logs_client_options){.system = system}, call);
    s3_client *s3 = s3_client_create(&(s3_client_options){.system = system}, call);
    dynamodb_client *dynamodb = dynamodb_client_create(&(dynamodb_client_options){.system = system}, call);
    sts_client *sts = sts_client_create(&(sts_client_options){.system = system}, call);
    smithy_credentials_provider *chain =
        smithy_credentials_chain(&(smithy_credentials_options){.system = system}, call);
    const smithy_assume_role assumed = {.role_arn = SMITHY_STR_INIT("arn:aws:iam::1:role/a"), .source = chain};
    smithy_credentials_provider *role =
        smithy_credentials_assume_role(&assumed, &(smithy_credentials_options){.system = system}, call);
    const bool good = logs && s3 && dynamodb && sts && chain && role;
    smithy_credentials_provider_destroy(role);
    smithy_credentials_provider_destroy(chain);
    sts_client_destroy(sts);
    dynamodb_client_destroy(dynamodb);
    s3_client_destroy(s3);
    logs_client_destroy(logs);
    return good;
}

/* ---- by the table ---- */

/* How often anything but memory and the environment was asked for. */
static int touched;

static int64_t touch_clock(void *context) {
    (void)context;
    touched++;
    return 0;
}

static void touch_sleep(void *context, int64_t ms) {
    (void)context;
    (void)ms;
    touched++;
}

static smithy_status touch_random(void *context, void *bytes, size_t len) {
    (void)context;
    memset(bytes, 0, len);
    touched++;
    return SMITHY_OK;
}

static smithy_status touch_read(void *context, const char *path, smithy_buffer *content, bool *exists) {
    (void)context;
    (void)path;
    (void)content;
    *exists = false;
    touched++;
    return SMITHY_OK;
}

static smithy_status touch_replace(void *context, const char *path, const void *bytes, size_t len) {
    (void)context;
    (void)path;
    (void)bytes;
    (void)len;
    touched++;
    return SMITHY_ERROR_IO;
}

static smithy_status touch_stream(void *context, const char *path, smithy_sink *sink, bool *exists) {
    (void)context;
    (void)path;
    (void)sink;
    *exists = false;
    touched++;
    return SMITHY_OK;
}

static smithy_status touch_replace_from(void *context, const char *path, const smithy_body *source) {
    (void)context;
    (void)path;
    (void)source;
    touched++;
    return SMITHY_ERROR_IO;
}

static smithy_status touch_lock(void *context, const char *path, int *handle) {
    (void)context;
    (void)path;
    *handle = -1;
    touched++;
    return SMITHY_ERROR_IO;
}

static smithy_status touch_run(void *context, smithy_command *command) {
    (void)context;
    (void)command;
    touched++;
    return SMITHY_ERROR_IO;
}

static smithy_status touch_resolve(void *context, const char *host, smithy_address *addresses, size_t max,
                                   size_t *count) {
    (void)context;
    (void)host;
    (void)addresses;
    (void)max;
    *count = 0;
    touched++;
    return SMITHY_ERROR_TRANSPORT;
}

static void nothing_but_memory_and_the_environment_is_asked_for(void **state) {
    (void)state;
    fake_system fake;
    fake_system_init(&fake, 1);
    smithy_call *call = smithy_call_create(&(smithy_call_options){.system = &fake.system});
    smithy_system system = fake.system;
    system.wall_ms = system.mono_ms = touch_clock;
    system.sleep_ms = touch_sleep;
    system.random = touch_random;
    system.file_read = touch_read;
    system.file_stream = touch_stream;
    system.file_replace = touch_replace;
    system.file_replace_from = touch_replace_from;
    system.file_lock = touch_lock;
    system.run = touch_run;
    system.resolve = touch_resolve;
    touched = 0;
    assert_true(make_all(&system, call));
    assert_int_equal(touched, 0);
    smithy_call_destroy(call);
    assert_int_equal(fake.live_blocks, 0);
    fake_system_deinit(&fake);
}

/* ---- by the kernel ---- */

#define POOL_BYTES ((size_t)4 * 1024 * 1024)

/* Memory that is there already, so that malloc need not ask for more. */
typedef struct pool {
    unsigned char *bytes;
    size_t used;
} pool;

static void *take_from_pool(void *context, void *block, size_t size) {
    pool *self = context;
    const size_t rounded = (size + 31) / 16 * 16; /* With room for the size in front. */
    if (size == 0 || POOL_BYTES - self->used < rounded) return NULL;
    unsigned char *start = self->bytes + self->used;
    self->used += rounded;
    memcpy(start, &size, sizeof size);
    if (block) {
        size_t old = 0;
        memcpy(&old, (unsigned char *)block - 16, sizeof old);
        memcpy(start + 16, block, old < size ? old : size);
    }
    return start + 16;
}

static const char *no_variable(void *context, const char *name) {
    (void)context;
    (void)name;
    return NULL;
}

/* Strict seccomp kills a process for any system call but read, write and exit. */
static void make_all_in_a_cage(pool *memory) {
    smithy_system system = *smithy_system_default();
    system.context = memory;
    system.resize = take_from_pool;
    system.env = no_variable;
    smithy_call *call = smithy_call_create(&(smithy_call_options){.system = &system});
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) syscall(SYS_exit, 2);
    syscall(SYS_exit, make_all(&system, call) ? 0 : 1);
}

static void not_a_single_system_call_is_made(void **state) {
    (void)state;
    const char *preloaded = getenv("LD_PRELOAD");
    if (preloaded && strstr(preloaded, "vgpreload")) skip(); /* Valgrind makes some of its own. */
    pool memory = {.bytes = test_malloc(POOL_BYTES)};
    memset(memory.bytes, 0, POOL_BYTES); /* Every page is there. */
    int how = 0;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) make_all_in_a_cage(&memory);
    assert_int_equal(waitpid(child, &how, 0), child);
    test_free(memory.bytes);
    if (WIFEXITED(how) && WEXITSTATUS(how) == 2) skip(); /* No seccomp here. */
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_but_memory_and_the_environment_is_asked_for),
        cmocka_unit_test(not_a_single_system_call_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
