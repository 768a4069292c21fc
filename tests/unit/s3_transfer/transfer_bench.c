#include "transfer_bench.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

const s3_transfer_options ONE_THREAD = {.part_size = (int64_t)5 * 1024 * 1024, .threads = 1};

const uint8_t *transfer_bytes(void) {
    static uint8_t bytes[THREE];
    uint32_t state = 1;
    if (bytes[1]) return bytes;
    for (size_t i = 0; i < sizeof bytes; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(state >> 24);
    }
    return bytes;
}

void transfer_bench_open(transfer_bench *bench) {
    fake_system_init(&bench->fake, 3);
    memory_s3_init(&bench->s3);
    fake_system_set_env(&bench->fake, "AWS_REGION", "eu-west-1");
    fake_system_set_env(&bench->fake, "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    fake_system_set_env(&bench->fake, "AWS_SECRET_ACCESS_KEY", "not-a-real-secret");
    bench->fake.system.transport = &bench->s3.base;
    bench->call = smithy_call_create(&(smithy_call_options){.system = &bench->fake.system});
    assert_non_null(bench->call);
    bench->client = s3_client_create(NULL, bench->call);
    assert_non_null(bench->client);
}

void transfer_bench_close(transfer_bench *bench) {
    s3_client_destroy(bench->client);
    smithy_call_destroy(bench->call);
    memory_s3_deinit(&bench->s3);
    assert_int_equal(bench->fake.live_blocks, 0);
    fake_system_deinit(&bench->fake);
}
