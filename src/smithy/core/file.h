/* The file functions of the default system. Internal. */
#ifndef SMITHY_CORE_FILE_H
#define SMITHY_CORE_FILE_H

#include <smithy/system.h>

smithy_status smithy_file_read(void *context, const char *path, smithy_buffer *content, bool *exists);
smithy_status smithy_file_stream(void *context, const char *path, smithy_sink *sink, bool *exists);
smithy_status smithy_file_replace(void *context, const char *path, const void *bytes, size_t len);
smithy_status smithy_file_replace_from(void *context, const char *path, const smithy_body *source);
smithy_status smithy_file_lock(void *context, const char *path, int *handle);
void smithy_file_unlock(void *context, int handle);

#endif
