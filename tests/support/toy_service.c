#include "toy_service.h"

/* ---- endpoint ---- */

typedef struct toy_params {
    smithy_str endpoint;
    smithy_str region;
} toy_params;

static void endpoint_defaults(const smithy_client *client, void *endpoint_params) {
    toy_params *params = endpoint_params;
    params->endpoint = smithy_client_endpoint_url(client);
    params->region = smithy_client_region(client);
}

static smithy_status resolve_endpoint(const void *endpoint_params, smithy_endpoint *endpoint, smithy_call *call) {
    const toy_params *params = endpoint_params;
    endpoint->url = params->endpoint;
    if (!endpoint->url.ptr)
        endpoint->url = smithy_call_format(call, "https://toy.%.*s.amazonaws.com", SMITHY_STR_ARG(params->region));
    return endpoint->url.ptr ? SMITHY_OK : smithy_call_status(call);
}

#define TOY_ENDPOINT                                                                    \
    .endpoint_params_size = sizeof(toy_params), .endpoint_defaults = endpoint_defaults, \
    .resolve_endpoint = resolve_endpoint

const smithy_service TOY_JSON = {
    .id = "Toy Logs",
    .endpoint_prefix = "toy",
    .signing_name = "toy",
    .api_version = "2014-03-28",
    .target_prefix = "Toy_20140328",
    .protocol = SMITHY_PROTOCOL_AWS_JSON_1_1,
    TOY_ENDPOINT,
};

const smithy_service TOY_DYNAMODB = {
    .id = "DynamoDB",
    .endpoint_prefix = "dynamodb",
    .signing_name = "dynamodb",
    .api_version = "2012-08-10",
    .target_prefix = "DynamoDB_20120810",
    .protocol = SMITHY_PROTOCOL_AWS_JSON_1_0,
    TOY_ENDPOINT,
};

const smithy_service TOY_S3 = {
    .id = "S3",
    .endpoint_prefix = "s3",
    .signing_name = "s3",
    .api_version = "2006-03-01",
    .protocol = SMITHY_PROTOCOL_REST_XML,
    .is_s3 = true,
    .no_error_wrapping = true,
    TOY_ENDPOINT,
};

const smithy_service TOY_QUERY = {
    .id = "STS",
    .endpoint_prefix = "sts",
    .signing_name = "sts",
    .api_version = "2011-06-15",
    .protocol = SMITHY_PROTOCOL_AWS_QUERY,
    TOY_ENDPOINT,
};

/* ---- errors ---- */

static smithy_status read_not_found(const smithy_http_response *response, void *detail, smithy_call *call) {
    toy_error *error = detail;
    const cJSON *member = NULL;
    SMITHY_TRY(smithy_response_json(response, &member, call));
    for (; member; member = member->next)
        if (smithy_json_is(member, "resource")) SMITHY_TRY(smithy_json_get_str(member, &error->resource, call));
    return SMITHY_OK;
}

const smithy_error_shape TOY_NOT_FOUND = {
    .code = "ToyNotFoundException", .http_status = 400, .size = sizeof(toy_error), .read = read_not_found};
static const smithy_error_shape TOY_CONFLICT = {.code = "ToyConflictException", .http_status = 400, .retryable = true};
static const smithy_error_shape *const TOY_ERRORS[] = {&TOY_NOT_FOUND, &TOY_CONFLICT, NULL};

/* ---- JSON operations ---- */

static smithy_status write_echo(const void *in, smithy_request *request, smithy_call *call) {
    const toy_input *input = in;
    (void)call;
    smithy_json_writer *json = smithy_request_json(request);
    smithy_request_require(request, "name", input->name.ptr != NULL);
    smithy_json_open_object(json);
    smithy_json_put_str(json, "name", input->name);
    smithy_json_close_object(json);
    return smithy_request_finish(request);
}

static smithy_status read_echo(const smithy_http_response *response, void *out, smithy_call *call) {
    toy_output *output = out;
    const cJSON *member = NULL;
    SMITHY_TRY(smithy_response_json(response, &member, call));
    for (; member; member = member->next)
        if (smithy_json_is(member, "name")) SMITHY_TRY(smithy_json_get_str(member, &output->name, call));
    return SMITHY_OK;
}

#define TOY_ECHO_PARTS                                                                                                \
    .method = SMITHY_STR_INIT("POST"), .write_request = write_echo, .read_response = read_echo, .errors = TOY_ERRORS, \
    .output_size = sizeof(toy_output)

const smithy_operation TOY_ECHO = {.name = "Echo", TOY_ECHO_PARTS};
const smithy_operation TOY_POLL = {.name = "Poll", .is_long_poll = true, TOY_ECHO_PARTS};
const smithy_operation TOY_UNSIGNED = {.name = "Unsigned", .is_unsigned = true, TOY_ECHO_PARTS};

/* ---- S3's operations ---- */

static smithy_sink *body_sink(const void *in) {
    return ((const toy_input *)in)->sink;
}

static smithy_str checksum_algorithm(const void *in) {
    return ((const toy_input *)in)->algorithm;
}

static smithy_status write_list(const void *in, smithy_request *request, smithy_call *call) {
    (void)call;
    smithy_request_path(request, "/");
    smithy_request_query(request, "list-type=2");
    smithy_request_query_str(request, "prefix", ((const toy_input *)in)->name);
    return smithy_request_finish(request);
}

static smithy_status read_list(const smithy_http_response *response, void *out, smithy_call *call) {
    toy_output *output = out;
    const smithy_xml_node *root = NULL;
    SMITHY_TRY(smithy_response_xml(response, &root, call));
    const smithy_xml_node *name = root ? smithy_xml_child(root, "Name") : NULL;
    return name ? smithy_xml_get_str(name, &output->name, call) : SMITHY_OK;
}

static smithy_status write_key(const void *in, smithy_request *request, smithy_call *call) {
    (void)call;
    smithy_request_path(request, "/");
    smithy_request_greedy_label(request, "name", ((const toy_input *)in)->name);
    return smithy_request_finish(request);
}

static smithy_status write_put(const void *in, smithy_request *request, smithy_call *call) {
    const toy_input *input = in;
    (void)call;
    smithy_request_path(request, "/");
    smithy_request_greedy_label(request, "name", input->name);
    smithy_request_header_str(request, "x-amz-checksum-crc32", input->crc32);
    smithy_request_body(request, input->body, "application/octet-stream");
    return smithy_request_finish(request);
}

static smithy_status write_delete(const void *in, smithy_request *request, smithy_call *call) {
    (void)call;
    smithy_request_path(request, "/");
    smithy_request_query(request, "delete");
    smithy_xml_writer *xml = smithy_request_xml(request);
    smithy_xml_open(xml, "Delete");
    smithy_xml_put_str(xml, "Key", ((const toy_input *)in)->name);
    smithy_xml_close(xml, "Delete");
    return smithy_request_finish(request);
}

const smithy_operation TOY_LIST_OBJECTS = {
    .name = "ListObjects",
    .method = SMITHY_STR_INIT("GET"),
    .write_request = write_list,
    .read_response = read_list,
    .output_size = sizeof(toy_output),
};

const smithy_operation TOY_GET_OBJECT = {
    .name = "GetObject",
    .method = SMITHY_STR_INIT("GET"),
    .write_request = write_key,
    .body_sink = body_sink,
    .is_streaming_output = true,
    .validates_response_checksum = true,
};

const smithy_operation TOY_PUT_OBJECT = {
    .name = "PutObject",
    .method = SMITHY_STR_INIT("PUT"),
    .write_request = write_put,
    .has_checksum = true,
    .checksum_algorithm = checksum_algorithm,
};

const smithy_operation TOY_HEAD_OBJECT = {
    .name = "HeadObject",
    .method = SMITHY_STR_INIT("HEAD"),
    .write_request = write_key,
};

const smithy_operation TOY_DELETE = {
    .name = "DeleteObjects",
    .method = SMITHY_STR_INIT("POST"),
    .write_request = write_delete,
    .read_response = read_list,
    .requires_checksum = true,
    .has_checksum = true,
    .checksum_algorithm = checksum_algorithm,
    .output_size = sizeof(toy_output),
};

const smithy_operation TOY_MD5 = {
    .name = "PutPolicy",
    .method = SMITHY_STR_INIT("PUT"),
    .write_request = write_delete,
    .requires_checksum = true,
};
