/* The command `policy`: the policies that a configuration needs, ready to be pasted. */
#include "command.h"
#include "policy.h"
#include "whoami.h"

#define ACCOUNT_DIGITS 12

typedef struct policy_wish {
    policy_kind kind; /* POLICY_KINDS: all of them. */
    smithy_str account, key_arn;
} policy_wish;

static bool is_account(smithy_str text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9') return false;
    return text.len == ACCOUNT_DIGITS;
}

static bool is_key_arn(smithy_str text) {
    const char *key = text.ptr ? strstr(text.ptr, ":key/") : NULL;
    return smithy_str_starts_with(text, SMITHY_STR("arn:")) && strstr(text.ptr, ":kms:") && key && key[5] &&
           !strpbrk(text.ptr, "\"\\ *");
}

/* Only STS knows it, where nobody says. */
static bool find_account(cli_command *command, smithy_str *account) {
    whoami_report report;
    smithy_call *call = smithy_call_create(&(smithy_call_options){.system = command->io->system});
    if (!call) return cli_command_fail(command, EXPORTER_OUTCOME_FAILED, "out of memory");
    whoami_report_init(&report, &command->settings, command->io, &command->log.base, call);
    *account = smithy_call_copy(command->call, report.account);
    if (!account->ptr)
        (void)cli_command_fail(command, report.outcome, "%s: give --account to print the policies without AWS",
                               report.problem);
    whoami_report_deinit(&report);
    smithy_call_destroy(call);
    return account->ptr != NULL;
}

static bool make_place(cli_command *command, const policy_wish *wish, policy_place *place) {
    *place = (policy_place){.settings = &command->settings,
                            .region = smithy_client_region(logs_client_base(command->run.logs)),
                            .account = wish->account,
                            .key_arn = wish->key_arn};
    if (place->key_arn.ptr && !is_key_arn(place->key_arn))
        return cli_command_fail(command, EXPORTER_OUTCOME_CONFIGURATION,
                                "--kms-key-arn \"%.80s\" cannot be used: give the key's ARN, "
                                "arn:aws:kms:REGION:ACCOUNT:key/ID (an alias is not enough)",
                                place->key_arn.ptr);
    if (!place->account.ptr) return find_account(command, &place->account);
    if (is_account(place->account)) return true;
    return cli_command_fail(command, EXPORTER_OUTCOME_CONFIGURATION,
                            "--account \"%.40s\" cannot be used: give the 12 digits of the account of the log groups",
                            place->account.ptr);
}

/* The key's only where it has one. */
static void write_all(const policy_place *place, smithy_json_writer *json) {
    smithy_json_open_object(json);
    for (policy_kind kind = POLICY_ROLE; kind < POLICY_KINDS; kind++) {
        smithy_json_name(json, policy_kind_name(kind));
        if (kind == POLICY_KEY && !place->key_arn.ptr)
            smithy_json_value_null(json);
        else
            policy_write(kind, place, json);
    }
    smithy_json_close_object(json);
}

static bool act(cli_command *command, void *context) {
    const policy_wish *wish = context;
    policy_place place;
    smithy_buffer text;
    smithy_json_writer json;
    if (!make_place(command, wish, &place)) return false;
    smithy_buffer_init(&text, command->io->system, command->out.max);
    smithy_json_writer_init(&json, &text);
    if (wish->kind < POLICY_KINDS)
        policy_write(wish->kind, &place, &json);
    else
        write_all(&place, &json);
    if (command->as_json)
        smithy_buffer_append_str(&command->out, smithy_buffer_str(&text));
    else
        policy_indent(smithy_buffer_str(&text), &command->out);
    smithy_buffer_append_char(&command->out, '\n');
    if (smithy_buffer_status(&text) != SMITHY_OK) command->out.status = smithy_buffer_status(&text);
    smithy_buffer_deinit(&text);
    return true;
}

int cli_policy(const cli_io *io, size_t count, const char *const *args) {
    policy_wish wish = {.kind = POLICY_KINDS};
    const bool has_word = count > 0 && args[0][0] != '-';
    const cli_flag flags[] = {
        {.name = "--account", .text = &wish.account}, {.name = "--kms-key-arn", .text = &wish.key_arn}, {.name = NULL}};
    for (policy_kind kind = POLICY_ROLE; has_word && kind < POLICY_KINDS; kind++)
        if (strcmp(args[0], policy_kind_name(kind)) == 0) wish.kind = kind;
    if (has_word && wish.kind == POLICY_KINDS) {
        (void)cli_print(io->err_fd, "cloudwatch-logs-s3-exporter: policy is followed by role, bucket or key, or by "
                                    "flags: see `cloudwatch-logs-s3-exporter help policy`\n");
        return CLI_EXIT_USAGE;
    }
    return cli_command_run(io, count - has_word, args + has_word,
                           &(cli_command_kind){.name = "policy",
                                               .need = EXPORTER_NEEDS_ALL,
                                               .reach = SESSION_AWS,
                                               .flags = flags,
                                               .act = act,
                                               .context = &wish});
}
