/* A small service, written by hand as the generator would: what the engine's tests invoke. */
#ifndef TESTS_TOY_SERVICE_H
#define TESTS_TOY_SERVICE_H

#include <smithy/operation.h>

typedef struct toy_input {
    smithy_str name;
    smithy_body body;
    smithy_sink *sink;
    smithy_str algorithm; /* Of the checksum. */
    smithy_str crc32;     /* The caller's own. */
} toy_input;

typedef struct toy_output {
    smithy_str name;
} toy_output;

typedef struct toy_error {
    smithy_str resource;
} toy_error;

extern const smithy_service TOY_JSON;     /* awsJson1_1, "Toy Logs" */
extern const smithy_service TOY_DYNAMODB; /* awsJson1_0, "DynamoDB" */
extern const smithy_service TOY_S3;       /* restXml */
extern const smithy_service TOY_QUERY;    /* awsQuery, "STS" */

extern const smithy_operation TOY_ECHO;         /* JSON: {"name":…} there and back. */
extern const smithy_operation TOY_POLL;         /* The same, a long poll. */
extern const smithy_operation TOY_UNSIGNED;     /* The same, without a signature. */
extern const smithy_operation TOY_LIST_OBJECTS; /* S3: GET /?list-type=2, <Result><Name>…</Name></Result> */
extern const smithy_operation TOY_GET_OBJECT;   /* S3: GET /{name+}, streams to the sink. */
extern const smithy_operation TOY_PUT_OBJECT;   /* S3: PUT /{name+}, CRC32 by default. */
extern const smithy_operation TOY_HEAD_OBJECT;  /* S3: HEAD /{name+} */
extern const smithy_operation TOY_DELETE;       /* S3: POST /?delete with a checksum that is required. */
extern const smithy_operation TOY_MD5;          /* S3: PUT /?policy with Content-MD5. */
extern const smithy_error_shape TOY_NOT_FOUND;  /* "ToyNotFoundException", 400, with a resource. */

#endif
