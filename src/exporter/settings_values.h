/* What each setting may be. */
#ifndef EXPORTER_SETTINGS_VALUES_H
#define EXPORTER_SETTINGS_VALUES_H

#include "settings_input.h"

/* Each reads one value that was given; SMITHY_ERROR_CONFIG with one line for what is not allowed. */
smithy_status settings_read_bucket(const settings_value *value, smithy_str *bucket, smithy_call *call) SMITHY_NODISCARD;
/* The list as it was given, by any of the ways to give one; items are not trimmed. */
smithy_status settings_read_items(const settings_value *value, smithy_str_list *list,
                                  smithy_call *call) SMITHY_NODISCARD;
/* Trimmed, in the user's order, without those that another covers; "*" as an empty prefix. */
smithy_status settings_read_prefixes(const settings_value *value, smithy_str_list *prefixes,
                                     smithy_call *call) SMITHY_NODISCARD;
smithy_status settings_read_duration(const settings_value *value, int64_t max_ms, const char *max_text, int64_t *ms,
                                     smithy_call *call) SMITHY_NODISCARD;
smithy_status settings_read_log_level(const settings_value *value, exporter_log_level *level,
                                      smithy_call *call) SMITHY_NODISCARD;
smithy_status settings_read_export_unit(const settings_value *value, exporter_export_unit *unit,
                                        smithy_call *call) SMITHY_NODISCARD;
smithy_status settings_read_late_events(const settings_value *value, exporter_late_events *choice,
                                        smithy_call *call) SMITHY_NODISCARD;
smithy_status settings_read_metrics(const settings_value *value, exporter_metrics *choice,
                                    smithy_call *call) SMITHY_NODISCARD;
smithy_status settings_read_destination_prefix(const settings_value *value, smithy_str *prefix,
                                               smithy_call *call) SMITHY_NODISCARD;
smithy_status settings_read_region(const settings_value *value, smithy_str *region, smithy_call *call) SMITHY_NODISCARD;
smithy_status settings_read_profile(const settings_value *value, smithy_str *profile,
                                    smithy_call *call) SMITHY_NODISCARD;
smithy_status settings_read_role_arn(const settings_value *value, smithy_str *role_arn,
                                     smithy_call *call) SMITHY_NODISCARD;
smithy_status settings_read_external_id(const settings_value *value, smithy_str *external_id,
                                        smithy_call *call) SMITHY_NODISCARD;

/* settings_filters.c */
smithy_status settings_read_patterns(const settings_value *value, smithy_str_list *patterns,
                                     smithy_call *call) SMITHY_NODISCARD;
smithy_status settings_read_tags(const settings_value *value, exporter_tag_list *tags,
                                 smithy_call *call) SMITHY_NODISCARD;
smithy_status settings_read_stream_prefix(const settings_value *value, smithy_str *prefix,
                                          smithy_call *call) SMITHY_NODISCARD;

/* StateStoreType and StoreDSN together, for neither means anything alone. The command's own file where it names none:
 * settings->destination_bucket must have been read. */
smithy_status settings_read_store(const settings_input *input, exporter_settings *settings,
                                  smithy_call *call) SMITHY_NODISCARD;

/* Whether S3 could have a bucket of this name. */
bool settings_is_bucket_name(smithy_str name);

/* `text` without white space at its ends. */
smithy_str settings_trim(smithy_str text);

#endif
