#include "policy_check.h"

#include "filter.h"

#include <smithy/json.h>
#include <smithy/text.h>

/* In that order: the lesser of two is what both together say, the greater what one of them says. */
typedef enum truth { NO = 0, MAYBE, YES } truth;

typedef truth (*text_test)(const policy_request *request, smithy_str text, smithy_call *call);

static truth both(truth a, truth b) {
    return a < b ? a : b;
}

static truth either(truth a, truth b) {
    return a > b ? a : b;
}

static truth opposite_of(truth a) {
    return a == MAYBE ? MAYBE : a == YES ? NO : YES;
}

static truth is(bool fact) {
    return fact ? YES : NO;
}

/* IAM takes a text where it takes a list. */
static truth any_text(const cJSON *value, text_test test, const policy_request *request, smithy_call *call) {
    truth found = NO;
    const cJSON *item = cJSON_IsArray(value) ? value->child : value;
    for (; item; item = cJSON_IsArray(value) ? item->next : NULL) {
        smithy_str text = {0};
        if (!smithy_json_is_string(item) || smithy_json_get_str(item, &text, call) != SMITHY_OK) return MAYBE;
        found = either(found, test(request, text, call));
    }
    return found;
}

static const cJSON *member(const cJSON *object, const char *name) {
    for (const cJSON *at = object->child; at; at = at->next)
        if (smithy_str_equal_nocase(smithy_str_from(at->string), smithy_str_from(name))) return at;
    return NULL;
}

/* Patterns are compared without case where `lower`: actions are. */
static bool matches(smithy_str pattern, smithy_str name, bool lower, smithy_call *call) {
    if (!lower) return filter_matches(pattern, name);
    smithy_str texts[2] = {smithy_call_copy(call, pattern), smithy_call_copy(call, name)};
    for (size_t t = 0; t < 2; t++) {
        if (!texts[t].ptr) return false;
        char *bytes = (char *)texts[t].ptr; /* The copy is ours. */
        for (size_t i = 0; i < texts[t].len; i++)
            if (bytes[i] >= 'A' && bytes[i] <= 'Z') bytes[i] = (char)(bytes[i] - 'A' + 'a');
    }
    return filter_matches(texts[0], texts[1]);
}

/* ---- whom, what, on what ---- */

/* The service has a name without a Region, too; whether that one counts here is not documented. */
static truth is_service(const policy_request *request, smithy_str text, smithy_call *call) {
    (void)call;
    if (smithy_str_equal(text, request->service)) return YES;
    return smithy_str_equal(text, SMITHY_STR("logs.amazonaws.com")) ? MAYBE : NO;
}

/* "*" is everybody where something is denied; whether it stands for a service where it is allowed is not documented. */
static truth is_principal(const cJSON *statement, const policy_request *request, bool is_deny, smithy_call *call) {
    const cJSON *principal = member(statement, "Principal");
    const truth anybody = is_deny ? YES : MAYBE;
    if (!principal) return member(statement, "NotPrincipal") ? MAYBE : NO;
    if (smithy_json_is_string(principal)) return strcmp(principal->valuestring, "*") == 0 ? anybody : NO;
    const cJSON *service = member(principal, "Service"), *account = member(principal, "AWS");
    const truth of_service = service ? any_text(service, is_service, request, call) : NO;
    const bool everybody = account && smithy_json_is_string(account) && strcmp(account->valuestring, "*") == 0;
    return either(of_service, everybody ? anybody : NO);
}

static truth is_action(const policy_request *request, smithy_str text, smithy_call *call) {
    return is(matches(text, request->action, true, call));
}

static truth is_resource(const policy_request *request, smithy_str text, smithy_call *call) {
    (void)call;
    return is(filter_matches(text, request->resource));
}

static truth has(const cJSON *statement, const char *name, const char *opposite, text_test test,
                 const policy_request *request, smithy_call *call) {
    const cJSON *value = member(statement, name);
    if (value) return any_text(value, test, request, call);
    value = member(statement, opposite);
    return value ? opposite_of(any_text(value, test, request, call)) : NO;
}

/* ---- conditions ---- */

/* What is known of a request that the service makes. `values`: one of them it is; none: the key is not there. */
typedef struct condition_key {
    smithy_str values[2];
    size_t count;
    bool is_known;
} condition_key;

static condition_key find_key(const policy_request *request, smithy_str name, smithy_call *call) {
    static const char *const ABSENT[] = {"aws:SourceVpce",       "aws:SourceVpc",    "aws:VpcSourceIp",
                                         "aws:PrincipalOrgID",   "aws:PrincipalArn", "aws:PrincipalAccount",
                                         "aws:PrincipalOrgPaths"};
    const struct {
        smithy_str name, value;
    } PRESENT[] = {{SMITHY_STR("aws:SourceAccount"), request->account},
                   {SMITHY_STR("s3:x-amz-acl"), SMITHY_STR("bucket-owner-full-control")},
                   {SMITHY_STR("aws:SecureTransport"), SMITHY_STR("true")},
                   {SMITHY_STR("aws:PrincipalIsAWSService"), SMITHY_STR("true")},
                   {SMITHY_STR("aws:PrincipalServiceName"), request->service}};
    if (smithy_str_equal_nocase(name, SMITHY_STR("aws:SourceArn")))
        return (condition_key){
            {request->source_arn, smithy_call_format(call, "%.*s:*", SMITHY_STR_ARG(request->source_arn))}, 2, true};
    for (size_t i = 0; i < sizeof PRESENT / sizeof *PRESENT; i++)
        if (smithy_str_equal_nocase(name, PRESENT[i].name))
            return (condition_key){{PRESENT[i].value}, 1, smithy_str_is_set(PRESENT[i].value)};
    for (size_t i = 0; i < sizeof ABSENT / sizeof *ABSENT; i++)
        if (smithy_str_equal_nocase(name, smithy_str_from(ABSENT[i]))) return (condition_key){.is_known = true};
    return (condition_key){0};
}

typedef struct condition_operator {
    const char *name;
    bool is_not, has_patterns, has_no_case;
} condition_operator;

static const condition_operator *find_operator(smithy_str name) {
    static const condition_operator OPERATORS[] = {
        {"StringEquals", false, false, false},
        {"StringNotEquals", true, false, false},
        {"StringEqualsIgnoreCase", false, false, true},
        {"StringNotEqualsIgnoreCase", true, false, true},
        {"StringLike", false, true, false},
        {"StringNotLike", true, true, false},
        {"ArnEquals", false, true, false}, /* As ArnLike. */
        {"ArnNotEquals", true, true, false},
        {"ArnLike", false, true, false},
        {"ArnNotLike", true, true, false},
        {"Bool", false, false, true},
    };
    for (size_t i = 0; i < sizeof OPERATORS / sizeof *OPERATORS; i++)
        if (smithy_str_equal_nocase(name, smithy_str_from(OPERATORS[i].name))) return &OPERATORS[i];
    return NULL;
}

static bool compare(const condition_operator *how, smithy_str wanted, smithy_str value, smithy_call *call) {
    if (how->has_patterns) return matches(wanted, value, false, call);
    return how->has_no_case ? smithy_str_equal_nocase(wanted, value) : smithy_str_equal(wanted, value);
}

/* A text, or a boolean, which Bool takes as well. */
static bool read_wanted(const cJSON *item, smithy_str *text, smithy_call *call) {
    if (cJSON_IsBool(item)) return *text = cJSON_IsTrue(item) ? SMITHY_STR("true") : SMITHY_STR("false"), true;
    return smithy_json_is_string(item) && smithy_json_get_str(item, text, call) == SMITHY_OK;
}

static truth holds_one(const condition_operator *how, bool if_exists, const condition_key *key, const cJSON *wanted,
                       smithy_call *call) {
    truth found = NO;
    if (!key->is_known) return MAYBE;
    if (key->count == 0) return is(how->is_not || if_exists);
    const cJSON *item = cJSON_IsArray(wanted) ? wanted->child : wanted;
    for (; item; item = cJSON_IsArray(wanted) ? item->next : NULL) {
        smithy_str text = {0};
        if (!read_wanted(item, &text, call)) return MAYBE;
        for (size_t i = 0; i < key->count; i++) found = either(found, is(compare(how, text, key->values[i], call)));
    }
    return how->is_not ? opposite_of(found) : found;
}

static truth holds_null(const condition_key *key, const cJSON *wanted, smithy_call *call) {
    smithy_str text = {0};
    if (!key->is_known || !read_wanted(wanted, &text, call)) return MAYBE;
    return is((key->count == 0) == smithy_str_equal(text, SMITHY_STR("true")));
}

/* {"StringEquals": {"aws:SourceAccount": ["1", "2"]}}: all operators with all keys, one of the values. */
static truth holds(const cJSON *condition, const policy_request *request, smithy_call *call) {
    static const smithy_str IF_EXISTS = SMITHY_STR_INIT("IfExists");
    truth all = YES;
    for (const cJSON *at = condition->child; at; at = at->next) {
        smithy_str name = smithy_str_from(at->string);
        const bool if_exists =
            name.len > IF_EXISTS.len && memcmp(name.ptr + name.len - IF_EXISTS.len, IF_EXISTS.ptr, IF_EXISTS.len) == 0;
        if (if_exists) name.len -= IF_EXISTS.len;
        const condition_operator *how = find_operator(name);
        const bool is_null = smithy_str_equal_nocase(name, SMITHY_STR("Null"));
        for (const cJSON *tested = at->child; tested; tested = tested->next) {
            const condition_key key = find_key(request, smithy_str_from(tested->string), call);
            const truth one = is_null ? holds_null(&key, tested, call)
                              : how   ? holds_one(how, if_exists, &key, tested, call)
                                      : MAYBE;
            all = both(all, one);
        }
    }
    return all;
}

/* ---- all statements ---- */

static truth applies(const cJSON *statement, const policy_request *request, bool is_deny, smithy_call *call) {
    const cJSON *condition = member(statement, "Condition");
    truth all = is_principal(statement, request, is_deny, call);
    if (all != NO) all = both(all, has(statement, "Action", "NotAction", is_action, request, call));
    if (all != NO) all = both(all, has(statement, "Resource", "NotResource", is_resource, request, call));
    return all != NO && condition ? both(all, holds(condition, request, call)) : all;
}

static smithy_status check_all(const cJSON *root, const policy_request *request, policy_verdict *verdict,
                               smithy_str *statement, smithy_call *call) {
    truth allowed = NO, denied = NO;
    const cJSON *all = cJSON_IsObject(root) ? member(root, "Statement") : NULL;
    if (!all) return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "the policy has no Statement");
    const cJSON *one = cJSON_IsArray(all) ? all->child : all;
    for (; one; one = cJSON_IsArray(all) ? one->next : NULL) {
        const cJSON *effect = cJSON_IsObject(one) ? member(one, "Effect") : NULL,
                    *sid = effect ? member(one, "Sid") : NULL;
        if (!effect || !smithy_json_is_string(effect)) continue;
        const bool is_deny = strcmp(effect->valuestring, "Deny") == 0;
        const truth now = applies(one, request, is_deny, call);
        truth *const so_far = is_deny ? &denied : &allowed;
        const bool tells = now > *so_far && (is_deny || (now == MAYBE && denied == NO));
        *so_far = either(*so_far, now);
        if (!tells) continue;
        *statement = (smithy_str){0};
        if (sid && smithy_json_is_string(sid)) SMITHY_TRY(smithy_json_get_str(sid, statement, call));
    }
    *verdict = denied == YES                         ? POLICY_DENIED
               : allowed == NO                       ? POLICY_SILENT
               : denied == MAYBE || allowed == MAYBE ? POLICY_UNCLEAR
                                                     : POLICY_ALLOWED;
    if (*verdict == POLICY_SILENT) *statement = (smithy_str){0};
    return SMITHY_OK;
}

smithy_status policy_check(smithy_str policy, const policy_request *request, policy_verdict *verdict,
                           smithy_str *statement, smithy_call *call) {
    smithy_json json;
    *verdict = POLICY_SILENT;
    *statement = (smithy_str){0};
    SMITHY_TRY(smithy_json_parse(&json, policy, call));
    const smithy_status status = check_all(json.root, request, verdict, statement, call);
    smithy_json_free(&json);
    return status == SMITHY_OK ? smithy_call_status(call) : status;
}
