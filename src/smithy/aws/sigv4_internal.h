/* What the files of the signer share. */
#ifndef SMITHY_AWS_SIGV4_INTERNAL_H
#define SMITHY_AWS_SIGV4_INTERNAL_H

#include <smithy/sigv4.h>
#include <smithy/text.h>

#define SIGV4_DATE_SIZE 17 /* 20140429T183038Z with its NUL. */
#define SIGV4_HEX_SIZE  (2 * SMITHY_SHA256_SIZE + 1)
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

/* "20140429T183038Z" into `text`. */
smithy_status sigv4_date(const smithy_signing *signing, char text[SMITHY_TIME_TEXT_SIZE]);
/* "20140429/eu-west-1/logs/aws4_request" */
smithy_status sigv4_append_scope(const smithy_signing *signing, smithy_buffer *out);

#endif
