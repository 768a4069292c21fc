/* Keeps notes in a DynamoDB table, each under a key.
 *
 *   dynamodb_item create TABLE
 *   dynamodb_item put TABLE KEY TEXT...
 *   dynamodb_item get TABLE KEY
 *
 * An item is a map of values, and a value may be a list or a map of values again: a union of the model, which is
 * `kind` and one member in C. */
#include <ddb/ddb.h>
#include <stdio.h>
#include <string.h>

#define MAX_TEXTS 16

typedef struct arguments {
    smithy_str table;
    char **rest;
    int count; /* Of `rest`. */
} arguments;

static ddb_attribute_value text_value(const char *text) {
    return (ddb_attribute_value){.kind = DDB_ATTRIBUTE_VALUE_S, .s = smithy_str_from(text)};
}

static smithy_status create(ddb_client *ddb, const arguments *args, smithy_call *call) {
    const ddb_attribute_definition attributes[] = {
        {.attribute_name = SMITHY_STR_INIT("key"), .attribute_type = {.kind = DDB_SCALAR_ATTRIBUTE_TYPE_S}},
    };
    const ddb_key_schema_element keys[] = {
        {.attribute_name = SMITHY_STR_INIT("key"), .key_type = {.kind = DDB_KEY_TYPE_HASH}},
    };
    const ddb_create_table_input input = {
        .table_name = args->table,
        .attribute_definitions = {attributes, 1},
        .key_schema = {keys, 1},
        .billing_mode = {.kind = DDB_BILLING_MODE_PAY_PER_REQUEST},
    };
    ddb_create_table_output output;
    const smithy_status status = ddb_create_table(ddb, &input, &output, call);
    /* What is there already is as good as what was made: an error of the model is a constant to compare with. */
    if (status == SMITHY_ERROR_SERVICE && ddb_error_of(call) == DDB_ERROR_RESOURCE_IN_USE) return SMITHY_OK;
    return status;
}

static smithy_status put(ddb_client *ddb, const arguments *args, smithy_call *call) {
    ddb_attribute_value texts[MAX_TEXTS];
    const size_t count = (size_t)args->count - 1;
    for (size_t i = 0; i < count; i++) texts[i] = text_value(args->rest[1 + i]);

    const ddb_put_item_input_attribute_map_entry item[] = {
        {.key = SMITHY_STR_INIT("key"), .value = text_value(args->rest[0])},
        {.key = SMITHY_STR_INIT("texts"), .value = {.kind = DDB_ATTRIBUTE_VALUE_L, .l = {texts, count}}},
    };
    const ddb_put_item_input input = {.table_name = args->table, .item = {item, 2}};
    ddb_put_item_output output;
    return ddb_put_item(ddb, &input, &output, call);
}

/* The texts of a value; what is no text or list is only named. */
static void print_value(const ddb_attribute_value *value) {
    switch (value->kind) {
    case DDB_ATTRIBUTE_VALUE_S: printf("%.*s\n", SMITHY_STR_ARG(value->s)); break;
    case DDB_ATTRIBUTE_VALUE_L:
        for (size_t i = 0; i < value->l.count; i++) print_value(&value->l.items[i]);
        break;
    default: printf("(a value of another kind)\n");
    }
}

static smithy_status get(ddb_client *ddb, const arguments *args, smithy_call *call) {
    const ddb_key_entry key[] = {{.key = SMITHY_STR_INIT("key"), .value = text_value(args->rest[0])}};
    const ddb_get_item_input input = {.table_name = args->table, .key = {key, 1}, .consistent_read = SMITHY_SET(true)};
    ddb_get_item_output output;
    SMITHY_TRY(ddb_get_item(ddb, &input, &output, call));
    for (size_t i = 0; i < output.item.count; i++)
        if (smithy_str_equal(output.item.items[i].key, SMITHY_STR("texts"))) print_value(&output.item.items[i].value);
    return SMITHY_OK;
}

typedef struct command {
    const char *name;
    int least, most; /* Arguments behind the table's name. */
    smithy_status (*run)(ddb_client *ddb, const arguments *args, smithy_call *call);
} command;

static const command *command_of(int argc, char **argv) {
    static const command commands[] = {{"create", 0, 0, create}, {"put", 2, 1 + MAX_TEXTS, put}, {"get", 1, 1, get}};
    if (argc < 3) return NULL;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[1], commands[i].name) == 0 && argc - 3 >= commands[i].least && argc - 3 <= commands[i].most)
            return &commands[i];
    return NULL;
}

int main(int argc, char **argv) {
    const command *chosen = command_of(argc, argv);
    if (!chosen) {
        fprintf(stderr, "usage: dynamodb_item create TABLE | put TABLE KEY TEXT... | get TABLE KEY\n");
        return 2;
    }
    const arguments args = {.table = smithy_str_from(argv[2]), .rest = argv + 3, .count = argc - 3};
    smithy_call *call = smithy_call_create(NULL);
    ddb_client *ddb = ddb_client_create(NULL, call); /* Region and credentials by the environment. */
    const smithy_status status = ddb ? chosen->run(ddb, &args, call) : smithy_call_status(call);
    if (status != SMITHY_OK) smithy_error_print(stderr, smithy_call_error(call));
    ddb_client_destroy(ddb);
    smithy_call_destroy(call);
    return status == SMITHY_OK ? 0 : 1;
}
