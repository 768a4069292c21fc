#include "log_writer.h"

#include "log_text.h"

#include <errno.h>
#include <smithy/json.h>
#include <unistd.h>

#define LINE_MAX_BYTES (512 * 1024)
#define TEXT_MAX_BYTES 4096
#define LOST_LINE      "a log line was lost: out of memory\n"

bool exporter_write_all(int fd, smithy_str text) {
    size_t written = 0;
    while (written < text.len) {
        const ssize_t taken = write(fd, text.ptr + written, text.len - written);
        if (taken < 0 && errno == EINTR) continue;
        if (taken < 0) return false;
        written += (size_t)taken;
    }
    return true;
}

/* ---- text ---- */

/* A value that would read as several words, or as none, is put in quotes. */
static bool wants_quotes(smithy_str text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == ' ' || text.ptr[i] == '"' || text.ptr[i] == '=') return true;
    return text.len == 0;
}

static void append_fields(smithy_buffer *line, const exporter_log_field *fields, size_t count) {
    for (size_t i = 0; i < count; i++) {
        smithy_buffer_append_f(line, " %s=", fields[i].name);
        if (!smithy_str_is_set(fields[i].text)) {
            smithy_buffer_append_i64(line, fields[i].number);
            continue;
        }
        if (wants_quotes(fields[i].text))
            exporter_text_append_quoted(line, fields[i].text, TEXT_MAX_BYTES);
        else
            exporter_text_append_line(line, fields[i].text, TEXT_MAX_BYTES);
    }
}

static void append_terminal_line(exporter_log_writer *writer, exporter_log_level level, const char *message) {
    smithy_buffer *line = &writer->line;
    exporter_text_append_time(line, writer->system->wall_ms(writer->system->context));
    smithy_buffer_append_f(line, " %-5s ", exporter_log_level_name(level));
    exporter_text_append_line(line, smithy_str_from(message), TEXT_MAX_BYTES);
}

static void append_lambda_line(exporter_log_writer *writer, exporter_log_level level, const char *message) {
    smithy_buffer *line = &writer->line;
    exporter_text_append_time_ms(line, writer->system->wall_ms(writer->system->context));
    smithy_buffer_append_f(line, "\t%s\t%s\t", writer->request_id, exporter_log_level_name(level));
    exporter_text_append_line(line, smithy_str_from(message), TEXT_MAX_BYTES);
}

/* ---- JSON ---- */

static void put_scratch(smithy_json_writer *json, const smithy_buffer *scratch, const char *name) {
    smithy_json_put_str(json, name, smithy_buffer_str(scratch));
    if (smithy_buffer_status(scratch) != SMITHY_OK) json->out->status = smithy_buffer_status(scratch);
}

/* The JSON writer escapes what JSON asks for; it is handed well-formed text. */
static void put_text(smithy_json_writer *json, smithy_buffer *scratch, const char *name, smithy_str text) {
    smithy_buffer_reset(scratch);
    exporter_text_append_utf8(scratch, text, TEXT_MAX_BYTES);
    put_scratch(json, scratch, name);
}

static void append_json_line(exporter_log_writer *writer, exporter_log_level level, const char *message,
                             const exporter_log_field *fields, size_t count) {
    smithy_buffer scratch;
    smithy_buffer_init(&scratch, writer->system, 4 * TEXT_MAX_BYTES);
    smithy_json_writer json;
    smithy_json_writer_init(&json, &writer->line);
    exporter_text_append_time_ms(&scratch, writer->system->wall_ms(writer->system->context));

    smithy_json_open_object(&json);
    put_scratch(&json, &scratch, "timestamp");
    smithy_json_put_str(&json, "level", smithy_str_from(exporter_log_level_name(level)));
    if (writer->request_id[0]) put_text(&json, &scratch, "requestId", smithy_str_from(writer->request_id));
    put_text(&json, &scratch, "message", smithy_str_from(message));
    for (size_t i = 0; i < count; i++) {
        if (smithy_str_is_set(fields[i].text)) {
            put_text(&json, &scratch, fields[i].name, fields[i].text);
            continue;
        }
        smithy_json_name(&json, fields[i].name);
        smithy_json_value_i64(&json, fields[i].number);
    }
    smithy_json_close_object(&json);
    smithy_buffer_deinit(&scratch);
}

/* ---- the log ---- */

static void write_line(exporter_log *log, exporter_log_level level, const char *message,
                       const exporter_log_field *fields, size_t count) {
    exporter_log_writer *writer = (exporter_log_writer *)log;
    smithy_buffer_reset(&writer->line);
    switch (writer->format) {
    case EXPORTER_LOG_FORMAT_TERMINAL:
        append_terminal_line(writer, level, message);
        append_fields(&writer->line, fields, count);
        break;
    case EXPORTER_LOG_FORMAT_LAMBDA_TEXT:
        append_lambda_line(writer, level, message);
        append_fields(&writer->line, fields, count);
        break;
    case EXPORTER_LOG_FORMAT_JSON: append_json_line(writer, level, message, fields, count); break;
    }
    smithy_buffer_append_char(&writer->line, '\n');
    const bool whole = smithy_buffer_status(&writer->line) == SMITHY_OK;
    /* A log that cannot be written is no reason to end a run. */
    (void)exporter_write_all(writer->fd, whole ? smithy_buffer_str(&writer->line) : SMITHY_STR(LOST_LINE));
}

void exporter_log_writer_init(exporter_log_writer *writer, const smithy_system *system, int fd,
                              exporter_log_format format, exporter_log_level level) {
    *writer = (exporter_log_writer){
        .base = {.level = level, .write = write_line},
        .system = system,
        .fd = fd,
        .format = format,
    };
    smithy_buffer_init(&writer->line, system, LINE_MAX_BYTES);
}

void exporter_log_writer_deinit(exporter_log_writer *writer) {
    smithy_buffer_deinit(&writer->line);
}

void exporter_log_writer_set_request_id(exporter_log_writer *writer, smithy_str request_id) {
    size_t length = 0;
    for (size_t i = 0; i < request_id.len && length + 1 < sizeof writer->request_id; i++)
        if (request_id.ptr[i] > ' ' && request_id.ptr[i] <= '~') writer->request_id[length++] = request_id.ptr[i];
    writer->request_id[length] = '\0';
}

exporter_log_format exporter_log_format_of_lambda(const smithy_system *system) {
    const smithy_str format = smithy_str_from(system->env(system->context, "AWS_LAMBDA_LOG_FORMAT"));
    return smithy_str_equal_nocase(format, SMITHY_STR("JSON")) ? EXPORTER_LOG_FORMAT_JSON
                                                               : EXPORTER_LOG_FORMAT_LAMBDA_TEXT;
}
