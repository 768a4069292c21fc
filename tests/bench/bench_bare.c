#include "bench_bare.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

struct bench_bare {
    CURL *curl;
    const char *endpoint;
};

static size_t throw_away(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes, (void)context;
    return size * count;
}

bench_bare *bench_bare_create(void) {
    bench_bare *bare = malloc(sizeof *bare);
    if (!bare) return NULL;
    *bare = (bench_bare){.curl = curl_easy_init(), .endpoint = getenv("AWS_ENDPOINT_URL")};
    if (bare->curl && bare->endpoint) return bare;
    bench_bare_destroy(bare);
    return NULL;
}

void bench_bare_destroy(bench_bare *bare) {
    if (bare && bare->curl) curl_easy_cleanup(bare->curl);
    free(bare);
}

static bool perform(bench_bare *bare, const char *path, const char *target, const char *body) {
    static const char *const LINES[] = {
        "Content-Type: application/x-amz-json-1.1",
        "amz-sdk-invocation-id: 4c7a3b7e-5a0e-4d0c-9d1e-6a4f9f6f2b1c",
        "amz-sdk-request: attempt=1; max=3",
        "X-Amz-Date: 20261123T120000Z",
        "User-Agent: smithy-c/0.1.0 ua/2.1 api/cloudwatch-logs os/linux lang/c md/arch#x86_64 m/E,N",
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/us-east-1/logs/aws4_request, "
        "SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;content-type;host;x-amz-date;x-amz-target, "
        "Signature=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "Accept-Encoding: identity",
        "Accept:",
    };
    char url[256];
    struct curl_slist *lines = curl_slist_append(NULL, target);
    for (size_t i = 0; i < sizeof LINES / sizeof *LINES; i++) lines = curl_slist_append(lines, LINES[i]);
    snprintf(url, sizeof url, "%s%s", bare->endpoint, path);
    curl_easy_reset(bare->curl);
    curl_easy_setopt(bare->curl, CURLOPT_URL, url);
    curl_easy_setopt(bare->curl, CURLOPT_HTTPHEADER, lines);
    curl_easy_setopt(bare->curl, CURLOPT_WRITEFUNCTION, throw_away);
    curl_easy_setopt(bare->curl, CURLOPT_NOSIGNAL, 1L);
    if (body) curl_easy_setopt(bare->curl, CURLOPT_POSTFIELDS, body);
    const bool done = curl_easy_perform(bare->curl) == CURLE_OK;
    curl_slist_free_all(lines);
    return done;
}

bool bench_bare_post(bench_bare *bare, const char *target, const char *body) {
    return perform(bare, "/", target, body);
}

bool bench_bare_get(bench_bare *bare, const char *path) {
    return perform(bare, path, "X-Amz-Content-Sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                   NULL);
}
