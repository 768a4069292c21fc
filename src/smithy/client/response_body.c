#include "client/response_tree.h"

void response_tree_reset(smithy_response_tree *tree) {
    if (tree->has_json) smithy_json_free(&tree->json);
    *tree = (smithy_response_tree){0};
}

smithy_status response_need_tree(const smithy_http_response *response, smithy_call *call) {
    if (response->tree) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_INPUT, "a body is read only inside of an operation");
}

static smithy_status parse_json(const smithy_http_response *response, smithy_call *call) {
    smithy_response_tree *tree = response->tree;
    SMITHY_TRY(response_need_tree(response, call));
    if (tree->has_json) return SMITHY_OK;
    SMITHY_TRY(smithy_json_parse(&tree->json, response->body, call));
    tree->has_json = true;
    return SMITHY_OK;
}

smithy_status smithy_response_json(const smithy_http_response *response, const cJSON **first, smithy_call *call) {
    *first = NULL;
    SMITHY_TRY(parse_json(response, call));
    return smithy_json_object(response->tree->json.root, first, call);
}

smithy_status smithy_response_json_root(const smithy_http_response *response, const cJSON **root, smithy_call *call) {
    *root = NULL;
    SMITHY_TRY(parse_json(response, call));
    if (response->body.len) *root = response->tree->json.root;
    return SMITHY_OK;
}

smithy_status smithy_response_xml(const smithy_http_response *response, const smithy_xml_node **root,
                                  smithy_call *call) {
    smithy_response_tree *tree = response->tree;
    *root = NULL;
    SMITHY_TRY(response_need_tree(response, call));
    if (!tree->has_xml && response->body.len) SMITHY_TRY(smithy_xml_parse(response->body, &tree->xml, call));
    tree->has_xml = true;
    *root = tree->xml;
    return SMITHY_OK;
}

smithy_status smithy_response_xml_result(const smithy_http_response *response, const char *name,
                                         const smithy_xml_node **result, smithy_call *call) {
    const smithy_xml_node *root = NULL;
    *result = NULL;
    SMITHY_TRY(smithy_response_xml(response, &root, call));
    if (root) *result = smithy_xml_child(root, name);
    return SMITHY_OK;
}

smithy_status smithy_response_xml_error(const smithy_http_response *response, const smithy_xml_node **error,
                                        smithy_call *call) {
    const smithy_xml_node *root = NULL;
    *error = NULL;
    SMITHY_TRY(smithy_response_xml(response, &root, call));
    if (!root) return SMITHY_OK;
    const smithy_xml_node *errors = smithy_xml_child(root, "Errors");
    *error = smithy_xml_is(root, "Error") ? root : smithy_xml_child(errors ? errors : root, "Error");
    return SMITHY_OK;
}
