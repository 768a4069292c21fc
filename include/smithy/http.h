/* HTTP: a request, a response, and the transport that turns one into the other. */
#ifndef SMITHY_HTTP_H
#define SMITHY_HTTP_H

#include <smithy/call.h>
#include <smithy/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct smithy_header {
    smithy_str name; /* As written; compare with smithy_str_equal_nocase. */
    smithy_str value;
} smithy_header;

/* In the call's arena; grows there. */
typedef struct smithy_headers {
    smithy_header *items;
    size_t count;
    size_t capacity;
} smithy_headers;

/* The texts are borrowed, not copied. */
SMITHY_API smithy_status smithy_headers_add(smithy_headers *headers, smithy_str name, smithy_str value,
                                            smithy_call *call) SMITHY_NODISCARD;
/* Replaces the first of that name and drops the others; adds it where there was none. */
SMITHY_API smithy_status smithy_headers_set(smithy_headers *headers, smithy_str name, smithy_str value,
                                            smithy_call *call) SMITHY_NODISCARD;
SMITHY_API void smithy_headers_remove(smithy_headers *headers, const char *name);
/* The first value of that name; absent where there is none. */
SMITHY_API smithy_str smithy_headers_get(const smithy_headers *headers, const char *name);

/* A body of a descriptor's content, from `offset` for `length` bytes: read by pread, so it rewinds and the descriptor's
 * own position does not move. The descriptor stays the caller's, and `source` must outlive the operation. */
typedef struct smithy_file_source {
    int fd;
    int64_t offset;
    int64_t length;
    int64_t position; /* The library's. */
} smithy_file_source;
SMITHY_API smithy_body smithy_body_from_file(smithy_file_source *source);

typedef struct smithy_http_request {
    smithy_str method;
    smithy_str url; /* Exactly as it goes on the wire: encoded, never normalized. */
    smithy_headers headers;
    smithy_body body;
    int64_t connect_timeout_ms; /* 0: the transport's default, 3,100 ms. */
    int64_t attempt_timeout_ms; /* For the whole exchange; 0: none. The call's deadline always holds. */
    int64_t stall_timeout_ms; /* No byte in either direction for so long ends it (of the head: no line); 0: none (a long
                                 poll). */
    size_t max_body;          /* Of a response that is collected; 0: 64 MiB. */
    smithy_sink *sink;        /* Optional; takes the body of a 2xx answer. Others are collected. */
    bool no_proxy;            /* For metadata services and the Lambda Runtime API. */
    bool no_expect;           /* A body of 2 MiB or more does not ask for "100 Continue" first, either. */
    /* Optional; asked about each address before it is connected to: false, and it is not. No kept connection is used
     * then. For what only certain machines may be told: who resolves the name first and sends after it may meet another
     * address. */
    bool (*allows)(const smithy_address *address);
} smithy_http_request;

/* How far an exchange without a usable answer got. */
typedef enum smithy_http_failure {
    SMITHY_HTTP_FAILURE_NONE = 0,
    SMITHY_HTTP_FAILURE_RESOLVE,  /* The name has no address. */
    SMITHY_HTTP_FAILURE_CONNECT,  /* Refused, unreachable, or not in time. */
    SMITHY_HTTP_FAILURE_TLS,      /* The handshake failed. */
    SMITHY_HTTP_FAILURE_TRUST,    /* The certificate is not to be trusted. Never worth a retry. */
    SMITHY_HTTP_FAILURE_SEND,     /* Broke while the request went out. */
    SMITHY_HTTP_FAILURE_RECEIVE,  /* Broke before or inside of the answer. */
    SMITHY_HTTP_FAILURE_TIMEOUT,  /* attempt_timeout_ms or stall_timeout_ms. */
    SMITHY_HTTP_FAILURE_DEADLINE, /* The call's own. */
    SMITHY_HTTP_FAILURE_CANCELED,
    SMITHY_HTTP_FAILURE_TOO_LARGE, /* The body is past max_body. */
    SMITHY_HTTP_FAILURE_LOCAL      /* A sink, a source, or memory. */
} smithy_http_failure;

/* Lives in the call's arena. */
typedef struct smithy_http_response {
    int status; /* 0: no status line came. */
    smithy_headers headers;
    smithy_str body;      /* Collected; present even when empty. Empty when a sink took it. */
    uint64_t body_length; /* Bytes of the body that came, collected or not. */
    smithy_http_failure failure;
    bool sent;   /* At least one byte of the request may have left: its effect cannot be ruled out. */
    bool reused; /* The connection had served an earlier request. */
    struct smithy_response_tree *tree; /* The runtime's: the body as parsed, freed when the operation ends. */
} smithy_http_response;

/* One exchange after another, from any thread (shareable). */
struct smithy_transport {
    /* SMITHY_OK when a whole answer came, whatever its HTTP status (a body that ends before its Content-Length is not
     * whole, and bytes past it are never part of it). Else the status, with response->failure set and the call's error
     * filled in. The request goes out at most once: no transport sends it again by itself. */
    smithy_status (*perform)(smithy_transport *transport, const smithy_http_request *request,
                             smithy_http_response *response, smithy_call *call);
    /* Closes connections that nobody uses: after a Lambda was frozen their peers are gone. */
    void (*drop_idle)(smithy_transport *transport);
    void (*destroy)(smithy_transport *transport);
};

typedef struct smithy_curl_options {
    const smithy_system *system; /* Optional; default smithy_system_default(). */
    smithy_str ca_file; /* Optional; default AWS_CA_BUNDLE, then SSL_CERT_FILE and SSL_CERT_DIR, then what libcurl was
                           built with, then where systems keep it. It replaces them all. */
    smithy_str ca_setting; /* Optional; who named ca_file, for messages: "ca_bundle of profile dev". */
    smithy_str proxy; /* Optional; default by the URL's scheme https_proxy, HTTPS_PROXY or http_proxy, then all_proxy,
                         ALL_PROXY. Present and empty: none. Never HTTP_PROXY. */
    smithy_str no_proxy; /* Optional; default no_proxy, then NO_PROXY: hosts, domains, networks, as libcurl does. */
} smithy_curl_options;

/* The libcurl transport: speaks HTTP/1.1, keeps up to 16 idle connections with what else each thread needed, for ten
 * seconds; insists on TLS 1.2 and a certificate that matches. The environment is read here; no I/O until the first
 * request. NULL with the call's error set: SMITHY_ERROR_CONFIG for what is not a proxy's URL.
 *
 * curl_global_init is called once in the process, by the first request, under pthread_once; a program that uses libcurl
 * itself from other threads calls it earlier, as libcurl asks. After a fork the child opens its own connections. */
SMITHY_API smithy_transport *smithy_curl_transport_create(const smithy_curl_options *options, smithy_call *call);
SMITHY_API void smithy_transport_destroy(smithy_transport *transport);

/* A value and who gave it: "HTTPS_PROXY", "this system". Both absent: there is none. */
typedef struct smithy_curl_setting {
    smithy_str value;
    smithy_str source;
} smithy_curl_setting;

/* What a libcurl transport goes by, for people. */
typedef struct smithy_curl_settings {
    smithy_curl_setting proxy_for_http; /* Its URL, without a name and a password. */
    smithy_curl_setting proxy_for_https;
    smithy_curl_setting no_proxy;
    smithy_curl_setting ca_file; /* Not looked into. */
    smithy_curl_setting ca_directory;
} smithy_curl_settings;

/* What a transport with such options would go by; texts in the call. `options` NULL: all defaults. Nothing is sent or
 * read; only where nobody names authorities, it is looked where the system has them. SMITHY_ERROR_CONFIG as creating
 * it, or its first request over TLS, would say; what could be told is filled in even then. */
SMITHY_API smithy_status smithy_curl_describe(const smithy_curl_options *options, smithy_curl_settings *settings,
                                              smithy_call *call) SMITHY_NODISCARD;

#ifdef __cplusplus
}
#endif

#endif
