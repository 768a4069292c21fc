#include "curl_trust.h"

#include <smithy/buffer.h>

#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <unistd.h>

#define MAX_BUNDLE ((size_t)16 * 1024 * 1024)

/* ---- texts ---- */

static bool copy_text(const smithy_system *system, smithy_str text, char **copy) {
    *copy = NULL;
    if (text.len == 0) return true;
    *copy = system->resize(system->context, NULL, text.len + 1);
    if (!*copy) return false;
    memcpy(*copy, text.ptr, text.len);
    (*copy)[text.len] = '\0';
    return true;
}

void curl_trust_free_texts(const curl_trust *trust, const smithy_system *system) {
    system->resize(system->context, trust->file, 0);
    system->resize(system->context, trust->directory, 0);
    system->resize(system->context, trust->setting, 0);
}

static smithy_status name(curl_trust *trust, smithy_str file, smithy_str directory, smithy_str setting,
                          const smithy_system *system, smithy_call *call) {
    if (copy_text(system, file, &trust->file) && copy_text(system, directory, &trust->directory) &&
        copy_text(system, setting, &trust->setting))
        return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
}

/* ---- who names them ---- */

smithy_status curl_authorities_init(curl_authorities *authorities, const smithy_curl_options *options,
                                    const smithy_system *system, smithy_call *call) {
    static const smithy_str NONE = {0};
    *authorities = (curl_authorities){.system = system};
    atomic_init(&authorities->loaded, NULL);
    if (options->ca_file.len) {
        const smithy_str setting = options->ca_setting.len ? options->ca_setting : SMITHY_STR("the option ca_file");
        return name(&authorities->named, options->ca_file, NONE, setting, system, call);
    }
    const smithy_str bundle = smithy_str_from(system->env(system->context, "AWS_CA_BUNDLE"));
    if (bundle.len) return name(&authorities->named, bundle, NONE, SMITHY_STR("AWS_CA_BUNDLE"), system, call);
    return SMITHY_OK;
}

static smithy_status name_by_openssl(const smithy_system *system, curl_trust *trust, smithy_call *call) {
    const smithy_str file = smithy_str_from(system->env(system->context, "SSL_CERT_FILE"));
    const smithy_str directory = smithy_str_from(system->env(system->context, "SSL_CERT_DIR"));
    if (file.len == 0 && directory.len == 0) return SMITHY_OK;
    return name(trust, file, directory, file.len ? SMITHY_STR("SSL_CERT_FILE") : SMITHY_STR("SSL_CERT_DIR"), system,
                call);
}

/* What libcurl was built with, where that is here; else where systems have it. */
static smithy_status name_by_default(const smithy_system *system, curl_trust *trust, smithy_call *call) {
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
    const char *places[] = {curl->cainfo,
                            "/etc/ssl/certs/ca-certificates.crt",
                            "/etc/pki/tls/certs/ca-bundle.crt",
                            "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                            "/etc/ssl/ca-bundle.pem",
                            "/etc/ssl/cert.pem"};
    const char *directory = curl->capath && access(curl->capath, R_OK) == 0 ? curl->capath : NULL;
    const smithy_str setting = SMITHY_STR("this system");
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (places[i] && access(places[i], R_OK) == 0)
            return name(trust, smithy_str_from(places[i]), smithy_str_from(directory), setting, system, call);
    if (directory) return name(trust, (smithy_str){0}, smithy_str_from(directory), setting, system, call);
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                            "this system has no certificates of authorities: install ca-certificates, or set "
                            "AWS_CA_BUNDLE to a file that holds them");
}

smithy_status curl_authorities_find(const curl_authorities *authorities, curl_trust *trust, smithy_call *call) {
    const smithy_system *system = authorities->system;
    const curl_trust *named = &authorities->named;
    if (named->setting)
        return name(trust, smithy_str_from(named->file), (smithy_str){0}, smithy_str_from(named->setting), system,
                    call);
    SMITHY_TRY(name_by_openssl(system, trust, call));
    return trust->setting ? SMITHY_OK : name_by_default(system, trust, call);
}

/* ---- loading ---- */

/* Whether libcurl and we use one OpenSSL: only then may a store of ours go to it. */
static bool is_our_openssl(void) {
    char ours[64];
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
    snprintf(ours, sizeof ours, "OpenSSL/%s", OpenSSL_version(OPENSSL_VERSION_STRING));
    return curl->ssl_version && strcmp(curl->ssl_version, ours) == 0;
}

static smithy_status read_bundle(const smithy_system *system, const curl_trust *trust, smithy_buffer *pem,
                                 smithy_call *call) {
    bool exists = false;
    const smithy_status status = system->file_read(system->context, trust->file, pem, &exists);
    if (status == SMITHY_ERROR_MEMORY) return smithy_call_fail(call, status, "out of memory");
    if (status == SMITHY_OK && exists) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s names the file %s, which %s", trust->setting, trust->file,
                            exists || status != SMITHY_OK ? "cannot be read" : "does not exist");
}

static smithy_status load(const smithy_system *system, curl_trust *trust, smithy_call *call) {
    smithy_buffer pem;
    smithy_buffer_init(&pem, system, MAX_BUNDLE);
    smithy_status status = trust->file ? read_bundle(system, trust, &pem, call) : SMITHY_OK;
    if (status == SMITHY_OK) {
        const smithy_str text = trust->file ? smithy_buffer_str(&pem) : (smithy_str){0};
        status = lazy_ca_create(&trust->ca, text, trust->directory, system);
        if (status == SMITHY_ERROR_INPUT)
            status = smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                                      "%s names the file %s, which is not one of certificates (PEM)", trust->setting,
                                      trust->file);
        else if (status != SMITHY_OK)
            (void)smithy_call_fail(call, status, "out of memory");
    }
    smithy_buffer_deinit(&pem);
    if (status == SMITHY_OK && !is_our_openssl()) {
        lazy_ca_destroy(trust->ca);
        trust->ca = NULL;
    }
    return status;
}

static void free_trust(const smithy_system *system, curl_trust *trust) {
    if (!trust) return;
    lazy_ca_destroy(trust->ca);
    curl_trust_free_texts(trust, system);
    system->resize(system->context, trust, 0);
}

smithy_status curl_authorities_get(curl_authorities *authorities, const curl_trust **trust, smithy_call *call) {
    const smithy_system *system = authorities->system;
    curl_trust *loaded = atomic_load(&authorities->loaded);
    if (loaded && loaded->process == getpid()) {
        *trust = loaded;
        return SMITHY_OK;
    }
    curl_trust *mine = system->resize(system->context, NULL, sizeof *mine);
    if (!mine) return smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
    *mine = (curl_trust){.process = getpid()};
    smithy_status status = curl_authorities_find(authorities, mine, call);
    if (status == SMITHY_OK) status = load(system, mine, call);
    /* Of several threads that load at once, the first one's is kept. */
    if (status == SMITHY_OK && atomic_compare_exchange_strong(&authorities->loaded, &loaded, mine)) {
        *trust = mine;
        return SMITHY_OK;
    }
    free_trust(system, mine);
    *trust = loaded;
    return status;
}

void curl_authorities_deinit(curl_authorities *authorities) {
    curl_trust *loaded = atomic_load(&authorities->loaded);
    if (loaded && loaded->process == getpid()) free_trust(authorities->system, loaded);
    curl_trust_free_texts(&authorities->named, authorities->system);
}

/* ---- libcurl ---- */

static CURLcode on_ssl_context(CURL *easy, void *context, void *user) {
    (void)easy;
    const curl_trust *trust = user;
    SSL_CTX_set1_cert_store(context, lazy_ca_store(trust->ca));
    return CURLE_OK;
}

bool curl_trust_apply(const curl_trust *trust, CURL *easy) {
    const char *file = trust->ca ? NULL : trust->file;
    const char *directory = trust->ca ? NULL : trust->directory;
    bool ok = !curl_easy_setopt(easy, CURLOPT_CAINFO, file);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_CAPATH, directory);
    /* A libcurl that cannot speak TLS to proxies refuses these two; it will refuse such a proxy as well. */
    curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, file);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, directory);
    if (!trust->ca) return ok;
    ok = ok && !curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, (void *)(uintptr_t)trust);
    return ok && !curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_ssl_context);
}
