/* bench_sign: what a signature costs, beside OpenSSL's bare digests of the same bytes in the same run; and streams. */
#include <openssl/evp.h>
#include <smithy/buffer.h>
#include <smithy/sigv4.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 200, BATCH = 100, ROUND_MS = 4, BODY = 1024, LARGE = 8 * 1024 * 1024 };

typedef struct work {
    smithy_call *call;
    smithy_credentials credentials;
    smithy_signing signing;
    smithy_http_request request;
    EVP_MD_CTX *bare;
    size_t canonical_len;
    uint8_t *bytes;
} work;

static double now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* The best of many short rounds, in us, as others may be busy on the machine; negative when it fails. */
static double measure(work *w, bool (*once)(work *w), int batch) {
    double best = -1;
    for (int round = 0; round < ROUNDS; round++) {
        const double begun = now_us();
        double spent = 0;
        int times = 0;
        while (spent < ROUND_MS * 1e3) {
            for (int i = 0; i < batch; i++)
                if (!once(w)) return -1;
            smithy_call_reset(w->call);
            times += batch;
            spent = now_us() - begun;
        }
        if (best < 0 || spent / times < best) best = spent / times;
    }
    return best;
}

/* As the client of CloudWatch Logs sends it. */
static bool sign(work *w) {
    static const smithy_header HEADERS[] = {
        {SMITHY_STR_INIT("Content-Type"), SMITHY_STR_INIT("application/x-amz-json-1.1")},
        {SMITHY_STR_INIT("X-Amz-Target"), SMITHY_STR_INIT("Logs_20140328.FilterLogEvents")},
        {SMITHY_STR_INIT("User-Agent"), SMITHY_STR_INIT("smithy-c/0.1.0 ua/2.1 api/cloudwatch-logs")},
        {SMITHY_STR_INIT("amz-sdk-invocation-id"), SMITHY_STR_INIT("4c7a3b7e-5a0e-4d0c-9d1e-6a4f9f6f2b1c")},
        {SMITHY_STR_INIT("amz-sdk-request"), SMITHY_STR_INIT("attempt=1; max=3")},
    };
    static smithy_header room[16];
    memcpy(room, HEADERS, sizeof HEADERS);
    w->request.headers = (smithy_headers){room, sizeof HEADERS / sizeof HEADERS[0], sizeof room / sizeof room[0]};
    return smithy_sigv4_sign(&w->signing, &w->request, w->call) == SMITHY_OK;
}

static bool bare_digest(work *w, size_t len) {
    uint8_t digest[EVP_MAX_MD_SIZE];
    return EVP_DigestInit_ex(w->bare, NULL, NULL) && EVP_DigestUpdate(w->bare, w->bytes, len) &&
           EVP_DigestFinal_ex(w->bare, digest, NULL);
}

/* SHA-256 of the body and of the canonical request, and an HMAC's two digests of the string to sign. */
static bool bare(work *w) {
    return bare_digest(w, BODY) && bare_digest(w, w->canonical_len) && bare_digest(w, 64 + 130) &&
           bare_digest(w, 64 + 32);
}

static bool stream_sha256(work *w) {
    uint8_t digest[SMITHY_SHA256_SIZE];
    return smithy_sha256(w->bytes, LARGE, digest) == SMITHY_OK;
}

static bool stream_crc32(work *w) {
    return smithy_crc32(0, w->bytes, LARGE) != 1;
}

static bool stream_crc64(work *w) {
    return smithy_crc64nvme(0, w->bytes, LARGE) != 1;
}

static bool learn_canonical_length(work *w) {
    smithy_buffer canonical;
    smithy_str names;
    smithy_buffer_init(&canonical, NULL, 1 << 20);
    const bool ok =
        sign(w) && smithy_sigv4_canonical_request(&w->signing, &w->request, &canonical, &names, w->call) == SMITHY_OK;
    w->canonical_len = canonical.len;
    smithy_buffer_deinit(&canonical);
    return ok;
}

static void report(work *w) {
    const double signed_us = measure(w, sign, BATCH), bare_us = measure(w, bare, BATCH);
    printf("a signature of a request of 1 KiB  %6.2f us  (OpenSSL's digests of the same bytes %.2f us: %.2f times)\n",
           signed_us, bare_us, signed_us / bare_us);
    static const struct {
        const char *name;
        bool (*once)(work *w);
    } STREAMS[] = {{"SHA-256", stream_sha256}, {"CRC-32", stream_crc32}, {"CRC-64/NVME", stream_crc64}};
    for (size_t i = 0; i < sizeof STREAMS / sizeof STREAMS[0]; i++)
        printf("%-11s of a stream             %6.2f GB/s\n", STREAMS[i].name,
               LARGE / measure(w, STREAMS[i].once, 1) / 1e3);
}

int main(void) {
    work w = {
        .call = smithy_call_create(NULL),
        .credentials = {.access_key_id = SMITHY_STR_INIT("AKIDEXAMPLE"),
                        .secret_access_key = SMITHY_STR_INIT("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")},
        .signing = {.region = SMITHY_STR_INIT("eu-west-1"),
                    .service = SMITHY_STR_INIT("logs"),
                    .time_ms = INT64_C(1767323045000),
                    .normalize_path = true,
                    .double_encode_path = true,
                    .cache = smithy_signing_cache_create(NULL)},
        .request = {.method = SMITHY_STR_INIT("POST"), .url = SMITHY_STR_INIT("https://logs.eu-west-1.amazonaws.com/")},
        .bare = EVP_MD_CTX_new(),
        .bytes = calloc(1, LARGE)};
    EVP_MD *sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    w.signing.credentials = &w.credentials;
    w.request.body.bytes = (smithy_bytes){w.bytes, BODY};
    const bool ready = w.call && w.signing.cache && w.bare && w.bytes && sha256 &&
                       EVP_DigestInit_ex(w.bare, sha256, NULL) && learn_canonical_length(&w);
    if (ready) report(&w);
    EVP_MD_CTX_free(w.bare);
    EVP_MD_free(sha256);
    free(w.bytes);
    smithy_signing_cache_destroy(w.signing.cache);
    smithy_call_destroy(w.call);
    return ready ? 0 : 1;
}
