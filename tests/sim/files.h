/* The runtime's own functions on files (src/smithy/core/file.c), whose system calls go to the simulated disk: each of
 * them a step at which the process can be killed, another one can run, or something fails. For a process's
 * smithy_system. */
#ifndef SIM_FILES_H
#define SIM_FILES_H

#include <smithy/system.h>

smithy_status files_read(void *process, const char *path, smithy_buffer *content, bool *exists);
smithy_status files_stream(void *process, const char *path, smithy_sink *sink, bool *exists);
smithy_status files_replace(void *process, const char *path, const void *bytes, size_t len);
smithy_status files_replace_from(void *process, const char *path, const smithy_body *source);
smithy_status files_lock(void *process, const char *path, int *handle);
void files_unlock(void *process, int handle);

#endif
