#include "answer.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *name;
    int exit_code;
} OUTCOMES[] = {
    [EXPORTER_OUTCOME_DONE] = {"done", 0},
    [EXPORTER_OUTCOME_WORK_REMAINS] = {"work-remains", 2},
    [EXPORTER_OUTCOME_BUSY] = {"busy", 3},
    [EXPORTER_OUTCOME_CONFIGURATION] = {"configuration", 4},
    [EXPORTER_OUTCOME_INCOMPLETE] = {"incomplete", 1},
    [EXPORTER_OUTCOME_FAILED] = {"failed", 1},
};

const char *exporter_outcome_name(exporter_outcome outcome) {
    return OUTCOMES[outcome].name;
}

int exporter_outcome_exit_code(exporter_outcome outcome) {
    return OUTCOMES[outcome].exit_code;
}

void exporter_answer_problem(exporter_answer *answer, smithy_str group, const char *format, ...) {
    answer->problems_total++;
    if (answer->problem_count == EXPORTER_ANSWER_PROBLEMS) return;
    exporter_problem *problem = &answer->problems[answer->problem_count++];
    (void)snprintf(problem->group, sizeof problem->group, "%.*s", SMITHY_STR_ARG(group));
    va_list args;
    va_start(args, format);
    (void)vsnprintf(problem->reason, sizeof problem->reason, format, args);
    va_end(args);
}
