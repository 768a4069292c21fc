/* The program: a Lambda's bootstrap where the platform says so, the command otherwise. */
#include "cli.h"
#include "lambda.h"

#include <signal.h>
#include <unistd.h>

#define EXIT_BY_SIGNAL 128

/* A signal handler has nothing else to speak through. */
static volatile int stop_wanted = 0;

static const char STOPPING[] = "\nstopping: what runs is recorded and the state saved; once more to exit at once\n";

static void on_stop_signal(int signal_number) {
    if (stop_wanted) _exit(EXIT_BY_SIGNAL + signal_number);
    stop_wanted = 1;
    const ssize_t ignored = write(STDERR_FILENO, STOPPING, sizeof STOPPING - 1);
    (void)ignored;
}

/* Without SA_RESTART: the signal is to end a wait. */
static void catch_stop_signals(void) {
    struct sigaction action = {.sa_handler = on_stop_signal};
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

int main(int argc, char **argv) {
    const smithy_system *system = smithy_system_default();
    /* A reader that went away must not end a run in the middle: writes fail instead. */
    (void)signal(SIGPIPE, SIG_IGN);
    const char *runtime_api = system->env(system->context, "AWS_LAMBDA_RUNTIME_API");
    if (runtime_api && runtime_api[0]) return lambda_main(system, STDOUT_FILENO);
    catch_stop_signals();
    const cli_io io = {
        .system = system,
        .out_fd = STDOUT_FILENO,
        .err_fd = STDERR_FILENO,
        .in_fd = STDIN_FILENO,
        .in_is_terminal = isatty(STDIN_FILENO) == 1,
        .err_is_terminal = isatty(STDERR_FILENO) == 1,
        .stop = &stop_wanted,
    };
    const bool has_args = argc > 1;
    return cli_main(&io, has_args ? (size_t)(argc - 1) : 0, (const char *const *)(has_args ? argv + 1 : argv));
}
