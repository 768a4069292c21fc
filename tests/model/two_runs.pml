/* Two runs of the exporter, one log group, one export slot, a state replaced by compare-and-swap, and death at every step.
 *
 * The group has events stamped 1 to LAST, of which 1 to `horizon` are due. Each atomic block is one request, with
 * its effect; between two of them anything else may happen, or the run may die and begin anew. There is no lease here: it
 * may run out at any moment, so that what is proved holds by compare-and-swap alone.
 *
 * Proved of every history, by assertions: the stored state's watermark never falls; what it counts on is there, whole,
 * once; nothing it counts on is deleted; and one undisturbed run in the end brings the watermark to the last event and
 * leaves no output that is not counted on. docs/model.md tells which function each step stands for.
 *
 * One of these makes a mistake that must be found: NO_SWAP, ADOPTS_ANYTHING, CLOSES_AT_ACCEPTANCE, FAILED_IS_DONE,
 * DELETES_UNNOTED, FORGETS_TASKS, HALF_A_CLOSE. */

#ifndef TASKS
#define TASKS 4 /* As many are created; the last one is kept for the undisturbed run. */
#endif
#ifndef LAST
#define LAST 3
#endif
#define QUIET 2 /* The undisturbed run's number; the others are 0 and 1. */

#define HAS(set, task) (((set) >> (task)) & 1)
#define DIES           :: me != QUIET -> goto born
#define IS_STOPPED     :: me != QUIET -> goto release /* Its deadline. */

mtype = { absent, running, completed, failed };

/* ---- CloudWatch Logs and the archive ---- */

byte horizon = 1;
byte made;
mtype status[TASKS] = absent;
byte from[TASKS], to[TASKS];
byte output[TASKS]; /* 0: none, 1: a part, 2: all of it. */
byte listed;        /* A set. */
bool is_late;       /* A request whose client has given up, and whose effect is to come. */
byte late_from, late_to;
byte ended;         /* Of the runs 0 and 1, those that are over for good. */

/* ---- the stored state ---- */

byte watermark, closed, discarded; /* Tasks that count, and tasks that do not: sets. */
bool is_stale[3];                  /* Somebody else wrote since the run read: its ETag is old. */

inline new_task(first, last) {
    status[made] = running;
    from[made] = first;
    to[made] = last;
    made++;
}

/* What must hold of each state that is stored. */
inline judge() {
    event = 1;
    do
    :: event <= watermark ->
        times = 0;
        at = 0;
        do
        :: at < made ->
            if
            :: HAS(closed, at) && from[at] <= event && event <= to[at] ->
                assert(output[at] == 2);
                times++
            :: else
            fi;
            at++
        :: else -> break
        od;
        assert(times == 1);
        event++
    :: else -> break
    od;
    assert((closed & discarded) == 0);
    event = 0; times = 0; at = 0
}

/* DescribeExportTasks shows a task that it has not shown yet. */
#define SHOWS(task) :: atomic { task < made && !HAS(listed, task) -> listed = listed | (1 << task) }

active proctype aws() {
end:
    do
    :: atomic { horizon < LAST -> horizon++ }
    :: atomic { /* A task ends. */
        made > 0 && status[made - 1] == running ->
        if
        :: status[made - 1] = completed; output[made - 1] = 2
        :: ended < 2 -> status[made - 1] = failed; output[made - 1] = 1
        fi }
    SHOWS(0)
    SHOWS(1)
    SHOWS(2)
#if TASKS > 3
    SHOWS(3)
#endif
    :: atomic { is_late && made < TASKS - 1 && (made == 0 || status[made - 1] != running) ->
        new_task(late_from, late_to); is_late = false; late_from = 0; late_to = 0 }
    :: atomic { is_late -> is_late = false; late_from = 0; late_to = 0 }
    od
}

/* ---- the exporter ---- */

/* Replaces the stored state by what the run holds, if nobody else has since. */
inline save(when_lost) {
    if
#ifndef NO_SWAP
    :: atomic { is_stale[me] -> goto when_lost }
    :: atomic { !is_stale[me] ->
#else
    :: atomic { true ->
#endif
        assert(own_watermark >= watermark);
        watermark = own_watermark; closed = own_closed; discarded = own_discarded;
        is_stale[0] = me != 0; is_stale[1] = me != 1; is_stale[2] = me != 2;
        judge() }
    DIES
    fi
}

inline delete_output(which) {
    assert(!HAS(closed, which));
    output[which] = 0
}

/* The task does not count: first the state says so, then its output goes. */
inline discard(which) {
#ifdef DELETES_UNNOTED
    if :: atomic { true -> delete_output(which) } DIES fi;
#endif
    own_discarded = own_discarded | (1 << which);
    save(born);
    if :: atomic { true -> delete_output(which) } DIES fi
}

inline close(which) {
    own_watermark = to[which];
#ifdef HALF_A_CLOSE
    save(born);
#endif
    own_closed = own_closed | (1 << which)
}

#ifdef FORGETS_TASKS
#define IS_ACCOUNTED(which) HAS(own_discarded, which)
#else
#define IS_ACCOUNTED(which) HAS(own_closed | own_discarded, which)
#endif
#ifdef ADOPTS_ANYTHING
#define FITS(which) true
#else
#define FITS(which) (from[which] == own_watermark + 1)
#endif
#ifdef FAILED_IS_DONE
#define IS_DONE(which) (status[which] != running)
#else
#define IS_DONE(which) (status[which] == completed)
#endif

proctype exporter(byte me) {
    byte own_watermark, own_closed, own_discarded, own_horizon, seen, task, event, times, at;
born:
    own_watermark = 0; own_closed = 0; own_discarded = 0; own_horizon = 0; seen = 0; task = 0;
    if
    :: atomic { true -> /* Reads the state, and the clock. */
        own_watermark = watermark; own_closed = closed; own_discarded = discarded; own_horizon = horizon;
        is_stale[me] = false }
    :: me != QUIET -> goto over
    fi;
    save(born); /* Takes the lease. */

    /* Empties folders that an earlier run had noted and did not come to empty. */
    do
    :: atomic { task < made && HAS(own_discarded, task) && output[task] > 0 -> delete_output(task) }
    :: atomic { task < made && !(HAS(own_discarded, task) && output[task] > 0) -> task++ }
    :: atomic { task == made -> task = 0; break }
    DIES
    od;

    /* Tasks of this state's that it does not account for, in the order in which they were created. */
    if :: atomic { true -> seen = listed } DIES fi;
    do
    :: atomic { task < made && (!HAS(seen, task) || IS_ACCOUNTED(task)) -> task++ }
    :: atomic { task == made -> task = 0; seen = 0; break }
    :: atomic { task < made && HAS(seen, task) && !IS_ACCOUNTED(task) ->
        if
        :: status[task] != running
        IS_STOPPED
        DIES
        fi };
        if
        :: IS_DONE(task) && FITS(task) -> close(task)
        :: else -> discard(task)
        fi;
        task++
    od;

    /* One window. */
create:
    if
    :: own_watermark >= own_horizon -> goto release
    :: else
    fi;
    if
    :: atomic { made > 0 && status[made - 1] == running -> /* The slot is taken: by our own, or we wait. */
        if
        :: from[made - 1] == own_watermark + 1 && to[made - 1] == own_horizon && !IS_ACCOUNTED(made - 1) -> task = made - 1
        :: else ->
            if
            :: status[made - 1] != running -> goto create
            IS_STOPPED
            DIES
            fi
        fi }
    :: atomic { (made == 0 || status[made - 1] != running) && (made < TASKS - 1 || (me == QUIET && made < TASKS)) ->
        if
        :: new_task(own_watermark + 1, own_horizon); task = made - 1
        :: me != QUIET -> new_task(own_watermark + 1, own_horizon); goto search /* The answer is lost. */
        :: me != QUIET -> goto search
        :: me != QUIET && !is_late ->
            is_late = true; late_from = own_watermark + 1; late_to = own_horizon; goto search
        fi }
    :: made >= TASKS - 1 && me != QUIET && status[made - 1] != running -> goto release
    DIES
    fi;
    goto poll;

search: /* By its name, which holds its window. */
    if
    :: atomic { true ->
        task = 0;
        do
        :: task < made && HAS(listed, task) && !IS_ACCOUNTED(task) && from[task] == own_watermark + 1 &&
           to[task] == own_horizon -> goto poll
        :: task < made && !(HAS(listed, task) && !IS_ACCOUNTED(task) && from[task] == own_watermark + 1 &&
           to[task] == own_horizon) -> task++
        :: task == made -> task = 0; break
        od }
        goto create
    DIES
    fi;

poll:
#ifndef CLOSES_AT_ACCEPTANCE
    if
    :: status[task] != running
    IS_STOPPED
    DIES
    fi;
    if
    :: IS_DONE(task) -> skip
    :: else -> discard(task); task = 0; goto create
    fi;
#endif
    close(task);
    task = 0;

release:
    save(born);
    if
    :: me != QUIET -> goto born
    :: else
    fi;

over:
    ended++
}

/* Both runs as often as they like; in the end one that nothing disturbs. */
init {
    byte task;
    atomic { run exporter(0); run exporter(1) }
    atomic { ended == 2 && horizon == LAST && !is_late && listed + 1 == (1 << made) -> run exporter(QUIET) }
    atomic { ended == 3 ->
        assert(watermark == LAST);
        do
        :: task < made -> assert((output[task] > 0) == HAS(closed, task)); task++
        :: else -> break
        od }
}
