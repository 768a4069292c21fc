/* One object to S3 or from it: s3_copy up|down BUCKET KEY PATH [PART_MIB THREADS [IF_NONE_MATCH]]; PATH "-" is the
 * standard input or output. Prints what became of it as "length parts verified etag", to the standard error for a
 * download to the standard output. */
#include <s3_transfer/s3_transfer.h>

#include <stdlib.h>
#include <unistd.h>

#define MIB ((int64_t)1024 * 1024)

static smithy_status read_input(void *context, uint8_t *bytes, size_t size, size_t *len) {
    (void)context;
    const ssize_t got = read(STDIN_FILENO, bytes, size);
    *len = got > 0 ? (size_t)got : 0;
    return got < 0 ? SMITHY_ERROR_IO : SMITHY_OK;
}

static smithy_status run(s3_client *client, char **words, int count, s3_transfer_result *result, smithy_call *call) {
    const smithy_str bucket = smithy_str_from(words[2]), key = smithy_str_from(words[3]);
    const bool is_standard = strcmp(words[4], "-") == 0;
    s3_transfer_options options = {0};
    if (count > 5) options.part_size = atoi(words[5]) * MIB;
    if (count > 6) options.threads = atoi(words[6]);
    if (strcmp(words[1], "down") == 0) {
        s3_transfer_target target = {.path = words[4]};
        if (is_standard) target = (s3_transfer_target){.fd = SMITHY_SET(STDOUT_FILENO)};
        return s3_transfer_download(client, &(s3_get_object_input){.bucket = bucket, .key = key}, &target, &options,
                                    result, call);
    }
    const s3_put_object_input object = {
        .bucket = bucket, .key = key, .if_none_match = smithy_str_from(count > 7 ? words[7] : NULL)};
    s3_transfer_source source = {.path = words[4]};
    if (is_standard) source = (s3_transfer_source){.read = read_input};
    return s3_transfer_upload(client, &object, &source, &options, result, call);
}

int main(int count, char **words) {
    if (count < 5) {
        fprintf(stderr, "usage: %s up|down BUCKET KEY PATH [PART_MIB THREADS [IF_NONE_MATCH]]\n", words[0]);
        return 2;
    }
    smithy_call *call = smithy_call_create(NULL);
    s3_client *client =
        call ? s3_client_create(&(s3_client_options){.force_path_style = SMITHY_SET(true)}, call) : NULL;
    s3_transfer_result result;
    const bool is_done = client && run(client, words, count, &result, call) == SMITHY_OK;
    FILE *out = strcmp(words[1], "down") == 0 && strcmp(words[4], "-") == 0 ? stderr : stdout;
    if (is_done)
        fprintf(out, "%lld %d %d %.*s\n", (long long)result.length, result.parts, result.is_verified,
                SMITHY_STR_ARG(result.etag));
    else
        smithy_error_print(stderr, smithy_call_error(call));
    s3_client_destroy(client);
    smithy_call_destroy(call);
    return is_done ? 0 : 1;
}
