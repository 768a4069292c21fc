#include "whoami_advice.h"

#include "advice.h"

#define NOT_ALLOWED    "a policy forbids it: of the role, of the organization, or of a VPC endpoint"
#define OTHER_REGION   "STS is not active in this Region: activate it for the account, or set another Region"
#define REACH_THE_HOST "see to the network, the proxies, or a VPC endpoint; of a run, only roles need STS"

const char *whoami_advice(const smithy_error *error) {
    /* The line about credentials that STS did not give has its code in it. */
    const bool of_sts = error->status == SMITHY_ERROR_CREDENTIALS && error->attempts > 0;
    if (error->status == SMITHY_ERROR_TRANSPORT || error->status == SMITHY_ERROR_TIMEOUT) return REACH_THE_HOST;
    if (of_sts && error->http_status == 0) return REACH_THE_HOST;
    if (error->status != SMITHY_ERROR_SERVICE && !of_sts) return NULL;
    const char *on_credentials = advice_on_credentials(error);
    if (on_credentials) return on_credentials;
    const char *code = of_sts ? error->message : error->code;
    if (strstr(code, "RegionDisabled")) return OTHER_REGION;
    return strstr(code, "AccessDenied") ? NOT_ALLOWED : NULL;
}
