/* What follows a task that was seen COMPLETED: its folder is read and cleaned, and the watermarks move. */
#ifndef EXPORTER_SLOT_CLOSE_H
#define EXPORTER_SLOT_CLOSE_H

#include "slot.h"

/* true when the window is closed. false: it stays open (run->failed, or a problem is noted) and the slot is free, or
 * the run must stop; the next run settles the task, by its name. */
bool slot_close(run_context *run, export_slot *slot);

#endif
