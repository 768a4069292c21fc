/* One run of the real exporter as a process of the simulated world: its clocks, memory, chance and environment, its
 * connection to AWS with all that can go wrong on it, and kill -9 at any request.
 *
 * A killed process is not stopped in mid-function: from the instant of its death on, the world ignores it. All its
 * requests fail at once, its clock is its own, nothing that it does has an effect, so it comes to its end and frees its
 * memory. Another process can run in the middle of a request of this one: one thread is enough for every interleaving
 * of two runs in which one of them is not interrupted in turn. */
#ifndef SIM_PROCESS_H
#define SIM_PROCESS_H

#include "exporter.h"
#include "world.h"

typedef enum sim_fault {
    SIM_FAULT_NONE,
    SIM_FAULT_THROTTLE,     /* ThrottlingException, SlowDown; no effect. */
    SIM_FAULT_500,          /* No effect. */
    SIM_FAULT_500_AFTER,    /* The effect took place. */
    SIM_FAULT_503_HTML,     /* A page of some proxy's; no effect. */
    SIM_FAULT_CONNECT,      /* Nothing was sent. */
    SIM_FAULT_RESET_BEFORE, /* Sent, no effect, no answer. */
    SIM_FAULT_RESET_AFTER,  /* Sent, effect, no answer. */
    SIM_FAULT_LATE_EFFECT,  /* Sent, no answer, and the effect comes when nobody waits for it any more. */
    SIM_FAULT_TRUNCATED,    /* The answer breaks in its body. */
    SIM_FAULT_GARBAGE,      /* The answer is no JSON or XML. */
    SIM_FAULT_HANG_BEFORE,  /* No answer until a time limit; no effect. */
    SIM_FAULT_HANG_AFTER,   /* The same, with its effect. */
    SIM_FAULT_CONFLICT,     /* 409 to a conditional write; else a 503. */
    SIM_FAULT_DENIED,       /* 403. */
    SIM_FAULT_REFUSED_KEYS, /* A 200 that says of the keys to be deleted that they were not; else a 500. */
    SIM_FAULT_EXPIRED,      /* The credentials are over. */
    SIM_FAULT_SLOW,         /* An answer after a minute or so. */
    SIM_FAULT_COUNT,
    SIM_FAULT_ANSWERED /* The reply is there already; no effect. None that is drawn. */
} sim_fault;

const char *sim_fault_name(sim_fault fault);

#define SIM_FORCED_MAX 4
#define SIM_STEPS_MAX  4096

typedef struct sim_run sim_run;
struct sim_request;
struct sim_reply;

/* Looks on at a run from outside, and may interfere. */
typedef struct sim_watcher sim_watcher;
struct sim_watcher {
    /* What befalls a request; with SIM_FAULT_ANSWERED the reply was filled in. */
    sim_fault (*asked)(sim_watcher *watcher, const struct sim_request *request, struct sim_reply *reply);
    void (*said)(sim_watcher *watcher, const char *message); /* A line of its log, without its fields. */
    void (*set)(sim_watcher *watcher, exporter_settings *settings);
    void (*shown)(sim_watcher *watcher, const exporter_progress *progress); /* What a live display may show. */
};

/* How a run is started, and what befalls it. All zero but the settings: a run that nothing disturbs. */
struct sim_run {
    const char *name; /* For the trace. */
    uint64_t seed;    /* Of its chance and of its faults. */
    exporter_export_unit unit;
    int64_t settle_ms;
    const char *destination_prefix;
    bool sweeps;             /* Archives late events, */
    int64_t late_horizon_ms; /* so far back. */
    int64_t timeout_ms;      /* 0: none. */
    int64_t skew_ms;         /* Its wall clock is ahead by so much. */
    int64_t latency_ms;      /* The most that an answer takes. */
    int fault_per_mille;
    bool may_be_denied; /* Random faults take in 403. */
    struct {
        int at; /* The request, counted from 0. */
        sim_fault fault;
    } forced[SIM_FORCED_MAX];
    int forced_count;
    sim_watcher *watcher; /* Instead of random faults. */
    int kill_at;          /* The request, counted from 1; 0: none. */
    bool kill_after_effect;
    int kill_by_power;       /* The host of all runs goes with it; what is left is drawn by that number. 0: it stays. */
    int64_t fail_allocation; /* The one, counted from 1, that fails; 0: none. */
    bool fail_ever_after;
    const sim_run *nested; /* Runs in the middle of request number nested_at, counted from 1. */
    int nested_at;
    bool nested_after_effect;
    int64_t nested_pause_ms; /* Time that passes before it. */
    bool *store_steps;       /* Of SIM_STEPS_MAX; optional: which of its requests the store is asked. */
    bool measures;           /* The CPU time that AWS takes. */
    bool proves;             /* No run: the archive is proved from ledger and state, read back, and must hold. */
    bool may_miss;           /* Of a proof: some events were not exportable in time. */
    const char *mends;       /* No run: what the archive lost of this group is archived again, */
    bool compares;           /* event by event. */
};

typedef struct sim_result {
    exporter_answer answer;
    int requests;   /* And system calls on files. */
    int save_steps; /* These alone, and requests to DynamoDB: a save may be made of many. */
    int64_t allocations;
    int64_t duration_ms;
    int64_t aws_cpu_us; /* What is not the exporter's. */
    bool was_killed;
    bool nested_ran;
    exporter_answer nested_answer;
} sim_result;

/* Runs it to its end. Leaks and a process that does not end are noted in the world. */
void process_run(sim_world *world, const sim_run *run, sim_result *result);

#endif
