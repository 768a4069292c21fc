/* What the libcurl transport goes by, for people. */
#include "curl_proxy.h"
#include "curl_trust.h"

static smithy_status describe(smithy_curl_setting *setting, const char *value, const char *source, smithy_call *call) {
    if (!value || !value[0]) return SMITHY_OK;
    setting->value = smithy_call_copy(call, smithy_str_from(value));
    setting->source = smithy_call_copy(call, smithy_str_from(source));
    return smithy_call_status(call);
}

static smithy_status describe_proxy(smithy_curl_setting *setting, const curl_proxy *proxy, smithy_call *call) {
    if (!proxy->url) return SMITHY_OK;
    setting->source = smithy_call_copy(call, smithy_str_from(proxy->setting));
    return curl_proxy_show(proxy, &setting->value, call);
}

static smithy_status describe_proxies(smithy_curl_settings *settings, const smithy_curl_options *options,
                                      const smithy_system *system, smithy_call *call) {
    curl_proxies proxies;
    smithy_status status = curl_proxies_init(&proxies, options, system, call);
    if (status == SMITHY_OK) status = describe_proxy(&settings->proxy_for_http, &proxies.for_http, call);
    if (status == SMITHY_OK) status = describe_proxy(&settings->proxy_for_https, &proxies.for_https, call);
    if (status == SMITHY_OK) status = describe(&settings->no_proxy, proxies.except, proxies.except_setting, call);
    curl_proxies_deinit(&proxies, system);
    return status;
}

static smithy_status describe_trust(smithy_curl_settings *settings, const smithy_curl_options *options,
                                    const smithy_system *system, smithy_call *call) {
    curl_authorities authorities;
    curl_trust trust = {0};
    smithy_status status = curl_authorities_init(&authorities, options, system, call);
    if (status == SMITHY_OK) status = curl_authorities_find(&authorities, &trust, call);
    if (status == SMITHY_OK) status = describe(&settings->ca_file, trust.file, trust.setting, call);
    if (status == SMITHY_OK) status = describe(&settings->ca_directory, trust.directory, trust.setting, call);
    curl_trust_free_texts(&trust, system);
    curl_authorities_deinit(&authorities);
    return status;
}

smithy_status smithy_curl_describe(const smithy_curl_options *options, smithy_curl_settings *settings,
                                   smithy_call *call) {
    static const smithy_curl_options DEFAULTS = {0};
    if (!options) options = &DEFAULTS;
    const smithy_system *system = options->system ? options->system : smithy_call_system(call);
    *settings = (smithy_curl_settings){0};
    smithy_call_clear_error(call);
    const smithy_status proxies = describe_proxies(settings, options, system, call);
    const smithy_status trust = describe_trust(settings, options, system, call);
    return proxies == SMITHY_OK ? trust : proxies;
}
