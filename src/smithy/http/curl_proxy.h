/* Which proxy a request goes through. Private to the libcurl transport. */
#ifndef SMITHY_HTTP_CURL_PROXY_H
#define SMITHY_HTTP_CURL_PROXY_H

#include <smithy/http.h>

typedef struct curl_proxy {
    char *url;           /* May hold a password: never printed, overwritten when it is freed. */
    const char *setting; /* Who named it: "HTTPS_PROXY". */
} curl_proxy;

typedef struct curl_proxies {
    curl_proxy for_http;  /* url NULL: none */
    curl_proxy for_https; /* likewise */
    char *except;         /* Hosts that are asked directly, as libcurl takes them. */
    const char *except_setting;
} curl_proxies;

/* By the options, else by the environment. SMITHY_ERROR_CONFIG names a setting that is not a proxy's URL. What it took
 * is freed by deinit, after a failure too. */
smithy_status curl_proxies_init(curl_proxies *proxies, const smithy_curl_options *options, const smithy_system *system,
                                smithy_call *call);
void curl_proxies_deinit(curl_proxies *proxies, const smithy_system *system);

/* The proxy for requests of that scheme, NULL for none. Whether it holds for the host, libcurl decides by `except`. */
const curl_proxy *curl_proxies_choose(const curl_proxies *proxies, smithy_str url);

/* The proxy's URL without a name and a password, in the call's arena. */
smithy_status curl_proxy_show(const curl_proxy *proxy, smithy_str *url, smithy_call *call);

#endif
