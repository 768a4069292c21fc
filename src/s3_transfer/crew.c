#include "s3_transfer/crew.h"

void crew_lock(transfer_crew *crew) {
    pthread_mutex_lock(&crew->lock);
}

void crew_unlock(transfer_crew *crew) {
    pthread_mutex_unlock(&crew->lock);
}

bool crew_is_over(const transfer_crew *crew) {
    return crew->status != SMITHY_OK;
}

smithy_status crew_buffer(crew_member *member, size_t size) {
    const smithy_system *system = member->crew->system;
    if (member->buffer_size >= size) return SMITHY_OK;
    member->buffer = system->resize(system->context, member->buffer, 0);
    member->buffer_size = 0;
    member->buffer = system->resize(system->context, NULL, size);
    if (!member->buffer) return smithy_call_fail(member->call, SMITHY_ERROR_MEMORY, "out of memory");
    member->buffer_size = size;
    return SMITHY_OK;
}

/* Keeps the first failure, which ends what the others are at. */
static void fail(transfer_crew *crew, const crew_member *member, smithy_status status) {
    crew_lock(crew);
    if (!crew_is_over(crew)) {
        (void)smithy_call_fail(member->call, status, "failed without saying why");
        crew->status = status;
        crew->error = *smithy_call_error(member->call);
        for (int i = 0; i < crew->count; i++) smithy_call_cancel(crew->members[i].call);
    }
    pthread_cond_broadcast(&crew->moved);
    crew_unlock(crew);
}

static void *run_member(void *context) {
    crew_member *member = context;
    const smithy_status status = member->crew->work(member->crew->context, member);
    if (status != SMITHY_OK) fail(member->crew, member, status);
    return NULL;
}

static smithy_status make_members(transfer_crew *crew, int threads) {
    const smithy_call_options options = {.system = crew->system};
    for (crew->count = 0; crew->count < threads && crew->count < CREW_MAX; crew->count++) {
        crew_member *member = &crew->members[crew->count];
        *member = (crew_member){.crew = crew, .call = smithy_call_create(&options)};
        if (!member->call) return smithy_call_fail(crew->leader, SMITHY_ERROR_MEMORY, "out of memory");
        smithy_call_follow(member->call, crew->leader);
    }
    return SMITHY_OK;
}

static void free_members(transfer_crew *crew) {
    for (int i = 0; i < crew->count; i++) {
        crew->system->resize(crew->system->context, crew->members[i].buffer, 0);
        smithy_call_destroy(crew->members[i].call);
    }
}

static void work_together(transfer_crew *crew) {
    int started = 1; /* The caller's own thread is the first. */
    while (started < crew->count &&
           pthread_create(&crew->members[started].thread, NULL, run_member, &crew->members[started]) == 0)
        started++;
    run_member(&crew->members[0]);
    for (int i = 1; i < started; i++) pthread_join(crew->members[i].thread, NULL);
}

static bool init(transfer_crew *crew) {
    if (pthread_mutex_init(&crew->lock, NULL) != 0) return false;
    if (pthread_cond_init(&crew->moved, NULL) == 0) return true;
    pthread_mutex_destroy(&crew->lock);
    return false;
}

smithy_status crew_run(transfer_crew *crew, int threads, smithy_call *leader,
                       smithy_status (*work)(void *context, crew_member *member), void *context) {
    crew->leader = leader;
    crew->system = smithy_call_system(leader);
    crew->status = SMITHY_OK;
    crew->work = work;
    crew->context = context;
    if (!init(crew)) return smithy_call_fail(leader, SMITHY_ERROR_MEMORY, "no lock can be made");
    smithy_status status = make_members(crew, threads);
    if (status == SMITHY_OK) {
        work_together(crew);
        status = crew->status;
        if (status != SMITHY_OK) {
            smithy_call_clear_error(leader);
            *smithy_call_error_mutable(leader) = crew->error;
        }
    }
    free_members(crew);
    pthread_cond_destroy(&crew->moved);
    pthread_mutex_destroy(&crew->lock);
    return status;
}
