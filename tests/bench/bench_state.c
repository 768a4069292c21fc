/* What a large state costs: how long it takes to write and to read back, how large its text is, and the memory of the
 * process at the peak of each. It is written and read as a stream, by way of a file that the kernel holds.
 *
 *   bench_state [streams]     100,000 of them by default, each at another watermark: the worst case. Beside it the
 * common one, a group at one watermark with as many streams accounted for. */
#include "state_read.h"
#include "state_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double peak_mb(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss * 1024 / 1e6;
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

typedef struct cost {
    double seconds, peak_mb;
} cost;

/* A half of the measurement: state → text, or text → state. */
typedef cost half(void (*fill)(exporter_state *, long), long streams, FILE *text);

static smithy_call *memory_create(void) {
    return smithy_call_create(&(smithy_call_options){.max_memory = (size_t)8 << 30});
}

#define PIECE_BYTES ((size_t)32 * 1024)

/* Twice, as for S3: what is said ahead of a text, its length and checksum, is found by writing it once. */
static void write_text(const exporter_state *state, FILE *file) {
    state_writer writer;
    state_writer_init(&writer, state, SMITHY_STR("bench"));
    const smithy_body text = state_writer_body(&writer);
    for (int pass = 0; pass < 2; pass++) {
        uint8_t piece[PIECE_BYTES];
        size_t len = 0;
        check(text.rewind(text.context));
        do {
            check(text.read(text.context, piece, sizeof piece, &len));
            if (pass == 1 && fwrite(piece, 1, len, file) != len) exit(1);
        } while (len > 0);
    }
    if (fflush(file) != 0) exit(1);
    state_writer_deinit(&writer);
}

static cost writes(void (*fill)(exporter_state *, long), long streams, FILE *file) {
    exporter_state state;
    check(state_init(&state, memory_create()));
    fill(&state, streams);
    const double start = seconds();
    write_text(&state, file);
    return (cost){seconds() - start, peak_mb()};
}

static cost reads(void (*fill)(exporter_state *, long), long streams, FILE *file) {
    (void)fill, (void)streams;
    exporter_state state;
    state_reader reader;
    uint8_t piece[PIECE_BYTES];
    rewind(file);
    check(state_init(&state, memory_create()));
    const double start = seconds();
    state_reader_init(&reader, &state, smithy_call_create(NULL));
    for (size_t len; (len = fread(piece, 1, sizeof piece, file)) > 0;) check(state_reader_add(&reader, piece, len));
    check(state_reader_end(&reader));
    return (cost){seconds() - start, peak_mb()};
}

/* In a process of its own, for the peak is a process's. Its memory goes with it. */
static cost measure_half(half *part, void (*fill)(exporter_state *, long), long streams, FILE *text) {
    cost found;
    int ends[2];
    fflush(stdout);
    if (pipe(ends) != 0) exit(1);
    const pid_t pid = fork();
    if (pid == 0) {
        found = part(fill, streams, text);
        _exit(write(ends[1], &found, sizeof found) == sizeof found ? 0 : 1);
    }
    close(ends[1]);
    if (pid < 0 || read(ends[0], &found, sizeof found) != sizeof found) exit(1);
    close(ends[0]);
    waitpid(pid, NULL, 0);
    return found;
}

static void measure(const char *what, void (*fill)(exporter_state *, long), long streams) {
    FILE *text = tmpfile();
    if (!text) exit(1);
    const cost written = measure_half(writes, fill, streams, text);
    fseek(text, 0, SEEK_END);
    const cost read = measure_half(reads, fill, streams, text);
    printf("  %-34s %9.3f s %9.3f s %9.1f MB %9.1f MB %9.1f MB\n", what, written.seconds, read.seconds,
           (double)ftell(text) / 1e6, written.peak_mb, read.peak_mb);
    fclose(text);
}

int main(int argc, char **argv) {
    const long streams = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
    printf("state of %ld streams\n  %-34s %11s %11s %12s %12s %12s\n", streams, "", "write", "read", "text",
           "peak: write", "peak: read");
    measure("one watermark for the group", fill_together, streams);
    measure("each stream at its own", fill_apart, streams);
    return 0;
}
