/* Visits every operation of the DynamoDB client: makes a table, fills it, and prints what it reads back as DynamoDB's
 * own JSON, a line an answer. Endpoint and credentials come from the environment. */
#include <dynamodb/dynamodb.h>
#include <stdio.h>

#define TABLE SMITHY_STR_INIT("tour")
#define COUNT 5

static const uint8_t BYTES[] = {0, 0xFF};

/* ---- printing ---- */

static void print_text(smithy_str text) {
    printf("\"%.*s\"", SMITHY_STR_ARG(text));
}

static void print_texts(smithy_str_list texts) {
    putchar('[');
    for (size_t i = 0; i < texts.count; i++) {
        if (i) putchar(',');
        print_text(texts.items[i]);
    }
    putchar(']');
}

static void print_bytes(smithy_bytes bytes) {
    putchar('"');
    for (size_t i = 0; i < bytes.len; i++) printf("%02x", bytes.ptr[i]);
    putchar('"');
}

static void print_value(const dynamodb_attribute_value *value);

static void print_map(const dynamodb_map_attribute_value *map) {
    putchar('{');
    for (size_t i = 0; i < map->count; i++) {
        if (i) putchar(',');
        print_text(map->items[i].key);
        putchar(':');
        print_value(&map->items[i].value);
    }
    putchar('}');
}

static void print_list(const dynamodb_list_attribute_value *list) {
    putchar('[');
    for (size_t i = 0; i < list->count; i++) {
        if (i) putchar(',');
        print_value(&list->items[i]);
    }
    putchar(']');
}

static void print_byte_sets(const dynamodb_binary_set_attribute_value *sets) {
    putchar('[');
    for (size_t i = 0; i < sets->count; i++) {
        if (i) putchar(',');
        print_bytes(sets->items[i]);
    }
    putchar(']');
}

static void print_value(const dynamodb_attribute_value *value) {
    static const char *const NAMES[] = {"", "S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL", "?"};
    printf("{\"%s\":", NAMES[value->kind]);
    switch (value->kind) {
    case DYNAMODB_ATTRIBUTE_VALUE_S: print_text(value->s); break;
    case DYNAMODB_ATTRIBUTE_VALUE_N: print_text(value->n); break;
    case DYNAMODB_ATTRIBUTE_VALUE_B: print_bytes(value->b); break;
    case DYNAMODB_ATTRIBUTE_VALUE_SS: print_texts(value->ss); break;
    case DYNAMODB_ATTRIBUTE_VALUE_NS: print_texts(value->ns); break;
    case DYNAMODB_ATTRIBUTE_VALUE_BS: print_byte_sets(&value->bs); break;
    case DYNAMODB_ATTRIBUTE_VALUE_M: print_map(&value->m); break;
    case DYNAMODB_ATTRIBUTE_VALUE_L: print_list(&value->l); break;
    case DYNAMODB_ATTRIBUTE_VALUE_NULL: fputs(value->null ? "true" : "false", stdout); break;
    case DYNAMODB_ATTRIBUTE_VALUE_BOOL: fputs(value->bool_ ? "true" : "false", stdout); break;
    case DYNAMODB_ATTRIBUTE_VALUE_ABSENT:
    case DYNAMODB_ATTRIBUTE_VALUE_UNKNOWN: fputs("null", stdout); break;
    }
    putchar('}');
}

static void print_item(const char *title, const dynamodb_attribute_map *item) {
    printf("%s {", title);
    for (size_t i = 0; i < item->count; i++) {
        if (i) putchar(',');
        print_text(item->items[i].key);
        putchar(':');
        print_value(&item->items[i].value);
    }
    puts("}");
}

/* ---- values ---- */

static dynamodb_attribute_value text(const char *value) {
    return (dynamodb_attribute_value){.kind = DYNAMODB_ATTRIBUTE_VALUE_S, .s = smithy_str_from(value)};
}

static dynamodb_attribute_value number(const char *value) {
    return (dynamodb_attribute_value){.kind = DYNAMODB_ATTRIBUTE_VALUE_N, .n = smithy_str_from(value)};
}

/* The key of the n-th item, of 0 to 9. */
typedef struct key {
    char digit[2];
    dynamodb_key_entry entries[2];
} key;

static dynamodb_key key_of(key *storage, int n) {
    storage->digit[0] = (char)('0' + n);
    storage->digit[1] = '\0';
    storage->entries[0] = (dynamodb_key_entry){.key = SMITHY_STR_INIT("group"), .value = text("all")};
    storage->entries[1] = (dynamodb_key_entry){.key = SMITHY_STR_INIT("n"), .value = number(storage->digit)};
    return (dynamodb_key){storage->entries, 2};
}

/* ---- operations ---- */

static smithy_status create_table(dynamodb_client *client, smithy_call *call) {
    static const dynamodb_attribute_definition ATTRIBUTES[] = {
        {.attribute_name = SMITHY_STR_INIT("group"), .attribute_type = {.kind = DYNAMODB_SCALAR_ATTRIBUTE_TYPE_S}},
        {.attribute_name = SMITHY_STR_INIT("n"), .attribute_type = {.kind = DYNAMODB_SCALAR_ATTRIBUTE_TYPE_N}},
    };
    static const dynamodb_key_schema_element KEYS[] = {
        {.attribute_name = SMITHY_STR_INIT("group"), .key_type = {.kind = DYNAMODB_KEY_TYPE_HASH}},
        {.attribute_name = SMITHY_STR_INIT("n"), .key_type = {.kind = DYNAMODB_KEY_TYPE_RANGE}},
    };
    const dynamodb_create_table_input input = {
        .table_name = TABLE,
        .attribute_definitions = {ATTRIBUTES, 2},
        .key_schema = {KEYS, 2},
        .billing_mode = {.kind = DYNAMODB_BILLING_MODE_PAY_PER_REQUEST},
    };
    dynamodb_create_table_output output;
    return dynamodb_create_table(client, &input, &output, call);
}

static smithy_status describe_table(dynamodb_client *client, smithy_call *call) {
    const dynamodb_describe_table_input input = {.table_name = TABLE};
    dynamodb_describe_table_output output;
    SMITHY_TRY(dynamodb_describe_table(client, &input, &output, call));
    printf("table \"%.*s\"\n", SMITHY_STR_ARG(dynamodb_table_status_wire(output.table->table_status)));
    return SMITHY_OK;
}

static smithy_status put_every_kind(dynamodb_client *client, smithy_call *call) {
    const smithy_str texts[] = {SMITHY_STR_INIT("a"), SMITHY_STR_INIT("b")};
    const smithy_str numbers[] = {SMITHY_STR_INIT("-1"), SMITHY_STR_INIT("2.5")};
    const smithy_bytes bytes[] = {{BYTES, sizeof BYTES}};
    const dynamodb_attribute_value inner[] = {text("x"), {.kind = DYNAMODB_ATTRIBUTE_VALUE_NULL, .null = true}};
    const dynamodb_map_attribute_value_entry map[] = {
        {.key = SMITHY_STR_INIT("list"), .value = {.kind = DYNAMODB_ATTRIBUTE_VALUE_L, .l = {inner, 2}}},
        {.key = SMITHY_STR_INIT("none"), .value = {.kind = DYNAMODB_ATTRIBUTE_VALUE_L, .l = {inner, 0}}},
    };
    const dynamodb_put_item_input_attribute_map_entry item[] = {
        {.key = SMITHY_STR_INIT("group"), .value = text("all")},
        {.key = SMITHY_STR_INIT("n"), .value = number("0")},
        {.key = SMITHY_STR_INIT("big"), .value = number("12345678901234567890.123456789012345678")},
        {.key = SMITHY_STR_INIT("bytes"), .value = {.kind = DYNAMODB_ATTRIBUTE_VALUE_B, .b = bytes[0]}},
        {.key = SMITHY_STR_INIT("texts"), .value = {.kind = DYNAMODB_ATTRIBUTE_VALUE_SS, .ss = {texts, 2}}},
        {.key = SMITHY_STR_INIT("numbers"), .value = {.kind = DYNAMODB_ATTRIBUTE_VALUE_NS, .ns = {numbers, 2}}},
        {.key = SMITHY_STR_INIT("blobs"), .value = {.kind = DYNAMODB_ATTRIBUTE_VALUE_BS, .bs = {bytes, 1}}},
        {.key = SMITHY_STR_INIT("map"), .value = {.kind = DYNAMODB_ATTRIBUTE_VALUE_M, .m = {map, 2}}},
        {.key = SMITHY_STR_INIT("no"), .value = {.kind = DYNAMODB_ATTRIBUTE_VALUE_BOOL, .bool_ = false}},
    };
    const dynamodb_put_item_input input = {.table_name = TABLE, .item = {item, sizeof item / sizeof *item}};
    dynamodb_put_item_output output;
    return dynamodb_put_item(client, &input, &output, call);
}

static smithy_status get(dynamodb_client *client, int n, smithy_call *call) {
    key storage;
    const dynamodb_get_item_input input = {
        .table_name = TABLE, .key = key_of(&storage, n), .consistent_read = SMITHY_SET(true)};
    dynamodb_get_item_output output;
    SMITHY_TRY(dynamodb_get_item(client, &input, &output, call));
    if (output.item.items)
        print_item("item", &output.item);
    else
        puts("item null");
    return SMITHY_OK;
}

/* Must fail: the item is there. */
static smithy_status put_again(dynamodb_client *client, smithy_call *call) {
    const dynamodb_put_item_input_attribute_map_entry item[] = {
        {.key = SMITHY_STR_INIT("group"), .value = text("all")},
        {.key = SMITHY_STR_INIT("n"), .value = number("0")},
    };
    const dynamodb_put_item_input input = {
        .table_name = TABLE,
        .item = {item, 2},
        .condition_expression = SMITHY_STR_INIT("attribute_not_exists(n)"),
    };
    dynamodb_put_item_output output;
    const smithy_status status = dynamodb_put_item(client, &input, &output, call);
    if (dynamodb_error_of(call) != DYNAMODB_ERROR_CONDITIONAL_CHECK_FAILED) return status ? status : SMITHY_ERROR_INPUT;
    printf("refused \"%s\"\n", smithy_call_error(call)->code);
    return SMITHY_OK;
}

static smithy_status update(dynamodb_client *client, int n, smithy_call *call) {
    key storage;
    const dynamodb_expression_attribute_value_map_entry values[] = {
        {.key = SMITHY_STR_INIT(":one"), .value = number("1")},
    };
    const dynamodb_update_item_input input = {
        .table_name = TABLE,
        .key = key_of(&storage, n),
        .update_expression = SMITHY_STR_INIT("ADD visits :one"),
        .expression_attribute_values = {values, 1},
        .return_values = {.kind = DYNAMODB_RETURN_VALUE_ALL_NEW},
    };
    dynamodb_update_item_output output;
    SMITHY_TRY(dynamodb_update_item(client, &input, &output, call));
    print_item("updated", &output.attributes);
    return SMITHY_OK;
}

/* Two items a page: the key that a page ends with begins the next. */
static smithy_status query(dynamodb_client *client, smithy_call *call) {
    const dynamodb_expression_attribute_value_map_entry values[] = {
        {.key = SMITHY_STR_INIT(":all"), .value = text("all")},
        {.key = SMITHY_STR_INIT(":first"), .value = number("1")},
    };
    static const smithy_str_entry NAMES[] = {{SMITHY_STR_INIT("#group"), SMITHY_STR_INIT("group")}};
    dynamodb_query_pages pages = {.input = {
                                      .table_name = TABLE,
                                      .limit = SMITHY_SET(2),
                                      .scan_index_forward = SMITHY_SET(false),
                                      .key_condition_expression = SMITHY_STR_INIT("#group = :all AND n >= :first"),
                                      .expression_attribute_names = {NAMES, 1},
                                      .expression_attribute_values = {values, 2},
                                  }};
    const dynamodb_query_output *page;
    for (;;) {
        SMITHY_TRY(dynamodb_query_next(client, &pages, &page, call));
        if (!page) return SMITHY_OK;
        for (size_t i = 0; i < page->items.count; i++) print_item("found", &page->items.items[i]);
    }
}

static smithy_status batch_get(dynamodb_client *client, smithy_call *call) {
    key storage[2];
    const dynamodb_key keys[] = {key_of(&storage[0], 1), key_of(&storage[1], 2)};
    const dynamodb_batch_get_request_map_entry tables[] = {{.key = TABLE, .value = {.keys = {keys, 2}}}};
    const dynamodb_batch_get_item_input input = {.request_items = {tables, 1}};
    dynamodb_batch_get_item_output output;
    SMITHY_TRY(dynamodb_batch_get_item(client, &input, &output, call));
    for (size_t i = 0; i < output.responses.count; i++) {
        const dynamodb_item_list *items = &output.responses.items[i].value;
        for (size_t j = 0; j < items->count; j++) print_item("batch", &items->items[j]);
    }
    return SMITHY_OK;
}

static smithy_status delete_item(dynamodb_client *client, int n, smithy_call *call) {
    key storage;
    const dynamodb_delete_item_input input = {.table_name = TABLE, .key = key_of(&storage, n)};
    dynamodb_delete_item_output output;
    return dynamodb_delete_item(client, &input, &output, call);
}

static smithy_status tour(dynamodb_client *client, smithy_call *call) {
    SMITHY_TRY(create_table(client, call));
    SMITHY_TRY(describe_table(client, call));
    SMITHY_TRY(put_every_kind(client, call));
    SMITHY_TRY(get(client, 0, call));
    SMITHY_TRY(put_again(client, call));
    for (int n = 1; n <= COUNT; n++) SMITHY_TRY(update(client, n, call));
    SMITHY_TRY(query(client, call));
    SMITHY_TRY(batch_get(client, call));
    SMITHY_TRY(delete_item(client, 0, call));
    return get(client, 0, call);
}

int main(void) {
    smithy_call *call = smithy_call_create(NULL);
    dynamodb_client *client = call ? dynamodb_client_create(NULL, call) : NULL;
    const smithy_status status = client ? tour(client, call) : smithy_call_error(call)->status;
    if (status != SMITHY_OK) fprintf(stderr, "%s\n", smithy_call_error(call)->message);
    dynamodb_client_destroy(client);
    smithy_call_destroy(call);
    return status == SMITHY_OK ? 0 : 1;
}
