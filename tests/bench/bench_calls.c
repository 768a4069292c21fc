/* bench_calls CALLS [PAUSE_MS]: one call of each client, again and again, to AWS_ENDPOINT_URL, as JSON for
 * bench_calls.py: what a call takes of the processor and of the clock, in microseconds, once the connection stands.
 * Behind each the same exchange by libcurl alone. With a pause ahead of each call, as a run that waits has them. */
#include "bench_bare.h"

#include <dynamodb/dynamodb.h>
#include <logs/logs.h>
#include <s3/s3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sts/sts.h>
#include <time.h>

enum { WARM_UP = 20 };

typedef struct clients {
    logs_client *logs;
    s3_client *s3;
    dynamodb_client *dynamodb;
    sts_client *sts;
    bench_bare *bare;
} clients;

static double now_us(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static smithy_status describe_log_streams(const clients *c, smithy_call *call) {
    logs_describe_log_streams_output output;
    const logs_describe_log_streams_input input = {.log_group_name = SMITHY_STR("/aws/lambda/checkout")};
    return logs_describe_log_streams(c->logs, &input, &output, call);
}

static smithy_status get_object(const clients *c, smithy_call *call) {
    s3_get_object_output output;
    const s3_get_object_input input = {.bucket = SMITHY_STR("archive"), .key = SMITHY_STR("2026/11/23/object")};
    return s3_get_object(c->s3, &input, &output, call);
}

static smithy_status list_objects(const clients *c, smithy_call *call) {
    s3_list_objects_v2_output output;
    const s3_list_objects_v2_input input = {.bucket = SMITHY_STR("archive"), .prefix = SMITHY_STR("2026/")};
    return s3_list_objects_v2(c->s3, &input, &output, call);
}

static smithy_status get_item(const clients *c, smithy_call *call) {
    dynamodb_get_item_output output;
    const dynamodb_key_entry key = {.key = SMITHY_STR("pk"),
                                    .value = {.kind = DYNAMODB_ATTRIBUTE_VALUE_S, .s = SMITHY_STR("state")}};
    const dynamodb_get_item_input input = {.table_name = SMITHY_STR("table"), .key = {&key, 1}};
    return dynamodb_get_item(c->dynamodb, &input, &output, call);
}

static smithy_status get_caller_identity(const clients *c, smithy_call *call) {
    sts_get_caller_identity_output output;
    return sts_get_caller_identity(c->sts, &(sts_get_caller_identity_input){0}, &output, call);
}

/* ---- by libcurl alone ---- */

static smithy_status status_of(bool done, smithy_call *call) {
    return done ? SMITHY_OK : smithy_call_fail(call, SMITHY_ERROR_TRANSPORT, "libcurl alone got no answer");
}

static smithy_status bare_describe_log_streams(const clients *c, smithy_call *call) {
    return status_of(bench_bare_post(c->bare, "X-Amz-Target: Logs_20140328.DescribeLogStreams",
                                     "{\"logGroupName\":\"/aws/lambda/checkout\"}"),
                     call);
}

static smithy_status bare_get_object(const clients *c, smithy_call *call) {
    return status_of(bench_bare_get(c->bare, "/archive/2026/11/23/object?x-id=GetObject"), call);
}

static smithy_status bare_list_objects(const clients *c, smithy_call *call) {
    return status_of(bench_bare_get(c->bare, "/archive?list-type=2&prefix=2026%2F"), call);
}

static smithy_status bare_get_item(const clients *c, smithy_call *call) {
    return status_of(bench_bare_post(c->bare, "X-Amz-Target: DynamoDB_20120810.GetItem",
                                     "{\"TableName\":\"table\",\"Key\":{\"pk\":{\"S\":\"state\"}}}"),
                     call);
}

static smithy_status bare_get_caller_identity(const clients *c, smithy_call *call) {
    return status_of(
        bench_bare_post(c->bare, "X-Amz-Api-Version: 2011-06-15", "Action=GetCallerIdentity&Version=2011-06-15"), call);
}

/* ---- all of them ---- */

static const struct {
    const char *name;
    smithy_status (*once)(const clients *c, smithy_call *call);
} CALLS[] = {{"logs DescribeLogStreams", describe_log_streams},
             {"bare logs DescribeLogStreams", bare_describe_log_streams},
             {"s3 GetObject", get_object},
             {"bare s3 GetObject", bare_get_object},
             {"s3 ListObjectsV2", list_objects},
             {"bare s3 ListObjectsV2", bare_list_objects},
             {"dynamodb GetItem", get_item},
             {"bare dynamodb GetItem", bare_get_item},
             {"sts GetCallerIdentity", get_caller_identity},
             {"bare sts GetCallerIdentity", bare_get_caller_identity}};

static void rest(long ms) {
    if (ms > 0) nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static bool repeat(size_t which, const clients *c, long times, long pause_ms, smithy_call *call) {
    for (long i = 0; i < times; i++) {
        rest(pause_ms);
        const smithy_status status = CALLS[which].once(c, call);
        if (status != SMITHY_OK) {
            const smithy_error *error = smithy_call_error(call);
            fprintf(stderr, "bench_calls: %s: %s: %s\n", CALLS[which].name, smithy_status_name(status), error->message);
            return false;
        }
        smithy_call_reset(call);
    }
    return true;
}

static bool measure(size_t which, const clients *c, long times, long pause_ms, smithy_call *call) {
    if (!repeat(which, c, WARM_UP, 0, call)) return false;
    const double cpu = now_us(CLOCK_PROCESS_CPUTIME_ID), wall = now_us(CLOCK_MONOTONIC);
    if (!repeat(which, c, times, pause_ms, call)) return false;
    printf("%s\"%s\": {\"cpu_us\": %.2f, \"wall_us\": %.2f}", which ? ", " : "", CALLS[which].name,
           (now_us(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (double)times, (now_us(CLOCK_MONOTONIC) - wall) / (double)times);
    return true;
}

int main(int argc, char **argv) {
    const long times = argc > 1 ? strtol(argv[1], NULL, 10) : 0, pause_ms = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
    smithy_call *call = smithy_call_create(NULL);
    if (times <= 0 || !call) return 2;
    const clients c = {logs_client_create(NULL, call), s3_client_create(NULL, call), dynamodb_client_create(NULL, call),
                       sts_client_create(NULL, call), bench_bare_create()};
    bool ok = c.logs && c.s3 && c.dynamodb && c.sts && c.bare;
    printf("{");
    for (size_t i = 0; ok && i < sizeof CALLS / sizeof *CALLS; i++) ok = measure(i, &c, times, pause_ms, call);
    printf("}\n");
    bench_bare_destroy(c.bare);
    sts_client_destroy(c.sts);
    dynamodb_client_destroy(c.dynamodb);
    s3_client_destroy(c.s3);
    logs_client_destroy(c.logs);
    smithy_call_destroy(call);
    return ok ? 0 : 1;
}
