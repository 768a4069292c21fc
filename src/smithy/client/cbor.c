/* The words of rpcv2Cbor, by themselves: what does not use them needs no libcbor. */
#include "client/response_tree.h"

#include <smithy/operation.h>

smithy_cbor_writer *smithy_request_cbor(smithy_request *request) {
    smithy_cbor_writer_init(&request->cbor, &request->content);
    return &request->cbor;
}

static bool is_of_protocol(const smithy_http_response *response) {
    return smithy_str_equal_nocase(smithy_response_header(response, "smithy-protocol"), SMITHY_STR("rpc-v2-cbor"));
}

smithy_status smithy_response_cbor(const smithy_http_response *response, const smithy_cbor_node **first,
                                   smithy_call *call) {
    smithy_response_tree *tree = response->tree;
    *first = NULL;
    SMITHY_TRY(response_need_tree(response, call));
    if (!is_of_protocol(response))
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "the answer is not of the protocol rpc-v2-cbor");
    if (!tree->cbor) SMITHY_TRY(smithy_cbor_parse(&tree->cbor, response->body, call));
    return smithy_cbor_object(tree->cbor, first, call);
}

static void take_text(const smithy_cbor_node *member, smithy_str *target, smithy_call *call) {
    if (target->len || member->kind != SMITHY_CBOR_TEXT) return;
    if (smithy_cbor_get_str(member, target, call) != SMITHY_OK) *target = (smithy_str){0};
}

void smithy_cbor_error_facts(const smithy_http_response *response, smithy_error_facts *facts, smithy_call *call) {
    const smithy_cbor_node *first = NULL;
    if (smithy_response_cbor(response, &first, call) != SMITHY_OK) return;
    for (const smithy_cbor_node *member = first; member; member = member->next) {
        if (smithy_cbor_is(member, "__type"))
            take_text(member, &facts->code, call);
        else if (smithy_cbor_is(member, "message") || smithy_cbor_is(member, "Message"))
            take_text(member, &facts->message, call);
    }
}
