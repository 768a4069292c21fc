/* Endpoint rules: the functions that a model's rule set calls, and what resolving gives. The rules of each service are
 * compiled to C in generated/<service>/src/endpoint.c. */
#ifndef SMITHY_ENDPOINT_H
#define SMITHY_ENDPOINT_H

#include <smithy/call.h>
#include <smithy/http.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Lives in the call's arena. */
typedef struct smithy_endpoint {
    smithy_str url;                     /* No trailing slash is added or removed. */
    smithy_headers headers;             /* Extra ones that the rules ask for. */
    smithy_str auth_scheme;             /* "sigv4", "sigv4a", "sigv4-s3express", "none"; absent: the service's own. */
    smithy_str signing_name;            /* Absent: the service's own. */
    smithy_str signing_region;          /* Absent: the client's. */
    smithy_str_list signing_region_set; /* sigv4a; absent otherwise. */
    smithy_opt_bool disable_double_encoding;
    smithy_opt_bool disable_normalize_path;
    smithy_str backend; /* "S3Express" or absent. */
} smithy_endpoint;

/* aws.partition: facts about a Region's partition; views into static text. */
typedef struct smithy_partition {
    smithy_str name; /* "aws" */
    smithy_str dns_suffix;
    smithy_str dual_stack_dns_suffix;
    smithy_str implicit_global_region;
    bool supports_fips;
    bool supports_dual_stack;
} smithy_partition;
/* The partition of a known Region, else the one whose pattern fits, else "aws". */
SMITHY_API smithy_partition smithy_partition_of(smithy_str region);

/* aws.parseArn; resource_id holds the parts, split at ':' and '/'. */
typedef struct smithy_arn {
    smithy_str partition;
    smithy_str service;
    smithy_str region;
    smithy_str account_id;
    smithy_str_list resource_id;
} smithy_arn;
SMITHY_API bool smithy_endpoint_parse_arn(smithy_str text, smithy_arn *arn, smithy_call *call);

/* parseURL. */
typedef struct smithy_endpoint_url {
    smithy_str scheme;
    smithy_str authority;
    smithy_str path;            /* As written. */
    smithy_str normalized_path; /* Starts and ends with "/". */
    bool is_ip;
} smithy_endpoint_url;
SMITHY_API bool smithy_endpoint_parse_url(smithy_str text, smithy_endpoint_url *url, smithy_call *call);

/* substring: false for short or non-ASCII input. */
SMITHY_API bool smithy_endpoint_substring(smithy_str text, int start, int stop, bool reverse, smithy_str *part);
SMITHY_API bool smithy_endpoint_is_valid_host_label(smithy_str text, bool allow_dots);
SMITHY_API bool smithy_endpoint_is_virtual_hostable_s3_bucket(smithy_str text, bool allow_dots);
SMITHY_API smithy_str smithy_endpoint_uri_encode(smithy_str text, smithy_call *call);
/* split: the parts between the delimiters, at most `limit` of them (0: as many as there are; the last one holds the
 * rest). `delimiter` is not empty. Absent when memory is out. */
SMITHY_API smithy_str_list smithy_endpoint_split(smithy_str text, smithy_str delimiter, int limit, smithy_call *call);
/* getAttr "[index]": counts from the end when negative; absent outside of the list. */
SMITHY_API smithy_str smithy_endpoint_item(smithy_str_list list, int index);
/* coalesce. */
static inline smithy_str smithy_endpoint_or(smithy_str text, smithy_str otherwise) {
    return text.ptr ? text : otherwise;
}
/* Appends `text` to a list in the call's arena that only this function has filled; an absent text is passed over. */
SMITHY_API smithy_status smithy_endpoint_collect(smithy_str_list *list, smithy_str text,
                                                 smithy_call *call) SMITHY_NODISCARD;
/* An assignment as a condition: false when `value` is absent. */
static inline bool smithy_endpoint_set(smithy_str *to, smithy_str value) {
    *to = value;
    return value.ptr != NULL;
}

/* Templates: "https://{}.s3.{}", with one smithy_str for each "{}"; "{{" and "}}" stand for braces. Absent when memory
 * is out. */
SMITHY_API smithy_str smithy_endpoint_format(smithy_call *call, const char *template_text, ...);
/* An endpoint without properties, at such a URL. */
SMITHY_API smithy_status smithy_endpoint_at(smithy_endpoint *endpoint, smithy_call *call, const char *template_text,
                                            ...);
/* An endpoint with all of `properties` but its URL and headers; a signing region that is set replaces theirs. */
SMITHY_API smithy_status smithy_endpoint_with(smithy_endpoint *endpoint, smithy_call *call,
                                              const smithy_endpoint *properties, smithy_str signing_region,
                                              const char *template_text, ...);
/* SMITHY_ERROR_CONFIG with such a template as its message. */
SMITHY_API smithy_status smithy_endpoint_error(smithy_call *call, const char *template_text, ...);
/* The end of resolving: `status`, or the memory failure that one of the functions above met on the way, since they
 * answer "absent" then and the rules may have gone on by another path. Zeroes *endpoint unless all is well. The call
 * must have been free of errors when resolving began. */
SMITHY_API smithy_status smithy_endpoint_finish(smithy_status status, smithy_endpoint *endpoint,
                                                const smithy_call *call) SMITHY_NODISCARD;

#ifdef __cplusplus
}
#endif

#endif
