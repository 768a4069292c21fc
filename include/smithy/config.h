/* What configures a program that speaks to AWS: variables of the environment, and the two files with profiles.
 *
 * Shareable between threads. Nothing is read before the first question, and the files only once; what they say stays
 * as it was until the configuration is destroyed. */
#ifndef SMITHY_CONFIG_H
#define SMITHY_CONFIG_H

#include <smithy/call.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct smithy_config smithy_config;

typedef struct smithy_config_options {
    const smithy_system *system; /* Optional; default the call's. Borrowed. */
    smithy_str profile;          /* Optional; default AWS_PROFILE, then "default". One that is named has to exist. */
    smithy_str config_file;      /* Optional; default AWS_CONFIG_FILE, then ~/.aws/config, which need not exist. */
    smithy_str credentials_file; /* Optional; default AWS_SHARED_CREDENTIALS_FILE, then ~/.aws/credentials, likewise. */
} smithy_config_options;

/* NULL only when memory is out. `options` NULL: all defaults. The texts are copied. */
SMITHY_API smithy_config *smithy_config_create(const smithy_config_options *options, smithy_call *call);
/* Overwrites what it read, as that may hold secrets. NULL is fine. */
SMITHY_API void smithy_config_destroy(smithy_config *config);

/* A value and, for people, where it stands: "AWS_REGION", "profile dev in /home/me/.aws/config". Both absent: it is not
 * set. They live as long as the configuration; one of the environment as long as smithy_system.env says, and its source
 * is the name that was asked for. NUL-terminated, but for a value inside of a block. */
typedef struct smithy_setting {
    smithy_str value;
    smithy_str source;
} smithy_setting;

/* A variable of the environment, else a key of the chosen profile; either may be NULL. Blank is not set.
 * SMITHY_ERROR_CONFIG where the files cannot be read (with file, line and what is wrong there), or where a profile
 * that was named does not exist. */
SMITHY_API smithy_status smithy_config_get(smithy_config *config, const char *variable, const char *key,
                                           smithy_setting *setting, smithy_call *call) SMITHY_NODISCARD;
/* A key of a block in the chosen profile: "s3", "addressing_style". */
SMITHY_API smithy_status smithy_config_get_nested(smithy_config *config, const char *block, const char *key,
                                                  smithy_setting *setting, smithy_call *call) SMITHY_NODISCARD;
/* A key of a service ("cloudwatch_logs") in the [services …] section that the chosen profile names. Naming one that
 * does not exist is SMITHY_ERROR_CONFIG. */
SMITHY_API smithy_status smithy_config_get_service(smithy_config *config, const char *service, const char *key,
                                                   smithy_setting *setting, smithy_call *call) SMITHY_NODISCARD;

/* The chosen profile's name; *named tells whether somebody chose it, or it is the default. */
SMITHY_API smithy_str smithy_config_profile_name(const smithy_config *config, bool *named);

/* Any profile, of both files merged; *profile is NULL where there is none of that name. Lives as long as `config`. */
typedef struct smithy_profile smithy_profile;
SMITHY_API smithy_status smithy_config_profile(smithy_config *config, smithy_str name, const smithy_profile **profile,
                                               smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_setting smithy_profile_get(const smithy_profile *profile, const char *key);

#ifdef __cplusplus
}
#endif

#endif
