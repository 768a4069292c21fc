#include "cli.h"

#define EXIT_CODES                                                    \
    "Exit codes\n"                                                    \
    "  0  all that is due is archived\n"                              \
    "  1  something failed: see the answer and the log\n"             \
    "  2  work remains: run again\n"                                  \
    "  3  busy: another run, or a stranger's export task, is at it\n" \
    "  4  a setting, a permission or the usage is wrong\n"

#define STORE_FLAGS                                                                                                    \
    "  --store-dsn DSN                   s3://bucket/key, dynamodb://table or file:///path; default a file for each\n" \
    "                                    bucket under $XDG_STATE_HOME or ~/.local/state\n"                             \
    "  --state-store-type TYPE           s3, dynamodb or file; default what the DSN says\n"

#define IDENTITY_FLAGS                                                                                           \
    "Who and where\n"                                                                                            \
    "  --region REGION                   default the environment's\n"                                            \
    "  --profile NAME                    of ~/.aws/config and ~/.aws/credentials; default AWS_PROFILE\n"         \
    "  --role-arn ARN                    do everything as this role, which the credentials at hand may assume\n" \
    "  --external-id TEXT                for that role, where its trust policy asks for one\n"

static const char GENERAL_HELP[] =
    "cloudwatch-logs-s3-exporter archives CloudWatch Logs to S3, each event once.\n"
    "\n"
    "Usage\n"
    "  cloudwatch-logs-s3-exporter run --destination-s3-bucket NAME --source-log-group-prefixes LIST [flags]\n"
    "  cloudwatch-logs-s3-exporter help [COMMAND]\n"
    "  cloudwatch-logs-s3-exporter version\n"
    "\n"
    "Commands\n"
    "  run      export what is due, once\n"
    "  help     this text, or a command's flags: help run\n"
    "  version  the version of this program\n"
    "\n"
    "The same file is a Lambda's bootstrap: it serves the Runtime API where AWS_LAMBDA_RUNTIME_API is set.\n"
    "\n" EXIT_CODES;

static const char RUN_HELP[] =
    "Usage\n"
    "  cloudwatch-logs-s3-exporter run --destination-s3-bucket NAME --source-log-group-prefixes LIST [flags]\n"
    "\n"
    "Exports every event of the matching log groups that is older than the settle delay and not archived yet. Run it\n"
    "again, from a timer for example, and it goes on where it was.\n"
    "\n"
    "Required\n"
    "  --destination-s3-bucket NAME      the bucket of the archive, in the Region of the log groups\n"
    "  --source-log-group-prefixes LIST  what the groups' names begin with: /aws/lambda/,/ecs/prod or '[\"/a\", "
    "\"/b\"]';\n"
    "                                    '*' for every group\n"
    "\n"
    "State: how far each group is archived\n" STORE_FLAGS "\n"
    "What is exported, and where to\n"
    "  --settle-delay DURATION           leave events that are younger, for CloudWatch Logs may need up to 12h until\n"
    "                                    all can be exported; default 12h\n"
    "  --export-unit UNIT                auto: a group in one task where that is exact; group: whole groups only;\n"
    "                                    stream: a task for each stream; default auto\n"
    "  --destination-prefix TEMPLATE     of the objects' keys; {date} {group} {stream} {account} {region} %Y %m %d %H\n"
    "                                    are filled in; default %Y/%m/%d/{group}/{stream}\n"
    "\n" IDENTITY_FLAGS "\n"
    "Time\n"
    "  --timeout DURATION                end after so long, with the state saved; default none\n"
    "  --timeout-reserve DURATION        start no task so shortly before the end; default 30s, at most a quarter of\n"
    "                                    the time\n"
    "\n"
    "Output\n"
    "  --json                            the answer as one JSON object on standard output\n"
    "  --log-level LEVEL                 DEBUG, INFO, WARN or ERROR, on standard error; default INFO\n"
    "  --help                            this text\n"
    "\n"
    "A flag is given as --flag VALUE or --flag=VALUE; a variable of its name (SETTLE_DELAY for --settle-delay) stands\n"
    "in for it, --timeout and --profile excepted. Durations are written as 12h, 90m, 1h30m, 30s, 7d or 0. The first "
    "Ctrl-C ends the\n"
    "run as a timeout would, the second at once.\n"
    "\n" EXIT_CODES;

static const char VERSION_HELP[] = "Usage\n"
                                   "  cloudwatch-logs-s3-exporter version\n"
                                   "\n"
                                   "Prints the program's name and version.\n";

static const char HELP_HELP[] = "Usage\n"
                                "  cloudwatch-logs-s3-exporter help [COMMAND]\n"
                                "\n"
                                "Prints what a command does and takes: run, version, help.\n";

const char *cli_help_text(smithy_str command) {
    if (!smithy_str_is_set(command)) return GENERAL_HELP;
    if (smithy_str_equal(command, SMITHY_STR("run"))) return RUN_HELP;
    if (smithy_str_equal(command, SMITHY_STR("version"))) return VERSION_HELP;
    if (smithy_str_equal(command, SMITHY_STR("help"))) return HELP_HELP;
    return NULL;
}
