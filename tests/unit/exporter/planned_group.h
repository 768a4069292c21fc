/* A group for the planner: its state, and what is listed of it. */
#ifndef TESTS_EXPORTER_PLANNED_GROUP_H
#define TESTS_EXPORTER_PLANNED_GROUP_H

#include "plan.h"
#include "state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ARN    "arn:aws:logs:eu-west-1:123456789012:log-group:g"
#define DAY_MS (24LL * 3600 * 1000)
#define NOW_MS (100 * DAY_MS)

typedef struct fixture {
    smithy_call *memory;
    exporter_state state;
    state_group *group;
    catalog_stream streams[16];
    catalog_group catalog;
    group_plan plan;
} fixture;

static inline int set_up(void **context) {
    static fixture f;
    f = (fixture){.memory = smithy_call_create(NULL)};
    assert_int_equal(state_init(&f.state, f.memory), SMITHY_OK);
    f.state.now_ms = NOW_MS;
    f.group = state_add_group(&f.state, SMITHY_STR(ARN), 100);
    f.catalog = (catalog_group){.name = SMITHY_STR("g"), .streams = f.streams};
    *context = &f;
    return 0;
}

static inline int tear_down(void **context) {
    smithy_call_destroy(((fixture *)*context)->memory);
    return 0;
}

static inline void list(fixture *f, const char *name, int64_t first, int64_t last) {
    f->streams[f->catalog.stream_count++] = (catalog_stream){.name = smithy_str_from(name),
                                                             .created_ms = 10,
                                                             .first_event_ms = first,
                                                             .last_event_ms = last,
                                                             .last_ingestion_ms = last};
}

static inline state_stream *set_entry(fixture *f, const char *name, int64_t created, int64_t exported_at,
                                      int64_t owed_to) {
    assert_int_equal(state_set_stream(&f->state, f->group,
                                      &(state_stream){.name = smithy_str_from(name),
                                                      .created_ms = created,
                                                      .exported_at = exported_at,
                                                      .owed_to = owed_to}),
                     SMITHY_OK);
    return state_find_stream(f->group, smithy_str_from(name), created);
}

static inline uint64_t identity_of(const char *name, int64_t created) {
    uint64_t identity;
    assert_int_equal(state_identity(smithy_str_from(name), created, &identity), SMITHY_OK);
    return identity;
}

static inline void account(fixture *f, const char *name) {
    assert_int_equal(state_account(&f->state, f->group, identity_of(name, 10)), SMITHY_OK);
}

static inline bool is_accounted(fixture *f, const char *name) {
    return state_is_accounted(f->group, identity_of(name, 10));
}

static inline state_stream *entry_of(fixture *f, const char *name) {
    return state_find_stream(f->group, smithy_str_from(name), 10);
}

static inline const group_plan *plan(fixture *f, exporter_export_unit unit, int64_t horizon_ms) {
    assert_int_equal(plan_group(&f->state, f->group, &f->catalog, unit, horizon_ms, &f->plan, f->memory), SMITHY_OK);
    return &f->plan;
}

static inline state_missed missed_note(fixture *f, int64_t owed_to, size_t count) {
    state_missed note = {.exported_at = 1, .owed_to = owed_to, .count = count};
    note.identities = smithy_call_alloc(f->memory, count + 1, sizeof *note.identities);
    note.folders = smithy_call_alloc(f->memory, 2, sizeof *note.folders);
    assert_true(note.identities && note.folders);
    for (size_t i = 0; i < count; i++) note.identities[i] = 10 * (i + 1);
    return note;
}

#endif
