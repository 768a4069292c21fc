/* HTTP as AWS speaks it: requests taken apart, answers put together. */
#ifndef SIM_WIRE_H
#define SIM_WIRE_H

#include "world.h"

#include <smithy/http.h>

/* Text that grows; its memory is kept from answer to answer. */
typedef struct sim_text {
    char *ptr;
    size_t len, capacity;
} sim_text;

void text_clear(sim_text *text);
void text_free(sim_text *text);
void text_add(sim_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_bytes(sim_text *text, const char *bytes, size_t len);
/* `value` as the inside of a JSON string, or of an XML element. */
void text_add_json(sim_text *text, const char *value);
void text_add_xml(sim_text *text, const char *value);

typedef enum sim_service { SIM_LOGS, SIM_S3, SIM_DYNAMODB } sim_service;

/* One request. Texts live in the world's memory, so that its effect can come late. */
typedef struct sim_request {
    const char *operation; /* "DescribeLogStreams", "PutObject"; never NULL. */
    sim_service service;
    sim_writer by;
    const char *bucket, *key, *query; /* Of S3; decoded but for the query. */
    const char *if_match, *if_none_match;
    const char *body;
    size_t len;
} sim_request;

void request_read(sim_world *world, const smithy_http_request *http, sim_request *request);
/* A query's parameter, decoded; NULL where it has none. */
const char *request_query(sim_world *world, const sim_request *request, const char *name);
/* It reads or writes the document of the state itself. */
bool request_is_of_state(const sim_request *request);
/* What a person wants to see of it, on one line. */
void request_describe(const sim_request *request, sim_text *text);

typedef struct sim_reply {
    int status;
    char code[64];      /* Of an error. */
    int etag;           /* 0: no such header. */
    int retry_after_ms; /* -1: no such header. */
    bool has_crc;       /* x-amz-crc32, */
    unsigned long crc;  /* of the whole body. */
    sim_text body;
} sim_reply;

/* An error in the service's own form. */
void reply_error(sim_reply *reply, const sim_request *request, int status, const char *code);

/* Carries the request out. */
void logs_answer(sim_world *world, const sim_request *request, sim_reply *reply);
void s3_answer(sim_world *world, const sim_request *request, sim_reply *reply);
void dynamodb_answer(sim_world *world, const sim_request *request, sim_reply *reply);

#endif
