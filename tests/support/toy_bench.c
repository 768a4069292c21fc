#include "toy_bench.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

void toy_bench_open(toy_bench *bench, const smithy_service *service, const smithy_client_options *options,
                    const scripted_answer *answers, size_t count) {
    fake_system_init(&bench->fake, 7);
    bench->fake.chance_is_highest = true;
    fake_system_set_env(&bench->fake, "AWS_REGION", "eu-west-1");
    fake_system_set_env(&bench->fake, "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    fake_system_set_env(&bench->fake, "AWS_SECRET_ACCESS_KEY", "not-a-real-secret");
    scripted_transport_init(&bench->transport, &bench->fake, answers, count);
    bench->fake.system.transport = &bench->transport.base;
    const smithy_call_options call_options = {.system = &bench->fake.system};
    bench->call = smithy_call_create(&call_options);
    assert_non_null(bench->call);
    bench->client = smithy_client_create(service, options, NULL, 0, bench->call);
    assert_non_null(bench->client);
}

void toy_bench_close(toy_bench *bench) {
    smithy_client_destroy(bench->client);
    smithy_call_destroy(bench->call);
    scripted_transport_deinit(&bench->transport);
    assert_int_equal(bench->fake.live_blocks, 0);
    fake_system_deinit(&bench->fake);
}

smithy_status toy_bench_invoke(toy_bench *bench, const smithy_operation *operation, const toy_input *input,
                               toy_output *output) {
    *output = (toy_output){0};
    return smithy_client_invoke(bench->client, operation, input, output, bench->call);
}

const smithy_error *toy_bench_error(const toy_bench *bench) {
    return smithy_call_error(bench->call);
}
