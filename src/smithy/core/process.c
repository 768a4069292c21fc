#include "core/process.h"

#include <smithy/buffer.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a cancellation may go unnoticed, and the end of a process whose output has ended. */
enum { SLICE_MS = 100, EXIT_SLICE_MS = 2, READ_SIZE = 4096 };

extern char **environ; /* POSIX names it and leaves it to the program to declare it. */

typedef struct pipe_pair {
    int read;
    int write;
} pipe_pair;

typedef struct running {
    smithy_command *command;
    const smithy_system *system;
    pid_t pid;
    int output; /* Read ends; -1 once they ended. */
    int errors;
    int64_t deadline_ms; /* 0: none. */
} running;

/* ---- pipes ---- */

static void close_end(int *fd) {
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

/* Another thread may fork between pipe and fcntl and so keep an end open; a command's output then ends with that
 * process, or with the timeout. */
static bool open_pipe(pipe_pair *pair) {
    int ends[2];
    if (pipe(ends) != 0) return false;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *pair = (pipe_pair){ends[0], ends[1]};
    return true;
}

/* ---- start ---- */

static bool describe_files(posix_spawn_file_actions_t *actions, const pipe_pair *output, const pipe_pair *errors) {
    return posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0 &&
           posix_spawn_file_actions_adddup2(actions, output->write, STDOUT_FILENO) == 0 &&
           posix_spawn_file_actions_adddup2(actions, errors->write, STDERR_FILENO) == 0;
}

/* A group of its own, so that all of it can be killed; no signal blocked, and SIGPIPE as programs expect it. */
static bool describe_process(posix_spawnattr_t *attributes) {
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    return posix_spawnattr_setpgroup(attributes, 0) == 0 && posix_spawnattr_setsigmask(attributes, &none) == 0 &&
           posix_spawnattr_setsigdefault(attributes, &defaults) == 0 &&
           posix_spawnattr_setflags(attributes,
                                    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) == 0;
}

static bool spawn(pid_t *pid, const char *line, const pipe_pair *output, const pipe_pair *errors) {
    char shell[] = "sh", option[] = "-c";
    char *const arguments[] = {shell, option, (char *)(uintptr_t)line, NULL}; /* exec does not write to them. */
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&actions) != 0) return false;
    bool started = false;
    if (posix_spawnattr_init(&attributes) == 0) {
        started = describe_files(&actions, output, errors) && describe_process(&attributes) &&
                  posix_spawn(pid, "/bin/sh", &actions, &attributes, arguments, environ) == 0;
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return started;
}

static bool start(running *run) {
    pipe_pair output = {-1, -1}, errors = {-1, -1};
    const bool started =
        open_pipe(&output) && open_pipe(&errors) && spawn(&run->pid, run->command->line, &output, &errors);
    close_end(&output.write);
    close_end(&errors.write);
    if (!started) {
        close_end(&output.read);
        close_end(&errors.read);
    }
    run->output = output.read;
    run->errors = errors.read;
    return started;
}

/* ---- what it says ---- */

/* What stands in the pipe, at most one piece; *fd is closed at its end. The pipe's own copy of a secret is the
 * kernel's; ours is in `buffer` alone. */
static smithy_status read_output(int *fd, smithy_buffer *buffer) {
    const size_t left = buffer->max - buffer->len;
    const size_t wanted = left < READ_SIZE ? left : READ_SIZE;
    char probe;
    if (wanted > 0 && !smithy_buffer_reserve(buffer, wanted)) return smithy_buffer_status(buffer);
    const ssize_t got = read(*fd, wanted > 0 ? buffer->ptr + buffer->len : &probe, wanted > 0 ? wanted : 1);
    if (got < 0) return errno == EINTR || errno == EAGAIN ? SMITHY_OK : SMITHY_ERROR_IO;
    if (got == 0) {
        close_end(fd);
        return SMITHY_OK;
    }
    if (wanted == 0) return SMITHY_ERROR_LIMIT;
    buffer->len += (size_t)got;
    buffer->ptr[buffer->len] = '\0';
    return SMITHY_OK;
}

/* Keeps the beginning and lets the rest go by, so that the command never waits for a reader. */
static void read_errors(int *fd, smithy_buffer *buffer) {
    char piece[READ_SIZE];
    const ssize_t got = read(*fd, piece, sizeof piece);
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) close_end(fd);
    if (got <= 0 || !buffer) return;
    const size_t left = buffer->max - buffer->len;
    smithy_buffer_append(buffer, piece, (size_t)got < left ? (size_t)got : left);
}

static void read_last_errors(running *run) {
    while (run->errors >= 0) {
        struct pollfd watched = {.fd = run->errors, .events = POLLIN};
        if (poll(&watched, 1, 0) <= 0) return;
        read_errors(&run->errors, run->command->errors);
    }
}

/* ---- limits ---- */

static smithy_status check_limits(const running *run) {
    const smithy_command *command = run->command;
    if (command->is_canceled && command->is_canceled(command->cancel_context)) return SMITHY_ERROR_CANCELED;
    const bool late = run->deadline_ms && run->system->mono_ms(run->system->context) >= run->deadline_ms;
    return late ? SMITHY_ERROR_TIMEOUT : SMITHY_OK;
}

static int slice(const running *run) {
    if (!run->deadline_ms) return SLICE_MS;
    const int64_t left = run->deadline_ms - run->system->mono_ms(run->system->context);
    if (left < 0) return 0;
    return left < SLICE_MS ? (int)left : SLICE_MS;
}

/* Until standard output ends. Who still holds standard error then (a process left in the background) is not waited
 * for. */
static smithy_status collect(running *run) {
    while (run->output >= 0) {
        struct pollfd watched[] = {{.fd = run->output, .events = POLLIN}, {.fd = run->errors, .events = POLLIN}};
        SMITHY_TRY(check_limits(run));
        if (poll(watched, 2, slice(run)) < 0 && errno != EINTR) return SMITHY_ERROR_IO;
        if (watched[1].revents) read_errors(&run->errors, run->command->errors);
        if (watched[0].revents) SMITHY_TRY(read_output(&run->output, run->command->output));
    }
    return SMITHY_OK;
}

static smithy_status wait_for_end(running *run) {
    for (;;) {
        int how = 0;
        const pid_t ended = waitpid(run->pid, &how, WNOHANG);
        if (ended == run->pid) {
            run->command->exit_code = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
            return SMITHY_OK;
        }
        if (ended < 0 && errno != EINTR) {
            run->pid = 0; /* Somebody else has reaped it, and its number may be another's by now. */
            return SMITHY_ERROR_IO;
        }
        SMITHY_TRY(check_limits(run));
        run->system->sleep_ms(run->system->context, EXIT_SLICE_MS);
    }
}

static void kill_all(const running *run) {
    int how = 0;
    if (run->pid == 0) return;
    kill(-run->pid, SIGKILL);
    while (waitpid(run->pid, &how, 0) < 0 && errno == EINTR) continue;
}

smithy_status smithy_process_run(void *context, smithy_command *command) {
    (void)context;
    running run = {.command = command, .system = smithy_system_default(), .output = -1, .errors = -1};
    command->exit_code = -1;
    if (command->timeout_ms) run.deadline_ms = run.system->mono_ms(run.system->context) + command->timeout_ms;
    if (!start(&run)) return SMITHY_ERROR_IO;
    smithy_status status = collect(&run);
    if (status == SMITHY_OK) status = wait_for_end(&run);
    if (status == SMITHY_OK)
        read_last_errors(&run);
    else
        kill_all(&run);
    close_end(&run.output);
    close_end(&run.errors);
    return status;
}
