/* The commands and names of the default system. Internal. */
#ifndef SMITHY_CORE_PROCESS_H
#define SMITHY_CORE_PROCESS_H

#include <smithy/system.h>

smithy_status smithy_process_run(void *context, smithy_command *command);
smithy_status smithy_host_resolve(void *context, const char *host, smithy_address *addresses, size_t max,
                                  size_t *count);

#endif
