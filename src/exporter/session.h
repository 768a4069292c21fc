/* What every command stands on: clients with the credentials of the settings, memory, and the store of the state. */
#ifndef EXPORTER_SESSION_H
#define EXPORTER_SESSION_H

#include "context.h"

/* What a command talks to. */
typedef enum session_reach {
    SESSION_STATE = 0, /* The state alone: a file of it needs no AWS at all. */
    SESSION_AWS        /* CloudWatch Logs and S3, too. */
} session_reach;

/* Fills `run`, which session_close takes apart again whatever came of it. The files with profiles are read here, so
 * that what is wrong in them ends the run before it has begun. false: the answer says why. No request is made. */
bool session_open(run_context *run, const exporter_options *options, session_reach reach, exporter_answer *answer);
void session_close(run_context *run);

#endif
