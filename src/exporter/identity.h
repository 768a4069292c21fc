/* Whom a command acts as: the configuration it reads, and the credentials that all of its clients share. */
#ifndef EXPORTER_IDENTITY_H
#define EXPORTER_IDENTITY_H

#include "log.h"
#include "settings.h"

#include <smithy/credentials.h>

typedef struct exporter_identity {
    smithy_config *config;
    smithy_credentials_provider *credentials;
    smithy_credentials_provider *base; /* What the role of RoleArn is asked with; NULL: there is no such role. */
} exporter_identity;

/* By the settings' profile; and as their role, where they name one. Reads no file and sends nothing. `log`: optional;
 * hears what the user had better know. exporter_identity_close takes it apart again, whatever came of it. */
smithy_status exporter_identity_open(exporter_identity *identity, const exporter_settings *settings,
                                     const smithy_system *system, exporter_log *log,
                                     smithy_call *call) SMITHY_NODISCARD;
void exporter_identity_close(exporter_identity *identity);

#endif
