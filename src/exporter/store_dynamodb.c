/* The state in a DynamoDB table whose keys are the strings "pk" and "sk". One item, the head, names what is valid: a
 * generation, and where its text is, compressed: in the head itself, or, where that would come near the 400 KB that an
 * item may have, in items of its own.
 *
 *   pk = name, sk = "head"                    generation, parts, data (where parts is 0)
 *   pk = name, sk = "part#<generation>#00000" data
 *
 * A save writes its parts first and then replaces the head under the condition that it still is the one that was read.
 * Parts that no head names were listed before that, so they are of writers that have lost, and go. A document that fits
 * into its head looks for them only where there may be any: with the first save since it was read. */
#include "grow.h"
#include "pieces.h"
#include "state.h"
#include "store.h"

#include <smithy/text.h>
#include <stdio.h>

#define MAX_PIECE      ((size_t)350000)
#define GENERATION_MAX 36
#define SORT_KEY_MAX   64
#define SAVE_TRIES     6
#define LOAD_TRIES     5
#define MAX_PARTS      100000
#define READ_BYTES     ((size_t)4 * 1024)

typedef struct dynamodb_store {
    state_store base;
    const smithy_system *system;
    dynamodb_client *dynamodb;
    smithy_str table, name;
    size_t piece_bytes;
    bool exists;
    bool is_tidy;                        /* There are no parts but those that the head names. */
    char generation[GENERATION_MAX + 1]; /* Of the head as last loaded or saved. */
    int64_t parts;
    /* While a save is made: */
    char next[GENERATION_MAX + 1];
    int64_t next_parts;
    smithy_buffer data; /* Of the head itself. */
    smithy_call *call;
} dynamodb_store;

/* ---- items ---- */

static dynamodb_attribute_value text_value(smithy_str text) {
    return (dynamodb_attribute_value){.kind = DYNAMODB_ATTRIBUTE_VALUE_S, .s = text};
}

static dynamodb_attribute_value number_value(smithy_str text) {
    return (dynamodb_attribute_value){.kind = DYNAMODB_ATTRIBUTE_VALUE_N, .n = text};
}

static dynamodb_attribute_value bytes_value(smithy_bytes bytes) {
    return (dynamodb_attribute_value){.kind = DYNAMODB_ATTRIBUTE_VALUE_B, .b = bytes};
}

static const dynamodb_attribute_value *attribute(const dynamodb_attribute_map *item, const char *name,
                                                 dynamodb_attribute_value_kind kind) {
    for (size_t i = 0; i < item->count; i++)
        if (smithy_str_equal(item->items[i].key, smithy_str_from(name)))
            return item->items[i].value.kind == kind ? &item->items[i].value : NULL;
    return NULL;
}

static smithy_str part_key(const char *generation, size_t index, char key[SORT_KEY_MAX]) {
    const int len = snprintf(key, SORT_KEY_MAX, "part#%s#%05zu", generation, index);
    return (smithy_str){key, (size_t)len};
}

/* A table that is not there, or has other keys, is the user's to mend. */
static smithy_status explain(const dynamodb_store *store, smithy_status status, smithy_call *call) {
    const smithy_error *error = smithy_call_error(call);
    const bool is_missing = smithy_error_has_code(error, "ResourceNotFoundException");
    if (!is_missing && !smithy_error_has_code(error, "ValidationException")) return status;
    smithy_call_clear_error(call);
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                            is_missing ? "the table %.*s does not exist: make it, with the strings pk (HASH) and sk "
                                         "(RANGE) as its keys"
                                       : "the table %.*s has other keys than the strings pk (HASH) and sk (RANGE)",
                            SMITHY_STR_ARG(store->table));
}

static smithy_status get_item(dynamodb_store *store, smithy_str sort_key, dynamodb_attribute_map *item,
                              smithy_call *call) {
    const dynamodb_key_entry key[] = {
        {SMITHY_STR("pk"), text_value(store->name)},
        {SMITHY_STR("sk"), text_value(sort_key)},
    };
    const dynamodb_get_item_input input = {
        .table_name = store->table, .key = {key, 2}, .consistent_read = SMITHY_SET(true)};
    dynamodb_get_item_output output;
    smithy_call_reset(call);
    const smithy_status status = dynamodb_get_item(store->dynamodb, &input, &output, call);
    *item = output.item;
    return status == SMITHY_OK ? SMITHY_OK : explain(store, status, call);
}

/* ---- reading ---- */

typedef struct state_head {
    bool exists;
    char generation[GENERATION_MAX + 1];
    int64_t parts;
    smithy_bytes data; /* In the call's arena. */
} state_head;

static smithy_status not_ours(const dynamodb_store *store, smithy_call *call) {
    return smithy_call_fail(call, SMITHY_ERROR_RESPONSE,
                            "the item pk \"%.*s\", sk \"head\" of the table %.*s is not a state of this program",
                            SMITHY_STR_ARG(store->name), SMITHY_STR_ARG(store->table));
}

static smithy_status read_head(dynamodb_store *store, state_head *head, smithy_call *call) {
    dynamodb_attribute_map item;
    *head = (state_head){0};
    SMITHY_TRY(get_item(store, SMITHY_STR("head"), &item, call));
    if (item.count == 0) return SMITHY_OK;
    const dynamodb_attribute_value *generation = attribute(&item, "generation", DYNAMODB_ATTRIBUTE_VALUE_S);
    const dynamodb_attribute_value *parts = attribute(&item, "parts", DYNAMODB_ATTRIBUTE_VALUE_N);
    const dynamodb_attribute_value *data = attribute(&item, "data", DYNAMODB_ATTRIBUTE_VALUE_B);
    if (!generation || generation->s.len == 0 || generation->s.len > GENERATION_MAX || !parts ||
        !smithy_str_to_i64(parts->n, &head->parts) || head->parts < 0 || head->parts > MAX_PARTS ||
        (head->parts == 0) != (data != NULL))
        return not_ours(store, call);
    memcpy(head->generation, generation->s.ptr, generation->s.len);
    if (data) head->data = data->b;
    head->exists = true;
    return SMITHY_OK;
}

/* So little at a time that what comes out of it is not large, either. */
static smithy_status read_part(pieces_reader *reader, smithy_bytes part, smithy_sink *content) {
    for (size_t at = 0, len; at < part.len; at += len) {
        len = part.len - at < READ_BYTES ? part.len - at : READ_BYTES;
        SMITHY_TRY(pieces_reader_add(reader, (smithy_bytes){part.ptr + at, len}));
        const smithy_str text = smithy_buffer_str(reader->text);
        if (text.len > 0) SMITHY_TRY(content->write(content->context, (const uint8_t *)text.ptr, text.len));
        smithy_buffer_reset(reader->text);
    }
    return SMITHY_OK;
}

/* *gone: a part is missing, as it is when another save was made since the head was read. */
static smithy_status read_parts(dynamodb_store *store, const state_head *head, pieces_reader *reader,
                                smithy_sink *content, bool *gone, smithy_call *call) {
    if (head->parts == 0) return read_part(reader, head->data, content);
    for (size_t i = 0; i < (size_t)head->parts; i++) {
        char key[SORT_KEY_MAX];
        dynamodb_attribute_map item;
        SMITHY_TRY(get_item(store, part_key(head->generation, i, key), &item, call));
        const dynamodb_attribute_value *data = attribute(&item, "data", DYNAMODB_ATTRIBUTE_VALUE_B);
        *gone = data == NULL;
        if (*gone) return SMITHY_OK;
        SMITHY_TRY(read_part(reader, data->b, content));
    }
    return SMITHY_OK;
}

static smithy_status read_text(dynamodb_store *store, const state_head *head, smithy_sink *content, bool *gone,
                               smithy_call *call) {
    pieces_reader reader;
    smithy_buffer text;
    *gone = false;
    smithy_buffer_init(&text, store->system, STATE_TEXT_MAX);
    smithy_status status = pieces_reader_init(&reader, store->system, &text);
    if (status == SMITHY_OK) {
        status = read_parts(store, head, &reader, content, gone, call);
        if (status == SMITHY_OK && !*gone && !reader.ended) status = SMITHY_ERROR_RESPONSE;
        pieces_reader_deinit(&reader);
    }
    smithy_buffer_deinit(&text);
    return status == SMITHY_OK ? SMITHY_OK : smithy_call_fail(call, status, "the text of the state is damaged");
}

static void remember(dynamodb_store *store, const char *generation, int64_t parts) {
    store->exists = true;
    store->parts = parts;
    memcpy(store->generation, generation, strlen(generation) + 1);
}

static smithy_status load(state_store *base, smithy_sink *content, bool *exists, smithy_call *call) {
    dynamodb_store *store = (dynamodb_store *)base;
    for (int tries = 0; tries < LOAD_TRIES; tries++) {
        state_head head;
        bool gone;
        if (tries > 0) SMITHY_TRY(content->restart(content->context));
        SMITHY_TRY(read_head(store, &head, call));
        store->is_tidy = false; /* The one before may have left some. */
        *exists = store->exists = head.exists;
        if (!head.exists) return SMITHY_OK;
        SMITHY_TRY(read_text(store, &head, content, &gone, call));
        if (gone) continue;
        remember(store, head.generation, head.parts);
        return SMITHY_OK;
    }
    return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "a part of the state is missing in the table %.*s",
                            SMITHY_STR_ARG(store->table));
}

/* ---- writing ---- */

static smithy_status put_part(dynamodb_store *store, smithy_bytes piece, size_t index) {
    char key[SORT_KEY_MAX];
    const dynamodb_put_item_input_attribute_map_entry item[] = {
        {SMITHY_STR("pk"), text_value(store->name)},
        {SMITHY_STR("sk"), text_value(part_key(store->next, index, key))},
        {SMITHY_STR("data"), bytes_value(piece)},
    };
    dynamodb_put_item_output output;
    store->is_tidy = false; /* Until the head names it. */
    smithy_call_reset(store->call);
    return dynamodb_put_item(store->dynamodb, &(dynamodb_put_item_input){.table_name = store->table, .item = {item, 3}},
                             &output, store->call);
}

static smithy_status take_piece(void *context, smithy_bytes piece, size_t index, bool is_last) {
    dynamodb_store *store = context;
    if (index == 0 && is_last) { /* It fits into the head. */
        smithy_buffer_append(&store->data, piece.ptr, piece.len);
        return smithy_buffer_status(&store->data);
    }
    store->next_parts = (int64_t)index + 1;
    return put_part(store, piece, index);
}

/* Replaces the head, if it still is the one that was read. */
static smithy_status put_head(dynamodb_store *store, smithy_call *call) {
    char parts[24];
    const int len = snprintf(parts, sizeof parts, "%lld", (long long)store->next_parts);
    const smithy_str data = smithy_buffer_str(&store->data);
    const dynamodb_put_item_input_attribute_map_entry item[] = {
        {SMITHY_STR("pk"), text_value(store->name)},
        {SMITHY_STR("sk"), text_value(SMITHY_STR("head"))},
        {SMITHY_STR("generation"), text_value(smithy_str_from(store->next))},
        {SMITHY_STR("parts"), number_value((smithy_str){parts, (size_t)len})},
        {SMITHY_STR("data"), bytes_value((smithy_bytes){(const uint8_t *)data.ptr, data.len})},
    };
    const dynamodb_expression_attribute_value_map_entry expected = {SMITHY_STR(":read"),
                                                                    text_value(smithy_str_from(store->generation))};
    dynamodb_put_item_input input = {
        .table_name = store->table,
        .item = {item, store->next_parts == 0 ? 5 : 4},
        .condition_expression = SMITHY_STR("attribute_not_exists(pk)"),
    };
    if (store->exists) {
        input.condition_expression = SMITHY_STR("generation = :read");
        input.expression_attribute_values = (dynamodb_expression_attribute_value_map){&expected, 1};
    }
    dynamodb_put_item_output output;
    smithy_call_reset(call);
    return dynamodb_put_item(store->dynamodb, &input, &output, call);
}

/* After a lost answer the head tells whose it is. */
static smithy_status replace_head(dynamodb_store *store, bool *won, smithy_call *call) {
    smithy_status status = SMITHY_OK;
    for (int tries = 0; tries < SAVE_TRIES; tries++) {
        state_head head;
        if (tries > 0) store_pause(store->system, tries);
        status = put_head(store, call);
        *won = status == SMITHY_OK;
        if (*won) return SMITHY_OK;
        const smithy_error first = *smithy_call_error(call);
        const bool refused = smithy_error_has_code(&first, "ConditionalCheckFailedException");
        if (!refused && !first.outcome_unknown) return status;
        SMITHY_TRY(read_head(store, &head, call));
        *won = head.exists && strcmp(head.generation, store->next) == 0;
        if (*won || refused) return SMITHY_OK;
        *smithy_call_error_mutable(call) = first;
    }
    return status;
}

/* ---- parts that nothing names ---- */

typedef struct part_list {
    smithy_str *keys;
    size_t count, capacity;
} part_list;

static smithy_status add_part(part_list *list, smithy_str key, smithy_call *memory) {
    if (!GROW(memory, list->keys, list->count, list->capacity)) return SMITHY_ERROR_MEMORY;
    list->keys[list->count] = smithy_call_copy(memory, key);
    return list->keys[list->count++].ptr ? SMITHY_OK : SMITHY_ERROR_MEMORY;
}

/* All parts in the table but those of the generation that is being written. */
static smithy_status list_parts(dynamodb_store *store, part_list *list, smithy_call *memory, smithy_call *call) {
    const dynamodb_expression_attribute_value_map_entry values[] = {
        {SMITHY_STR(":pk"), text_value(store->name)},
        {SMITHY_STR(":part"), text_value(SMITHY_STR("part#"))},
    };
    dynamodb_query_items items = {
        .pages.input = {.table_name = store->table,
                        .key_condition_expression = SMITHY_STR("pk = :pk AND begins_with(sk, :part)"),
                        .expression_attribute_values = {values, 2},
                        .projection_expression = SMITHY_STR("sk"),
                        .consistent_read = SMITHY_SET(true)}};
    char own[SORT_KEY_MAX];
    const int own_len = snprintf(own, sizeof own, "part#%s#", store->next);
    smithy_call_reset(call);
    for (;;) {
        const dynamodb_attribute_map *item;
        SMITHY_TRY(dynamodb_query_next_item(store->dynamodb, &items, &item, call));
        if (!item) return SMITHY_OK;
        const dynamodb_attribute_value *key = attribute(item, "sk", DYNAMODB_ATTRIBUTE_VALUE_S);
        if (key && !smithy_str_starts_with(key->s, (smithy_str){own, (size_t)own_len}))
            SMITHY_TRY(add_part(list, key->s, memory));
    }
}

/* What cannot go now goes with the next save: false then. */
static bool delete_parts(dynamodb_store *store, const part_list *list, smithy_call *call) {
    bool all_gone = true;
    for (size_t i = 0; i < list->count && all_gone; i++) {
        const dynamodb_key_entry key[] = {
            {SMITHY_STR("pk"), text_value(store->name)},
            {SMITHY_STR("sk"), text_value(list->keys[i])},
        };
        dynamodb_delete_item_output output;
        smithy_call_reset(call);
        const dynamodb_delete_item_input input = {.table_name = store->table, .key = {key, 2}};
        all_gone = dynamodb_delete_item(store->dynamodb, &input, &output, call) == SMITHY_OK;
    }
    smithy_call_reset(call);
    return all_gone;
}

/* ---- a save ---- */

static smithy_status write_pieces(dynamodb_store *store, const smithy_body *content, smithy_call *call) {
    smithy_buffer_reset(&store->data);
    store->next_parts = 0;
    store->call = call;
    SMITHY_TRY(smithy_uuid(store->system, store->next));
    const smithy_status status = pieces_cut(store->system, content, store->piece_bytes, take_piece, store);
    return status == SMITHY_OK ? SMITHY_OK : smithy_call_fail(call, status, "the state cannot be written");
}

static smithy_status save(state_store *base, const smithy_body *content, bool *won, smithy_call *call) {
    dynamodb_store *store = (dynamodb_store *)base;
    part_list stale = {0};
    *won = false;
    SMITHY_TRY(write_pieces(store, content, call));
    if (store->parts == 0 && store->is_tidy) {
        SMITHY_TRY(replace_head(store, won, call));
        if (*won) remember(store, store->next, 0);
        return SMITHY_OK;
    }
    smithy_call *memory = smithy_call_create(&(smithy_call_options){.system = store->system});
    if (!memory) return smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
    const bool has_all = list_parts(store, &stale, memory, call) == SMITHY_OK; /* Else they wait for the next save. */
    const smithy_status status = replace_head(store, won, call);
    if (*won) {
        remember(store, store->next, store->next_parts);
        store->is_tidy = delete_parts(store, &stale, call) && has_all;
    }
    smithy_call_destroy(memory);
    return status;
}

static void destroy(state_store *base) {
    dynamodb_store *store = (dynamodb_store *)base;
    smithy_buffer_deinit(&store->data);
    store->system->resize(store->system->context, store, 0);
}

state_store *store_open_dynamodb(dynamodb_client *dynamodb, smithy_str table, smithy_str name, size_t piece_bytes,
                                 smithy_str dsn, const smithy_system *system, smithy_call *call) {
    dynamodb_store *store = system->resize(system->context, NULL, sizeof *store);
    if (!store) {
        (void)smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
        return NULL;
    }
    *store = (dynamodb_store){.base = {load, save, destroy, dsn},
                              .system = system,
                              .dynamodb = dynamodb,
                              .table = table,
                              .name = name,
                              .piece_bytes = piece_bytes > 0 && piece_bytes < MAX_PIECE ? piece_bytes : MAX_PIECE};
    smithy_buffer_init(&store->data, system, store->piece_bytes);
    return &store->base;
}
