/* What the files of the signer share. */
#ifndef SMITHY_AWS_SIGV4_INTERNAL_H
#define SMITHY_AWS_SIGV4_INTERNAL_H

#include <smithy/sigv4.h>
#include <smithy/text.h>

#define SIGV4_ALGORITHM "AWS4-HMAC-SHA256"
#define SIGV4_DATE_SIZE 17 /* 20140429T183038Z with its NUL. */
#define SIGV4_HEX_SIZE  SMITHY_SIGNATURE_SIZE
#define SIGV4_MAX_TEXT  ((size_t)1024 * 1024) /* Of a canonical request. */

/* The parts of a URL as they stand; unlike smithy_url_parse it takes any character, since what is signed is what goes
 * on the wire. */
typedef struct sigv4_url {
    smithy_str scheme;
    smithy_str authority; /* Without the scheme's default port. */
    smithy_str path;      /* At least "/". */
    smithy_str query;     /* "" where there is none. */
} sigv4_url;

sigv4_url sigv4_split_url(smithy_str url);

/* What is made on the way to one signature. */
typedef struct sigv4_work {
    char date[SMITHY_TIME_TEXT_SIZE]; /* "20140429T183038Z" */
    smithy_sha256_state sha;
    smithy_buffer canonical; /* It may hold a session token. */
    smithy_buffer text;
} sigv4_work;

smithy_status sigv4_work_init(sigv4_work *work, const smithy_signing *signing, smithy_call *call);
void sigv4_work_deinit(sigv4_work *work);

/* SMITHY_OK when there is all that a signature is made with; else the call says what is missing. */
smithy_status sigv4_check(const smithy_signing *signing, smithy_call *call);
/* Sets signing->payload_hash to the hash of the request's bytes, in `hex`, where the caller has not said what stands
 * for the payload. */
smithy_status sigv4_settle_payload(smithy_signing *signing, const smithy_http_request *request, sigv4_work *work,
                                   char hex[SIGV4_HEX_SIZE], smithy_call *call);

/* "20140429T183038Z" into `text`. */
smithy_status sigv4_date(const smithy_signing *signing, char text[SMITHY_TIME_TEXT_SIZE]);
/* "20140429/eu-west-1/logs/aws4_request", of a date by sigv4_date. */
void sigv4_append_scope(const smithy_signing *signing, const char *date, smithy_buffer *out);

/* A header that the signature covers. */
typedef struct sigv4_header {
    smithy_str name; /* Lower-case. */
    smithy_str value;
    size_t order; /* On the wire: qsort is not stable. */
} sigv4_header;

typedef struct sigv4_headers {
    sigv4_header *items; /* In the order of their names. */
    size_t count;
    smithy_str names; /* "content-type;host": each once. */
} sigv4_headers;

/* In the call's arena. Host is among them, be it of the request's headers or of its URL. */
smithy_status sigv4_collect_headers(const smithy_http_request *request, sigv4_headers *headers, smithy_call *call);
/* `url` is the request's, or what takes its place. The payload hash must be there. */
smithy_status sigv4_append_canonical(const smithy_signing *signing, smithy_str method, smithy_str url,
                                     const sigv4_headers *headers, smithy_buffer *out, smithy_call *call);
/* The string to sign of work->canonical is made in work->text and signed. */
smithy_status sigv4_sign_canonical(const smithy_signing *signing, sigv4_work *work, char signature[SIGV4_HEX_SIZE]);
/* smithy_sigv4_key with a date and a state that are there already. */
smithy_status sigv4_key(const smithy_signing *signing, const char *date, smithy_sha256_state *sha,
                        uint8_t key[SMITHY_SHA256_SIZE]);

#endif
