/* Which authorities a server's certificate may come from. Private to the libcurl transport. */
#ifndef SMITHY_HTTP_CURL_TRUST_H
#define SMITHY_HTTP_CURL_TRUST_H

#include "lazy_ca.h"

#include <smithy/http.h>

#include <curl/curl.h>
#include <stdatomic.h>
#include <sys/types.h>

/* As loaded. Shareable. */
typedef struct curl_trust {
    pid_t process;   /* That loaded it: a forked child loads its own. */
    char *file;      /* NULL: none. */
    char *directory; /* NULL: none. */
    char *setting;   /* Who named them, for people. */
    lazy_ca *ca;     /* NULL: libcurl is not built on our OpenSSL, and loads file and directory by itself. */
} curl_trust;

typedef struct curl_authorities {
    const smithy_system *system;
    curl_trust named;             /* By options or environment; no setting: by neither. */
    _Atomic(curl_trust *) loaded; /* NULL before the first TLS connection. */
} curl_authorities;

/* What it took is freed by deinit, after a failure too. */
smithy_status curl_authorities_init(curl_authorities *authorities, const smithy_curl_options *options,
                                    const smithy_system *system, smithy_call *call);
void curl_authorities_deinit(curl_authorities *authorities);

/* Where they are, without loading them: fills file, directory and setting, which curl_trust_free_texts frees, after a
 * failure too. SMITHY_ERROR_CONFIG: this system has none. */
smithy_status curl_authorities_find(const curl_authorities *authorities, curl_trust *trust, smithy_call *call);
void curl_trust_free_texts(const curl_trust *trust, const smithy_system *system);

/* Loads them with the first call. SMITHY_ERROR_CONFIG: one line that names the setting. */
smithy_status curl_authorities_get(curl_authorities *authorities, const curl_trust **trust, smithy_call *call);

/* Tells libcurl. `trust` must outlive the connections. */
bool curl_trust_apply(const curl_trust *trust, CURL *easy);

#endif
