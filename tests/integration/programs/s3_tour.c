/* One operation of the S3 client, by hand.
 *
 *   s3_tour make BUCKET
 *   s3_tour put BUCKET KEY bytes|file|pipe [CONDITION...]   the standard input, which must be a file; prints the ETag
 *   s3_tour get BUCKET KEY [CONDITION...]                   to the standard output
 *   s3_tour head BUCKET KEY
 *   s3_tour list BUCKET PREFIX SIZE                         a line for each page of SIZE keys
 *   s3_tour delete BUCKET KEY...                            prints what went
 *   s3_tour copy BUCKET KEY NEW_KEY
 *   s3_tour abandon BUCKET KEY                              begins an upload in parts, sends one, and aborts it
 *
 * Conditions: if-match=ETAG if-none-match=ETAG range=RANGE algorithm=NAME sha256=VALUE. With "bytes" the body is in
 * memory, with "file" it can start over, with "pipe" it cannot. Endpoint and credentials come from the environment. */
#include <s3/s3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct tour {
    s3_client *s3;
    smithy_call *call;
    smithy_str bucket, key;
    char **rest; /* What follows the key, ended by NULL. */
} tour;

/* What follows `name=` among the conditions; absent where nothing does. */
static smithy_str condition(const tour *on, const char *name) {
    const size_t len = strlen(name);
    for (char **word = on->rest; *word; word++)
        if (strncmp(*word, name, len) == 0 && (*word)[len] == '=') return smithy_str_from(*word + len + 1);
    return (smithy_str){0};
}

static smithy_status make(tour *on) {
    s3_create_bucket_output output;
    return s3_create_bucket(on->s3, &(s3_create_bucket_input){.bucket = on->bucket}, &output, on->call);
}

static smithy_status read_input(void *context, uint8_t *bytes, size_t size, size_t *len) {
    *len = fread(bytes, 1, size, context);
    return ferror(context) ? SMITHY_ERROR_IO : SMITHY_OK;
}

/* `memory` holds the body where it is to be in memory; its owner frees it. */
static smithy_status take_input(const char *how, smithy_file_source *file, uint8_t **memory, smithy_body *body) {
    struct stat status;
    if (fstat(STDIN_FILENO, &status) != 0) return SMITHY_ERROR_IO;
    *file = (smithy_file_source){.fd = STDIN_FILENO, .length = status.st_size};
    *body = smithy_body_from_file(file);
    if (strcmp(how, "pipe") == 0) *body = (smithy_body){.read = read_input, .context = stdin, .length = status.st_size};
    if (strcmp(how, "bytes") != 0) return SMITHY_OK;
    const size_t len = (size_t)status.st_size;
    *memory = malloc(len + 1);
    if (!*memory) return SMITHY_ERROR_MEMORY;
    *body = (smithy_body){.bytes = {*memory, len}};
    return fread(*memory, 1, len, stdin) == len ? SMITHY_OK : SMITHY_ERROR_IO;
}

static smithy_status put(tour *on) {
    smithy_file_source file;
    uint8_t *memory = NULL;
    s3_put_object_output output;
    s3_put_object_input input = {
        .bucket = on->bucket,
        .key = on->key,
        .checksum_algorithm = s3_checksum_algorithm_of(condition(on, "algorithm")),
        .checksum_sha256 = condition(on, "sha256"),
        .if_match = condition(on, "if-match"),
        .if_none_match = condition(on, "if-none-match"),
    };
    smithy_status status = take_input(on->rest[0] ? on->rest[0] : "file", &file, &memory, &input.body);
    if (status == SMITHY_OK) status = s3_put_object(on->s3, &input, &output, on->call);
    if (status == SMITHY_OK) printf("%.*s\n", SMITHY_STR_ARG(output.etag));
    free(memory);
    return status;
}

static smithy_status get(tour *on) {
    const s3_get_object_input input = {
        .bucket = on->bucket,
        .key = on->key,
        .range = condition(on, "range"),
        .if_match = condition(on, "if-match"),
        .if_none_match = condition(on, "if-none-match"),
    };
    s3_get_object_output output;
    SMITHY_TRY(s3_get_object(on->s3, &input, &output, on->call));
    return fwrite(output.body.ptr, 1, output.body.len, stdout) == output.body.len ? SMITHY_OK : SMITHY_ERROR_IO;
}

static smithy_status head(tour *on) {
    s3_head_object_output output;
    const s3_head_object_input input = {.bucket = on->bucket, .key = on->key};
    SMITHY_TRY(s3_head_object(on->s3, &input, &output, on->call));
    printf("%lld %.*s\n", (long long)output.content_length.value, SMITHY_STR_ARG(output.etag));
    return SMITHY_OK;
}

static smithy_status list(tour *on) {
    const int size = on->rest[0] ? atoi(on->rest[0]) : 1000;
    s3_list_objects_v2_pages pages = {.input = {.bucket = on->bucket, .prefix = on->key, .max_keys = SMITHY_SET(size)}};
    const s3_list_objects_v2_output *page;
    for (;;) {
        SMITHY_TRY(s3_list_objects_v2_next(on->s3, &pages, &page, on->call));
        if (!page) return SMITHY_OK;
        for (size_t i = 0; i < page->contents.count; i++)
            printf("%s%.*s", i ? "\t" : "", SMITHY_STR_ARG(page->contents.items[i].key));
        putchar('\n');
    }
}

static smithy_status delete_all(tour *on) {
    s3_object_identifier objects[10] = {{.key = on->key}};
    size_t count = 1;
    for (char **word = on->rest; *word && count < 10; word++) objects[count++].key = smithy_str_from(*word);
    const s3_delete wanted = {.objects = {objects, count}};
    const s3_delete_objects_input input = {.bucket = on->bucket, .delete_ = &wanted};
    s3_delete_objects_output output;
    SMITHY_TRY(s3_delete_objects(on->s3, &input, &output, on->call));
    for (size_t i = 0; i < output.deleted.count; i++) printf("%.*s\n", SMITHY_STR_ARG(output.deleted.items[i].key));
    return SMITHY_OK;
}

static smithy_status copy(tour *on) {
    char source[2048];
    snprintf(source, sizeof source, "%.*s/%.*s", SMITHY_STR_ARG(on->bucket), SMITHY_STR_ARG(on->key));
    const s3_copy_object_input input = {
        .bucket = on->bucket,
        .key = smithy_str_from(on->rest[0]),
        .copy_source = smithy_str_from(source),
    };
    s3_copy_object_output output;
    return s3_copy_object(on->s3, &input, &output, on->call);
}

static smithy_status abandon(tour *on) {
    const s3_create_multipart_upload_input begin = {.bucket = on->bucket, .key = on->key};
    s3_create_multipart_upload_output begun;
    SMITHY_TRY(s3_create_multipart_upload(on->s3, &begin, &begun, on->call));
    const s3_upload_part_input part = {
        .bucket = on->bucket,
        .key = on->key,
        .upload_id = begun.upload_id,
        .part_number = SMITHY_SET(1),
        .body = {.bytes = {(const uint8_t *)"part", 4}},
    };
    s3_upload_part_output sent;
    SMITHY_TRY(s3_upload_part(on->s3, &part, &sent, on->call));
    const s3_abort_multipart_upload_input end = {.bucket = on->bucket, .key = on->key, .upload_id = begun.upload_id};
    s3_abort_multipart_upload_output ended;
    SMITHY_TRY(s3_abort_multipart_upload(on->s3, &end, &ended, on->call));
    const smithy_status again = s3_upload_part(on->s3, &part, &sent, on->call);
    return again == SMITHY_OK ? smithy_call_fail(on->call, SMITHY_ERROR_INPUT, "a part was taken after the abort")
                              : again;
}

static smithy_status visit(const char *what, tour *on) {
    static const struct {
        const char *name;
        smithy_status (*run)(tour *on);
    } VISITS[] = {{"make", make}, {"put", put},           {"get", get},   {"head", head},
                  {"list", list}, {"delete", delete_all}, {"copy", copy}, {"abandon", abandon}};
    for (size_t i = 0; i < sizeof VISITS / sizeof *VISITS; i++)
        if (strcmp(what, VISITS[i].name) == 0) return VISITS[i].run(on);
    return smithy_call_fail(on->call, SMITHY_ERROR_INPUT, "there is no %s", what);
}

int main(int argc, char **argv) {
    if (argc < 3) return fputs("usage: s3_tour WHAT BUCKET [KEY [...]]\n", stderr), 2;
    smithy_call *call = smithy_call_create(NULL);
    s3_client *s3 = call ? s3_client_create(NULL, call) : NULL;
    tour on = {s3, call, smithy_str_from(argv[2]), smithy_str_from(argc > 3 ? argv[3] : NULL),
               argc > 4 ? argv + 4 : argv + argc};
    const bool is_done = s3 && visit(argv[1], &on) == SMITHY_OK;
    if (!is_done) smithy_error_print(stderr, smithy_call_error(call));
    s3_client_destroy(s3);
    smithy_call_destroy(call);
    return is_done ? 0 : 1;
}
