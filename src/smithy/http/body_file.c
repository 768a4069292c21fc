#include <smithy/http.h>

#include <errno.h>
#include <unistd.h>

static smithy_status file_read(void *context, uint8_t *bytes, size_t size, size_t *len) {
    smithy_file_source *source = context;
    *len = 0;
    const int64_t left = source->length - source->position;
    if (left <= 0) return SMITHY_OK;
    const size_t wanted = (uint64_t)left < size ? (size_t)left : size;
    ssize_t got;
    do got = pread(source->fd, bytes, wanted, (off_t)(source->offset + source->position));
    while (got < 0 && errno == EINTR);
    if (got <= 0) return SMITHY_ERROR_IO; /* 0: the file has become shorter than it was promised to be. */
    source->position += got;
    *len = (size_t)got;
    return SMITHY_OK;
}

static smithy_status file_rewind(void *context) {
    smithy_file_source *source = context;
    source->position = 0;
    return SMITHY_OK;
}

smithy_body smithy_body_from_file(smithy_file_source *source) {
    source->position = 0;
    return (smithy_body){.read = file_read, .rewind = file_rewind, .context = source, .length = source->length};
}
