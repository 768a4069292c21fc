/* A provider of credentials in a world in memory: files, environment and clocks of a fake system, answers from a list.
 */
#ifndef TESTS_CREDENTIALS_BENCH_H
#define TESTS_CREDENTIALS_BENCH_H

#include "check.h"
#include "fake_system.h"
#include "scripted_transport.h"

#include <smithy/credentials.h>

typedef struct bench {
    fake_system fake;
    scripted_transport transport;
    smithy_credentials_options options;
    smithy_call *call;
    smithy_credentials_provider *provider;
    smithy_credentials got;
    char warnings[2048]; /* One line each. */
} bench;

/* AWS_REGION is eu-west-1; the files are /config and /credentials. */
void bench_open(bench *b, const scripted_answer *answers, size_t count);
#define BENCH_OPEN(b, answers) bench_open(b, answers, sizeof(answers) / sizeof *(answers))
/* Checks, too, that nothing is left behind. */
void bench_close(bench *b);

void bench_config(bench *b, const char *text);
/* `provider` becomes the bench's; NULL fails the test. */
void bench_use(bench *b, smithy_credentials_provider *provider);
smithy_status bench_get(bench *b);
/* Gets, and checks what came. */
void bench_expect(bench *b, const char *access_key_id, const char *source);
/* Gets, and checks that it fails so, with these words in its one line. */
void bench_expect_error(bench *b, smithy_status status, const char *words);
/* Whether any of the requests had these words in its URL or body. */
bool bench_sent(const bench *b, const char *words);

#define HOUR_MS ((int64_t)3600 * 1000)

/* What STS answers. Of 2026-01-02T03:04:05Z, when the fake clock starts, and an hour later. */
#define STS_ROLE(operation, id, expiration)                                                             \
    "<" operation "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" operation "Result>"  \
    "<AssumedRoleUser><AssumedRoleId>AROA:me</AssumedRoleId>"                                           \
    "<Arn>arn:aws:sts::123456789012:assumed-role/R/me</Arn></AssumedRoleUser>"                          \
    "<Credentials><AccessKeyId>" id "</AccessKeyId><SecretAccessKey>secret-of-" id "</SecretAccessKey>" \
    "<SessionToken>token-of-" id "</SessionToken><Expiration>" expiration "</Expiration></Credentials>" \
    "</" operation "Result><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></" operation "Response>"
#define STS_ERROR(code, message)                                                                           \
    "<ErrorResponse><Error><Type>Sender</Type><Code>" code "</Code><Message>" message "</Message></Error>" \
    "<RequestId>r-2</RequestId></ErrorResponse>"
#define IN_AN_HOUR   "2026-01-02T04:04:05Z"
#define IN_TWO_HOURS "2026-01-02T05:04:05Z"
#define LONG_AGO     "2025-01-01T00:00:00Z"

#define METADATA_SET(id, expiration)                                                       \
    "{\"Code\":\"Success\",\"AccessKeyId\":\"" id "\",\"SecretAccessKey\":\"secret-of-" id \
    "\",\"Token\":\"token-of-" id "\",\"Expiration\":\"" expiration "\"}"

#endif
