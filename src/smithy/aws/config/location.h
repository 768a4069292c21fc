/* Where the two files are. Internal. */
#ifndef SMITHY_AWS_CONFIG_LOCATION_H
#define SMITHY_AWS_CONFIG_LOCATION_H

#include <smithy/call.h>

#include "core/arena.h"

/* Of the config or the credentials file: `option`, else what the environment names, else its place in the home folder.
 * A leading "~" is the home folder, which HOME names. NUL-terminated, in `arena` or the environment; absent where no
 * file is named and there is no home. */
smithy_status profile_path(const smithy_system *system, smithy_arena *arena, bool is_config, smithy_str option,
                           smithy_str *path, smithy_call *call);

#endif
