#include "snippet.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static smithy_status upload_file(s3_client *s3, smithy_call *call) {
    struct stat about;
    smithy_file_source source = {.fd = open("report.csv", O_RDONLY | O_CLOEXEC)};
    if (source.fd < 0 || fstat(source.fd, &about) != 0) return smithy_call_fail(call, SMITHY_ERROR_IO, "report.csv");
    source.length = about.st_size;
    const s3_put_object_input input = {
        .bucket = SMITHY_STR("my-bucket"),
        .key = SMITHY_STR("reports/2026.csv"),
        .body = smithy_body_from_file(&source), /* Read in pieces, and again for a retry; a checksum goes along. */
    };
    s3_put_object_output output;
    const smithy_status status = s3_put_object(s3, &input, &output, call);
    close(source.fd);
    return status;
}

int main(void) {
    return with_s3(upload_file);
}
