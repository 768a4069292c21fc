/* A first run with a task for each stream, whose clock jumps over the pauses: what its calls cost where none is cold.
 *
 *     bench_hurry BUCKET GROUP
 *
 * The exporter's library with the real transport; only sleeping is replaced. Prints an answer with the number of tasks.
 */
#include "answer.h"
#include "exporter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t skipped_ms;

static int64_t mono_ms(void *context) {
    return smithy_system_default()->mono_ms(context) + skipped_ms;
}

static void skip(void *context, int64_t ms) {
    (void)context;
    if (ms > 0) skipped_ms += ms;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        (void)fputs("usage: bench_hurry BUCKET GROUP\n", stderr);
        return 2;
    }
    const smithy_str bucket = smithy_str_from(argv[1]), group = smithy_str_from(argv[2]);
    const exporter_settings settings = {.destination_bucket = bucket,
                                        .group_prefixes = {&group, 1},
                                        .store_type = EXPORTER_STORE_S3,
                                        .store_bucket = bucket,
                                        .store_key = SMITHY_STR("state.json"),
                                        .store_dsn = SMITHY_STR("s3://bucket/state.json"),
                                        .export_unit = EXPORTER_UNIT_STREAM,
                                        .destination_prefix = SMITHY_STR("%Y/%m/%d/{group}/{stream}")};
    smithy_system system = *smithy_system_default();
    system.mono_ms = mono_ms;
    system.sleep_ms = skip;
    static exporter_answer answer;
    exporter_run(&(exporter_options){.system = &system, .settings = &settings}, &answer);
    printf("{\"tasks\":{\"created\":%" PRId64 "}}\n", answer.tasks_created);
    if (answer.outcome == EXPORTER_OUTCOME_DONE) return 0;
    (void)fprintf(stderr, "bench_hurry: %s\n", answer.message);
    return 1;
}
