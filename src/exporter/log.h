/* What a run says while it works. The exporter writes lines through this; the command and the Lambda decide how they
 * look: plain text on a terminal, one JSON object a line for machines. */
#ifndef EXPORTER_LOG_H
#define EXPORTER_LOG_H

#include "settings.h"

/* One more fact of a line: "group" = "/aws/lambda/checkout". */
typedef struct exporter_log_field {
    const char *name;
    smithy_str text; /* Absent: `number` counts. */
    int64_t number;
} exporter_log_field;

typedef struct exporter_log exporter_log;
struct exporter_log {
    exporter_log_level level; /* Lines below it are not handed to `write`. */
    /* One line. The texts are borrowed for the call. */
    void (*write)(exporter_log *log, exporter_log_level level, const char *message, const exporter_log_field *fields,
                  size_t count);
};

#define EXPORTER_FIELD_STR(name_, text_)   ((exporter_log_field){.name = (name_), .text = (text_)})
#define EXPORTER_FIELD_TEXT(name_, text_)  ((exporter_log_field){.name = (name_), .text = smithy_str_from(text_)})
#define EXPORTER_FIELD_I64(name_, number_) ((exporter_log_field){.name = (name_), .number = (number_)})

/* exporter_log_line(log, EXPORTER_LOG_INFO, "task created", EXPORTER_FIELD_STR("group", name), …): at least one field.
 */
#define exporter_log_line(log_, level_, message_, ...)                                          \
    exporter_log_write((log_), (level_), (message_), (const exporter_log_field[]){__VA_ARGS__}, \
                       sizeof((const exporter_log_field[]){__VA_ARGS__}) / sizeof(exporter_log_field))

/* Hands the line on when its level is high enough. A NULL log is silent. */
static inline void exporter_log_write(exporter_log *log, exporter_log_level level, const char *message,
                                      const exporter_log_field *fields, size_t count) {
    if (log && level >= log->level) log->write(log, level, message, fields, count);
}

#endif
