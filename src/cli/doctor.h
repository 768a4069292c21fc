/* What `doctor` looks at: all that a run needs, by requests that change nothing. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "catalog_list.h"
#include "command.h"
#include "policy.h"
#include "whoami.h"

typedef enum doctor_verdict {
    DOCTOR_OK = 0,
    DOCTOR_UNKNOWN, /* It cannot be found out without changing something, or may not be. */
    DOCTOR_WARN,    /* A run works; somebody had better know. */
    DOCTOR_FAIL     /* A run does not work, or loses events. */
} doctor_verdict;
/* "ok", "unknown", "warn", "FAIL". */
const char *doctor_verdict_name(doctor_verdict verdict);

typedef struct doctor_finding {
    const char *check; /* "bucket policy" */
    doctor_verdict verdict;
    char text[960]; /* One line: what was found, and what to change. */
} doctor_finding;

#define DOCTOR_FINDINGS 40

typedef struct doctor {
    cli_command *command;
    run_context *run;
    int64_t every_ms; /* How often runs are started. */
    whoami_report identity;
    catalog groups;
    const catalog_group *example; /* The first group that can be exported; NULL: none is known. */
    doctor_finding findings[DOCTOR_FINDINGS];
    size_t count;
    bool prints[POLICY_KINDS]; /* Something is missing that this policy has. */
    smithy_str key_arn;        /* Of the bucket's KMS key; absent: it has none, or one that is not known. */
} doctor;

/* Fills in the findings. */
void doctor_examine(doctor *d, cli_command *command, int64_t every_ms);
/* Gives back what examining took. */
void doctor_end(doctor *d);
/* The worst of the findings. */
doctor_verdict doctor_worst(const doctor *d);
/* What the policies are of; false where the account is not known. */
bool doctor_place(const doctor *d, policy_place *place);

/* ---- the parts ---- */

void doctor_note(doctor *d, const char *check, doctor_verdict verdict, const char *format, ...) SMITHY_PRINTF(4, 5);
/* The run's call failed: in the words of a run, which tell what to change. */
void doctor_note_error(doctor *d, const char *check, doctor_verdict verdict);
/* Notes what run_fail wrote into the answer, and lets the run go on. */
void doctor_note_answer(doctor *d, const char *check);
/* 12 digits; absent: nobody told. */
smithy_str doctor_account(const doctor *d);

/* The archive's bucket: doctor_bucket.c. */
void doctor_examine_bucket(doctor *d);
void doctor_examine_bucket_policy(doctor *d);

#endif
