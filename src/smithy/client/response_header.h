/* What the readers of headers share. Private to this folder. */
#ifndef SMITHY_CLIENT_RESPONSE_HEADER_H
#define SMITHY_CLIENT_RESPONSE_HEADER_H

#include <smithy/operation.h>

/* SMITHY_ERROR_RESPONSE that names the header. */
smithy_status response_refuse_header(const char *name, smithy_str value, smithy_call *call);
bool response_read_time(smithy_str text, smithy_time_format format, int64_t *ms);

#endif
