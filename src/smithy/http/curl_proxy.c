#include "curl_proxy.h"

#include <smithy/hash.h>

#include <curl/curl.h>

/* ---- texts ---- */

static char *copy_text(const smithy_system *system, smithy_str text) {
    char *copy = system->resize(system->context, NULL, text.len + 1);
    if (!copy) return NULL;
    if (text.len) memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return copy;
}

static void free_secret(const smithy_system *system, char *text) {
    if (!text) return;
    smithy_cleanse(text, strlen(text));
    system->resize(system->context, text, 0);
}

/* ---- what a proxy's URL may be ---- */

static bool is_proxy_scheme(const char *scheme) {
    static const char *const SCHEMES[] = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
    for (size_t i = 0; i < sizeof SCHEMES / sizeof SCHEMES[0]; i++)
        if (strcmp(scheme, SCHEMES[i]) == 0) return true;
    return false;
}

/* libcurl quotes what it cannot use, with the password in it; so it is only given what it can use. */
static bool is_proxy_url(const char *text) {
    char *scheme = NULL, *host = NULL;
    CURLU *url = curl_url();
    const bool usable = url && !curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME) &&
                        !curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) &&
                        !curl_url_get(url, CURLUPART_HOST, &host, 0) && host[0] != '\0' && is_proxy_scheme(scheme);
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(url);
    return usable;
}

/* ---- who names it ---- */

/* The first of the names (NULL ends them) that is set and not blank. */
static smithy_str find_variable(const smithy_system *system, const char *const *names, const char **found) {
    for (; *names; names++) {
        const smithy_str value = smithy_str_from(system->env(system->context, *names));
        *found = *names;
        if (value.len) return value;
    }
    return (smithy_str){0};
}

static smithy_status take_proxy(curl_proxy *proxy, smithy_str option, const char *const *variables,
                                const smithy_system *system, smithy_call *call) {
    proxy->setting = "the option proxy";
    const smithy_str url = option.ptr ? option : find_variable(system, variables, &proxy->setting);
    if (url.len == 0) return SMITHY_OK;
    proxy->url = copy_text(system, url);
    if (!proxy->url) return smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
    if (is_proxy_url(proxy->url)) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s is not the URL of a proxy, as http://proxy.example:3128",
                            proxy->setting);
}

smithy_status curl_proxies_init(curl_proxies *proxies, const smithy_curl_options *options, const smithy_system *system,
                                smithy_call *call) {
    /* HTTP_PROXY in capitals is left out: in a CGI program, whoever sends a request sets it by a header "Proxy". */
    static const char *const FOR_HTTP[] = {"http_proxy", "all_proxy", "ALL_PROXY", NULL};
    static const char *const FOR_HTTPS[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", NULL};
    static const char *const EXCEPT[] = {"no_proxy", "NO_PROXY", NULL};
    *proxies = (curl_proxies){.except_setting = "the option no_proxy"};
    SMITHY_TRY(take_proxy(&proxies->for_http, options->proxy, FOR_HTTP, system, call));
    SMITHY_TRY(take_proxy(&proxies->for_https, options->proxy, FOR_HTTPS, system, call));
    proxies->except = copy_text(
        system, options->no_proxy.ptr ? options->no_proxy : find_variable(system, EXCEPT, &proxies->except_setting));
    return proxies->except ? SMITHY_OK : smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
}

void curl_proxies_deinit(curl_proxies *proxies, const smithy_system *system) {
    free_secret(system, proxies->for_http.url);
    free_secret(system, proxies->for_https.url);
    free_secret(system, proxies->except);
    *proxies = (curl_proxies){0};
}

const curl_proxy *curl_proxies_choose(const curl_proxies *proxies, smithy_str url) {
    const bool tls = url.len >= 8 && smithy_str_equal_nocase((smithy_str){url.ptr, 8}, SMITHY_STR("https://"));
    const curl_proxy *proxy = tls ? &proxies->for_https : &proxies->for_http;
    return proxy->url ? proxy : NULL;
}

/* ---- for people ---- */

smithy_status curl_proxy_show(const curl_proxy *proxy, smithy_str *url, smithy_call *call) {
    static const CURLUPart LEFT_OUT[] = {CURLUPART_USER,  CURLUPART_PASSWORD, CURLUPART_OPTIONS,
                                         CURLUPART_QUERY, CURLUPART_FRAGMENT, CURLUPART_PATH};
    char *text = NULL;
    CURLU *parts = curl_url();
    bool ok = parts && !curl_url_set(parts, CURLUPART_URL, proxy->url, CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME);
    for (size_t i = 0; ok && i < sizeof LEFT_OUT / sizeof LEFT_OUT[0]; i++)
        ok = !curl_url_set(parts, LEFT_OUT[i], NULL, 0);
    ok = ok && !curl_url_get(parts, CURLUPART_URL, &text, 0);
    smithy_str bare = smithy_str_from(text);
    if (bare.len && bare.ptr[bare.len - 1] == '/') bare.len--;
    *url = smithy_call_copy(call, bare);
    curl_free(text);
    curl_url_cleanup(parts);
    return url->ptr ? SMITHY_OK : smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
}
