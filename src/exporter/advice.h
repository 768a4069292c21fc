/* What to change, from the service's own error: the action, the policy, the resource, in one sentence. */
#ifndef EXPORTER_ADVICE_H
#define EXPORTER_ADVICE_H

#include <smithy/error.h>

typedef struct advice_place {
    smithy_str bucket; /* DestinationS3Bucket. */
    smithy_str region;
} advice_place;

#define ADVICE_TEXT 640

/* "allow logs:CreateExportTask on arn:… to the role exporter"; and whether it says all that the service's message does.
 * False: nothing is known that would mend it. */
bool advice_write(const smithy_error *error, const advice_place *place, char text[ADVICE_TEXT], bool *is_all);
/* Of keys and tokens that are over, wrong or unknown; NULL: the error is none of these. */
const char *advice_on_credentials(const smithy_error *error);
/* CloudWatch Logs cannot use the bucket, whatever the group and the prefix. */
bool advice_is_of_bucket(const smithy_error *error);
/* The policy's name for what S3 has in a bucket: "arn:aws:s3:::bucket/key". */
void advice_write_s3_arn(smithy_str region, smithy_str bucket, smithy_str key, char *text, size_t size);
/* The principal that CloudWatch Logs writes as: "logs.eu-west-1.amazonaws.com". */
void advice_write_service(smithy_str region, char *text, size_t size);

#endif
