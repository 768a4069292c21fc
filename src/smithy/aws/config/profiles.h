/* What the two files say together: profiles and [services …] sections, each with the keys of both files. Built once,
 * then only read. Internal. */
#ifndef SMITHY_AWS_CONFIG_PROFILES_H
#define SMITHY_AWS_CONFIG_PROFILES_H

#include <smithy/buffer.h>
#include <smithy/config.h>

#include "core/arena.h"

typedef enum section_kind { SECTION_PROFILE, SECTION_SSO_SESSION, SECTION_SERVICES, SECTION_IGNORED } section_kind;

typedef enum profile_file { PROFILE_CONFIG_FILE, PROFILE_CREDENTIALS_FILE } profile_file;
#define PROFILE_FILES 2

/* A key with its value, or (key absent) a section's own line. The texts stand in the files' own memory. */
typedef struct profile_entry {
    smithy_str section;
    smithy_str key; /* Lower-case. */
    smithy_str value;
    section_kind kind;
    profile_file file;
    bool plain_default; /* Of "[default]" in the config file, which "[profile default]" puts out of force. */
    size_t order;
} profile_entry;

struct smithy_profile {
    smithy_str name;
    section_kind kind;
    const profile_entry *entries; /* Sorted by key, each once. */
    size_t entry_count;
    smithy_str sources[PROFILE_FILES]; /* "profile dev in /home/me/.aws/config" */
};

typedef struct profile_set {
    const smithy_system *system;
    smithy_arena arena;
    smithy_buffer texts[PROFILE_FILES];
    smithy_str paths[PROFILE_FILES];
    profile_entry *entries;
    size_t entry_count;
    size_t entry_capacity;
    smithy_profile *sections; /* Sorted by kind and name. */
    size_t section_count;
} profile_set;

void profile_set_init(profile_set *set, const smithy_system *system);
/* Overwrites all that was read. */
void profile_set_deinit(profile_set *set);

/* Reads one file; *exists tells whether there is one. `path` has to be NUL-terminated and live as long as the set.
 * SMITHY_ERROR_CONFIG names the file, and the line. */
smithy_status profile_set_read(profile_set *set, profile_file file, smithy_str path, bool *exists, smithy_call *call);
/* Merges what was read; after it the set can be asked. */
smithy_status profile_set_finish(profile_set *set, smithy_call *call);

/* NULL: there is none. */
const smithy_profile *profile_set_find(const profile_set *set, section_kind kind, smithy_str name);

#endif
