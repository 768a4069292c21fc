/* bench_clients PAGE.json EVENTS: microseconds to read the page and to write so many events, beside cJSON alone, as
 * JSON for bench_clients.py. */
#include "bench_clients.h"

#include <cjson/cJSON.h>
#include <smithy/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 7, ROUND_MS = 150 };

typedef struct work {
    smithy_call *call;
    smithy_str body;
    size_t events;
    size_t result; /* So that nothing is left out as useless. */
    bool (*once)(struct work *work);
} work;

static double now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static bool decode(work *w) {
    const smithy_status status = bench_decode(w->body, &w->result, w->call);
    smithy_call_reset(w->call);
    return status == SMITHY_OK;
}

static bool cjson_parse(work *w) {
    cJSON *tree = cJSON_ParseWithLength(w->body.ptr, w->body.len);
    w->result = tree != NULL;
    cJSON_Delete(tree);
    return w->result != 0;
}

static bool encode(work *w) {
    const smithy_status status = bench_encode(w->events, &w->result, w->call);
    smithy_call_reset(w->call);
    return status == SMITHY_OK;
}

static bool cjson_print(work *w) {
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "logGroupName", "/aws/lambda/checkout");
    cJSON_AddStringToObject(root, "logStreamName", "2026/05/28/[$LATEST]0123456789abcdef");
    cJSON *events = cJSON_AddArrayToObject(root, "logEvents");
    for (size_t i = 0; i < w->events; i++) {
        cJSON *event = cJSON_CreateObject();
        cJSON_AddNumberToObject(event, "timestamp", 1790000000000.0 + (double)i);
        cJSON_AddStringToObject(event, "message",
                                "127.0.0.1 - - \"GET /orders/17?full=1 HTTP/1.1\" 200 \"an agent\" 0.017");
        cJSON_AddItemToArray(events, event);
    }
    char *text = cJSON_PrintUnformatted(root);
    w->result = text ? strlen(text) : 0;
    cJSON_free(text);
    cJSON_Delete(root);
    return w->result != 0;
}

/* The best of some rounds, in us; negative when it fails. */
static double measure(work *w) {
    double best = -1;
    for (int round = 0; round < ROUNDS; round++) {
        const double begun = now_us();
        double spent = 0;
        int times = 0;
        for (; spent < ROUND_MS * 1e3; times++, spent = now_us() - begun)
            if (!w->once(w)) return -1;
        if (best < 0 || spent / times < best) best = spent / times;
    }
    return best;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    const smithy_system *system = smithy_system_default();
    smithy_buffer page;
    bool exists = false;
    smithy_buffer_init(&page, system, (size_t)64 * 1024 * 1024);
    work w = {.call = smithy_call_create(NULL), .events = (size_t)strtoul(argv[2], NULL, 10)};
    if (!w.call || system->file_read(system->context, argv[1], &page, &exists) != SMITHY_OK || !exists) return 1;
    w.body = smithy_buffer_str(&page);
    static const struct {
        const char *name;
        bool (*once)(work *work);
    } TASKS[] = {{"decode", decode}, {"cjson_parse", cjson_parse}, {"encode", encode}, {"cjson_print", cjson_print}};
    printf("{");
    for (size_t i = 0; i < sizeof TASKS / sizeof *TASKS; i++) {
        w.once = TASKS[i].once;
        printf("%s\"%s\": %.3f", i ? ", " : "", TASKS[i].name, measure(&w));
    }
    printf("}\n");
    smithy_buffer_deinit(&page);
    smithy_call_destroy(w.call);
    return 0;
}
