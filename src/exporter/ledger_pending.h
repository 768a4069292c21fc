/* What of the ledger is noted and not written yet: a part of a run's context. */
#ifndef EXPORTER_LEDGER_PENDING_H
#define EXPORTER_LEDGER_PENDING_H

#include <smithy/buffer.h>

/* A task of many streams is written in objects of about so much text: no run needs more memory for its ledger. */
#define LEDGER_PART_BYTES    ((size_t)4 << 20)
#define LEDGER_PENDING_BYTES ((size_t)64 << 20)

typedef struct ledger_pending {
    smithy_buffer lines;
    int parts; /* Objects written, or tried to, by this run. */
} ledger_pending;

#endif
