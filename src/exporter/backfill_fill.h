/* What a task of a backfill is for, and what of its output stays. */
#ifndef EXPORTER_BACKFILL_FILL_H
#define EXPORTER_BACKFILL_FILL_H

#include "proof.h"
#include "slot.h"

typedef struct backfill_fill {
    const proof *windows;       /* Of the group's life. */
    const proof_task *replaced; /* NULL: nothing closed the range. */
    const smithy_str *held;     /* The folders that it held. */
    size_t held_count;
    bool has_replaced; /* The first piece of it is closed. */
    int64_t lost_before_ms;
    smithy_str keep; /* The folders that stay, as folder_join makes them. */
    char reason[256];
} backfill_fill;

/* Finds out, of a task that was seen COMPLETED, which folders stay: those of streams that count as archived in its
 * window, and by nothing else. *refused (and the reason) where that cannot be told of one that is there: its output
 * must go. */
smithy_status backfill_fill_judge(run_context *run, const export_slot *slot, bool *refused) SMITHY_NODISCARD;
/* As the ledger is told of it. */
task_spec backfill_fill_noted(const export_slot *slot);

#endif
