/* The words of the command `state`. */
#ifndef CLI_COMMAND_STATE_H
#define CLI_COMMAND_STATE_H

#include "command.h"
#include "lease.h"

int cli_state_show(const cli_io *io, size_t count, const char *const *args);
int cli_state_edit(const cli_io *io, size_t count, const char *const *args);

/* The name in a group's ARN. */
static inline smithy_str cli_group_name(smithy_str arn) {
    smithy_str group, name, stream;
    return state_split_arn(arn, &group, &name, &stream) ? name : arn;
}

#endif
