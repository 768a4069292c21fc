/* Keeps notes in a DynamoDB table, each under a key.
 *
 *   dynamodb_item create TABLE
 *   dynamodb_item put TABLE KEY TEXT...
 *   dynamodb_item get TABLE KEY
 *
 * An item is a map of values, and a value may be a list or a map of values again: a union of the model, which is
 * `kind` and one member in C. */
#include <dynamodb/dynamodb.h>
#include <stdio.h>
#include <string.h>

#define MAX_TEXTS 16

typedef struct arguments {
    smithy_str table;
    char **rest;
    int count; /* Of `rest`. */
} arguments;

static dynamodb_attribute_value text_value(const char *text) {
    return (dynamodb_attribute_value){.kind = DYNAMODB_ATTRIBUTE_VALUE_S, .s = smithy_str_from(text)};
}

static smithy_status create(dynamodb_client *dynamodb, const arguments *args, smithy_call *call) {
    const dynamodb_attribute_definition attributes[] = {
        {.attribute_name = SMITHY_STR_INIT("key"), .attribute_type = {.kind = DYNAMODB_SCALAR_ATTRIBUTE_TYPE_S}},
    };
    const dynamodb_key_schema_element keys[] = {
        {.attribute_name = SMITHY_STR_INIT("key"), .key_type = {.kind = DYNAMODB_KEY_TYPE_HASH}},
    };
    const dynamodb_create_table_input input = {
        .table_name = args->table,
        .attribute_definitions = {attributes, 1},
        .key_schema = {keys, 1},
        .billing_mode = {.kind = DYNAMODB_BILLING_MODE_PAY_PER_REQUEST},
    };
    dynamodb_create_table_output output;
    const smithy_status status = dynamodb_create_table(dynamodb, &input, &output, call);
    /* What is there already is as good as what was made: an error of the model is a constant to compare with. */
    if (status == SMITHY_ERROR_SERVICE && dynamodb_error_of(call) == DYNAMODB_ERROR_RESOURCE_IN_USE) return SMITHY_OK;
    return status;
}

static smithy_status put(dynamodb_client *dynamodb, const arguments *args, smithy_call *call) {
    dynamodb_attribute_value texts[MAX_TEXTS];
    const size_t count = (size_t)args->count - 1;
    for (size_t i = 0; i < count; i++) texts[i] = text_value(args->rest[1 + i]);

    const dynamodb_put_item_input_attribute_map_entry item[] = {
        {.key = SMITHY_STR_INIT("key"), .value = text_value(args->rest[0])},
        {.key = SMITHY_STR_INIT("texts"), .value = {.kind = DYNAMODB_ATTRIBUTE_VALUE_L, .l = {texts, count}}},
    };
    const dynamodb_put_item_input input = {.table_name = args->table, .item = {item, 2}};
    dynamodb_put_item_output output;
    return dynamodb_put_item(dynamodb, &input, &output, call);
}

/* The texts of a value; what is no text or list is only named. */
static void print_value(const dynamodb_attribute_value *value) {
    switch (value->kind) {
    case DYNAMODB_ATTRIBUTE_VALUE_S: printf("%.*s\n", SMITHY_STR_ARG(value->s)); break;
    case DYNAMODB_ATTRIBUTE_VALUE_L:
        for (size_t i = 0; i < value->l.count; i++) print_value(&value->l.items[i]);
        break;
    default: printf("(a value of another kind)\n");
    }
}

static smithy_status get(dynamodb_client *dynamodb, const arguments *args, smithy_call *call) {
    const dynamodb_key_entry key[] = {{.key = SMITHY_STR_INIT("key"), .value = text_value(args->rest[0])}};
    const dynamodb_get_item_input input = {
        .table_name = args->table, .key = {key, 1}, .consistent_read = SMITHY_SET(true)};
    dynamodb_get_item_output output;
    SMITHY_TRY(dynamodb_get_item(dynamodb, &input, &output, call));
    for (size_t i = 0; i < output.item.count; i++)
        if (smithy_str_equal(output.item.items[i].key, SMITHY_STR("texts"))) print_value(&output.item.items[i].value);
    return SMITHY_OK;
}

typedef struct command {
    const char *name;
    int least, most; /* Arguments behind the table's name. */
    smithy_status (*run)(dynamodb_client *dynamodb, const arguments *args, smithy_call *call);
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
    dynamodb_client *dynamodb = dynamodb_client_create(NULL, call); /* Region and credentials by the environment. */
    const smithy_status status = dynamodb ? chosen->run(dynamodb, &args, call) : smithy_call_status(call);
    if (status != SMITHY_OK) smithy_error_print(stderr, smithy_call_error(call));
    dynamodb_client_destroy(dynamodb);
    smithy_call_destroy(call);
    return status == SMITHY_OK ? 0 : 1;
}
