#include "client/response_tree.h"

void response_tree_reset(smithy_response_tree *tree) {
    if (tree->has_json) smithy_json_free(&tree->json);
    *tree = (smithy_response_tree){0};
}

static smithy_status need_tree(const smithy_http_response *response, smithy_call *call) {
    if (response->tree) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_INPUT, "a body is read only inside of an operation");
}

smithy_status smithy_response_json(const smithy_http_response *response, const cJSON **first, smithy_call *call) {
    smithy_response_tree *tree = response->tree;
    *first = NULL;
    SMITHY_TRY(need_tree(response, call));
    if (!tree->has_json) {
        SMITHY_TRY(smithy_json_parse(&tree->json, response->body, call));
        tree->has_json = true;
    }
    return smithy_json_object(tree->json.root, first, call);
}

smithy_status smithy_response_xml(const smithy_http_response *response, const smithy_xml_node **root,
                                  smithy_call *call) {
    smithy_response_tree *tree = response->tree;
    *root = NULL;
    SMITHY_TRY(need_tree(response, call));
    if (!tree->has_xml && response->body.len) SMITHY_TRY(smithy_xml_parse(response->body, &tree->xml, call));
    tree->has_xml = true;
    *root = tree->xml;
    return SMITHY_OK;
}
