#include "cli.h"

#define PROGRAM "cloudwatch-logs-s3-exporter"

#define EXIT_CODES                                                    \
    "Exit codes\n"                                                    \
    "  0  all that is due is archived\n"                              \
    "  1  something failed: see the answer and the log\n"             \
    "  2  work remains: run again\n"                                  \
    "  3  busy: another run, or a stranger's export task, is at it\n" \
    "  4  a setting, a permission or the usage is wrong\n"

#define REQUIRED_FLAGS                                                                                            \
    "Required\n"                                                                                                  \
    "  --destination-s3-bucket NAME      the bucket of the archive, in the Region of the log groups\n"            \
    "  --source-log-group-prefixes LIST  what the groups' names begin with: /aws/lambda/,/ecs/prod or '[\"/a\", " \
    "\"/b\"]';\n"                                                                                                 \
    "                                    '*' for every group\n"

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

/* Of the commands that only look. */
#define AS_RUN_FLAGS                                                                                            \
    "All flags of `run` are taken, and mean the same: --settle-delay, --export-unit, --store-dsn, --region, \n" \
    "--profile, --role-arn, --timeout and so on. Give those that your runs are given.\n"

#define LIMIT_FLAG \
    "  --limit N                         list at most so many groups, those at risk first; default 1000\n"

#define OUTPUT_FLAGS                                                                                    \
    "  --json                            the answer as one JSON object on standard output\n"            \
    "  --log-level LEVEL                 DEBUG, INFO, WARN or ERROR, on standard error; default WARN\n" \
    "  --help                            this text\n"

static const char GENERAL_HELP[] =
    PROGRAM " archives CloudWatch Logs to S3, each event once.\n"
            "\n"
            "Usage\n"
            "  " PROGRAM " run --destination-s3-bucket NAME --source-log-group-prefixes LIST [flags]\n"
            "  " PROGRAM " COMMAND [flags]\n"
            "  " PROGRAM " help [COMMAND]\n"
            "\n"
            "Commands\n"
            "  run          export what is due, once\n"
            "  status       how far each group is archived, what waits, and whether retention is about to take it\n"
            "  plan         what a run would export, in how many tasks, and how long that takes; does nothing\n"
            "  gaps         whether the windows of the archive touch, by its ledger\n"
            "  verify       the same, whether the objects are there, and whether they hold what CloudWatch Logs holds\n"
            "  which        whose events an object of the archive holds, by its key\n"
            "  backfill     archive again what of one group is missing, by its ledger or event by event\n"
            "  report       one HTML page with the coverage of each group over time\n"
            "  cancel       cancel the export task that a run of this state left or waits for\n"
            "  state show   what the state says: groups, watermarks, the lease, edits\n"
            "  state check  whether a run could use the state\n"
            "  state edit   move one watermark, with a reason\n"
            "  doctor       what would keep a run from working, and what to change\n"
            "  policy       the policies that the role, the bucket and its KMS key need, as JSON\n"
            "  whoami       which credentials, account, Region and endpoints are used, and why\n"
            "  help         this text, or a command's flags: help run, help state edit\n"
            "  version      the version of this program\n"
            "\n"
            "The same file is a Lambda's bootstrap: it serves the Runtime API where AWS_LAMBDA_RUNTIME_API is set.\n"
            "\n" EXIT_CODES;

static const char RUN_HELP[] =
    "Usage\n"
    "  cloudwatch-logs-s3-exporter run --destination-s3-bucket NAME --source-log-group-prefixes LIST [flags]\n"
    "\n"
    "Exports every event of the matching log groups that is older than the settle delay and not archived yet. Run it\n"
    "again, from a timer for example, and it goes on where it was.\n"
    "\n" REQUIRED_FLAGS "\n"
    "State: how far each group is archived\n" STORE_FLAGS "\n"
    "What is exported, and where to\n"
    "  --settle-delay DURATION           leave events that are younger, for CloudWatch Logs may need up to 12h until\n"
    "                                    all can be exported; default 12h\n"
    "  --export-unit UNIT                auto: a group in one task where that is exact; group: whole groups only;\n"
    "                                    stream: a task for each stream; default auto\n"
    "  --exclude-log-groups PATTERNS     groups that are left alone: '*-debug,/aws/lambda/tmp-?'; a pattern is of the\n"
    "                                    whole name, * stands for any text and ? for one character\n"
    "  --log-group-tags TAGS             only groups that have all of these tags: team=web,env=prod\n"
    "  --log-stream-name-prefix TEXT     only streams whose names begin so; a state is of one such prefix for good\n"
    "  --late-events CHOICE              events that arrive behind what is archived: report counts streams that got\n"
    "                                    some, as far as hints tell; sweep archives them; off; default report\n"
    "  --late-horizon DURATION           how far back a sweep looks for them; default 14d, at most 60d\n"
    "  --destination-prefix TEMPLATE     of the objects' keys; {date} {group} {stream} {account} {region} %Y %m %d %H\n"
    "                                    are filled in, of the time of the run, and {data:%Y/%m/%d} of the events' "
    "own\n"
    "                                    day; default %Y/%m/%d/{group}/{stream}\n"
    "\n" IDENTITY_FLAGS "\n"
    "Time\n"
    "  --timeout DURATION                end after so long, with the state saved; default none\n"
    "  --timeout-reserve DURATION        start no task so shortly before the end; default 30s, at most a quarter of\n"
    "                                    the time\n"
    "\n"
    "Output\n"
    "  --json                            the answer as one JSON object on standard output\n"
    "  --log-level LEVEL                 DEBUG, INFO, WARN or ERROR, on standard error; default INFO\n"
    "  --metrics CHOICE                  emf: a line with CloudWatch metrics (embedded metric format) on standard "
    "error\n"
    "                                    at the end; off; default off\n"
    "  --help                            this text\n"
    "\n"
    "A flag is given as --flag VALUE or --flag=VALUE; a variable of its name (SETTLE_DELAY for --settle-delay) stands\n"
    "in for it, --timeout and --profile excepted. Durations are written as 12h, 90m, 1h30m, 30s, 7d or 0. The first\n"
    "Ctrl-C ends the run as a timeout would, the second at once.\n"
    "\n" EXIT_CODES;

static const char STATUS_HELP[] =
    "Usage\n"
    "  " PROGRAM " status --destination-s3-bucket NAME --source-log-group-prefixes LIST [flags]\n"
    "\n"
    "Shows for each matching group up to when it is archived, how long the oldest event that is not archived has\n"
    "waited, when retention takes that event, and whether a run would export something. Changes nothing.\n"
    "\n" REQUIRED_FLAGS "\n" AS_RUN_FLAGS "\n"
    "Output\n" LIMIT_FLAG OUTPUT_FLAGS "\n"
    "Exit codes\n"
    "  0  all groups were looked at\n"
    "  1  some group could not be looked at, or something else failed\n"
    "  2  the time was too short to look at all groups\n"
    "  3  a task of the first version of this tool still runs, and must end before its state can be read\n"
    "  4  a setting, a permission or the usage is wrong\n"
    "  5  retention has overtaken events that are not archived: they may be lost\n";

static const char PLAN_HELP[] =
    "Usage\n"
    "  " PROGRAM " plan --destination-s3-bucket NAME --source-log-group-prefixes LIST [flags]\n"
    "\n"
    "Says what a run would export now: groups, windows, tasks, and how long they may take by what earlier tasks took;\n"
    "what it would leave out, and why. Changes nothing.\n"
    "\n" REQUIRED_FLAGS "\n" AS_RUN_FLAGS "\n"
    "Schedule\n"
    "  --every DURATION                  say whether the tasks of one period fit into it: 1h, 1d\n"
    "\n"
    "Output\n" LIMIT_FLAG OUTPUT_FLAGS "\n"
    "Exit codes\n"
    "  0  the plan is made\n"
    "  1  some group could not be looked at, or something else failed\n"
    "  2  the time was too short to look at all groups, or the tasks do not fit into --every\n"
    "  3  a task of the first version of this tool still runs, and must end before its state can be read\n"
    "  4  a setting, a permission or the usage is wrong\n";

#define PROOF_EXIT_CODES                                   \
    "Exit codes\n"                                         \
    "  0  it holds\n"                                      \
    "  1  something failed: see the message\n"             \
    "  2  the time was too short to look at everything\n"  \
    "  4  a setting, a permission or the usage is wrong\n" \
    "  5  a gap, or something else that does not hold: see the list\n"

static const char GAPS_HELP[] =
    "Usage\n"
    "  " PROGRAM " gaps --destination-s3-bucket NAME --source-log-group-prefixes LIST [flags]\n"
    "\n"
    "Reads the state and the ledger, and lists where the windows that were exported of a group or a stream do not "
    "touch\n"
    "or overlap, and what the state counts on and the ledger does not know. Changes nothing.\n"
    "\n" REQUIRED_FLAGS "\n" AS_RUN_FLAGS "\n"
    "Output\n" OUTPUT_FLAGS "\n" PROOF_EXIT_CODES;

static const char VERIFY_HELP[] =
    "Usage\n"
    "  " PROGRAM " verify --destination-s3-bucket NAME --source-log-group-prefixes LIST [flags]\n"
    "\n"
    "Does what `gaps` does, compares the objects of each task with what the ledger noted, and reads a sample back:\n"
    "downloads what a task wrote of a stream and compares it, event by event, with what CloudWatch Logs holds of the\n"
    "same window. Needs logs:FilterLogEvents. Changes nothing.\n"
    "\n" REQUIRED_FLAGS "\n"
    "How much is read back\n"
    "  --sample N                        so many streams' windows, drawn by chance; default 20\n"
    "  --all                             all of them: downloads the whole archive\n"
    "\n" AS_RUN_FLAGS "\n"
    "Output\n" OUTPUT_FLAGS "\n" PROOF_EXIT_CODES;

static const char BACKFILL_HELP[] =
    "Usage\n"
    "  " PROGRAM " backfill GROUP --destination-s3-bucket NAME [--from TIME] [--to TIME] [flags]\n"
    "\n"
    "Archives again what `gaps` and `verify` find missing of one log group: ranges that no window holds, windows that\n"
    "lost objects. With a range it looks at that alone, fills it also where the ledger knows nothing of it (a new "
    "bucket,\n"
    "an archive that is older than its ledger), and compares it event by event. Shows what it is about to do and asks\n"
    "first. Moves no watermark, deletes nothing that is archived, and can be broken off and started again at any "
    "time.\n"
    "What CloudWatch Logs holds no more cannot be had; it says so.\n"
    "\n"
    "Required\n"
    "  GROUP                             the log group's name, or its ARN\n"
    "  --destination-s3-bucket NAME      the bucket of the archive\n"
    "\n"
    "What\n"
    "  --stream NAME                     of this stream alone\n"
    "  --from TIME                       from then on: 2026-11-22T10:00:00Z, a day, or the ms since 1970\n"
    "  --to TIME                         up to then, which is not included; nothing behind the watermark, which is "
    "the\n"
    "                                    next run's\n"
    "  --all                             without a range: compare all that is archived, event by event\n"
    "  --objects-only                    with a range: compare no events, only look whether objects are there\n"
    "  --dry-run                         only show what there is to do\n"
    "  --yes                             do not ask\n"
    "\n" AS_RUN_FLAGS "\n"
    "Output\n" OUTPUT_FLAGS "\n"
    "Exit codes\n"
    "  0  done, or nothing is missing\n"
    "  1  something failed, or the answer was no: see the list\n"
    "  2  the time was up, and some is left\n"
    "  3  busy: a run holds the lease\n"
    "  4  a setting, a permission or the usage is wrong\n";

static const char WHICH_HELP[] =
    "Usage\n"
    "  " PROGRAM " which --key KEY --destination-s3-bucket NAME [flags]\n"
    "\n"
    "Tells whose events an object of the archive holds: log group, streams by their real names, window and task. A "
    "key\n"
    "does not tell all of it (the streams a/b and a-b share a folder); the ledger does. Changes nothing.\n"
    "\n"
    "Required\n"
    "  --key KEY                         of an object, or of a task's folder; s3://bucket/key is taken, too\n"
    "  --destination-s3-bucket NAME      the bucket of the archive\n"
    "\n"
    "State\n" STORE_FLAGS "\n" IDENTITY_FLAGS "\n"
    "Output\n" OUTPUT_FLAGS "\n"
    "Exit codes\n"
    "  0  told\n"
    "  1  it is no part of the archive, or the ledger could not be read\n"
    "  4  a setting, a permission or the usage is wrong\n";

static const char WHOAMI_HELP[] =
    "Usage\n"
    "  " PROGRAM " whoami [flags]\n"
    "\n"
    "Tells as whom and where a run would work: where the credentials are from, the account and the ARN that STS sees,\n"
    "when they expire, the Region, the endpoints, proxies and CA certificates, and each setting that is not the\n"
    "default, with its place. Secrets are never printed. What is known is told even where something is wrong; that is\n"
    "one line on standard error.\n"
    "\n"
    "  --json                            the answer as one JSON object on standard output\n"
    "  --all, --verbose                  settings that nobody has set, too\n"
    "  --help                            this text\n"
    "\n" IDENTITY_FLAGS "\n"
    "The flags of run are taken as well, so that it can be asked about the very run.\n"
    "\n"
    "Exit codes\n"
    "  0  STS knows these credentials\n"
    "  4  a setting, the credentials or a permission is wrong\n"
    "  1  anything else: STS cannot be reached, above all\n";

static const char DOCTOR_HELP[] =
    "Usage\n"
    "  " PROGRAM " doctor --destination-s3-bucket NAME --source-log-group-prefixes LIST [flags]\n"
    "\n"
    "Looks at all that a run needs: credentials, Region, state and lease, log groups, their class and retention, the\n"
    "bucket, its policy and encryption, and what the role may read. One line a check: ok, unknown (it cannot be found\n"
    "out without changing something, or may not be), warn, or FAIL with what to change; then the policies that lack\n"
    "something. Changes nothing.\n"
    "\n" REQUIRED_FLAGS "\n" AS_RUN_FLAGS "\n"
    "Schedule\n"
    "  --every DURATION                  how often runs are started, which retention is compared with; default 1d\n"
    "\n"
    "Output\n" OUTPUT_FLAGS "\n"
    "Exit codes\n"
    "  0  nothing is in the way of a run\n"
    "  1  something failed that no change of settings mends\n"
    "  2  the time was too short to look at everything\n"
    "  4  a check says FAIL, or a setting is wrong\n";

static const char POLICY_HELP[] =
    "Usage\n"
    "  " PROGRAM " policy [role|bucket|key] --destination-s3-bucket NAME --source-log-group-prefixes LIST [flags]\n"
    "\n"
    "Prints the policy that the role of a run with these settings needs, that of the bucket, or that of the bucket's\n"
    "KMS key; without a word one object with all of them. With --account and --region nothing is asked of AWS.\n"
    "\n" REQUIRED_FLAGS "\n"
    "Names\n"
    "  --account ID                      the account of the log groups; default that of the credentials, by STS\n"
    "  --kms-key-arn ARN                 the KMS key of the bucket, where it has one\n"
    "\n" AS_RUN_FLAGS "\n"
    "Output\n"
    "  --json                            on one line\n"
    "  --help                            this text\n"
    "\n"
    "Exit codes\n"
    "  0  printed\n"
    "  1  STS could not be asked for the account\n"
    "  4  a setting, the credentials or the usage is wrong\n";

static const char REPORT_HELP[] =
    "Usage\n"
    "  " PROGRAM " report --destination-s3-bucket NAME --source-log-group-prefixes LIST [flags] > report.html\n"
    "\n"
    "Writes one HTML page that needs nothing else: for each group a bar over time with what is archived, the windows "
    "it\n"
    "was archived in, what waits, and what retention may have taken; and what `status` tells. Changes nothing.\n"
    "\n" REQUIRED_FLAGS "\n" AS_RUN_FLAGS "\n"
    "Page\n"
    "  --output FILE                     write it there, in one step; default standard output\n"
    "  --since DURATION                  how far back the bars go: 30d; default to the first event, 30d at "
    "least\n" LIMIT_FLAG "  --json                            with --output: say on standard output what was written\n"
    "  --log-level LEVEL                 DEBUG, INFO, WARN or ERROR, on standard error; default WARN\n"
    "  --help                            this text\n"
    "\n"
    "Exit codes\n"
    "  0  the page shows all groups\n"
    "  1  some group could not be looked at, or something else failed\n"
    "  2  the time was too short to look at all groups\n"
    "  4  a setting, a permission or the usage is wrong\n";

#define STATE_REQUIRED                                                                                            \
    "Required: one of\n"                                                                                          \
    "  --store-dsn DSN                   where the state is: s3://bucket/key, dynamodb://table or file:///path\n" \
    "  --destination-s3-bucket NAME      the state file that a run for this bucket keeps by itself\n"

static const char CANCEL_HELP[] = "Usage\n"
                                  "  " PROGRAM " cancel --store-dsn DSN [--yes] [flags]\n"
                                  "\n"
                                  "Cancels the active export task, if a run of this state created it; a stranger's is "
                                  "named, and left alone. The next\n"
                                  "run deletes what the task wrote and exports its window again.\n"
                                  "\n" STATE_REQUIRED "\n" IDENTITY_FLAGS "\n"
                                  "  --yes                             do not ask\n" OUTPUT_FLAGS "\n"
                                  "Exit codes\n"
                                  "  0  cancelled, or there was nothing to cancel\n"
                                  "  1  it failed, or the answer was no\n"
                                  "  3  the active task is a stranger's\n"
                                  "  4  a setting, a permission or the usage is wrong\n";

static const char STATE_HELP[] =
    "Usage\n"
    "  " PROGRAM " state show [--group NAME] [flags]\n"
    "  " PROGRAM " state check [flags]\n"
    "  " PROGRAM " state edit --group NAME [--stream NAME] --to TIME --reason TEXT [flags]\n"
    "\n"
    "See `help state show`, `help state check`, `help state edit`.\n";

static const char STATE_SHOW_HELP[] =
    "Usage\n"
    "  " PROGRAM " state show --store-dsn DSN [--group NAME] [flags]\n"
    "\n"
    "Shows what the state says: groups and their watermarks, who holds the lease, what is in flight, and the edits "
    "that\n"
    "were made by hand. A state in a file needs no AWS.\n"
    "\n" STATE_REQUIRED "\n"
    "  --group NAME                      one group, with those of its streams that differ from it\n" LIMIT_FLAG
    "\n" IDENTITY_FLAGS "\n"
    "Output\n" OUTPUT_FLAGS "\n"
    "Exit codes\n"
    "  0  shown\n"
    "  1  the state cannot be read, or is not one\n"
    "  4  a setting, a permission or the usage is wrong\n";

static const char STATE_CHECK_HELP[] =
    "Usage\n"
    "  " PROGRAM " state check --store-dsn DSN [flags]\n"
    "\n"
    "Reads the state as a run would, and says what a run would refuse. Changes nothing.\n"
    "\n" STATE_REQUIRED "\n" IDENTITY_FLAGS "\n"
    "Output\n" OUTPUT_FLAGS "\n"
    "Exit codes\n"
    "  0  a run can use it, or there is none yet\n"
    "  1  a run would refuse it\n"
    "  4  a setting, a permission or the usage is wrong\n";

static const char STATE_EDIT_HELP[] =
    "Usage\n"
    "  " PROGRAM " state edit --store-dsn DSN --group NAME [--stream NAME] --to TIME --reason TEXT [flags]\n"
    "\n"
    "Moves the watermark of a group with all its streams, or of one stream. Moved back, events are exported again and\n"
    "stand in the archive twice; moved forward, events that are not archived are skipped. It says which, and asks.\n"
    "\n" STATE_REQUIRED "\n"
    "What\n"
    "  --group NAME                      the log group\n"
    "  --stream NAME                     one of its streams; default all of them\n"
    "  --to TIME                         archived until then, inclusive: 2026-11-22T10:00:00Z, a day (its midnight\n"
    "                                    UTC), ms since 1970, or `nothing`; not in the future\n"
    "  --reason TEXT                     kept in the state, with the time and your name\n"
    "  --yes                             do not ask\n"
    "\n" IDENTITY_FLAGS "\n"
    "Output\n" OUTPUT_FLAGS "\n"
    "Exit codes\n"
    "  0  moved\n"
    "  1  it failed, or the answer was no; the state is as it was\n"
    "  3  a run works on the state, or a task of the group is in flight\n"
    "  4  a setting, a permission or the usage is wrong\n";

static const char VERSION_HELP[] = "Usage\n"
                                   "  " PROGRAM " version\n"
                                   "\n"
                                   "Prints the program's name and version.\n";

static const char HELP_HELP[] = "Usage\n"
                                "  " PROGRAM " help [COMMAND]\n"
                                "\n"
                                "Prints what a command does and takes. Without one, which commands there are.\n";

static const struct {
    const char *command;
    const char *text;
} TEXTS[] = {
    {"run", RUN_HELP},
    {"status", STATUS_HELP},
    {"plan", PLAN_HELP},
    {"report", REPORT_HELP},
    {"cancel", CANCEL_HELP},
    {"state", STATE_HELP},
    {"state show", STATE_SHOW_HELP},
    {"state check", STATE_CHECK_HELP},
    {"state edit", STATE_EDIT_HELP},
    {"gaps", GAPS_HELP},
    {"verify", VERIFY_HELP},
    {"backfill", BACKFILL_HELP},
    {"which", WHICH_HELP},
    {"doctor", DOCTOR_HELP},
    {"policy", POLICY_HELP},
    {"whoami", WHOAMI_HELP},
    {"version", VERSION_HELP},
    {"help", HELP_HELP},
};

const char *cli_help_text(smithy_str command) {
    if (!smithy_str_is_set(command)) return GENERAL_HELP;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
        if (smithy_str_equal(command, smithy_str_from(TEXTS[i].command))) return TEXTS[i].text;
    return NULL;
}
