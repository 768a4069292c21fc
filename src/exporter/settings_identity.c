/* Who the calls are made as: a profile, a role. */
#include "settings_values.h"

#define PROFILE_MAX     256
#define ROLE_ARN_MAX    2048
#define EXTERNAL_ID_MIN 2
#define EXTERNAL_ID_MAX 1224
#define ACCOUNT_LEN     12

static bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_made_of(smithy_str text, const char *others) {
    for (size_t i = 0; i < text.len; i++)
        if (!is_letter_or_digit(text.ptr[i]) && (text.ptr[i] == '\0' || !strchr(others, text.ptr[i]))) return false;
    return true;
}

smithy_status settings_read_profile(const settings_value *value, smithy_str *profile, smithy_call *call) {
    const smithy_str name = settings_trim(value->text);
    bool allowed = name.len > 0 && name.len <= PROFILE_MAX;
    for (size_t i = 0; i < name.len && allowed; i++) allowed = (unsigned char)name.ptr[i] >= ' ';
    if (!allowed) return settings_refuse(value, "the name of a profile in ~/.aws/config or ~/.aws/credentials", call);
    *profile = smithy_call_copy(call, name);
    return smithy_call_status(call);
}

/* What follows up to the next ':', which is taken off. */
static smithy_str take_part(smithy_str *rest) {
    const char *colon = rest->len > 0 ? memchr(rest->ptr, ':', rest->len) : NULL;
    const size_t len = colon ? (size_t)(colon - rest->ptr) : rest->len;
    const smithy_str part = {rest->ptr, len};
    const size_t taken = colon ? len + 1 : len;
    rest->ptr += taken;
    rest->len -= taken;
    return part;
}

static bool is_account(smithy_str text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9') return false;
    return text.len == ACCOUNT_LEN;
}

/* arn:aws-cn:iam::123456789012:role/path/name */
static bool is_role_arn(smithy_str text) {
    smithy_str rest = text;
    if (text.len > ROLE_ARN_MAX || !smithy_str_equal(take_part(&rest), SMITHY_STR("arn"))) return false;
    const smithy_str partition = take_part(&rest);
    if (!smithy_str_starts_with(partition, SMITHY_STR("aws")) || !is_made_of(partition, "-")) return false;
    if (!smithy_str_equal(take_part(&rest), SMITHY_STR("iam")) || take_part(&rest).len != 0) return false;
    if (!is_account(take_part(&rest))) return false;
    const smithy_str start = SMITHY_STR("role/");
    return smithy_str_starts_with(rest, start) && rest.len > start.len && is_made_of(rest, "/_+=,.@-");
}

smithy_status settings_read_role_arn(const settings_value *value, smithy_str *role_arn, smithy_call *call) {
    const smithy_str arn = settings_trim(value->text);
    if (!is_role_arn(arn))
        return settings_refuse(value, "the ARN of a role, such as arn:aws:iam::123456789012:role/log-archive", call);
    *role_arn = smithy_call_copy(call, arn);
    return smithy_call_status(call);
}

smithy_status settings_read_external_id(const settings_value *value, smithy_str *external_id, smithy_call *call) {
    const smithy_str id = settings_trim(value->text);
    if (id.len < EXTERNAL_ID_MIN || id.len > EXTERNAL_ID_MAX || !is_made_of(id, "_+=,.@:/-"))
        return settings_refuse(value, "2 to 1,224 letters, digits and _ + = , . @ : / -", call);
    *external_id = smithy_call_copy(call, id);
    return smithy_call_status(call);
}
