/* One run of the exporter: from settings to an archive and an answer. */
#ifndef EXPORTER_EXPORTER_H
#define EXPORTER_EXPORTER_H

#include "answer.h"
#include "log.h"
#include "settings.h"

#include <smithy/http.h>
#include <smithy/system.h>

/* What a live display may show; called often, from the run's own thread. */
typedef struct exporter_progress {
    int64_t groups_done;
    int64_t groups_matched;
    int64_t tasks_completed;
    int64_t bytes;
    smithy_str group;    /* Of the task in flight; absent between tasks. */
    smithy_str unit;     /* The stream, for a task of one stream; absent otherwise. */
    const char *phase;   /* "starting", "listing", "exporting", "waiting for the export slot", "saving" */
    int64_t task_age_ms; /* How long the task in flight has been. */
} exporter_progress;

typedef struct exporter_observer exporter_observer;
struct exporter_observer {
    void (*progress)(exporter_observer *observer, const exporter_progress *progress);
};

typedef struct exporter_options {
    const smithy_system *system;       /* Required. Its transport is used where it has one. */
    const exporter_settings *settings; /* Required. */
    exporter_log *log;                 /* Optional. */
    exporter_observer *observer;       /* Optional. */
    int64_t deadline_mono_ms;          /* Optional; by system->mono_ms; 0: none. The run has answered by then. */
    const volatile int *stop;          /* Optional; set to non-zero (by a signal handler) it ends the run as a deadline
                                          would: the task in flight is recorded, the state saved. */
} exporter_options;

/* Runs once. What happened, failure included, is in `answer`. */
void exporter_run(const exporter_options *options, exporter_answer *answer);

#endif
