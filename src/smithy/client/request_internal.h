/* What the files of the request vocabulary share. */
#ifndef SMITHY_CLIENT_REQUEST_INTERNAL_H
#define SMITHY_CLIENT_REQUEST_INTERNAL_H

#include <smithy/operation.h>
#include <smithy/text.h>

void request_init(smithy_request *request, const smithy_operation *operation, smithy_protocol protocol,
                  const smithy_system *system, smithy_call *call);
void request_deinit(smithy_request *request);

/* Makes `status` stick; later ones do not replace it. */
void request_fail(smithy_request *request, smithy_status status);
/* SMITHY_ERROR_INPUT "<name> <what>". */
void request_refuse(smithy_request *request, const char *name, const char *what);

/* A copy in the arena of what was written to the stack; absent, with the request failed, where memory is out. */
smithy_str request_keep(smithy_request *request, smithy_str text);

/* The value as the query, a label or a header carries it, into `text`; its view is the result. */
smithy_str request_time_text(int64_t ms, smithy_time_format format, char text[SMITHY_TIME_TEXT_SIZE]);
smithy_str request_i64_text(int64_t value, char text[SMITHY_NUMBER_TEXT_SIZE]);
smithy_str request_f32_text(float value, char text[SMITHY_NUMBER_TEXT_SIZE]);
smithy_str request_f64_text(double value, char text[SMITHY_NUMBER_TEXT_SIZE]);
smithy_str request_bool_text(bool value);

/* Whether a host may begin with it. */
bool request_is_host_prefix(smithy_str prefix);

/* A header: of a name and value that live as long as the request, or of a value on the stack. */
void request_add_header(smithy_request *request, smithy_str name, smithy_str value);
void request_add_header_copy(smithy_request *request, const char *name, smithy_str value);

#endif
