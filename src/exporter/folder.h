/* The folder that one export task wrote, "<destinationPrefix>/<taskId>/": what is in it, and taking out what must go.
 * Nothing outside of it is ever touched. */
#ifndef EXPORTER_FOLDER_H
#define EXPORTER_FOLDER_H

#include "context.h"
#include "plan.h"

/* A stream's folder in a task's. */
typedef struct folder_part {
    smithy_str name;
    int64_t objects, bytes;
} folder_part;

typedef struct folder_content {
    int64_t objects;
    int64_t bytes;
    folder_part *parts; /* By name, each once. */
    size_t count, capacity;
    smithy_str *names; /* The parts' names. */
} folder_content;

/* "<destinationPrefix>/<taskId>/" in the arena of `memory`; absent when memory is out. */
smithy_str folder_of(smithy_call *memory, smithy_str destination_prefix, smithy_str task_id);

/* What lists all objects under `prefix`. Their keys come encoded on the wire, as XML cannot hold each that S3 can. */
s3_list_objects_v2_input folder_listing(const run_context *run, smithy_str prefix);

/* Lists the folder to its end. Texts are copied to `memory`. */
smithy_status folder_list(run_context *run, smithy_str folder, folder_content *content,
                          smithy_call *memory) SMITHY_NODISCARD;

/* `folders`, in order, as one text with "/" between, which no folder holds. */
smithy_str folder_join(smithy_call *memory, const smithy_str *folders, size_t count);
/* Whether `name` is one of the folders of such a text. */
bool folder_is_kept(smithy_str keep, smithy_str name);
/* Whether the state says that all of a task's folder must go. */
bool folder_was_discarded(const run_context *run, smithy_str folder);

/* Deletes every object under `folder` but those of the stream folders `keep` (absent: every object). *deleted counts
 * them. SMITHY_ERROR_SERVICE where S3 refuses to delete one: the call's error says which and why. */
smithy_status folder_clean(run_context *run, smithy_str folder, smithy_str keep, int64_t *deleted) SMITHY_NODISCARD;

/* Takes out what a noted folder must lose. What cannot go is a problem in the answer, and false: the note stays. */
bool folder_clean_noted(run_context *run, state_cleanup *cleanup);

/* Takes a task's whole output out of the archive and accounts for the task. The saved state says so before the first
 * object goes: otherwise a run that is killed in between leaves a task that is COMPLETED, but empty, for the next run
 * to count on. false where that could not be saved: the run has failed or lost its lease, and nothing was deleted. */
bool folder_discard(run_context *run, smithy_str folder, smithy_str task_id);

/* Whether objects under the destination may be deleted, found out once by deleting one that does not exist. */
smithy_status folder_may_delete(run_context *run, smithy_str destination_prefix, bool *allowed) SMITHY_NODISCARD;

#endif
