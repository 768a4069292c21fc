/* The state in DynamoDB: what is taken for a state, who wins a save, and what a missing part means. */
#include "each_place.h"
#include "fake_system.h"
#include "scripted_transport.h"
#include "state_text.h"

#include <stdio.h>

#define OK(body_) \
    { .status = 200, .body = (body_) }
#define ERROR(code) \
    { .status = 400, .body = "{\"__type\":\"com.amazonaws.dynamodb.v20120810#" code "\",\"message\":\"no\"}" }
#define LOST \
    { .failure = SMITHY_HTTP_FAILURE_RECEIVE, .sent = true }
#define NOTHING  "{}"
#define NO_PARTS "{\"Count\":0,\"Items\":[]}"
#define TEXT     "{\"nonce\":\"mine\"}"

typedef struct bench {
    fake_system fake;
    scripted_transport transport;
    scripted_answer answers[64];
    size_t count;
    smithy_call *call;
    dynamodb_client *dynamodb;
    state_store *store;
    smithy_buffer content;
    bool won, exists;
    char item[4096]; /* What was saved, as it is read. */
} bench;

static int open_bench(void **context, size_t piece_bytes) {
    static bench b;
    const exporter_settings settings = {.store_type = EXPORTER_STORE_DYNAMODB,
                                        .store_table = SMITHY_STR_INIT("table"),
                                        .store_name = SMITHY_STR_INIT("name"),
                                        .store_dsn = SMITHY_STR_INIT("dynamodb://table/name"),
                                        .store_piece_bytes = piece_bytes};
    b = (bench){0};
    fake_system_init(&b.fake, 5);
    scripted_transport_init(&b.transport, &b.fake, b.answers, 0);
    b.fake.system.transport = &b.transport.base;
    fake_system_set_env(&b.fake, "AWS_REGION", "eu-west-1");
    fake_system_set_env(&b.fake, "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    fake_system_set_env(&b.fake, "AWS_SECRET_ACCESS_KEY", "secret");
    b.call = smithy_call_create(&(smithy_call_options){.system = &b.fake.system});
    assert_non_null(b.call);
    b.dynamodb = dynamodb_client_create(NULL, b.call);
    assert_non_null(b.dynamodb);
    b.store = store_open(&settings, NULL, b.dynamodb, NULL, &b.fake.system, b.call);
    assert_non_null(b.store);
    smithy_buffer_init(&b.content, &b.fake.system, 1 << 20);
    *context = &b;
    return 0;
}

static int set_up(void **context) {
    return open_bench(context, 0);
}

/* Its items hold so little that a state has several. */
static int set_up_small(void **context) {
    return open_bench(context, 100);
}

static int tear_down(void **context) {
    bench *b = *context;
    smithy_buffer_deinit(&b->content);
    store_destroy(b->store);
    dynamodb_client_destroy(b->dynamodb);
    smithy_call_destroy(b->call);
    scripted_transport_deinit(&b->transport);
    assert_int_equal(b->fake.live_blocks, 0);
    fake_system_deinit(&b->fake);
    return 0;
}

static void then(bench *b, scripted_answer answer) {
    b->answers[b->count++] = answer;
    b->transport.answer_count = b->count;
}

static smithy_status load(bench *b) {
    smithy_buffer_reset(&b->content);
    return store_load_text(b->store, &b->content, &b->exists, b->call);
}

/* What went wrong on the way is no error of a save that was made. */
static smithy_status save_text(bench *b, smithy_str text) {
    b->won = true;
    const smithy_status status = store_save_text(b->store, text, &b->won, b->call);
    if (status == SMITHY_OK && b->won) assert_int_equal(smithy_call_status(b->call), SMITHY_OK);
    return status;
}

static smithy_status save(bench *b) {
    return save_text(b, SMITHY_STR(TEXT));
}

static const scripted_request *asked(const bench *b, size_t index) {
    assert_true(index < b->transport.request_count);
    return &b->transport.requests[index];
}

static const char *operation(const bench *b, size_t index) {
    const char *target = scripted_request_header(&b->transport, index, "X-Amz-Target");
    assert_non_null(target);
    return strchr(target, '.') + 1;
}

/* The value of a member of the item that request number `index` put. */
static void copy_member(const bench *b, size_t index, const char *name, char *text, size_t size) {
    char wanted[64];
    snprintf(wanted, sizeof wanted, "\"%s\":{\"", name);
    const char *at = strstr(asked(b, index)->body, wanted);
    assert_non_null(at);
    at += strlen(wanted) + 4; /* S":" and the like. */
    snprintf(text, size, "%.*s", (int)strcspn(at, "\""), at);
}

/* What request number `index` put, as the answer to a read. */
static const char *as_item(bench *b, size_t index, const char *parts) {
    char generation[64], data[2048];
    copy_member(b, index, "generation", generation, sizeof generation);
    copy_member(b, index, "data", data, sizeof data);
    snprintf(b->item, sizeof b->item,
             "{\"Item\":{\"generation\":{\"S\":\"%s\"},\"parts\":{\"N\":\"%s\"},\"data\":{\"B\":\"%s\"}}}", generation,
             parts, data);
    return b->item;
}

/* A first save, which looks for what others left; the answers that follow are the caller's. */
static void begin(bench *b) {
    then(b, (scripted_answer)OK(NOTHING));
    then(b, (scripted_answer)OK(NO_PARTS));
    then(b, (scripted_answer)OK(NOTHING));
    assert_int_equal(load(b), SMITHY_OK);
    assert_false(b->exists);
    assert_int_equal(save(b), SMITHY_OK);
    assert_true(b->won);
}

/* ---- saving ---- */

static void the_first_save_is_made_where_there_is_none_and_the_next_replaces_it(void **context) {
    bench *b = *context;
    char generation[64], expected[96], data[256], again[256];
    begin(b);
    assert_string_equal(operation(b, 0), "GetItem");
    assert_non_null(strstr(asked(b, 0)->body, "\"ConsistentRead\":true"));
    assert_string_equal(operation(b, 1), "Query");
    assert_non_null(strstr(asked(b, 1)->body, "\":pk\":{\"S\":\"name\"}"));
    assert_non_null(strstr(asked(b, 1)->body, "\":part\":{\"S\":\"part#\"}"));
    assert_string_equal(operation(b, 2), "PutItem");
    assert_non_null(strstr(asked(b, 2)->body, "attribute_not_exists(pk)"));
    copy_member(b, 2, "generation", generation, sizeof generation);
    assert_int_equal(strlen(generation), 36);
    then(b, (scripted_answer)OK(NOTHING));
    assert_int_equal(save(b), SMITHY_OK);
    assert_true(b->won);
    assert_non_null(strstr(asked(b, 3)->body, "generation = :read"));
    snprintf(expected, sizeof expected, ":read\":{\"S\":\"%s\"}", generation);
    assert_non_null(strstr(asked(b, 3)->body, expected));
    assert_int_equal(b->transport.request_count, 4);
    assert_int_equal(b->fake.sleep_count, 0);
    copy_member(b, 2, "data", data, sizeof data);
    copy_member(b, 3, "data", again, sizeof again);
    assert_string_equal(again, data); /* The same text, and no more. */
    copy_member(b, 3, "generation", generation, sizeof generation);
    then(b, (scripted_answer)OK(NOTHING));
    assert_int_equal(save(b), SMITHY_OK);
    snprintf(expected, sizeof expected, ":read\":{\"S\":\"%s\"}", generation);
    assert_non_null(strstr(asked(b, 4)->body, expected));
    assert_int_equal(b->transport.request_count, 5);
}

static void what_was_saved_is_loaded_and_can_be_replaced(void **context) {
    bench *b = *context;
    begin(b);
    then(b, (scripted_answer)OK(as_item(b, 2, "0")));
    then(b, (scripted_answer)OK(NO_PARTS));
    then(b, (scripted_answer)OK(NOTHING));
    assert_int_equal(load(b), SMITHY_OK);
    assert_true(b->exists);
    assert_true(smithy_str_equal(smithy_buffer_str(&b->content), SMITHY_STR(TEXT)));
    assert_int_equal(save(b), SMITHY_OK);
    assert_true(b->won);
    assert_non_null(strstr(asked(b, 5)->body, "generation = :read"));
}

static void a_save_that_another_one_overtook_has_lost(void **context) {
    bench *b = *context;
    begin(b);
    then(b, (scripted_answer)ERROR("ConditionalCheckFailedException"));
    then(b, (scripted_answer)OK(as_item(b, 2, "0")));
    assert_int_equal(save(b), SMITHY_OK);
    assert_false(b->won);
    assert_int_equal(b->transport.request_count, 5);
}

static void a_save_that_another_one_removed_has_lost(void **context) {
    bench *b = *context;
    begin(b);
    then(b, (scripted_answer)ERROR("ConditionalCheckFailedException"));
    then(b, (scripted_answer)OK(NOTHING));
    assert_int_equal(save(b), SMITHY_OK);
    assert_false(b->won);
}

static void answer_with_own(void *context, const smithy_http_request *request, size_t index) {
    bench *b = context;
    (void)request;
    if (index == 5) b->answers[index] = (scripted_answer)OK(as_item(b, 3, "0"));
}

/* The client asks again by itself, and is refused by what its first try did. */
static void a_lost_answer_is_looked_for_by_the_generation(void **context) {
    bench *b = *context;
    begin(b);
    then(b, (scripted_answer)LOST);
    then(b, (scripted_answer)ERROR("ConditionalCheckFailedException"));
    then(b, (scripted_answer)OK(NOTHING));
    b->transport.on_request = answer_with_own;
    b->transport.on_request_context = b;
    assert_int_equal(save(b), SMITHY_OK);
    assert_true(b->won);
    assert_int_equal(b->transport.request_count, 6);
    assert_string_equal(operation(b, 5), "GetItem");
}

static void an_error_that_nobody_can_mend_by_waiting_ends_the_save(void **context) {
    bench *b = *context;
    begin(b);
    then(b, (scripted_answer)ERROR("AccessDeniedException"));
    assert_int_equal(save(b), SMITHY_ERROR_SERVICE);
    assert_false(b->won);
    assert_int_equal(b->transport.request_count, 4);
    assert_true(smithy_error_has_code(smithy_call_error(b->call), "AccessDeniedException"));
}

/* ---- a table that does not fit ---- */

static void a_table_that_is_missing_is_told(void **context) {
    bench *b = *context;
    then(b, (scripted_answer)ERROR("ResourceNotFoundException"));
    assert_int_equal(load(b), SMITHY_ERROR_CONFIG);
    assert_non_null(strstr(smithy_call_error(b->call)->message, "the table table does not exist: make it"));
}

static void a_table_with_other_keys_is_told(void **context) {
    bench *b = *context;
    then(b, (scripted_answer)ERROR("ValidationException"));
    assert_int_equal(load(b), SMITHY_ERROR_CONFIG);
    assert_non_null(strstr(smithy_call_error(b->call)->message, "the table table has other keys than"));
}

static void another_error_is_told_as_it_is(void **context) {
    bench *b = *context;
    then(b, (scripted_answer)ERROR("AccessDeniedException"));
    assert_int_equal(load(b), SMITHY_ERROR_SERVICE);
    assert_string_equal(smithy_call_error(b->call)->message, "no");
}

/* ---- what is no state ---- */

static void an_item_of_somebody_else_is_no_state(void **context) {
    bench *b = *context;
    static const char *const ITEMS[] = {
        "{\"Item\":{\"x\":{\"S\":\"y\"}}}",
        "{\"Item\":{\"parts\":{\"N\":\"1\"}}}",
        "{\"Item\":{\"generation\":{\"S\":\"g\"}}}",
        "{\"Item\":{\"generation\":{\"N\":\"1\"},\"parts\":{\"N\":\"1\"}}}",
        "{\"Item\":{\"generation\":{\"S\":\"\"},\"parts\":{\"N\":\"1\"}}}",
        "{\"Item\":{\"generation\":{\"S\":\"0123456789012345678901234567890123456\"},\"parts\":{\"N\":\"1\"}}}",
        "{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"S\":\"1\"}}}",
        "{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"N\":\"1.5\"}}}",
        "{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"N\":\"-1\"}}}",
        "{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"N\":\"100001\"}}}",
        "{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"N\":\"0\"}}}",
        "{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"N\":\"1\"},\"data\":{\"B\":\"AAAA\"}}}",
    };
    for (size_t i = 0; i < sizeof ITEMS / sizeof *ITEMS; i++) {
        then(b, (scripted_answer)OK(ITEMS[i]));
        assert_int_equal(load(b), SMITHY_ERROR_RESPONSE);
        assert_non_null(strstr(smithy_call_error(b->call)->message, "is not a state of this program"));
        assert_int_equal(b->transport.request_count, i + 1);
        smithy_call_reset(b->call);
    }
}

static void a_text_that_is_damaged_is_told(void **context) {
    bench *b = *context;
    then(b, (scripted_answer)OK("{\"Item\":{\"generation\":{\"S\":\"012345678901234567890123456789012345\"},"
                                "\"parts\":{\"N\":\"0\"},\"data\":{\"B\":\"AAAA\"}}}"));
    assert_int_equal(load(b), SMITHY_ERROR_RESPONSE);
    assert_string_equal(smithy_call_error(b->call)->message, "the text of the state is damaged");
}

static void a_part_that_is_missing_is_looked_for_five_times(void **context) {
    bench *b = *context;
    for (int i = 0; i < 5; i++) {
        then(b, (scripted_answer)OK("{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"N\":\"100000\"}}}"));
        then(b, (scripted_answer)OK(NOTHING));
    }
    assert_int_equal(load(b), SMITHY_ERROR_RESPONSE);
    assert_int_equal(b->transport.request_count, 10);
    assert_string_equal(smithy_call_error(b->call)->message, "a part of the state is missing in the table table");
    assert_non_null(strstr(asked(b, 1)->body, "part#g#00000"));
}

/* The head was replaced between the two reads: the next one has its text in itself. */
static void a_part_that_went_with_its_head_is_no_damage(void **context) {
    bench *b = *context;
    begin(b);
    then(b, (scripted_answer)OK("{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"N\":\"1\"}}}"));
    then(b, (scripted_answer)OK(NOTHING));
    then(b, (scripted_answer)OK(as_item(b, 2, "0")));
    assert_int_equal(load(b), SMITHY_OK);
    assert_true(b->exists);
    assert_true(smithy_str_equal(smithy_buffer_str(&b->content), SMITHY_STR(TEXT)));
}

static void a_text_of_one_part_is_read_from_it(void **context) {
    bench *b = *context;
    char data[2048], part[2200];
    begin(b);
    copy_member(b, 2, "data", data, sizeof data);
    snprintf(part, sizeof part, "{\"Item\":{\"data\":{\"B\":\"%s\"}}}", data);
    then(b, (scripted_answer)OK("{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"N\":\"1\"}}}"));
    then(b, (scripted_answer)OK(part));
    assert_int_equal(load(b), SMITHY_OK);
    assert_true(smithy_str_equal(smithy_buffer_str(&b->content), SMITHY_STR(TEXT)));
    then(b, (scripted_answer)OK("{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"N\":\"2\"}}}"));
    then(b, (scripted_answer)OK(part));
    then(b, (scripted_answer)OK(part)); /* Behind its end. */
    assert_int_equal(load(b), SMITHY_ERROR_RESPONSE);
}

/* One part was read before the other one went: what is read then begins anew, and once. */
static void a_part_that_went_behind_another_one_is_no_damage(void **context) {
    bench *b = *context;
    char data[2048], part[2200];
    begin(b);
    copy_member(b, 2, "data", data, sizeof data);
    snprintf(part, sizeof part, "{\"Item\":{\"data\":{\"B\":\"%s\"}}}", data);
    then(b, (scripted_answer)OK("{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"N\":\"2\"}}}"));
    then(b, (scripted_answer)OK(part));
    then(b, (scripted_answer)OK(NOTHING));
    then(b, (scripted_answer)OK(as_item(b, 2, "0")));
    assert_int_equal(load(b), SMITHY_OK);
    assert_true(smithy_str_equal(smithy_buffer_str(&b->content), SMITHY_STR(TEXT)));
}

/* ---- who reads ---- */

typedef struct counting_sink {
    int writes, restarts;
    smithy_status write_status, restart_status;
} counting_sink;

static smithy_status count_write(void *context, const uint8_t *bytes, size_t len) {
    counting_sink *c = context;
    (void)bytes;
    assert_true(len > 0);
    c->writes++;
    return c->write_status;
}

static smithy_status count_restart(void *context) {
    counting_sink *c = context;
    c->restarts++;
    return c->restart_status;
}

static smithy_status load_into(bench *b, counting_sink *counting) {
    smithy_sink sink = {count_write, count_restart, counting};
    return b->store->load(b->store, &sink, &b->exists, b->call);
}

static void whoever_reads_ends_it_and_is_asked_to_begin_anew_only_then(void **context) {
    bench *b = *context;
    char data[2048], part[2200];
    counting_sink taking = {0}, refusing = {.write_status = SMITHY_ERROR_LIMIT},
                  tired = {.restart_status = SMITHY_ERROR_CANCELED};
    begin(b);
    copy_member(b, 2, "data", data, sizeof data);
    snprintf(part, sizeof part, "{\"Item\":{\"data\":{\"B\":\"%s\"}}}", data);
    then(b, (scripted_answer)OK(as_item(b, 2, "0")));
    assert_int_equal(load_into(b, &taking), SMITHY_OK);
    assert_int_equal(taking.writes, 1);
    assert_int_equal(taking.restarts, 0);
    then(b, (scripted_answer)OK(b->item));
    assert_int_equal(load_into(b, &refusing), SMITHY_ERROR_LIMIT);
    smithy_call_reset(b->call);
    then(b, (scripted_answer)OK("{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"N\":\"1\"}}}"));
    then(b, (scripted_answer)OK(part));
    assert_int_equal(load_into(b, &refusing), SMITHY_ERROR_LIMIT);
    assert_int_equal(refusing.writes, 2);
    smithy_call_reset(b->call);
    then(b, (scripted_answer)OK("{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"N\":\"1\"}}}"));
    then(b, (scripted_answer)OK(NOTHING));
    assert_int_equal(load_into(b, &tired), SMITHY_ERROR_CANCELED);
    assert_int_equal(tired.restarts, 1);
}

static void a_text_of_one_byte_is_read(void **context) {
    bench *b = *context;
    then(b, (scripted_answer)OK(NOTHING));
    then(b, (scripted_answer)OK(NO_PARTS));
    then(b, (scripted_answer)OK(NOTHING));
    assert_int_equal(load(b), SMITHY_OK);
    assert_int_equal(save_text(b, SMITHY_STR("x")), SMITHY_OK);
    then(b, (scripted_answer)OK(as_item(b, 2, "0")));
    assert_int_equal(load(b), SMITHY_OK);
    assert_true(smithy_str_equal(smithy_buffer_str(&b->content), SMITHY_STR("x")));
}

static smithy_status (*chance)(void *context, void *bytes, size_t len);
static int draws;

static smithy_status no_chance_at_first(void *context, void *bytes, size_t len) {
    return draws++ == 0 ? SMITHY_ERROR_IO : chance(context, bytes, len);
}

static void a_save_that_can_draw_no_generation_is_none(void **context) {
    bench *b = *context;
    begin(b);
    chance = b->fake.system.random;
    draws = 0;
    b->fake.system.random = no_chance_at_first;
    assert_int_equal(save(b), SMITHY_ERROR_IO);
    assert_false(b->won);
    assert_int_equal(b->transport.request_count, 3);
}

static void a_part_that_may_not_be_read_is_an_error_of_its_own(void **context) {
    bench *b = *context;
    then(b, (scripted_answer)OK("{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"N\":\"1\"}}}"));
    then(b, (scripted_answer)ERROR("AccessDeniedException"));
    assert_int_equal(load(b), SMITHY_ERROR_SERVICE);
    assert_int_equal(b->transport.request_count, 2);
}

/* What an earlier state had in parts goes when the next one has none. */
static void parts_that_no_head_names_go_after_the_save(void **context) {
    bench *b = *context;
    char data[2048], part[2200];
    begin(b);
    copy_member(b, 2, "data", data, sizeof data);
    snprintf(part, sizeof part, "{\"Item\":{\"data\":{\"B\":\"%s\"}}}", data);
    then(b, (scripted_answer)OK("{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"N\":\"1\"}}}"));
    then(b, (scripted_answer)OK(part));
    assert_int_equal(load(b), SMITHY_OK);
    const size_t first = b->transport.request_count;
    then(b, (scripted_answer)OK("{\"Count\":2,\"Items\":[{\"sk\":{\"S\":\"part#g#00000\"}},{\"x\":{\"S\":\"y\"}}]}"));
    then(b, (scripted_answer)OK(NOTHING));
    then(b, (scripted_answer)OK(NOTHING));
    assert_int_equal(save(b), SMITHY_OK);
    assert_true(b->won);
    assert_string_equal(operation(b, first), "Query");
    assert_string_equal(operation(b, first + 1), "PutItem");
    assert_non_null(strstr(asked(b, first + 1)->body, ":read\":{\"S\":\"g\"}"));
    assert_string_equal(operation(b, first + 2), "DeleteItem");
    assert_non_null(
        strstr(asked(b, first + 2)->body, "\"Key\":{\"pk\":{\"S\":\"name\"},\"sk\":{\"S\":\"part#g#00000\"}}"));
    assert_int_equal(b->transport.request_count, first + 3);
    then(b, (scripted_answer)OK(NOTHING)); /* None is left to be looked for. */
    assert_int_equal(save(b), SMITHY_OK);
    assert_int_equal(b->transport.request_count, first + 4);
}

/* They wait for the next save. */
static void parts_that_cannot_be_listed_keep_nobody_from_saving(void **context) {
    bench *b = *context;
    then(b, (scripted_answer)OK(NOTHING));
    assert_int_equal(load(b), SMITHY_OK);
    for (int i = 0; i < 2; i++) {
        then(b, (scripted_answer)ERROR("AccessDeniedException"));
        then(b, (scripted_answer)OK(NOTHING));
        assert_int_equal(save(b), SMITHY_OK);
        assert_true(b->won);
        assert_string_equal(operation(b, 1 + 2 * (size_t)i), "Query");
    }
    assert_int_equal(b->transport.request_count, 5);
}

static void parts_that_cannot_be_deleted_are_looked_for_again(void **context) {
    bench *b = *context;
    then(b, (scripted_answer)OK(NOTHING));
    assert_int_equal(load(b), SMITHY_OK);
    then(b, (scripted_answer)OK("{\"Count\":1,\"Items\":[{\"sk\":{\"S\":\"part#g#00000\"}}]}"));
    then(b, (scripted_answer)OK(NOTHING));
    then(b, (scripted_answer)ERROR("AccessDeniedException"));
    assert_int_equal(save(b), SMITHY_OK);
    assert_true(b->won);
    then(b, (scripted_answer)OK(NO_PARTS));
    then(b, (scripted_answer)OK(NOTHING));
    assert_int_equal(save(b), SMITHY_OK);
    assert_string_equal(operation(b, 4), "Query");
    then(b, (scripted_answer)OK(NOTHING)); /* None is left. */
    assert_int_equal(save(b), SMITHY_OK);
    assert_string_equal(operation(b, 6), "PutItem");
}

/* ---- a state in parts ---- */

/* A text that stays long when it is compressed. */
static smithy_str long_text(void) {
    static char text[601];
    uint32_t state = 1;
    for (size_t i = 0; i < 600; i++) {
        state = state * 1664525 + 1013904223;
        text[i] = (char)('a' + (state >> 16) % 26);
    }
    return (smithy_str){text, 600};
}

static smithy_status save_long(bench *b) {
    return save_text(b, long_text());
}

/* Whatever is asked for from now on. */
static void then_always(bench *b, scripted_answer answer) {
    while (b->count < sizeof b->answers / sizeof *b->answers) then(b, answer);
}

/* How many requests for that operation there were, from number `from` on. */
static size_t count_asked(const bench *b, size_t from, const char *name) {
    size_t count = 0;
    for (size_t i = from; i < b->transport.request_count; i++) count += strcmp(operation(b, i), name) == 0;
    return count;
}

/* To the search for parts that nothing names: those of the save that is being made, and another one. */
static void list_own_and_other(void *context, const smithy_http_request *request, size_t index) {
    bench *b = context;
    char generation[64];
    (void)request;
    if (index < 2 || strcmp(operation(b, index - 1), "PutItem") != 0) return;
    const char *at = strstr(asked(b, index - 1)->body, "part#");
    if (!at) return;
    (void)snprintf(generation, sizeof generation, "%.36s", at + 5);
    (void)snprintf(b->item, sizeof b->item,
                   "{\"Count\":3,\"Items\":[{\"sk\":{\"S\":\"part#%s#00000\"}},{\"sk\":{\"S\":\"part#old#00000\"}},"
                   "{\"sk\":{\"S\":\"part#%s#00001\"}}]}",
                   generation, generation);
    b->answers[index].body = b->item;
}

/* Parts, a search for others, the head, and what goes then. */
static void a_long_state_is_saved_in_parts_before_its_head(void **context) {
    bench *b = *context;
    char generation[64], key[128], data[256];
    then(b, (scripted_answer)OK(NOTHING));
    assert_int_equal(load(b), SMITHY_OK);
    then_always(b, (scripted_answer)OK(NO_PARTS));
    b->transport.on_request = list_own_and_other;
    b->transport.on_request_context = b;
    assert_int_equal(save_long(b), SMITHY_OK);
    assert_true(b->won);
    const size_t last = b->transport.request_count - 1, parts = last - 3;
    assert_in_range(parts, 4, 6);
    assert_string_equal(operation(b, parts + 1), "Query");
    assert_string_equal(operation(b, parts + 2), "PutItem");
    assert_string_equal(operation(b, last), "DeleteItem");
    assert_non_null(strstr(asked(b, last)->body, "part#old#00000"));
    copy_member(b, parts + 2, "generation", generation, sizeof generation);
    (void)snprintf(key, sizeof key, "\"parts\":{\"N\":\"%zu\"}", parts);
    assert_non_null(strstr(asked(b, parts + 2)->body, key));
    assert_null(strstr(asked(b, parts + 2)->body, "\"data\""));
    for (size_t i = 0; i < parts; i++) {
        (void)snprintf(key, sizeof key, "\"sk\":{\"S\":\"part#%s#%05zu\"}", generation, i);
        assert_string_equal(operation(b, 1 + i), "PutItem");
        assert_non_null(strstr(asked(b, 1 + i)->body, key));
        copy_member(b, 1 + i, "data", data, sizeof data);
        if (i + 1 < parts) assert_int_equal(strlen(data), 136); /* A hundred bytes. */
    }
}

/* Begins with a state in parts; how many. */
static size_t begin_long(bench *b) {
    then(b, (scripted_answer)OK(NOTHING));
    assert_int_equal(load(b), SMITHY_OK);
    then_always(b, (scripted_answer)OK(NO_PARTS));
    assert_int_equal(save_long(b), SMITHY_OK);
    assert_true(b->won);
    return b->transport.request_count - 3;
}

static void a_long_state_is_read_part_by_part(void **context) {
    bench *b = *context;
    static char items[8][512];
    char data[256], generation[64];
    const size_t parts = begin_long(b), first = b->transport.request_count;
    b->count = first;
    copy_member(b, parts + 2, "generation", generation, sizeof generation);
    (void)snprintf(b->item, sizeof b->item, "{\"Item\":{\"generation\":{\"S\":\"%s\"},\"parts\":{\"N\":\"%zu\"}}}",
                   generation, parts);
    then(b, (scripted_answer)OK(b->item));
    for (size_t i = 0; i < parts; i++) {
        copy_member(b, 1 + i, "data", data, sizeof data);
        (void)snprintf(items[i], sizeof items[i], "{\"Item\":{\"data\":{\"B\":\"%s\"}}}", data);
        then(b, (scripted_answer)OK(items[i]));
    }
    assert_int_equal(load(b), SMITHY_OK);
    assert_true(b->exists);
    assert_true(smithy_str_equal(smithy_buffer_str(&b->content), long_text()));
    for (size_t i = 0; i < parts; i++) {
        (void)snprintf(data, sizeof data, "part#%s#%05zu", generation, i);
        assert_non_null(strstr(asked(b, first + 1 + i)->body, data));
    }
    assert_int_equal(b->transport.request_count, first + 1 + parts);
}

/* Each save has parts of its own, so there are others after it. */
static void a_long_state_is_tidied_up_with_each_save(void **context) {
    bench *b = *context;
    (void)begin_long(b);
    size_t first = b->transport.request_count;
    assert_int_equal(save_long(b), SMITHY_OK);
    assert_true(b->won);
    assert_int_equal(count_asked(b, first, "Query"), 1);
    first = b->transport.request_count;
    assert_int_equal(save(b), SMITHY_OK); /* What the long one had must go. */
    assert_int_equal(count_asked(b, first, "Query"), 1);
    assert_non_null(strstr(asked(b, first + 1)->body, "\"parts\":{\"N\":\"0\"}"));
    first = b->transport.request_count;
    assert_int_equal(save(b), SMITHY_OK);
    assert_int_equal(count_asked(b, first, "Query"), 0);
    assert_int_equal(save_long(b), SMITHY_OK); /* A short state grows. */
    assert_int_equal(count_asked(b, first, "Query"), 1);
    first = b->transport.request_count;
    assert_int_equal(save(b), SMITHY_OK);
    assert_int_equal(count_asked(b, first, "Query"), 1);
}

static void a_part_that_cannot_be_written_ends_the_save_before_its_head(void **context) {
    bench *b = *context;
    then(b, (scripted_answer)OK(NOTHING));
    assert_int_equal(load(b), SMITHY_OK);
    then(b, (scripted_answer)OK(NOTHING));
    then(b, (scripted_answer)ERROR("AccessDeniedException"));
    assert_int_equal(save_long(b), SMITHY_ERROR_SERVICE);
    assert_false(b->won);
    assert_int_equal(b->transport.request_count, 3);
}

/* Its first one stands in the table, and nothing names it. */
static void a_part_of_a_save_that_failed_is_looked_for_by_the_next(void **context) {
    bench *b = *context;
    begin(b);
    then(b, (scripted_answer)OK(NOTHING));
    then(b, (scripted_answer)ERROR("AccessDeniedException"));
    assert_int_equal(save_long(b), SMITHY_ERROR_SERVICE);
    then(b, (scripted_answer)OK(NO_PARTS));
    then(b, (scripted_answer)OK(NOTHING));
    assert_int_equal(save(b), SMITHY_OK);
    assert_string_equal(operation(b, 5), "Query");
    assert_string_equal(operation(b, 6), "PutItem");
}

/* The head names fewer parts than the text has. */
static void a_text_that_lacks_its_end_is_damaged(void **context) {
    bench *b = *context;
    char data[256], part[512];
    (void)begin_long(b);
    b->count = b->transport.request_count;
    copy_member(b, 1, "data", data, sizeof data);
    (void)snprintf(part, sizeof part, "{\"Item\":{\"data\":{\"B\":\"%s\"}}}", data);
    then(b, (scripted_answer)OK("{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"N\":\"1\"}}}"));
    then(b, (scripted_answer)OK(part));
    assert_int_equal(load(b), SMITHY_ERROR_RESPONSE);
    assert_string_equal(smithy_call_error(b->call)->message, "the text of the state is damaged");
}

/* One that no compression makes any shorter. */
static smithy_str longest_text(void) {
    static char text[370000];
    uint32_t state = 1;
    for (size_t i = 0; i < sizeof text; i++) {
        state = state * 1664525 + 1013904223;
        text[i] = (char)(state >> 24);
    }
    return (smithy_str){text, sizeof text};
}

static size_t blocks_at[SCRIPT_MAX_REQUESTS];

static void weigh(void *context, const smithy_http_request *request, size_t index) {
    const bench *b = context;
    (void)request;
    blocks_at[index] = b->fake.live_blocks;
}

/* Of thirteen, whether they are written or read. */
static void parts_take_the_memory_of_one_at_a_time(void **context) {
    static char items[16][41000];
    void *opened;
    (void)context;
    (void)open_bench(&opened, 30000);
    bench *b = opened;
    then(b, (scripted_answer)OK(NOTHING));
    assert_int_equal(load(b), SMITHY_OK);
    then_always(b, (scripted_answer)OK(NO_PARTS));
    b->transport.on_request = weigh;
    b->transport.on_request_context = b;
    assert_int_equal(save_text(b, longest_text()), SMITHY_OK);
    const size_t first = b->transport.request_count, parts = first - 3;
    assert_in_range(parts, 13, 16);
    for (size_t i = 3; i <= parts; i++) assert_in_range(blocks_at[i], 1, blocks_at[2] + 1);
    b->count = first;
    (void)snprintf(b->item, sizeof b->item, "{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"N\":\"%zu\"}}}",
                   parts);
    then(b, (scripted_answer)OK(b->item));
    for (size_t i = 0; i < parts; i++) {
        const size_t at = (size_t)snprintf(items[i], sizeof items[i], "{\"Item\":{\"data\":{\"B\":\"");
        copy_member(b, 1 + i, "data", items[i] + at, sizeof items[i] - at);
        strcat(items[i], "\"}}}");
        then(b, (scripted_answer)OK(items[i]));
    }
    assert_int_equal(load(b), SMITHY_OK);
    assert_true(smithy_str_equal(smithy_buffer_str(&b->content), longest_text()));
    for (size_t i = 3; i <= parts; i++) assert_in_range(blocks_at[first + i], 1, blocks_at[first + 2] + 1);
    (void)tear_down(&opened);
}

/* What was saved, in items of a byte each: most of them are no text yet. */
static void load_bytes(bench *b) {
    static char items[64][64];
    char data[8];
    counting_sink counting = {0};
    const size_t first = b->transport.request_count, parts = first - 3;
    assert_in_range(parts, 20, 24);
    b->count = first;
    (void)snprintf(b->item, sizeof b->item, "{\"Item\":{\"generation\":{\"S\":\"g\"},\"parts\":{\"N\":\"%zu\"}}}",
                   parts);
    then(b, (scripted_answer)OK(b->item));
    for (size_t i = 0; i < parts; i++) {
        copy_member(b, 1 + i, "data", data, sizeof data);
        (void)snprintf(items[i], sizeof items[i], "{\"Item\":{\"data\":{\"B\":\"%s\"}}}", data);
        then(b, (scripted_answer)OK(items[i]));
    }
    assert_int_equal(load_into(b, &counting), SMITHY_OK);
    assert_int_equal(counting.writes, 1);
}

static void an_item_holds_what_was_asked_for_and_never_more_than_it_may(void **context) {
    static const size_t WANTED[] = {1, 400000};
    (void)context;
    for (size_t i = 0; i < 2; i++) {
        void *opened;
        (void)open_bench(&opened, WANTED[i]);
        bench *b = opened;
        const smithy_str text = longest_text();
        then(b, (scripted_answer)OK(NOTHING));
        assert_int_equal(load(b), SMITHY_OK);
        then_always(b, (scripted_answer)OK(NO_PARTS));
        assert_int_equal(save_text(b, (smithy_str){text.ptr, i == 0 ? 1 : text.len}), SMITHY_OK);
        const char *data = strstr(asked(b, 1)->body, "\"data\":{\"B\":\"");
        assert_non_null(data);
        assert_int_equal(strcspn(data + strlen("\"data\":{\"B\":\""), "\""), i == 0 ? 4 : (350000 + 2) / 3 * 4);
        if (i == 0) load_bytes(b);
        (void)tear_down(&opened);
    }
}

/* ---- answers that stay lost ---- */

static void a_save_whose_answers_stay_lost_is_tried_six_times_with_longer_pauses(void **context) {
    bench *b = *context;
    size_t looks = 0, last = 0;
    begin(b);
    while (b->count < sizeof b->answers / sizeof *b->answers) then(b, (scripted_answer)LOST);
    for (size_t i = 6; i < 60; i += 4) b->answers[i] = (scripted_answer)OK(NOTHING);
    smithy_call_set_max_attempts(b->call, 3);
    const smithy_status status = save(b);
    for (size_t i = 3; i < b->transport.request_count; i++)
        if (strcmp(operation(b, i), "GetItem") == 0) looks++, last = i;
    assert_int_equal(status, SMITHY_ERROR_TRANSPORT);
    assert_false(b->won);
    assert_int_equal(looks, 6);
    assert_int_equal(b->fake.sleep_count, 17); /* Five of the store's, two of the client's for each save. */
    assert_int_equal(last + 1, b->transport.request_count);
}

/* Of a table that cannot be read nobody knows whose the head is. */
static void a_lost_answer_that_cannot_be_looked_for_is_an_error(void **context) {
    bench *b = *context;
    begin(b);
    then(b, (scripted_answer)ERROR("ConditionalCheckFailedException"));
    then(b, (scripted_answer)ERROR("AccessDeniedException"));
    assert_int_equal(save(b), SMITHY_ERROR_SERVICE);
    assert_false(b->won);
    assert_int_equal(b->transport.request_count, 5);
}

/* ---- memory that runs out ---- */

static smithy_status save_and_load(bench *b) {
    SMITHY_TRY(save_long(b));
    assert_true(b->won);
    return save(b);
}

static void without_memory_nothing_is_saved_by_half(void **context) {
    (void)context;
    for (each_place place = {0}; each_place_begin(&place);) {
        void *opened;
        (void)torture_disarm();
        (void)set_up_small(&opened);
        bench *b = opened;
        then(b, (scripted_answer)OK(NOTHING));
        assert_int_equal(load(b), SMITHY_OK);
        then_always(b, (scripted_answer)OK(NO_PARTS));
        torture_arm((torture_kind)place.kind, place.at, false);
        if (each_place_end(&place, save_and_load(b))) {
            assert_true(b->won);
            assert_in_range(count_asked(b, 1, "PutItem"), 6, 9);
        }
        (void)tear_down(&opened);
    }
}

/* A part that nothing names is in the table: it goes, or is looked for again. */
static void without_memory_no_part_is_left_and_forgotten(void **context) {
    (void)context;
    for (each_place place = {0}; each_place_begin(&place);) {
        void *opened;
        (void)torture_disarm();
        (void)set_up(&opened);
        bench *b = opened;
        then_always(b, (scripted_answer)OK("{\"Count\":1,\"Items\":[{\"sk\":{\"S\":\"part#g#00000\"}}]}"));
        assert_int_equal(load(b), SMITHY_OK);
        torture_arm((torture_kind)place.kind, place.at, false);
        if (each_place_end(&place, save(b))) {
            const bool has_gone = count_asked(b, 1, "DeleteItem") > 0;
            const size_t first = b->transport.request_count;
            assert_int_equal(save(b), SMITHY_OK);
            assert_true(has_gone || count_asked(b, first, "Query") == 1);
        }
        (void)tear_down(&opened);
    }
}

static void a_store_without_memory_is_none(void **context) {
    bench *b = *context;
    const size_t blocks = b->fake.live_blocks;
    b->fake.fail_allocation = b->fake.allocations + 1;
    assert_null(store_open_dynamodb(b->dynamodb, SMITHY_STR("t"), SMITHY_STR("n"), 0, SMITHY_STR("d"), &b->fake.system,
                                    b->call));
    assert_int_equal(smithy_call_status(b->call), SMITHY_ERROR_MEMORY);
    assert_int_equal(b->fake.live_blocks, blocks);
}

#define STORE_TEST(name_) cmocka_unit_test_setup_teardown(name_, set_up, tear_down)
#define PARTS_TEST(name_) cmocka_unit_test_setup_teardown(name_, set_up_small, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        STORE_TEST(the_first_save_is_made_where_there_is_none_and_the_next_replaces_it),
        STORE_TEST(what_was_saved_is_loaded_and_can_be_replaced),
        STORE_TEST(a_save_that_another_one_overtook_has_lost),
        STORE_TEST(a_save_that_another_one_removed_has_lost),
        STORE_TEST(a_lost_answer_is_looked_for_by_the_generation),
        STORE_TEST(an_error_that_nobody_can_mend_by_waiting_ends_the_save),
        STORE_TEST(a_table_that_is_missing_is_told),
        STORE_TEST(a_table_with_other_keys_is_told),
        STORE_TEST(another_error_is_told_as_it_is),
        STORE_TEST(an_item_of_somebody_else_is_no_state),
        STORE_TEST(a_text_that_is_damaged_is_told),
        STORE_TEST(a_part_that_is_missing_is_looked_for_five_times),
        STORE_TEST(a_part_that_went_with_its_head_is_no_damage),
        STORE_TEST(a_text_of_one_part_is_read_from_it),
        STORE_TEST(a_part_that_went_behind_another_one_is_no_damage),
        STORE_TEST(whoever_reads_ends_it_and_is_asked_to_begin_anew_only_then),
        STORE_TEST(a_text_of_one_byte_is_read),
        STORE_TEST(a_save_that_can_draw_no_generation_is_none),
        STORE_TEST(a_part_that_may_not_be_read_is_an_error_of_its_own),
        STORE_TEST(parts_that_no_head_names_go_after_the_save),
        STORE_TEST(parts_that_cannot_be_listed_keep_nobody_from_saving),
        STORE_TEST(parts_that_cannot_be_deleted_are_looked_for_again),
        PARTS_TEST(a_long_state_is_saved_in_parts_before_its_head),
        PARTS_TEST(a_long_state_is_read_part_by_part),
        PARTS_TEST(a_long_state_is_tidied_up_with_each_save),
        PARTS_TEST(a_part_of_a_save_that_failed_is_looked_for_by_the_next),
        PARTS_TEST(a_text_that_lacks_its_end_is_damaged),
        cmocka_unit_test(parts_take_the_memory_of_one_at_a_time),
        cmocka_unit_test(an_item_holds_what_was_asked_for_and_never_more_than_it_may),
        PARTS_TEST(a_part_that_cannot_be_written_ends_the_save_before_its_head),
        STORE_TEST(a_save_whose_answers_stay_lost_is_tried_six_times_with_longer_pauses),
        STORE_TEST(a_lost_answer_that_cannot_be_looked_for_is_an_error),
        STORE_TEST(a_store_without_memory_is_none),
        cmocka_unit_test(without_memory_nothing_is_saved_by_half),
        cmocka_unit_test(without_memory_no_part_is_left_and_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
