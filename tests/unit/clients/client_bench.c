#include <setjmp.h>
#include <stdarg.h>

#include "client_bench.h"

#include <cmocka.h>

void client_bench_open(client_bench *bench, const scripted_answer *answers, size_t count) {
    fake_system_init(&bench->fake, 1);
    scripted_transport_init(&bench->transport, &bench->fake, answers, count);
    bench->fake.system.transport = &bench->transport.base;
    fake_system_set_env(&bench->fake, "AWS_REGION", "eu-west-1");
    fake_system_set_env(&bench->fake, "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    fake_system_set_env(&bench->fake, "AWS_SECRET_ACCESS_KEY", "secret");
    fake_system_set_env(&bench->fake, "AWS_ACCOUNT_ID", "111122223333");
    const smithy_call_options options = {.system = &bench->fake.system};
    bench->call = smithy_call_create(&options);
    assert_non_null(bench->call);
}

void client_bench_close(client_bench *bench) {
    smithy_call_destroy(bench->call);
    scripted_transport_deinit(&bench->transport);
    assert_int_equal(bench->fake.live_blocks, 0);
    fake_system_deinit(&bench->fake);
}
