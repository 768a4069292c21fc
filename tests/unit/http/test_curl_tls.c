/* The libcurl transport over TLS: whom it trusts, what it insists on, and what a fork leaves alone. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <smithy/http.h>

#include <cmocka.h>

#define REPLY "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

/* ---- a server with a certificate of its own for 127.0.0.1 ---- */

typedef struct tls_server {
    SSL_CTX *context;
    int listener;
    int port;
    int requests; /* On its one connection; then it closes, without a word. */
    char ca_path[64];
    pthread_t thread;
} tls_server;

static void add_extension(X509 *certificate, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static X509 *make_certificate(EVP_PKEY *key, const char *address) {
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    add_extension(certificate, NID_subject_alt_name, address);
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    return certificate;
}

static void write_ca(tls_server *server, X509 *certificate) {
    strcpy(server->ca_path, "/tmp/smithy-ca-XXXXXX");
    FILE *file = fdopen(mkstemp(server->ca_path), "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    fclose(file);
}

static void *serve(void *argument) {
    tls_server *server = argument;
    sigset_t sigpipe; /* The server's own; the client's thread must do without. */
    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &sigpipe, NULL);
    const int fd = accept(server->listener, NULL, NULL);
    if (fd < 0) return NULL;
    SSL *ssl = SSL_new(server->context);
    SSL_set_fd(ssl, fd);
    char scratch[4096];
    if (SSL_accept(ssl) == 1)
        for (int i = 0; i < server->requests; i++) {
            if (SSL_read(ssl, scratch, sizeof scratch) <= 0) break;
            SSL_write(ssl, REPLY, sizeof REPLY - 1);
        }
    SSL_free(ssl);
    close(fd);
    ERR_clear_error();
    return NULL;
}

static void listen_on_loopback(tls_server *server) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server->listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server->listener, 4), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
    server->port = ntohs(address.sin_port);
}

static void start(tls_server *server, const char *address, int max_version, int requests) {
    *server = (tls_server){.requests = requests, .context = SSL_CTX_new(TLS_server_method())};
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = make_certificate(key, address);
    if (max_version) {
        SSL_CTX_set_security_level(server->context, 0);
        SSL_CTX_set_min_proto_version(server->context, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(server->context, max_version);
    }
    assert_int_equal(SSL_CTX_use_certificate(server->context, certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(server->context, key), 1);
    write_ca(server, certificate);
    X509_free(certificate);
    EVP_PKEY_free(key);
    listen_on_loopback(server);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void finish(tls_server *server) {
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    unlink(server->ca_path);
    SSL_CTX_free(server->context);
}

/* ---- the client's side ---- */

static smithy_transport *make_transport(const char *ca_file, smithy_call *call) {
    const smithy_curl_options options = {.ca_file = smithy_str_from(ca_file)};
    smithy_transport *transport = smithy_curl_transport_create(&options, call);
    assert_non_null(transport);
    return transport;
}

static smithy_status get(smithy_transport *transport, const tls_server *server, smithy_http_response *response,
                         smithy_call *call) {
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", server->port);
    const smithy_http_request request = {
        .method = SMITHY_STR_INIT("GET"), .url = smithy_str_from(url), .no_proxy = true};
    smithy_call_clear_error(call);
    return transport->perform(transport, &request, response, call);
}

static smithy_status get_once(const tls_server *server, const char *ca_file, smithy_http_failure *failure) {
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    smithy_transport *transport = make_transport(ca_file, call);
    smithy_http_response response;
    const smithy_status status = get(transport, server, &response, call);
    *failure = response.failure;
    if (status != SMITHY_OK) assert_false(response.sent);
    smithy_transport_destroy(transport);
    smithy_call_destroy(call);
    return status;
}

static void a_certificate_of_a_known_authority_is_trusted(void **state) {
    (void)state;
    tls_server server;
    smithy_http_failure failure;
    start(&server, "IP:127.0.0.1", 0, 1);
    assert_int_equal(get_once(&server, server.ca_path, &failure), SMITHY_OK);
    finish(&server);
}

static void the_environment_may_name_the_authority(void **state) {
    (void)state;
    tls_server server;
    smithy_http_failure failure;
    start(&server, "IP:127.0.0.1", 0, 1);
    setenv("AWS_CA_BUNDLE", server.ca_path, 1);
    assert_int_equal(get_once(&server, NULL, &failure), SMITHY_OK);
    unsetenv("AWS_CA_BUNDLE");
    finish(&server);
}

static void an_unknown_authority_is_not_trusted_and_nothing_is_sent(void **state) {
    (void)state;
    tls_server server;
    smithy_http_failure failure;
    start(&server, "IP:127.0.0.1", 0, 1);
    assert_int_equal(get_once(&server, NULL, &failure), SMITHY_ERROR_TRANSPORT);
    assert_int_equal(failure, SMITHY_HTTP_FAILURE_TRUST);
    finish(&server);
}

static void a_certificate_for_another_host_is_not_trusted(void **state) {
    (void)state;
    tls_server server;
    smithy_http_failure failure;
    start(&server, "DNS:example.com", 0, 1);
    assert_int_equal(get_once(&server, server.ca_path, &failure), SMITHY_ERROR_TRANSPORT);
    assert_int_equal(failure, SMITHY_HTTP_FAILURE_TRUST);
    finish(&server);
}

static void a_missing_ca_file_is_told(void **state) {
    (void)state;
    tls_server server;
    smithy_http_failure failure;
    start(&server, "IP:127.0.0.1", 0, 1);
    assert_int_equal(get_once(&server, "/nonexistent/ca.pem", &failure), SMITHY_ERROR_CONFIG);
    assert_int_equal(failure, SMITHY_HTTP_FAILURE_TRUST);
    finish(&server);
}

static void tls_below_1_2_is_refused(void **state) {
    (void)state;
    tls_server server;
    smithy_http_failure failure;
    start(&server, "IP:127.0.0.1", TLS1_1_VERSION, 1);
    assert_int_equal(get_once(&server, server.ca_path, &failure), SMITHY_ERROR_TRANSPORT);
    assert_int_equal(failure, SMITHY_HTTP_FAILURE_TLS);
    finish(&server);
}

/* A child that closed the parent's connections would say goodbye to the server in the parent's name. */
static void a_forked_child_leaves_the_parents_connections_alone(void **state) {
    (void)state;
    tls_server server;
    smithy_http_response response;
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    start(&server, "IP:127.0.0.1", 0, 2);
    smithy_transport *transport = make_transport(server.ca_path, call);
    assert_int_equal(get(transport, &server, &response, call), SMITHY_OK);
    const pid_t child = fork();
    if (child == 0) {
        smithy_transport_destroy(transport);
        _exit(0);
    }
    int child_status = 0;
    assert_int_equal(waitpid(child, &child_status, 0), child);
    assert_int_equal(child_status, 0);
    assert_int_equal(get(transport, &server, &response, call), SMITHY_OK);
    assert_true(response.reused);
    finish(&server);
    smithy_transport_destroy(transport); /* The peer is gone: its goodbye must not raise SIGPIPE. */
    smithy_call_destroy(call);
}

/* What a program that uses OpenSSL and signals by itself would stumble over. */
static void nothing_is_left_behind_in_the_process(void **state) {
    (void)state;
    tls_server server;
    smithy_http_failure failure;
    struct sigaction before, after;
    sigset_t mask_before, mask_after;
    sigaction(SIGPIPE, NULL, &before);
    pthread_sigmask(SIG_SETMASK, NULL, &mask_before);
    for (int trusted = 0; trusted < 2; trusted++) {
        start(&server, "IP:127.0.0.1", 0, 1);
        assert_int_equal(get_once(&server, trusted ? server.ca_path : NULL, &failure) == SMITHY_OK, trusted);
        assert_int_equal(ERR_peek_error(), 0);
        finish(&server);
    }
    sigaction(SIGPIPE, NULL, &after);
    pthread_sigmask(SIG_SETMASK, NULL, &mask_after);
    assert_true(before.sa_handler == after.sa_handler);
    assert_int_equal(sigismember(&mask_before, SIGPIPE), sigismember(&mask_after, SIGPIPE));
}

/* OpenSSL's own policy would refuse old versions before the transport gets to: it is told to take everything. */
static void let_openssl_take_everything(char path[]) {
    FILE *file = fdopen(mkstemp(path), "w");
    assert_non_null(file);
    fputs("openssl_conf = all\n[all]\nssl_conf = modules\n[modules]\nsystem_default = policy\n"
          "[policy]\nMinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL=0\n",
          file);
    fclose(file);
    setenv("OPENSSL_CONF", path, 1);
}

int main(void) {
    char policy_path[] = "/tmp/smithy-openssl-XXXXXX";
    let_openssl_take_everything(policy_path);
    signal(SIGPIPE, SIG_DFL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_of_a_known_authority_is_trusted),
        cmocka_unit_test(the_environment_may_name_the_authority),
        cmocka_unit_test(an_unknown_authority_is_not_trusted_and_nothing_is_sent),
        cmocka_unit_test(a_certificate_for_another_host_is_not_trusted),
        cmocka_unit_test(a_missing_ca_file_is_told),
        cmocka_unit_test(tls_below_1_2_is_refused),
        cmocka_unit_test(nothing_is_left_behind_in_the_process),
        cmocka_unit_test(a_forked_child_leaves_the_parents_connections_alone),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(policy_path);
    return failed;
}
