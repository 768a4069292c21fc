#include "store.h"

state_store *store_open(const exporter_settings *settings, s3_client *s3, dynamodb_client *dynamodb, exporter_log *log,
                        const smithy_system *system, smithy_call *call) {
    switch (settings->store_type) {
    case EXPORTER_STORE_S3:
        return store_open_s3(s3, settings->store_bucket, settings->store_key, settings->store_piece_bytes,
                             settings->store_dsn, log, system, call);
    case EXPORTER_STORE_DYNAMODB:
        return store_open_dynamodb(dynamodb, settings->store_table, settings->store_name, settings->store_piece_bytes,
                                   settings->store_dsn, system, call);
    case EXPORTER_STORE_FILE: return store_open_file(settings->store_path, settings->store_dsn, system, call);
    case EXPORTER_STORE_NONE: break;
    }
    (void)smithy_call_fail(call, SMITHY_ERROR_CONFIG, "StateStoreType is missing: s3, dynamodb or file");
    return NULL;
}

void store_pause(const smithy_system *system, int tries) {
    uint8_t jitter = 0;
    if (system->random(system->context, &jitter, sizeof jitter) != SMITHY_OK) jitter = 128;
    system->sleep_ms(system->context, (100LL << tries) * (128 + jitter) / 256);
}

void store_destroy(state_store *store) {
    if (store) store->destroy(store);
}
