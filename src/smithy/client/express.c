#include "client/express.h"

#include "client/invocation.h"

#include <smithy/text.h>

#define MAX_SESSIONS 16 /* The one that was kept first makes room. */
#define MAX_NAME     128
#define SPARE_MS     30000 /* A session that ends sooner is not used any more; they live for five minutes. */

struct express_session {
    char bucket[MAX_NAME];
    char access_key_id[MAX_NAME]; /* Of the keys that asked for it. */
    smithy_credentials credentials;
};

/* ---- what is kept ---- */

bool express_sessions_init(express_sessions *sessions) {
    sessions->items = NULL;
    sessions->count = 0;
    return pthread_mutex_init(&sessions->lock, NULL) == 0;
}

static size_t held(const express_sessions *sessions) {
    return sessions->count < MAX_SESSIONS ? sessions->count : MAX_SESSIONS;
}

void express_sessions_deinit(express_sessions *sessions, const smithy_system *system) {
    for (size_t i = 0; i < held(sessions); i++) smithy_credentials_deinit(&sessions->items[i].credentials);
    system->resize(system->context, sessions->items, 0);
    pthread_mutex_destroy(&sessions->lock);
}

/* NULL where there is none. The lock is held. */
static express_session *find(const express_sessions *sessions, smithy_str bucket, smithy_str access_key_id) {
    for (size_t i = 0; i < held(sessions); i++) {
        express_session *session = &sessions->items[i];
        if (smithy_str_equal(smithy_str_from(session->bucket), bucket) &&
            smithy_str_equal(smithy_str_from(session->access_key_id), access_key_id))
            return session;
    }
    return NULL;
}

/* Fills inv->credentials; *known false where there is no session that lasts. */
static smithy_status look_up(invocation *inv, smithy_str access_key_id, bool *known) {
    express_sessions *sessions = &inv->client->express;
    const smithy_system *system = inv->client->system;
    const int64_t now_ms = system->wall_ms(system->context) + atomic_load(&inv->client->signing_skew_ms);
    pthread_mutex_lock(&sessions->lock);
    const express_session *session = find(sessions, inv->bucket, access_key_id);
    *known = session && now_ms + SPARE_MS < session->credentials.expires_ms;
    const smithy_status status =
        *known ? smithy_credentials_copy(&inv->credentials, &session->credentials, system) : SMITHY_OK;
    pthread_mutex_unlock(&sessions->lock);
    return status == SMITHY_OK ? SMITHY_OK : smithy_call_fail(inv->call, status, "out of memory");
}

/* Where there is no room or memory, the next request asks again. */
static void keep(invocation *inv, smithy_str access_key_id, const smithy_credentials *credentials) {
    express_sessions *sessions = &inv->client->express;
    const smithy_system *system = inv->client->system;
    if (inv->bucket.len >= MAX_NAME || access_key_id.len >= MAX_NAME) return;
    pthread_mutex_lock(&sessions->lock);
    if (!sessions->items) {
        sessions->items = system->resize(system->context, NULL, MAX_SESSIONS * sizeof *sessions->items);
        if (sessions->items) memset(sessions->items, 0, MAX_SESSIONS * sizeof *sessions->items);
    }
    express_session *session = find(sessions, inv->bucket, access_key_id);
    if (!session && sessions->items) session = &sessions->items[sessions->count++ % MAX_SESSIONS];
    if (session) {
        snprintf(session->bucket, MAX_NAME, "%.*s", SMITHY_STR_ARG(inv->bucket));
        snprintf(session->access_key_id, MAX_NAME, "%.*s", SMITHY_STR_ARG(access_key_id));
        if (smithy_credentials_copy(&session->credentials, credentials, system) != SMITHY_OK) session->bucket[0] = '\0';
    }
    pthread_mutex_unlock(&sessions->lock);
}

/* ---- CreateSession ---- */

static smithy_status write_request(const void *input, smithy_request *request, smithy_call *call) {
    (void)input;
    (void)call;
    smithy_request_path(request, "/");
    smithy_request_query(request, "session");
    return smithy_request_finish(request);
}

static smithy_str text_of(const smithy_xml_node *parent, const char *name) {
    const smithy_xml_node *child = smithy_xml_child(parent, name);
    return child && child->text.len ? child->text : (smithy_str){0};
}

static smithy_status read_response(const smithy_http_response *response, void *output, smithy_call *call) {
    smithy_credentials *credentials = output;
    const smithy_xml_node *root = NULL;
    SMITHY_TRY(smithy_response_xml(response, &root, call));
    const smithy_xml_node *found = root ? smithy_xml_child(root, "Credentials") : NULL;
    if (!found) return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "the session has no credentials");
    credentials->access_key_id = text_of(found, "AccessKeyId");
    credentials->secret_access_key = text_of(found, "SecretAccessKey");
    credentials->session_token = text_of(found, "SessionToken");
    credentials->source = "S3 Express session";
    const bool is_whole = credentials->access_key_id.ptr && credentials->secret_access_key.ptr &&
                          credentials->session_token.ptr &&
                          smithy_time_read_date_time(text_of(found, "Expiration"), &credentials->expires_ms);
    return is_whole ? SMITHY_OK
                    : smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "the session's credentials are not whole");
}

static const smithy_operation CREATE_SESSION = {
    .name = "CreateSession",
    .method = SMITHY_STR_INIT("GET"),
    .write_request = write_request,
    .read_response = read_response,
    .output_size = sizeof(smithy_credentials),
};

/* In a call of its own, whose memory is overwritten with its end. */
static smithy_status create(invocation *inv, smithy_call *own, smithy_str access_key_id) {
    smithy_endpoint endpoint = inv->endpoint;
    smithy_credentials session = {.source = NULL};
    endpoint.auth_scheme = SMITHY_STR("sigv4");
    smithy_call_follow(own, inv->call);
    SMITHY_TRY(client_invoke_at(inv->client, &endpoint, &CREATE_SESSION, NULL, &session, own));
    SMITHY_TRY(smithy_credentials_copy(&inv->credentials, &session, inv->client->system));
    keep(inv, access_key_id, &session);
    return SMITHY_OK;
}

smithy_status invocation_get_session(invocation *inv) {
    char access_key_id[MAX_NAME];
    bool known = false;
    SMITHY_TRY(invocation_get_credentials(inv));
    snprintf(access_key_id, sizeof access_key_id, "%.*s", SMITHY_STR_ARG(inv->credentials.access_key_id));
    smithy_credentials_deinit(&inv->credentials);
    SMITHY_TRY(look_up(inv, smithy_str_from(access_key_id), &known));
    if (known) return SMITHY_OK;
    smithy_call *own = smithy_call_create(&(smithy_call_options){.system = smithy_call_system(inv->call)});
    if (!own) return smithy_call_fail(inv->call, SMITHY_ERROR_MEMORY, "out of memory");
    const smithy_status status = create(inv, own, smithy_str_from(access_key_id));
    if (status != SMITHY_OK) {
        (void)smithy_call_fail(own, status, "out of memory");
        *smithy_call_error_mutable(inv->call) = *smithy_call_error(own);
    }
    smithy_call_destroy(own);
    return status;
}
