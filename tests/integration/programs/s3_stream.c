/* s3_stream BUCKET KEY LENGTH: puts LENGTH bytes of standard input, which cannot start over, and prints two links to
 * the object, to read it and to replace it. */
#include <s3/s3.h>
#include <stdio.h>
#include <stdlib.h>

static smithy_status read_input(void *context, uint8_t *bytes, size_t size, size_t *len) {
    *len = fread(bytes, 1, size, context);
    return ferror(context) ? SMITHY_ERROR_IO : SMITHY_OK;
}

static smithy_status put(s3_client *s3, char **arguments, smithy_call *call) {
    const s3_put_object_input input = {
        .bucket = smithy_str_from(arguments[1]),
        .key = smithy_str_from(arguments[2]),
        .body = {.read = read_input, .context = stdin, .length = strtoll(arguments[3], NULL, 10)},
    };
    s3_put_object_output output;
    return s3_put_object(s3, &input, &output, call);
}

static smithy_status print_links(s3_client *s3, char **arguments, smithy_call *call) {
    const smithy_str bucket = smithy_str_from(arguments[1]), key = smithy_str_from(arguments[2]);
    const s3_get_object_input get = {.bucket = bucket, .key = key};
    const s3_put_object_input replace = {.bucket = bucket, .key = key};
    smithy_presigned to_read, to_replace;
    SMITHY_TRY(s3_get_object_presign(s3, &get, 60, &to_read, call));
    SMITHY_TRY(s3_put_object_presign(s3, &replace, 60, &to_replace, call));
    printf("%s\n%s\n", to_read.url.ptr, to_replace.url.ptr);
    return SMITHY_OK;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    smithy_call *call = smithy_call_create(NULL);
    s3_client *s3 = s3_client_create(&(s3_client_options){.force_path_style = SMITHY_SET(true)}, call);
    smithy_status status = s3 ? put(s3, argv, call) : smithy_call_status(call);
    if (status == SMITHY_OK) status = print_links(s3, argv, call);
    if (status != SMITHY_OK) smithy_error_print(stderr, smithy_call_error(call));
    s3_client_destroy(s3);
    smithy_call_destroy(call);
    return status == SMITHY_OK ? 0 : 1;
}
