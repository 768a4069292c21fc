/* The body of one answer as parsed, for as long as the operation reads it. */
#ifndef SMITHY_CLIENT_RESPONSE_TREE_H
#define SMITHY_CLIENT_RESPONSE_TREE_H

#include <smithy/operation.h>

typedef struct smithy_response_tree {
    bool has_json;
    smithy_json json;
    bool has_xml;
    const smithy_xml_node *xml;   /* In the call's arena; NULL for an empty body. */
    const smithy_cbor_node *cbor; /* Likewise; NULL: not parsed. */
} smithy_response_tree;

/* Frees what was parsed; the tree may then serve the next answer. */
void response_tree_reset(smithy_response_tree *tree);
/* SMITHY_ERROR_INPUT for a response that has none. */
smithy_status response_need_tree(const smithy_http_response *response, smithy_call *call);

#endif
