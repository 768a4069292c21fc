#include "whoami_advice.h"

#define SET_THE_CLOCK "this machine's clock is wrong: set it"
#define GET_NEW_ONES  "these credentials are over: get new ones"
#define UNKNOWN_KEY \
    "AWS does not know this access key: it is deleted, of another partition, or its session token is missing"
#define WRONG_SECRET   "the secret access key is not the one of this access key id: enter both anew"
#define NOT_ALLOWED    "a policy forbids it: of the role, of the organization, or of a VPC endpoint"
#define OTHER_REGION   "STS is not active in this Region: activate it for the account, or set another Region"
#define REACH_THE_HOST "see to the network, the proxies, or a VPC endpoint; of a run, only roles need STS"

typedef struct advice {
    const char *code;    /* A part of the error's. */
    const char *message; /* A part of its message; NULL: any. */
    const char *text;
} advice;

/* The first that fits. */
static const advice BY_CODE[] = {
    {"ExpiredToken", NULL, GET_NEW_ONES},
    {"InvalidClientTokenId", NULL, UNKNOWN_KEY},
    {"UnrecognizedClient", NULL, UNKNOWN_KEY},
    {"InvalidAccessKeyId", NULL, UNKNOWN_KEY},
    {"RequestTimeTooSkewed", NULL, SET_THE_CLOCK},
    {"RequestExpired", NULL, SET_THE_CLOCK},
    {"RequestInTheFuture", NULL, SET_THE_CLOCK},
    {"Signature", "expired", SET_THE_CLOCK},
    {"Signature", "not yet current", SET_THE_CLOCK},
    {"Signature", NULL, WRONG_SECRET},
    {"RegionDisabled", NULL, OTHER_REGION},
    {"AccessDenied", NULL, NOT_ALLOWED},
};

const char *whoami_advice(const smithy_error *error) {
    /* The line about credentials that STS did not give has its code in it. */
    const bool of_sts = error->status == SMITHY_ERROR_CREDENTIALS && error->attempts > 0;
    if (error->status == SMITHY_ERROR_TRANSPORT || error->status == SMITHY_ERROR_TIMEOUT) return REACH_THE_HOST;
    if (of_sts && error->http_status == 0) return REACH_THE_HOST;
    if (error->status != SMITHY_ERROR_SERVICE && !of_sts) return NULL;
    for (size_t i = 0; i < sizeof BY_CODE / sizeof BY_CODE[0]; i++) {
        const advice *row = &BY_CODE[i];
        if (strstr(of_sts ? error->message : error->code, row->code) &&
            (!row->message || strstr(error->message, row->message)))
            return row->text;
    }
    return NULL;
}
