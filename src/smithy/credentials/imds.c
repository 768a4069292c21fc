#include "credentials/internal.h"

#include <smithy/text.h>

/* The first contact decides whether there is a service at all, and must not hold a program up: under a second. */
enum { CONTACT_TIMEOUT_MS = 900, TIMEOUT_MS = 1000, TRIES = 4, FIRST_PAUSE_MS = 100 };
#define TOKEN_TTL_S       21600
#define TOKEN_TTL_TEXT    "21600"
#define TOKEN_MARGIN_MS   ((int64_t)120 * 1000)
#define MAX_ROLE          128
#define ROLES_PATH        "/latest/meta-data/iam/security-credentials/"
#define DISABLED_VARIABLE "AWS_EC2_METADATA_DISABLED"
#define ENDPOINT_VARIABLE "AWS_EC2_METADATA_SERVICE_ENDPOINT"
#define MODE_VARIABLE     "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"

typedef struct imds {
    credentials_setup *setup;
    smithy_call *call;
    smithy_str endpoint; /* Without a slash at its end. */
    bool is_absent;      /* Nobody answers there. */
} imds;

/* ---- settings ---- */

static smithy_status endpoint_of_mode(imds *self, smithy_call *call) {
    smithy_setting mode;
    SMITHY_TRY(
        smithy_config_get(self->setup->config, MODE_VARIABLE, "ec2_metadata_service_endpoint_mode", &mode, call));
    self->endpoint = SMITHY_STR("http://169.254.169.254");
    if (!mode.value.ptr || smithy_str_equal_nocase(mode.value, SMITHY_STR("IPv4"))) return SMITHY_OK;
    self->endpoint = SMITHY_STR("http://[fd00:ec2::254]");
    if (smithy_str_equal_nocase(mode.value, SMITHY_STR("IPv6"))) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                            "%.*s: the mode of the metadata service is \"%.*s\": IPv4 or IPv6 is allowed",
                            SMITHY_STR_ARG(mode.source), SMITHY_STR_ARG(mode.value));
}

static smithy_status find_endpoint(imds *self, smithy_call *call) {
    smithy_setting endpoint;
    smithy_url parts;
    SMITHY_TRY(
        smithy_config_get(self->setup->config, ENDPOINT_VARIABLE, "ec2_metadata_service_endpoint", &endpoint, call));
    if (!endpoint.value.ptr) return endpoint_of_mode(self, call);
    if (!smithy_url_parse(endpoint.value, &parts) || parts.query.ptr)
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                                "%.*s: the endpoint of the metadata service is \"%.*s\", which is no URL of http or "
                                "https",
                                SMITHY_STR_ARG(endpoint.source), SMITHY_STR_ARG(endpoint.value));
    self->endpoint = endpoint.value;
    while (self->endpoint.ptr[self->endpoint.len - 1] == '/') self->endpoint.len--;
    return SMITHY_OK;
}

static smithy_status is_disabled(const imds *self, bool *disabled, smithy_call *call) {
    smithy_str value = {0};
    SMITHY_TRY(credentials_variable(self->setup, DISABLED_VARIABLE, &value, call));
    *disabled = smithy_str_equal_nocase(value, SMITHY_STR("true"));
    return SMITHY_OK;
}

/* ---- one exchange ---- */

static smithy_str url_of(const imds *self, const char *path, smithy_str end) {
    return smithy_call_format(self->call, "%.*s%s%.*s", SMITHY_STR_ARG(self->endpoint), path, SMITHY_STR_ARG(end));
}

static smithy_status refuse(const imds *self, const smithy_http_response *response, const char *what) {
    return smithy_call_fail(self->call, SMITHY_ERROR_CREDENTIALS,
                            "instance metadata: %.*s answers HTTP %d when asked for %s", SMITHY_STR_ARG(self->endpoint),
                            response->status, what);
}

static bool has_token(const credentials_setup *setup) {
    const smithy_system *system = setup->system;
    return setup->token.len && system->mono_ms(system->context) < setup->token.refresh_at_mono_ms;
}

static smithy_status keep_token(const imds *self, const smithy_http_response *response) {
    imds_token *token = &self->setup->token;
    const smithy_system *system = self->setup->system;
    const smithy_str body = response->body;
    int64_t ttl_s = 0;
    bool usable = body.len > 0 && body.len <= IMDS_MAX_TOKEN;
    for (size_t i = 0; usable && i < body.len; i++) usable = body.ptr[i] > ' ' && body.ptr[i] <= '~';
    if (!usable)
        return smithy_call_fail(self->call, SMITHY_ERROR_CREDENTIALS,
                                "instance metadata: %.*s answers with something that is no token",
                                SMITHY_STR_ARG(self->endpoint));
    const smithy_str told = smithy_headers_get(&response->headers, "x-aws-ec2-metadata-token-ttl-seconds");
    if (!smithy_str_to_i64(told, &ttl_s) || ttl_s < 1 || ttl_s > TOKEN_TTL_S) ttl_s = TOKEN_TTL_S;
    memcpy(token->text, body.ptr, body.len);
    token->text[body.len] = '\0';
    token->len = body.len;
    token->refresh_at_mono_ms = system->mono_ms(system->context) + ttl_s * 1000 - TOKEN_MARGIN_MS;
    return SMITHY_OK;
}

/* What became of one exchange: done, worth another, or final. */
typedef enum outcome { OUTCOME_DONE, OUTCOME_AGAIN, OUTCOME_FAILED } outcome;

/* Nobody who answers late is worth another second: behind too few hops, the answer to a PUT never comes. */
static outcome get_token(imds *self, smithy_status *status) {
    smithy_http_response response;
    const metadata_request request = {
        .method = "PUT",
        .url = url_of(self, "/latest/api/token", (smithy_str){0}),
        .headers = {{SMITHY_STR("x-aws-ec2-metadata-token-ttl-seconds"), SMITHY_STR(TOKEN_TTL_TEXT)}},
        .header_count = 1,
        .connect_timeout_ms = CONTACT_TIMEOUT_MS,
        .timeout_ms = CONTACT_TIMEOUT_MS,
    };
    *status = smithy_call_status(self->call);
    if (!request.url.ptr) return OUTCOME_FAILED;
    *status = credentials_metadata_send(self->setup, &request, &response, self->call);
    if (*status != SMITHY_OK) {
        self->is_absent = !credentials_metadata_must_stop(*status, &response);
        return OUTCOME_FAILED;
    }
    if (response.status == 200) {
        *status = keep_token(self, &response);
        return *status == SMITHY_OK ? OUTCOME_DONE : OUTCOME_FAILED;
    }
    *status = refuse(self, &response, "a token");
    return response.status >= 500 ? OUTCOME_AGAIN : OUTCOME_FAILED;
}

/* A 404 is done, too: it is an answer. */
static outcome get_path(imds *self, smithy_str url, smithy_http_response *response, smithy_status *status) {
    imds_token *token = &self->setup->token;
    const metadata_request request = {
        .method = "GET",
        .url = url,
        .headers = {{SMITHY_STR("x-aws-ec2-metadata-token"), {token->text, token->len}}},
        .header_count = 1,
        .connect_timeout_ms = TIMEOUT_MS,
        .timeout_ms = TIMEOUT_MS,
    };
    *status = credentials_metadata_send(self->setup, &request, response, self->call);
    if (*status != SMITHY_OK) {
        (void)credentials_blame(*status, self->call, "instance metadata");
        return credentials_metadata_must_stop(*status, response) ? OUTCOME_FAILED : OUTCOME_AGAIN;
    }
    if (response->status == 200 || response->status == 404) return OUTCOME_DONE;
    *status = refuse(self, response, "credentials");
    if (response->status == 401) token->len = 0;
    return response->status >= 500 || response->status == 401 ? OUTCOME_AGAIN : OUTCOME_FAILED;
}

static smithy_status get(imds *self, smithy_str url, smithy_http_response *response) {
    if (!url.ptr) return smithy_call_status(self->call);
    smithy_status status = SMITHY_OK;
    for (int try = 1;; try++) {
        outcome what = has_token(self->setup) ? OUTCOME_DONE : get_token(self, &status);
        if (what == OUTCOME_DONE) what = get_path(self, url, response, &status);
        if (what == OUTCOME_DONE) return SMITHY_OK;
        if (what == OUTCOME_FAILED || try == TRIES) return status;
        if (!credentials_pause(self->setup, self->call, FIRST_PAUSE_MS << (try - 1))) return status;
    }
}

/* ---- role, and its credentials ---- */

static smithy_status take_role(const imds *self, smithy_str body, smithy_str *role) {
    const char *end = body.len ? memchr(body.ptr, '\n', body.len) : NULL;
    *role = (smithy_str){body.ptr, end ? (size_t)(end - body.ptr) : body.len};
    while (role->len && (role->ptr[role->len - 1] == '\r' || role->ptr[role->len - 1] == ' ')) role->len--;
    bool usable = role->len <= MAX_ROLE;
    for (size_t i = 0; usable && i < role->len; i++) {
        const char c = role->ptr[i];
        usable = c > ' ' && c <= '~' && !strchr("/?#%<>\"\\", c);
    }
    if (usable) return SMITHY_OK;
    return smithy_call_fail(self->call, SMITHY_ERROR_CREDENTIALS,
                            "instance metadata: %.*s answers with something that is no role's name",
                            SMITHY_STR_ARG(self->endpoint));
}

static smithy_status get_credentials(imds *self, credentials_result *result) {
    smithy_http_response response;
    credentials_document document;
    smithy_str role = {0};
    SMITHY_TRY(get(self, url_of(self, ROLES_PATH, (smithy_str){0}), &response));
    if (response.status == 200) SMITHY_TRY(take_role(self, response.body, &role));
    if (!role.len) return credentials_missing(result, self->call, "this instance has no role");
    SMITHY_TRY(get(self, url_of(self, ROLES_PATH, role), &response));
    if (response.status != 200) return refuse(self, &response, "credentials");
    const smithy_status status = credentials_document_read(&document, response.body, self->call);
    SMITHY_TRY(credentials_blame(status, self->call, "instance metadata"));
    return credentials_document_take(&document, SOURCE_IMDS, self->setup, result, self->call);
}

smithy_status credentials_load_imds(credentials_setup *setup, credentials_result *result, smithy_call *call) {
    imds self = {.setup = setup, .call = call};
    bool disabled = false;
    SMITHY_TRY(is_disabled(&self, &disabled, call));
    if (disabled) return credentials_missing(result, call, "instance metadata is turned off by " DISABLED_VARIABLE);
    SMITHY_TRY(find_endpoint(&self, call));
    const smithy_status status = get_credentials(&self, result);
    if (!self.is_absent) return status;
    smithy_call_clear_error(call);
    return credentials_missing(result, call, "nothing answers at %.*s", SMITHY_STR_ARG(self.endpoint));
}

/* ---- the provider ---- */

static smithy_status load(credentials_source *source, credentials_result *result, smithy_call *call) {
    return credentials_load_imds(&source->setup, result, call);
}

smithy_credentials_provider *smithy_credentials_imds(const smithy_credentials_options *options, smithy_call *call) {
    credentials_source *source = credentials_source_create(sizeof *source, NULL, 0, options, call);
    if (!source) return NULL;
    source->load = load;
    return credentials_cached(source, call);
}
