/* A process's way to AWS, and what goes wrong on it. Part of process.c, apart for its length. */
#ifndef SIM_CONNECTION_H
#define SIM_CONNECTION_H

#include "process.h"
#include "wire.h"

typedef struct sim_process {
    smithy_transport transport;
    exporter_log log;
    exporter_observer observer;
    sim_world *world;
    const sim_run *run;
    sim_result *result;
    random_source dice;  /* The exporter's own chance. */
    random_source chaos; /* Of faults and latencies. */
    int64_t started_ms;
    int number;
    int seen;     /* The version of the state that it last read or wrote. */
    int requests; /* And system calls on files. */
    int save_steps;
    int64_t allocations, live_blocks;
    bool is_dead;
    int64_t died_ms, dead_ms;
    int dead_sleeps;
    sim_request request;
    sim_reply reply;
    sim_text line;
} sim_process;

void connection_init(sim_process *process);
void connection_deinit(sim_process *process);
/* A system call on a file is a step like a request. false: the process is dead, and nothing happens any more. */
bool connection_begin_step(sim_process *process, sim_fault *fault);
/* After what it did, or did not. A slow one takes its time. */
bool connection_end_step(sim_process *process, const char *what, const char *path, const char *outcome, bool is_slow);
int64_t process_mono_ms(const sim_process *process);
/* 0 where the run does not measure. */
int64_t process_cpu_us(const sim_process *process);

#endif
