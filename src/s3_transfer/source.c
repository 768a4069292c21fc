#include "s3_transfer/source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static smithy_status check_one(const s3_transfer_source *given, smithy_call *call) {
    const int count = (given->bytes.ptr != NULL) + (given->path != NULL) + (given->read != NULL);
    if (count != 1) return smithy_call_fail(call, SMITHY_ERROR_INPUT, "the source is one of bytes, path and read");
    if (given->read_length < 0) return smithy_call_fail(call, SMITHY_ERROR_INPUT, "read_length is negative");
    return SMITHY_OK;
}

static smithy_status open_file(upload_source *source, smithy_call *call) {
    struct stat facts;
    const char *path = source->given->path;
    source->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (source->fd < 0) return transfer_io_error(call, "cannot open", path);
    if (fstat(source->fd, &facts) != 0) return transfer_io_error(call, "cannot look at", path);
    if (S_ISDIR(facts.st_mode)) return smithy_call_fail(call, SMITHY_ERROR_IO, "%s is a folder", path);
    source->is_stream = !S_ISREG(facts.st_mode) || facts.st_size == 0; /* Some of /proc have no length, and bytes. */
    source->length = source->is_stream ? -1 : (int64_t)facts.st_size;
    return SMITHY_OK;
}

smithy_status source_open(upload_source *source, const s3_transfer_source *given, smithy_call *call) {
    *source = (upload_source){.given = given, .fd = -1, .length = -1};
    SMITHY_TRY(check_one(given, call));
    if (given->path) return open_file(source, call);
    if (given->read) {
        source->is_stream = true;
        source->length = given->read_length ? given->read_length : -1;
    } else if (given->bytes.len > INT64_MAX) {
        return smithy_call_fail(call, SMITHY_ERROR_INPUT, "the source is too long");
    } else {
        source->length = (int64_t)given->bytes.len;
    }
    return SMITHY_OK;
}

void source_close(upload_source *source) {
    if (source->fd >= 0) close(source->fd);
    source->fd = -1;
}

bool source_is_at_end(const upload_source *source) {
    return source->is_stream ? source->is_at_end : source->taken == source->length;
}

/* ---- pieces ---- */

static smithy_status read_some(upload_source *source, uint8_t *bytes, size_t size, size_t *len, smithy_call *call) {
    const s3_transfer_source *given = source->given;
    *len = 0;
    if (given->read) {
        const smithy_status status = given->read(given->context, bytes, size, len);
        if (status == SMITHY_OK && *len > size) return smithy_call_fail(call, SMITHY_ERROR_IO, "read gave too much");
        return status == SMITHY_OK ? SMITHY_OK : smithy_call_fail(call, status, "the source cannot be read");
    }
    ssize_t got;
    do got = read(source->fd, bytes, size);
    while (got < 0 && errno == EINTR);
    if (got < 0) return transfer_io_error(call, "cannot read", given->path);
    *len = (size_t)got;
    return SMITHY_OK;
}

/* Up to the size that is asked for, or the end. */
static smithy_status fill(upload_source *source, size_t size, size_t *filled, crew_member *member) {
    *filled = 0;
    while (*filled < size && !source->is_at_end) {
        size_t len = 0;
        if (smithy_call_is_canceled(member->call))
            return smithy_call_fail(member->call, SMITHY_ERROR_CANCELED, "canceled");
        SMITHY_TRY(read_some(source, member->buffer + *filled, size - *filled, &len, member->call));
        source->is_at_end = len == 0;
        *filled += len;
    }
    return SMITHY_OK;
}

/* A stream of known length ends there; whether it does is asked for when all of it has come. */
static smithy_status check_length(upload_source *source, smithy_call *call) {
    uint8_t one;
    size_t more = 0;
    if (source->length < 0 || (source->taken < source->length && !source->is_at_end)) return SMITHY_OK;
    if (source->taken == source->length && !source->is_at_end) {
        SMITHY_TRY(read_some(source, &one, sizeof one, &more, call));
        source->taken += (int64_t)more;
        source->is_at_end = true;
    }
    if (source->taken == source->length) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_IO, "the source has %s bytes than the %lld that were announced",
                            source->taken < source->length ? "fewer" : "more", (long long)source->length);
}

static smithy_status next_of_stream(upload_source *source, int64_t size, source_part *part, crew_member *member) {
    size_t filled = 0;
    if ((uint64_t)size > SIZE_MAX) return smithy_call_fail(member->call, SMITHY_ERROR_LIMIT, "the part is too long");
    SMITHY_TRY(crew_buffer(member, (size_t)size));
    SMITHY_TRY(fill(source, (size_t)size, &filled, member));
    part->length = (int64_t)filled;
    part->body = (smithy_body){.bytes = {member->buffer, filled}};
    source->taken += part->length;
    return check_length(source, member->call);
}

smithy_status source_next(upload_source *source, int64_t size, source_part *part, crew_member *member) {
    *part = (source_part){.length = 0};
    if (source->is_stream) return next_of_stream(source, size, part, member);
    const int64_t left = source->length - source->taken;
    part->length = size < left ? size : left;
    if (source->fd >= 0) {
        part->file = (smithy_file_source){.fd = source->fd, .offset = source->taken, .length = part->length};
        part->body = smithy_body_from_file(&part->file);
    } else {
        part->body = (smithy_body){.bytes = {source->given->bytes.ptr + source->taken, (size_t)part->length}};
    }
    source->taken += part->length;
    return SMITHY_OK;
}
