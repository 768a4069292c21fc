#include "folder.h"

#include "grow.h"
#include "lease.h"
#include "ledger.h"

#include <stdlib.h>

#define DELETE_BATCH 1000 /* DeleteObjects takes no more. */
#define LIST_BATCH   500  /* S3 gives twice as many at once, which take a megabyte to read. */

smithy_str folder_of(smithy_call *memory, smithy_str destination_prefix, smithy_str task_id) {
    return smithy_call_format(memory, "%.*s/%.*s/", SMITHY_STR_ARG(destination_prefix), SMITHY_STR_ARG(task_id));
}

/* The stream's folder in a key: what stands between the task's folder and the next "/". */
static smithy_str stream_folder(smithy_str key, smithy_str folder) {
    const smithy_str rest = {key.ptr + folder.len, key.len - folder.len};
    const char *slash = memchr(rest.ptr, '/', rest.len);
    return (smithy_str){rest.ptr, slash ? (size_t)(slash - rest.ptr) : 0};
}

static int compare_parts(const void *a, const void *b) {
    const folder_part *left = a, *right = b;
    return smithy_str_compare(left->name, right->name);
}

/* Keys come in order, so one stream's objects stand together; names can still repeat across that order's seams. */
static smithy_status sort_distinct(folder_content *content, smithy_call *memory) {
    size_t kept = 0;
    if (content->count > 1) qsort(content->parts, content->count, sizeof *content->parts, compare_parts);
    for (size_t i = 0; i < content->count; i++) {
        const folder_part *part = &content->parts[i];
        if (kept > 0 && smithy_str_equal(content->parts[kept - 1].name, part->name)) {
            content->parts[kept - 1].objects += part->objects;
            content->parts[kept - 1].bytes += part->bytes;
        } else
            content->parts[kept++] = *part;
    }
    content->count = kept;
    content->names = smithy_call_alloc(memory, kept, sizeof *content->names);
    if (!content->names) return SMITHY_ERROR_MEMORY;
    for (size_t i = 0; i < kept; i++) content->names[i] = content->parts[i].name;
    return SMITHY_OK;
}

static smithy_status note_object(folder_content *content, const s3_object *object, smithy_str folder,
                                 smithy_call *memory) {
    const smithy_str name = stream_folder(object->key, folder);
    content->objects++;
    content->bytes += object->size.value;
    if (name.len == 0) return SMITHY_OK;
    folder_part *last = content->count > 0 ? &content->parts[content->count - 1] : NULL;
    if (!last || !smithy_str_equal(last->name, name)) {
        const smithy_str copy = smithy_call_copy(memory, name);
        if (!copy.ptr || !GROW(memory, content->parts, content->count, content->capacity)) return SMITHY_ERROR_MEMORY;
        last = &content->parts[content->count++];
        *last = (folder_part){.name = copy};
    }
    last->objects++;
    last->bytes += object->size.value;
    return SMITHY_OK;
}

s3_list_objects_v2_input folder_listing(const run_context *run, smithy_str prefix) {
    return (s3_list_objects_v2_input){
        .bucket = run->settings->destination_bucket, .prefix = prefix, .encoding_type = {.kind = S3_ENCODING_TYPE_URL}};
}

smithy_status folder_list(run_context *run, smithy_str folder, folder_content *content, smithy_call *memory) {
    s3_list_objects_v2_pages pages = {.input = folder_listing(run, folder)};
    const s3_list_objects_v2_output *page;
    smithy_call *call = run_fresh_call(run);
    *content = (folder_content){0};
    pages.input.max_keys = (smithy_opt_i32)SMITHY_SET(LIST_BATCH);
    do {
        SMITHY_TRY(s3_list_objects_v2_next(run->s3, &pages, &page, call));
        for (size_t i = 0; page && i < page->contents.count; i++) {
            const s3_object *object = &page->contents.items[i];
            if (smithy_str_starts_with(object->key, folder)) SMITHY_TRY(note_object(content, object, folder, memory));
        }
    } while (page);
    return sort_distinct(content, memory);
}

smithy_str folder_join(smithy_call *memory, const smithy_str *folders, size_t count) {
    size_t len = 0, at = 0;
    for (size_t i = 0; i < count; i++) len += folders[i].len + 1;
    char *text = smithy_call_alloc(memory, len, 1);
    if (!text) return (smithy_str){0};
    for (size_t i = 0; i < count; i++) {
        if (i > 0) text[at++] = '/';
        memcpy(text + at, folders[i].ptr, folders[i].len);
        at += folders[i].len;
    }
    return (smithy_str){text, at};
}

/* The folders are in order: halves, each cut where one begins. */
bool folder_was_discarded(const run_context *run, smithy_str folder) {
    const state_cleanup *note = state_find_cleanup(&run->state, folder);
    return note && !note->keep.ptr;
}

bool folder_is_kept(smithy_str keep, smithy_str name) {
    size_t low = 0, high = keep.len;
    while (low < high) {
        size_t start = low + (high - low) / 2;
        while (start > low && keep.ptr[start - 1] != '/') start--;
        const char *slash = memchr(keep.ptr + start, '/', high - start);
        const size_t end = slash ? (size_t)(slash - keep.ptr) : high;
        const int order = smithy_str_compare((smithy_str){keep.ptr + start, end - start}, name);
        if (order == 0) return true;
        if (order < 0)
            low = end + 1;
        else
            high = start;
    }
    return false;
}

static smithy_status delete_batch(run_context *run, const s3_object_identifier *objects, size_t count,
                                  smithy_call *call) {
    s3_delete_objects_output output;
    SMITHY_TRY(s3_delete_objects(run->s3,
                                 &(s3_delete_objects_input){
                                     .bucket = run->settings->destination_bucket,
                                     .delete_ = &(s3_delete){.objects = {objects, count}, .quiet = SMITHY_SET(true)},
                                 },
                                 &output, call));
    if (output.errors.count == 0) return SMITHY_OK;
    const s3_error *first = &output.errors.items[0];
    return smithy_call_fail(call, SMITHY_ERROR_SERVICE, "%zu objects could not be deleted; first %.*s: %.*s",
                            output.errors.count, SMITHY_STR_ARG(first->key), SMITHY_STR_ARG(first->code));
}

/* One page of the folder: those that must go. */
static smithy_status delete_page(run_context *run, const s3_list_objects_v2_output *page, smithy_str folder,
                                 smithy_str keep, int64_t *deleted, smithy_call *call) {
    s3_object_identifier *objects = smithy_call_alloc(call, page->contents.count, sizeof *objects);
    size_t count = 0;
    if (!objects) return SMITHY_ERROR_MEMORY;
    for (size_t i = 0; i < page->contents.count; i++) {
        const smithy_str key = page->contents.items[i].key;
        if (!smithy_str_starts_with(key, folder)) continue;
        if (keep.ptr && folder_is_kept(keep, stream_folder(key, folder))) continue;
        objects[count++] = (s3_object_identifier){.key = key};
    }
    if (count == 0) return SMITHY_OK;
    SMITHY_TRY(delete_batch(run, objects, count, call));
    *deleted += (int64_t)count;
    return SMITHY_OK;
}

smithy_status folder_clean(run_context *run, smithy_str folder, smithy_str keep, int64_t *deleted) {
    s3_list_objects_v2_pages pages = {.input = folder_listing(run, folder)};
    const s3_list_objects_v2_output *page;
    smithy_call *call = run_fresh_call(run);
    *deleted = 0;
    pages.input.max_keys = (smithy_opt_i32)SMITHY_SET(DELETE_BATCH);
    do {
        SMITHY_TRY(s3_list_objects_v2_next(run->s3, &pages, &page, call));
        if (page) SMITHY_TRY(delete_page(run, page, folder, keep, deleted, call));
    } while (page);
    run->answer->objects_deleted += *deleted;
    return SMITHY_OK;
}

bool folder_clean_noted(run_context *run, state_cleanup *cleanup) {
    int64_t deleted = 0;
    char text[RUN_ERROR_TEXT];
    const smithy_status status = folder_clean(run, cleanup->folder, cleanup->keep, &deleted);
    if (status != SMITHY_OK) {
        if (run_is_fatal(status)) run_fail(run, status, "emptying a folder");
        exporter_answer_problem(run->answer, cleanup->folder, "must be emptied and cannot: %s",
                                run_error_text(run, text, sizeof text));
        return false;
    }
    if (deleted > 0)
        exporter_log_line(run->log, EXPORTER_LOG_INFO, "emptied a folder",
                          EXPORTER_FIELD_STR("folder", cleanup->folder), EXPORTER_FIELD_I64("objects", deleted));
    cleanup->cleaned = true;
    return true;
}

bool folder_discard(run_context *run, smithy_str folder, smithy_str task_id) {
    smithy_status status =
        folder.ptr ? state_add_cleanup(&run->state, folder, (smithy_str){0}, run_now_ms(run)) : SMITHY_ERROR_MEMORY;
    if (status == SMITHY_OK) status = state_add_task(&run->state, task_id, run_now_ms(run));
    if (status == SMITHY_OK) status = ledger_add_discarded(run, task_id, folder);
    if (status != SMITHY_OK) {
        run_fail(run, status, "noting a task whose output must go");
        return false;
    }
    if (!lease_save(run)) return false;
    (void)folder_clean_noted(run, &run->state.cleanups[run->state.cleanup_count - 1]);
    return true;
}

smithy_status folder_may_delete(run_context *run, smithy_str destination_prefix, bool *allowed) {
    if (run->delete_allowed == 0) {
        s3_delete_object_output output;
        smithy_call *call = run_fresh_call(run);
        const smithy_str key =
            smithy_call_format(call, "%.*s/cwl-s3-exporter-delete-test", SMITHY_STR_ARG(destination_prefix));
        if (!key.ptr) return SMITHY_ERROR_MEMORY;
        const smithy_status status = s3_delete_object(
            run->s3, &(s3_delete_object_input){.bucket = run->settings->destination_bucket, .key = key}, &output, call);
        if (status != SMITHY_OK && smithy_call_error(call)->http_status != 403) return status;
        run->delete_allowed = status == SMITHY_OK ? 1 : -1;
    }
    *allowed = run->delete_allowed > 0;
    return SMITHY_OK;
}
