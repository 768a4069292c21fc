/* The export slot: the one task that may be active, from its creation to the moment its window is closed.
 *
 * A step does what is due and never waits; `next_mono_ms` says when the following one is. Between steps the run lists
 * other groups. */
#ifndef EXPORTER_SLOT_H
#define EXPORTER_SLOT_H

#include "task.h"
#include "work.h"

typedef enum slot_phase {
    SLOT_FREE = 0,
    SLOT_CREATING,  /* To be created at next_mono_ms. */
    SLOT_SEARCHING, /* The answer to its creation was lost: is it there? */
    SLOT_RUNNING    /* Created, and polled. */
} slot_phase;

#define SLOT_ID_MAX 128

typedef struct export_slot {
    slot_phase phase;
    int64_t next_mono_ms;
    group_work *work;
    plan_unit unit;       /* unit.to_ms is the present piece's, when the window was halved or cut. */
    int64_t wanted_to_ms; /* The whole window's. */
    task_spec spec;
    char name[TASK_NAME_MAX + 1];
    char task_id[SLOT_ID_MAX]; /* Empty: not known. */
    int failures;              /* Of the present piece. */
    int halvings;
    int tries; /* Of the present phase. */
    int64_t poll_ms;
    int64_t created_mono_ms;
    int64_t ended_ms;  /* By the service's clock, once it is COMPLETED. */
    bool adopted;      /* An earlier run created it. */
    bool is_joined;    /* A window of several dates that the service does not take apart. */
    bool is_surprised; /* It held events where none were expected: its output went, to be exported date by date. */
    bool intent_saved; /* The state tells of it already: its name cannot. */
} export_slot;

/* Puts the work's next unit into the free slot; it may turn out that nothing is left to be done for it. */
void slot_begin(run_context *run, export_slot *slot, group_work *work, const plan_unit *unit);
/* Takes over a task that an earlier run created and that is listed as `info`. */
void slot_adopt(run_context *run, export_slot *slot, group_work *work, const plan_unit *unit, const task_spec *spec,
                const task_info *info);
/* Does what is due. Sets run->failed where the run as a whole cannot go on. */
void slot_step(run_context *run, export_slot *slot);
/* What the state must say of the slot when the run ends now. */
smithy_status slot_record(run_context *run, const export_slot *slot) SMITHY_NODISCARD;

#endif
