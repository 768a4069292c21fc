/* The policies that a configuration needs, with real ARNs: of the role that runs it, of the archive's bucket, and of
 * the bucket's KMS key. What the documentation and the deployment templates say is compared with these. */
#ifndef EXPORTER_POLICY_H
#define EXPORTER_POLICY_H

#include "settings.h"

#include <smithy/json.h>

typedef enum policy_kind {
    POLICY_ROLE = 0, /* Identity-based: what the function, or whoever runs the command, may do. */
    POLICY_BUCKET,   /* Of the bucket: lets CloudWatch Logs write the archive. */
    POLICY_KEY       /* Of the bucket's KMS key: lets CloudWatch Logs use it, too. */
} policy_kind;
#define POLICY_KINDS (POLICY_KEY + 1)

typedef struct policy_place {
    const exporter_settings *settings; /* Required. Borrowed. */
    smithy_str region;                 /* Required. */
    smithy_str account;                /* Required; of the log groups. */
    smithy_str key_arn;                /* Optional; the KMS key of the archive's bucket. */
} policy_place;

/* "role", "bucket", "key". */
const char *policy_kind_name(policy_kind kind);

/* The whole policy as one JSON object. */
void policy_write(policy_kind kind, const policy_place *place, smithy_json_writer *json);
/* Compact JSON, as the writer makes it, over several lines for people: two spaces a level. */
void policy_indent(smithy_str json, smithy_buffer *out);

#endif
