/* A state store by hand: opens the one that a DSN names and obeys a line of standard input after another.
 *
 *     state_store dynamodb://TABLE/NAME
 *     load FILE      writes the document to FILE; prints "loaded", or "absent"
 *     save FILE      saves FILE's content; prints "won", or "lost"
 *
 * A failure is printed as "failed: …". Endpoint and credentials come from the environment. */
#include "store.h"

#include <stdio.h>
#include <stdlib.h>

static const smithy_system *world;

static state_store *open_store(char *dsn, dynamodb_client *dynamodb, smithy_call *call) {
    static const char SCHEME[] = "dynamodb://";
    char *table = dsn + sizeof SCHEME - 1;
    char *slash = strchr(table, '/');
    if (strncmp(dsn, SCHEME, sizeof SCHEME - 1) != 0 || !slash) return NULL;
    const smithy_str name = smithy_str_from(slash + 1);
    return store_open_dynamodb(dynamodb, (smithy_str){table, (size_t)(slash - table)}, name, smithy_str_from(dsn),
                               world, call);
}

static smithy_status load(state_store *store, const char *path, smithy_buffer *content, smithy_call *call) {
    bool exists = false;
    SMITHY_TRY(store->load(store, content, &exists, call));
    puts(exists ? "loaded" : "absent");
    return exists ? world->file_replace(world->context, path, content->ptr, content->len) : SMITHY_OK;
}

static smithy_status save(state_store *store, const char *path, smithy_buffer *content, smithy_call *call) {
    bool exists = false, won = false;
    SMITHY_TRY(world->file_read(world->context, path, content, &exists));
    SMITHY_TRY(store->save(store, smithy_buffer_str(content), &won, call));
    puts(won ? "won" : "lost");
    return SMITHY_OK;
}

static void obey(state_store *store, char *line, smithy_call *call) {
    smithy_buffer content;
    line[strcspn(line, "\n")] = '\0';
    smithy_buffer_init(&content, world, STORE_MAX_BYTES);
    const bool is_load = strncmp(line, "load ", 5) == 0;
    const smithy_status status =
        is_load ? load(store, line + 5, &content, call) : save(store, line + 5, &content, call);
    if (status != SMITHY_OK) printf("failed: %s\n", smithy_call_error(call)->message);
    fflush(stdout);
    smithy_buffer_deinit(&content);
}

int main(int argc, char **argv) {
    char line[4096];
    world = smithy_system_default();
    if (argc != 2) return fputs("usage: state_store dynamodb://TABLE/NAME\n", stderr), EXIT_FAILURE;
    smithy_call *call = smithy_call_create(NULL);
    dynamodb_client *dynamodb = dynamodb_client_create(NULL, call);
    state_store *store = dynamodb ? open_store(argv[1], dynamodb, call) : NULL;
    while (store && fgets(line, sizeof line, stdin)) obey(store, line, call);
    const int code = store ? EXIT_SUCCESS : EXIT_FAILURE;
    store_destroy(store);
    dynamodb_client_destroy(dynamodb);
    smithy_call_destroy(call);
    return code;
}
