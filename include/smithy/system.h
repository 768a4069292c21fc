/* The outside world in one table: clocks, sleep, chance, memory, environment, files, commands, names, HTTP.
 *
 * Nothing in the runtime, the clients or the exporter reaches the outside by another way, so a test that
 * fills this table simulates a whole AWS in one thread from one seed. A program uses smithy_system_default(),
 * or a copy of it with single entries replaced. */
#ifndef SMITHY_SYSTEM_H
#define SMITHY_SYSTEM_H

#include <smithy/base.h>
#include <smithy/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct smithy_transport smithy_transport; /* smithy/http.h */
typedef struct smithy_buffer smithy_buffer;       /* smithy/buffer.h */

/* A command for the shell, how much it may take, and what came of it. */
typedef struct smithy_command {
    const char *line;   /* For /bin/sh -c. Its standard input is empty. */
    int64_t timeout_ms; /* Then it is killed, with all of its process group; 0: never. */
    /* Optional: asked several times a second; true kills it, too. */
    bool (*is_canceled)(const void *context);
    const void *cancel_context;
    smithy_buffer *output; /* Standard output is appended. */
    smithy_buffer *errors; /* Optional: takes the beginning of standard error, as far as its maximum goes. */
    int exit_code;         /* Set: the shell's, or 128 + the signal that ended it. */
} smithy_command;

/* An address of the Internet, in network byte order; IPv4 fills the first four bytes. */
typedef struct smithy_address {
    bool is_v6;
    uint8_t bytes[16];
} smithy_address;

typedef struct smithy_system {
    void *context; /* Handed to every function below. */

    /* The time of day in ms since 1970; may step in both directions. */
    int64_t (*wall_ms)(void *context);
    /* A clock that never steps back, in ms from an unknown start. */
    int64_t (*mono_ms)(void *context);
    /* Returns after `ms`, or earlier when a signal came. */
    void (*sleep_ms)(void *context, int64_t ms);
    /* Fills `bytes` with unpredictable ones. SMITHY_ERROR_IO when there are none to be had. */
    smithy_status (*random)(void *context, void *bytes, size_t len);

    /* malloc (block NULL), realloc, and free (size 0, answers NULL) in one, aligned for any type. */
    void *(*resize)(void *context, void *block, size_t size);

    /* The value of an environment variable, or NULL. Stays valid while the environment is not changed. */
    const char *(*env)(void *context, const char *name);

    /* Appends the whole file to `content`, whose maximum holds. *exists tells a missing file from a failed read;
     * a missing one is SMITHY_OK with *exists false. */
    smithy_status (*file_read)(void *context, const char *path, smithy_buffer *content, bool *exists);
    /* The same, piece by piece. What the sink answers, if it is not SMITHY_OK, ends it and is the answer. */
    smithy_status (*file_stream)(void *context, const char *path, smithy_sink *sink, bool *exists);
    /* Replaces the file in one step (temporary beside it, fsync, rename): readers see the old one or the new one.
     * Mode 0600. */
    smithy_status (*file_replace)(void *context, const char *path, const void *bytes, size_t len);
    /* The same, with what the source gives, rewound, until it ends; its length is not asked for. What it answers, if it
     * is not SMITHY_OK, ends it and is the answer. */
    smithy_status (*file_replace_from)(void *context, const char *path, const smithy_body *source);
    /* Takes an exclusive advisory lock on `path` (made when missing), without waiting. *handle >= 0 when taken, -1 when
     * somebody else holds it. It is released by file_unlock, or by the end of the process. */
    smithy_status (*file_lock)(void *context, const char *path, int *handle);
    void (*file_unlock)(void *context, int handle);

    /* Runs a command to its end. SMITHY_OK whatever its exit code; SMITHY_ERROR_TIMEOUT and SMITHY_ERROR_CANCELED when
     * it was killed for that, SMITHY_ERROR_LIMIT for more output than the buffer's maximum, SMITHY_ERROR_IO when it
     * cannot be run at all. */
    smithy_status (*run)(void *context, smithy_command *command);
    /* The addresses of a host: a name, or an address as text. SMITHY_ERROR_TRANSPORT where it has none,
     * SMITHY_ERROR_LIMIT where it has more than `max`. */
    smithy_status (*resolve)(void *context, const char *host, smithy_address *addresses, size_t max, size_t *count);

    /* Optional; shared by every client made with this table, which does not own it. NULL: each client makes and owns
     * a libcurl transport. */
    smithy_transport *transport;
} smithy_system;

/* The operating system itself. Shareable between threads; lives for the whole program. */
SMITHY_API const smithy_system *smithy_system_default(void);

#ifdef __cplusplus
}
#endif

#endif
