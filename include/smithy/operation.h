/* What a generated operation is made of: a static description, and the vocabulary its two functions are written in.
 * Callers of clients do not need this header. */
#ifndef SMITHY_OPERATION_H
#define SMITHY_OPERATION_H

#include <smithy/cbor.h>
#include <smithy/client.h>
#include <smithy/document.h>
#include <smithy/endpoint.h>
#include <smithy/http.h>
#include <smithy/json.h>
#include <smithy/query.h>
#include <smithy/xml.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- a request under construction ---- */

/* Straight-line code fills it; what goes wrong first sticks to the call's error and is answered at the end by
 * smithy_request_finish. Texts that are passed in are borrowed until the operation ends. */
typedef struct smithy_request {
    smithy_call *call;
    smithy_str method;
    smithy_buffer path;  /* Encoded; starts with "/"; without the part that the endpoint rules place in the host. */
    smithy_buffer query; /* Encoded, without "?". */
    smithy_headers headers;
    smithy_buffer content; /* The body that a writer below fills. */
    smithy_body body;      /* What is sent: content when a writer was asked for, else what smithy_request_body set. */
    smithy_str host_prefix;
    smithy_json_writer json;
    smithy_xml_writer xml;
    smithy_cbor_writer cbor;
    smithy_query_writer form;
    bool is_ec2_query;
    smithy_status status;
} smithy_request;

/* The timestamp formats of headers, labels and queries. */
typedef enum smithy_time_format { SMITHY_TIME_EPOCH, SMITHY_TIME_DATE_TIME, SMITHY_TIME_HTTP_DATE } smithy_time_format;

/* path: a literal piece as it stands; a label percent-encoded ("/" too); a greedy label keeps its "/". An absent or
 * empty label is SMITHY_ERROR_INPUT that names the member. */
SMITHY_API void smithy_request_path(smithy_request *request, const char *literal);
SMITHY_API void smithy_request_label(smithy_request *request, const char *member, smithy_str value);
SMITHY_API void smithy_request_greedy_label(smithy_request *request, const char *member, smithy_str value);
SMITHY_API void smithy_request_label_bool(smithy_request *request, const char *member, smithy_opt_bool value);
SMITHY_API void smithy_request_label_i8(smithy_request *request, const char *member, smithy_opt_i8 value);
SMITHY_API void smithy_request_label_i16(smithy_request *request, const char *member, smithy_opt_i16 value);
SMITHY_API void smithy_request_label_i32(smithy_request *request, const char *member, smithy_opt_i32 value);
SMITHY_API void smithy_request_label_i64(smithy_request *request, const char *member, smithy_opt_i64 value);
SMITHY_API void smithy_request_label_f32(smithy_request *request, const char *member, smithy_opt_f32 value);
SMITHY_API void smithy_request_label_f64(smithy_request *request, const char *member, smithy_opt_f64 value);
SMITHY_API void smithy_request_label_time(smithy_request *request, const char *member, smithy_opt_time value,
                                          smithy_time_format format);

/* query: a literal as it stands ("list-type=2", "delete"); a parameter is left out when absent. A list is one parameter
 * for each item. */
SMITHY_API void smithy_request_query(smithy_request *request, const char *literal);
SMITHY_API void smithy_request_query_str(smithy_request *request, const char *name, smithy_str value);
SMITHY_API void smithy_request_query_bool(smithy_request *request, const char *name, smithy_opt_bool value);
SMITHY_API void smithy_request_query_i8(smithy_request *request, const char *name, smithy_opt_i8 value);
SMITHY_API void smithy_request_query_i16(smithy_request *request, const char *name, smithy_opt_i16 value);
SMITHY_API void smithy_request_query_i32(smithy_request *request, const char *name, smithy_opt_i32 value);
SMITHY_API void smithy_request_query_i64(smithy_request *request, const char *name, smithy_opt_i64 value);
SMITHY_API void smithy_request_query_f32(smithy_request *request, const char *name, smithy_opt_f32 value);
SMITHY_API void smithy_request_query_f64(smithy_request *request, const char *name, smithy_opt_f64 value);
SMITHY_API void smithy_request_query_time(smithy_request *request, const char *name, smithy_opt_time value,
                                          smithy_time_format format);
SMITHY_API void smithy_request_query_str_list(smithy_request *request, const char *name, smithy_str_list values);
SMITHY_API void smithy_request_query_bool_list(smithy_request *request, const char *name, const bool *items,
                                               size_t count);
SMITHY_API void smithy_request_query_i8_list(smithy_request *request, const char *name, const int8_t *items,
                                             size_t count);
SMITHY_API void smithy_request_query_i16_list(smithy_request *request, const char *name, const int16_t *items,
                                              size_t count);
SMITHY_API void smithy_request_query_i32_list(smithy_request *request, const char *name, const int32_t *items,
                                              size_t count);
SMITHY_API void smithy_request_query_i64_list(smithy_request *request, const char *name, const int64_t *items,
                                              size_t count);
SMITHY_API void smithy_request_query_f32_list(smithy_request *request, const char *name, const float *items,
                                              size_t count);
SMITHY_API void smithy_request_query_f64_list(smithy_request *request, const char *name, const double *items,
                                              size_t count);
SMITHY_API void smithy_request_query_time_list(smithy_request *request, const char *name, const int64_t *items,
                                               size_t count, smithy_time_format format);
/* httpQueryParams: one parameter for each entry, or each item of an entry, but for names that the query has already:
 * call it after all others. */
SMITHY_API void smithy_request_query_map(smithy_request *request, smithy_str_map values);
SMITHY_API void smithy_request_query_list_map(smithy_request *request, smithy_str_list_map values);

/* header: left out when absent. A value with CR, LF or NUL is SMITHY_ERROR_INPUT. A list is joined with ", ", items
 * that hold a comma or quote quoted; an empty one is an empty value. prefix headers: one for each entry, named prefix +
 * key, but for names that the request has already: call it after all others. */
SMITHY_API void smithy_request_header_str(smithy_request *request, const char *name, smithy_str value);
SMITHY_API void smithy_request_header_bool(smithy_request *request, const char *name, smithy_opt_bool value);
SMITHY_API void smithy_request_header_i8(smithy_request *request, const char *name, smithy_opt_i8 value);
SMITHY_API void smithy_request_header_i16(smithy_request *request, const char *name, smithy_opt_i16 value);
SMITHY_API void smithy_request_header_i32(smithy_request *request, const char *name, smithy_opt_i32 value);
SMITHY_API void smithy_request_header_i64(smithy_request *request, const char *name, smithy_opt_i64 value);
SMITHY_API void smithy_request_header_f32(smithy_request *request, const char *name, smithy_opt_f32 value);
SMITHY_API void smithy_request_header_f64(smithy_request *request, const char *name, smithy_opt_f64 value);
SMITHY_API void smithy_request_header_time(smithy_request *request, const char *name, smithy_opt_time value,
                                           smithy_time_format format);
/* A path, percent-encoded but for its "/"; "?versionId=…" at its end stays as it is: what S3's CopySource is. */
SMITHY_API void smithy_request_header_path(smithy_request *request, const char *name, smithy_str value);
/* A text with mediaType: base64. */
SMITHY_API void smithy_request_header_media(smithy_request *request, const char *name, smithy_str value);
SMITHY_API void smithy_request_header_str_list(smithy_request *request, const char *name, smithy_str_list values);
SMITHY_API void smithy_request_header_bool_list(smithy_request *request, const char *name, const bool *items,
                                                size_t count);
SMITHY_API void smithy_request_header_i8_list(smithy_request *request, const char *name, const int8_t *items,
                                              size_t count);
SMITHY_API void smithy_request_header_i16_list(smithy_request *request, const char *name, const int16_t *items,
                                               size_t count);
SMITHY_API void smithy_request_header_i32_list(smithy_request *request, const char *name, const int32_t *items,
                                               size_t count);
SMITHY_API void smithy_request_header_i64_list(smithy_request *request, const char *name, const int64_t *items,
                                               size_t count);
SMITHY_API void smithy_request_header_f32_list(smithy_request *request, const char *name, const float *items,
                                               size_t count);
SMITHY_API void smithy_request_header_f64_list(smithy_request *request, const char *name, const double *items,
                                               size_t count);
SMITHY_API void smithy_request_header_time_list(smithy_request *request, const char *name, const int64_t *items,
                                                size_t count, smithy_time_format format);
SMITHY_API void smithy_request_prefix_headers(smithy_request *request, const char *prefix, smithy_str_map values);

/* host: put in front of the endpoint's host, unless that is an address: a literal piece as it stands ("data."), and a
 * label, which must be 1 to 63 letters, digits and hyphens, hyphens not at its ends; else SMITHY_ERROR_INPUT. */
SMITHY_API void smithy_request_host(smithy_request *request, const char *literal);
SMITHY_API void smithy_request_host_label(smithy_request *request, const char *member, smithy_str value);

/* idempotencyToken: `value`, or a random UUID where it is absent. The same in all attempts. */
SMITHY_API smithy_str smithy_request_token(smithy_request *request, smithy_str value);

/* body: one of these, at most once. json, xml, cbor and the form set the protocol's Content-Type where none was set
 * before; a text and bytes that are absent set none, and no body. */
SMITHY_API smithy_json_writer *smithy_request_json(smithy_request *request);
SMITHY_API smithy_xml_writer *smithy_request_xml(smithy_request *request);
SMITHY_API smithy_cbor_writer *smithy_request_cbor(smithy_request *request);
/* awsQuery, ec2Query: Action and Version are written; the members follow. For an operation without input, too. */
SMITHY_API smithy_query_writer *smithy_request_query_form(smithy_request *request, const char *action,
                                                          const char *version);
/* httpPayload: `content_type` NULL: text/plain, application/octet-stream. */
SMITHY_API void smithy_request_body_str(smithy_request *request, smithy_str text, const char *content_type);
SMITHY_API void smithy_request_body_bytes(smithy_request *request, smithy_bytes bytes, const char *content_type);
SMITHY_API void smithy_request_body(smithy_request *request, smithy_body body, const char *content_type);

/* The end of every write_request: SMITHY_OK, or the first failure. */
SMITHY_API smithy_status smithy_request_finish(smithy_request *request) SMITHY_NODISCARD;

/* Records SMITHY_ERROR_INPUT "<member> is required" when `has` is false. */
SMITHY_API void smithy_request_require(smithy_request *request, const char *member, bool has);

/* Where something stands in an input, as a chain that ends at the input itself (NULL): a member, an item of a list or
 * an entry of a map. It lives on the stack of the functions that walk there. */
typedef struct smithy_place {
    const struct smithy_place *holder;
    const char *member; /* NULL: an entry, … */
    smithy_str key;     /* … and, absent: an item. */
    size_t index;
} smithy_place;
static inline smithy_place smithy_place_member(const smithy_place *holder, const char *member) {
    smithy_place place = {holder, member, {NULL, 0}, 0};
    return place;
}
static inline smithy_place smithy_place_item(const smithy_place *holder, size_t index) {
    smithy_place place = {holder, NULL, {NULL, 0}, index};
    return place;
}
static inline smithy_place smithy_place_entry(const smithy_place *holder, smithy_str key) {
    smithy_place place = {holder, NULL, key, 0};
    return place;
}
/* Records SMITHY_ERROR_INPUT "Delete.Objects[3].Key is required": a member that the structure at `place` must have. */
SMITHY_API void smithy_request_lacks(smithy_request *request, const smithy_place *place, const char *member);

/* ---- reading a response ---- */

static inline smithy_str smithy_response_header(const smithy_http_response *response, const char *name) {
    return smithy_headers_get(&response->headers, name);
}
/* Each sets *value from a header, or leaves it where there is none; SMITHY_ERROR_RESPONSE names the header. */
SMITHY_API smithy_status smithy_response_header_str(const smithy_http_response *response, const char *name,
                                                    smithy_str *value, smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_response_header_bool(const smithy_http_response *response, const char *name,
                                                     smithy_opt_bool *value, smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_response_header_i8(const smithy_http_response *response, const char *name,
                                                   smithy_opt_i8 *value, smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_response_header_i16(const smithy_http_response *response, const char *name,
                                                    smithy_opt_i16 *value, smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_response_header_i32(const smithy_http_response *response, const char *name,
                                                    smithy_opt_i32 *value, smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_response_header_i64(const smithy_http_response *response, const char *name,
                                                    smithy_opt_i64 *value, smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_response_header_f32(const smithy_http_response *response, const char *name,
                                                    smithy_opt_f32 *value, smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_response_header_f64(const smithy_http_response *response, const char *name,
                                                    smithy_opt_f64 *value, smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_response_header_time(const smithy_http_response *response, const char *name,
                                                     smithy_time_format format, smithy_opt_time *value,
                                                     smithy_call *call) SMITHY_NODISCARD;
/* A text with mediaType: out of base64. */
SMITHY_API smithy_status smithy_response_header_media(const smithy_http_response *response, const char *name,
                                                      smithy_str *value, smithy_call *call) SMITHY_NODISCARD;
/* Lists: items by commas, which may be quoted; an http-date keeps its own comma. An empty header is an empty list. */
SMITHY_API smithy_status smithy_response_header_str_list(const smithy_http_response *response, const char *name,
                                                         smithy_str_list *values, smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_response_header_bool_list(const smithy_http_response *response, const char *name,
                                                          const bool **items, size_t *count,
                                                          smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_response_header_i8_list(const smithy_http_response *response, const char *name,
                                                        const int8_t **items, size_t *count,
                                                        smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_response_header_i16_list(const smithy_http_response *response, const char *name,
                                                         const int16_t **items, size_t *count,
                                                         smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_response_header_i32_list(const smithy_http_response *response, const char *name,
                                                         const int32_t **items, size_t *count,
                                                         smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_response_header_i64_list(const smithy_http_response *response, const char *name,
                                                         const int64_t **items, size_t *count,
                                                         smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_response_header_f32_list(const smithy_http_response *response, const char *name,
                                                         const float **items, size_t *count,
                                                         smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_response_header_f64_list(const smithy_http_response *response, const char *name,
                                                         const double **items, size_t *count,
                                                         smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_response_header_time_list(const smithy_http_response *response, const char *name,
                                                          smithy_time_format format, const int64_t **items,
                                                          size_t *count, smithy_call *call) SMITHY_NODISCARD;
/* All headers whose name starts with `prefix` (without case), the prefix cut off. Empty when there are none. */
SMITHY_API smithy_status smithy_response_prefix_headers(const smithy_http_response *response, const char *prefix,
                                                        smithy_str_map *values, smithy_call *call) SMITHY_NODISCARD;

/* Parses the body as one JSON object; *first is its first member. The tree is parsed once for each answer, and freed by
 * the runtime when the operation ends. Only for a response that smithy_client_invoke hands out. */
SMITHY_API smithy_status smithy_response_json(const smithy_http_response *response, const cJSON **first,
                                              smithy_call *call) SMITHY_NODISCARD;
/* The same for a body that is any JSON value (a document, or null); *root is NULL for an empty body. */
SMITHY_API smithy_status smithy_response_json_root(const smithy_http_response *response, const cJSON **root,
                                                   smithy_call *call) SMITHY_NODISCARD;
/* rpcv2Cbor: the body as one map. SMITHY_ERROR_RESPONSE too where the answer is not of that protocol. */
SMITHY_API smithy_status smithy_response_cbor(const smithy_http_response *response, const smithy_cbor_node **first,
                                              smithy_call *call) SMITHY_NODISCARD;
/* The root element; *root is NULL for an empty body. */
SMITHY_API smithy_status smithy_response_xml(const smithy_http_response *response, const smithy_xml_node **root,
                                             smithy_call *call) SMITHY_NODISCARD;

/* awsQuery: the element `name` ("OpNameResult") inside of the root; *result is NULL where there is none. */
SMITHY_API smithy_status smithy_response_xml_result(const smithy_http_response *response, const char *name,
                                                    const smithy_xml_node **result, smithy_call *call) SMITHY_NODISCARD;
/* The element that holds an error's members, for smithy_error_shape.read: the root <Error>, or the one inside of
 * <ErrorResponse>, or of <Response><Errors>; *error is NULL where there is none. */
SMITHY_API smithy_status smithy_response_xml_error(const smithy_http_response *response, const smithy_xml_node **error,
                                                   smithy_call *call) SMITHY_NODISCARD;
/* httpPayload of a text or bytes; absent for an empty body. */
static inline smithy_str smithy_response_body_str(const smithy_http_response *response) {
    smithy_str absent = {NULL, 0};
    return response->body.len ? response->body : absent;
}
static inline smithy_bytes smithy_response_body_bytes(const smithy_http_response *response) {
    smithy_bytes bytes = {response->body.len ? (const uint8_t *)response->body.ptr : NULL, response->body.len};
    return bytes;
}

/* ---- descriptions ---- */

/* A modeled error: static, one for each error shape. */
typedef struct smithy_error_shape {
    const char *code; /* On the wire: the shape's name, or its awsQueryError code. */
    int http_status;  /* httpError, or 400 / 500 by class. */
    bool retryable;   /* @retryable */
    bool throttling;  /* @retryable(throttling: true) */
    size_t size;      /* Of the C structure; 0: nothing beyond code and message is read. */
    smithy_status (*read)(const smithy_http_response *response, void *detail, smithy_call *call);
} smithy_error_shape;

typedef struct smithy_operation {
    const char *name;
    smithy_str method;
    smithy_status (*write_request)(const void *input, smithy_request *request, smithy_call *call);
    smithy_status (*read_response)(const smithy_http_response *response, void *output, smithy_call *call);
    const smithy_error_shape *const *errors; /* NULL-terminated. */
    /* Copies the members with contextParam (and the static ones) into the service's endpoint parameters. */
    void (*bind_endpoint)(const void *input, void *endpoint_params);
    /* Collects the lists that operationContextParams name out of the input, in the call's arena. NULL where none are.
     */
    smithy_status (*collect_endpoint)(const void *input, void *endpoint_params, smithy_call *call);
    /* The sink of a streamed output, out of the input; NULL where the output does not stream. */
    smithy_sink *(*body_sink)(const void *input);
    bool is_streaming_output; /* The payload is a blob: an <Error> root in it is data. */
    bool is_unsigned;         /* @auth([]) or optionalAuth without credentials */
    bool requires_checksum;   /* httpChecksumRequired or requestChecksumRequired */
    bool has_checksum;        /* httpChecksum names a requestAlgorithmMember */
    /* The algorithm that the caller chose ("SHA256"); absent: the default. NULL where there is no such member. */
    smithy_str (*checksum_algorithm)(const void *input);
    bool validates_response_checksum; /* httpChecksum has responseAlgorithms and a requestValidationModeMember */
    bool compresses_request;          /* requestCompression with gzip */
    bool has_tree_hash;               /* Glacier's checksums, over the body: the hash, and the hash of its MiBs */
    bool is_long_poll;                /* The service may hold its answer back: silence is no stalled connection. */
    size_t
        output_size; /* Of the C structure that `output` points to: the runtime zeroes it when the operation fails. */
} smithy_operation;

typedef enum smithy_protocol {
    SMITHY_PROTOCOL_AWS_JSON_1_0,
    SMITHY_PROTOCOL_AWS_JSON_1_1,
    SMITHY_PROTOCOL_REST_JSON_1,
    SMITHY_PROTOCOL_REST_XML,
    SMITHY_PROTOCOL_AWS_QUERY,
    SMITHY_PROTOCOL_EC2_QUERY,
    SMITHY_PROTOCOL_RPC_V2_CBOR
} smithy_protocol;

/* What an error answer says about itself: views into the answer or the arena, absent where it does not say. */
typedef struct smithy_error_facts {
    smithy_str code; /* As it came: the runtime takes a namespace and what follows a colon off. */
    smithy_str message;
    smithy_str request_id;
    smithy_str host_id;
    smithy_str region;
} smithy_error_facts;

/* One of a service's own settings that the environment or a profile may give where the caller does not. */
typedef struct smithy_service_setting {
    const char *name;     /* For people. */
    const char *option;   /* The member of the options; NULL: it is none. */
    size_t offset;        /* Of its smithy_opt_bool in the service's settings. */
    const char *variable; /* NULL: none. */
    const char *key;      /* Of the profile; NULL: none. */
    const char *block;    /* Else in this block of the profile: "s3"; NULL: none. */
    const char *block_key;
    const char *const *words; /* What is allowed, NULL-terminated; the first one means true. NULL: true or false. */
} smithy_service_setting;

struct smithy_service {
    const char *id;              /* sdkId: "CloudWatch Logs" */
    const char *endpoint_prefix; /* "logs" */
    const char *signing_name;    /* "logs" */
    const char *api_version;     /* "2014-03-28" */
    const char *target_prefix;   /* awsJson, rpcv2Cbor: "Logs_20140328", the service shape's name */
    smithy_protocol protocol;
    bool is_s3;               /* S3's own rules of signing, checksums, errors and addressing. */
    bool no_error_wrapping;   /* restXml noErrorWrapping */
    bool is_query_compatible; /* awsQueryCompatible: the answer is asked to name errors as awsQuery does. */
    /* rpcv2Cbor: smithy_cbor_error_facts. NULL: JSON or XML, by the protocol. By a pointer, so that only services of
     * that protocol need libcbor. Never fails: what cannot be read stays absent. */
    void (*error_facts)(const smithy_http_response *response, smithy_error_facts *facts, smithy_call *call);
    const smithy_service_setting *settings;
    size_t setting_count;
    /* Sets `endpoint_params` (of params_size, zeroed) from the client's settings, … */
    size_t endpoint_params_size;
    void (*endpoint_defaults)(const smithy_client *client, void *endpoint_params);
    /* … and, where the rules give accounts endpoints of their own, the account of the credentials (absent when they do
     * not know it). NULL: the rules do not ask. */
    void (*bind_account)(smithy_str account_id, void *endpoint_params);
    /* … and, for S3, another Region than the client's, where the bucket among the parameters (absent: the operation has
     * none) is known to be elsewhere. Both or neither. */
    smithy_str (*endpoint_bucket)(const void *endpoint_params);
    void (*bind_region)(smithy_str region, void *endpoint_params);
    /* … and turns them, after the operation's bind_endpoint, into an endpoint. SMITHY_ERROR_CONFIG with the rules' own
     * message when they refuse. */
    smithy_status (*resolve_endpoint)(const void *endpoint_params, smithy_endpoint *endpoint, smithy_call *call);
};

/* smithy_service.error_facts of rpcv2Cbor. */
SMITHY_API void smithy_cbor_error_facts(const smithy_http_response *response, smithy_error_facts *facts,
                                        smithy_call *call);

/* One operation: build, resolve, sign, send, retry, read. `*output` is zeroed by the generated function before. */
SMITHY_API smithy_status smithy_client_invoke(smithy_client *client, const smithy_operation *operation,
                                              const void *input, void *output, smithy_call *call) SMITHY_NODISCARD;

#ifdef __cplusplus
}
#endif

#endif
