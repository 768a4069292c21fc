/* What is looked at before anything is written. Each: false where the answer says what has to change. */
#ifndef EXPORTER_PREFLIGHT_H
#define EXPORTER_PREFLIGHT_H

#include "catalog_list.h"

/* The bucket exists and is where we are. Where only the right to look is missing, the tasks will tell. */
bool preflight_destination(run_context *run);
/* The state is of the account of these groups: one that knows groups of another account alone was given by mistake. */
bool preflight_account(run_context *run, const catalog *groups);

#endif
