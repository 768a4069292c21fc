#include "credentials/internal.h"

#include <smithy/text.h>

#define MAX_ADDRESSES 64

/* Of ECS, and of EKS in its two families. */
static const smithy_address ALLOWED[] = {
    {.bytes = {169, 254, 170, 2}},
    {.bytes = {169, 254, 170, 23}},
    {.is_v6 = true, .bytes = {0xFD, 0, 0x0E, 0xC2, [15] = 0x23}},
};

static bool is_loopback(const smithy_address *address) {
    static const uint8_t V6[16] = {[15] = 1};
    return address->is_v6 ? memcmp(address->bytes, V6, sizeof V6) == 0 : address->bytes[0] == 127;
}

bool credentials_allows_container_address(const smithy_address *address) {
    if (is_loopback(address)) return true;
    for (size_t i = 0; i < sizeof ALLOWED / sizeof *ALLOWED; i++)
        if (ALLOWED[i].is_v6 == address->is_v6 &&
            memcmp(ALLOWED[i].bytes, address->bytes, address->is_v6 ? 16 : 4) == 0)
            return true;
    return false;
}

static smithy_status check_addresses(const credentials_setup *setup, smithy_str host, smithy_call *call) {
    const smithy_system *system = setup->system;
    smithy_address addresses[MAX_ADDRESSES];
    size_t count = 0;
    const smithy_str name = smithy_call_copy(call, host);
    if (!name.ptr) return smithy_call_status(call);
    const smithy_status status = system->resolve(system->context, name.ptr, addresses, MAX_ADDRESSES, &count);
    if (status == SMITHY_ERROR_MEMORY) return smithy_call_fail(call, status, "out of memory");
    if (status != SMITHY_OK || count == 0)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "container credentials: %.*s cannot be resolved",
                                SMITHY_STR_ARG(host));
    for (size_t i = 0; i < count; i++)
        if (!credentials_allows_container_address(&addresses[i]))
            return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS,
                                    "container credentials: %.*s is neither https, nor this machine, nor the address "
                                    "of a container service",
                                    SMITHY_STR_ARG(host));
    return SMITHY_OK;
}

smithy_status credentials_check_container_url(const credentials_setup *setup, smithy_str url, smithy_call *call) {
    smithy_url parts;
    if (!smithy_url_parse(url, &parts))
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS,
                                "AWS_CONTAINER_CREDENTIALS_FULL_URI is no URL of http or https");
    if (smithy_str_equal_nocase(parts.scheme, SMITHY_STR("https"))) return SMITHY_OK;
    return check_addresses(setup, parts.host, call);
}
