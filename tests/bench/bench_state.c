/* What a large state costs: how long it takes to write and to read back, how large it is, and the memory at its peak.
 *
 *   bench_state [streams]     100,000 of them by default, each at another watermark: the worst case. Beside it the
 * common one, a group at one watermark with as many streams accounted for. */
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double peak_mb(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static void check(smithy_status status) {
    if (status == SMITHY_OK) return;
    fprintf(stderr, "bench_state: %s\n", smithy_status_name(status));
    exit(1);
}

static void fill_apart(exporter_state *state, long streams) {
    char name[64];
    state_group *group =
        state_add_group(state, SMITHY_STR("arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/x"), 1);
    for (long i = 0; i < streams; i++) {
        snprintf(name, sizeof name, "2024/05/28/[$LATEST]%032lx", i);
        check(state_set_stream(state, group,
                               &(state_stream){.name = smithy_str_from(name),
                                               .created_ms = 1716854462000 + i,
                                               .exported_at = 1716864462000 + i,
                                               .owed_to = STATE_NOT_OWED}));
    }
}

static void fill_together(exporter_state *state, long streams) {
    state_group *group =
        state_add_group(state, SMITHY_STR("arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/x"), 1);
    group->exported_at = 1716864462000;
    for (long i = 0; i < streams; i++) check(state_account(state, group, (uint64_t)i * 0x9e3779b97f4a7c15u));
}

static void measure(const char *what, void (*fill)(exporter_state *, long), long streams) {
    const smithy_call_options large = {.max_memory = (size_t)8 << 30};
    smithy_call *memory = smithy_call_create(&large), *copy_memory = smithy_call_create(&large),
                *scratch = smithy_call_create(NULL);
    exporter_state state, copy;
    smithy_buffer text;
    smithy_buffer_init(&text, NULL, (size_t)1 << 31);
    check(state_init(&state, memory));
    check(state_init(&copy, copy_memory));
    fill(&state, streams);
    const double start = seconds();
    check(state_write(&state, SMITHY_STR("bench"), &text));
    const double written = seconds();
    check(state_read(&copy, smithy_buffer_str(&text), scratch));
    const double read = seconds();
    printf("  %-34s %9.3f s %9.3f s %9.1f MB %9.1f MB\n", what, written - start, read - written, (double)text.len / 1e6,
           peak_mb());
    smithy_buffer_deinit(&text);
    smithy_call_destroy(scratch);
    smithy_call_destroy(copy_memory);
    smithy_call_destroy(memory);
}

int main(int argc, char **argv) {
    const long streams = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
    printf("state of %ld streams\n  %-34s %11s %11s %12s %12s\n", streams, "", "write", "read", "text", "peak memory");
    measure("one watermark for the group", fill_together, streams);
    measure("each stream at its own", fill_apart, streams);
    return 0;
}
