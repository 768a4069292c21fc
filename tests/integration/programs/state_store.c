/* A state store by hand: opens the one that a DSN names and obeys a line of standard input after another.
 *
 *     state_store dynamodb://TABLE/NAME | s3://BUCKET/KEY
 *     load FILE      writes the document to FILE; prints "loaded", or "absent"
 *     save FILE      saves FILE's content; prints "won", or "lost"
 *
 * A failure is printed as "failed: …". Endpoint and credentials come from the environment. */
#include "state_text.h"

#include <stdio.h>
#include <stdlib.h>

static const smithy_system *world;

typedef struct clients {
    dynamodb_client *dynamodb;
    s3_client *s3;
} clients;

/* NULL, too, where it is the DSN of neither. */
static state_store *open_store(const char *dsn, const clients *both, smithy_call *call) {
    static const char DYNAMODB[] = "dynamodb://", S3[] = "s3://";
    const bool is_s3 = strncmp(dsn, S3, sizeof S3 - 1) == 0;
    if (!is_s3 && strncmp(dsn, DYNAMODB, sizeof DYNAMODB - 1) != 0) return NULL;
    const char *place = dsn + (is_s3 ? sizeof S3 : sizeof DYNAMODB) - 1;
    const char *slash = strchr(place, '/');
    if (!slash) return NULL;
    const smithy_str whole = smithy_str_from(dsn), name = smithy_str_from(slash + 1);
    const smithy_str holder = {place, (size_t)(slash - place)};
    return is_s3 ? store_open_s3(both->s3, holder, name, 0, whole, NULL, world, call)
                 : store_open_dynamodb(both->dynamodb, holder, name, 0, whole, world, call);
}

static smithy_status load(state_store *store, const char *path, smithy_buffer *content, smithy_call *call) {
    bool exists = false;
    SMITHY_TRY(store_load_text(store, content, &exists, call));
    puts(exists ? "loaded" : "absent");
    return exists ? world->file_replace(world->context, path, content->ptr, content->len) : SMITHY_OK;
}

static smithy_status save(state_store *store, const char *path, smithy_buffer *content, smithy_call *call) {
    bool exists = false, won = false;
    SMITHY_TRY(world->file_read(world->context, path, content, &exists));
    SMITHY_TRY(store_save_text(store, smithy_buffer_str(content), &won, call));
    puts(won ? "won" : "lost");
    return SMITHY_OK;
}

static void obey(state_store *store, char *line, smithy_call *call) {
    smithy_buffer content;
    line[strcspn(line, "\n")] = '\0';
    smithy_buffer_init(&content, world, STATE_TEXT_MAX);
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
    if (argc != 2) return fputs("usage: state_store dynamodb://TABLE/NAME | s3://BUCKET/KEY\n", stderr), EXIT_FAILURE;
    smithy_call *call = smithy_call_create(NULL);
    const clients both = {dynamodb_client_create(NULL, call), s3_client_create(NULL, call)};
    state_store *store = both.dynamodb && both.s3 ? open_store(argv[1], &both, call) : NULL;
    while (store && fgets(line, sizeof line, stdin)) obey(store, line, call);
    const int code = store ? EXIT_SUCCESS : EXIT_FAILURE;
    store_destroy(store);
    s3_client_destroy(both.s3);
    dynamodb_client_destroy(both.dynamodb);
    smithy_call_destroy(call);
    return code;
}
