/* What the commands that show a survey say alike. */
#ifndef CLI_SURVEY_VIEW_H
#define CLI_SURVEY_VIEW_H

#include "command.h"
#include "survey.h"

/* Groups that are listed unless --limit says otherwise. */
#define CLI_GROUPS_LIMIT 1000

/* "up to date", for people. */
const char *cli_verdict_text(survey_verdict verdict);
/* How many of `all` are listed under a limit. */
size_t cli_listed(const survey *all, size_t limit);

/* "12 groups: 3 due, 9 up to date." and who holds the slot, what was left unseen or unlisted; for people. */
void cli_append_summary(const survey *all, size_t limit, smithy_buffer *out);
/* "Left out:" with the reasons, as many as the limit allows; nothing without any. */
void cli_append_reasons(const survey *all, size_t limit, smithy_buffer *out);

/* "outcome", "message", "now", "windowTo", "settleDelayMs", "verdicts", "slot": the members that begin each answer. */
void cli_json_survey(smithy_json_writer *json, const cli_command *command, const survey *all);
/* "groups": [what `write` puts into each object …], "groupsTotal", "groupsLeftUnlisted", "groupsUnseen". Those alone
 * that `wanted` takes; NULL: all. */
void cli_json_groups(smithy_json_writer *json, const survey *all, size_t limit,
                     bool (*wanted)(const survey_group *group),
                     void (*write)(smithy_json_writer *json, const survey *all, const survey_group *group));

/* The exit code of a survey that was taken: 1 where a group could not be looked at, 2 where time was too short. */
int cli_survey_exit_code(const survey *all);

#endif
