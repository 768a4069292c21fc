/* The ledger: what was archived, in words that outlive the state and DescribeExportTasks.
 *
 * Every save of the state that counts on newly closed windows is preceded by one object of JSON lines, compressed,
 *
 *   _ledger/<state id>/<time>-<the run's nonce>-<number>.jsonl.gz
 *
 * whose time is that of the run's lease, so that the keys sort in the order in which runs held the state: what one
 * writes that has lost its lease, and does not know it yet, stands before what its successor wrote. Its lines are (one
 * JSON object each)
 *
 *   {"Type":"task",      …}   a window that was closed: task, group, kind, prefix, From, To, Folder, what is in it
 *   {"Type":"stream",    …}   behind its task's: a folder in that folder, the real names it may stand for, its objects
 *   {"Type":"discarded", …}   a task whose output was taken out of the archive, or will be
 *   {"Type":"late",      …}   an object of late events: Folder is the stream's, Key the object's, From to To a day
 * (UTC)
 *
 * A run that is killed between ledger and state leaves lines that the next run's adoption of the task repeats. So the
 * task's id is the key, and of several records of one task the last counts. A task that Replaces another one takes its
 * place, from when the state accounts for it. LostBefore: of what lay before that time, events were lost and could not
 * be had again. An object of late events without Bytes is gone for good. */
#ifndef EXPORTER_LEDGER_H
#define EXPORTER_LEDGER_H

#include "folder.h"
#include "ledger_read.h"
#include "task.h"

#define LEDGER_PREFIX "_ledger"

/* Notes a closed window, to be written before the next save of the state. `content` is what the task's folder holds;
 * `group` tells the real names, as far as its streams were listed. */
smithy_status ledger_add_task(run_context *run, const task_spec *spec, smithy_str task_id, const catalog_group *group,
                              const folder_content *content) SMITHY_NODISCARD;
/* Says of a closed window again what the line says: it takes the place of the earlier record. Its streams' lines follow
 * at once. */
smithy_status ledger_add_again(run_context *run, const ledger_line *task) SMITHY_NODISCARD;
smithy_status ledger_add_stream_again(run_context *run, const ledger_line *stream) SMITHY_NODISCARD;
/* Notes that a task's output goes. */
smithy_status ledger_add_discarded(run_context *run, smithy_str task_id, smithy_str folder) SMITHY_NODISCARD;

/* An object of events that came behind their window. */
typedef struct ledger_late {
    smithy_str id;
    const catalog_group *group;
    smithy_str folder, key;
    int64_t from_ms, to_ms, events, bytes; /* 0 bytes: it is gone, and nothing of it can be had any more. */
    int64_t lost_before_ms;                /* As a task's. */
} ledger_late;
smithy_status ledger_add_late(run_context *run, const ledger_late *late) SMITHY_NODISCARD;

/* Writes what was noted since; nothing where nothing was. The state must not be saved where this fails. */
smithy_status ledger_flush(run_context *run, smithy_call *call) SMITHY_NODISCARD;

#endif
