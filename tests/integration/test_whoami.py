"""`whoami`, and examples/whoami: what they tell, what they say is wrong, and that neither ever tells a secret."""

import json
import os
import re
import subprocess
import threading
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from net.authority import issue, write_bundle, write_server_file
from net.servers import Server

ROLE = "arn:aws:iam::123456789012:role/log-archive"
REFUSED = "http://127.0.0.1:9"  # The discard port: nobody is there.
SILENT = "http://192.0.2.1"  # An address of documentation: nothing leads there.
KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "AQoDYXdzEJr1K//////////wEXAMPLE+token==",
}
# Nothing that is told may hold one of these.
SECRETS = (KEYS["AWS_SECRET_ACCESS_KEY"], KEYS["AWS_SESSION_TOKEN"], "hunter2", "s3cr3t", "t0k3n", "eyJ.pod", "aJsonWebT0ken")
FACTS = {"credentials", "identity", "profile", "region", "endpoints", "network", "settings", "problem"}


class Told:
    def __init__(self, done, seconds):
        self.code, self.text, self.stderr, self.seconds = done.returncode, done.stdout, done.stderr, seconds
        self.facts = json.loads(done.stdout) if done.stdout.startswith("{") else None

    @property
    def problem(self):
        """The one line that says what is wrong."""
        (line,) = self.stderr.splitlines()
        return line.removeprefix("cloudwatch-logs-s3-exporter: ")


@pytest.fixture
def environment(tmp_path):
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SSL_"))}
    own = {name: value for name, value in own.items() if not name.lower().endswith("_proxy")}
    return own | {
        "HOME": str(tmp_path),
        "AWS_REGION": "eu-west-1",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": REFUSED,
    }


@pytest.fixture
def run(environment, tmp_path):
    def run(command, config="", **variables):
        (tmp_path / "config").write_text(config)
        own = {name: value for name, value in (environment | variables).items() if value is not None}
        before = time.monotonic()
        done = subprocess.run(command, env=own, capture_output=True, text=True, timeout=60, check=False)
        told = Told(done, time.monotonic() - before)
        for secret in SECRETS:
            assert secret not in told.text and secret not in told.stderr
        return told

    return run


@pytest.fixture
def whoami(executable, run):
    return lambda *arguments, **how: run([executable, "whoami", *arguments], **how)


@pytest.fixture
def facts(whoami):
    def facts(*arguments, **how):
        told = whoami("--json", *arguments, **how)
        assert set(told.facts) == FACTS
        assert (told.facts["problem"] is None) == (told.code == 0) == (told.stderr == "")
        if told.code:
            assert told.facts["problem"]["message"] == told.problem
        return told

    return facts


def sts_answer(body, status=200, headers=None):
    """A server of one answer, as a context that gives its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def date_time_string(self, timestamp=None):
            return (headers or {}).get("Date") or super().date_time_string(timestamp)

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            content = body(self.headers) if callable(body) else body
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, *_):
            pass

    class Context:
        def __enter__(self):
            self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            threading.Thread(target=self.server.serve_forever, daemon=True).start()
            return f"http://127.0.0.1:{self.server.server_port}"

        def __exit__(self, *_):
            self.server.shutdown()
            self.server.server_close()

    return Context()


def error(code, message):
    return f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"


IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/me</Arn>"
    "<UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)

# ---- who, and by what ----


def test_keys_of_the_environment(facts, moto):
    told = facts(AWS_ENDPOINT_URL_STS=moto, AWS_CREDENTIAL_EXPIRATION="2099-01-02T03:04:05Z", **KEYS)
    assert told.code == 0
    assert told.facts["credentials"] == {
        "source": "environment",
        "accessKeyId": "AKIDEXAMPLE",
        "accountId": None,
        "expires": "2099-01-02T03:04:05Z",
    }
    assert told.facts["identity"]["account"] == "123456789012"
    assert told.facts["identity"]["arn"].startswith("arn:aws:sts::123456789012:")
    assert abs(told.facts["identity"]["clockSkewMs"]) < 5000
    assert told.facts["profile"] == {"value": "default", "source": "default"}
    assert told.facts["region"] == {"value": "eu-west-1", "source": "AWS_REGION"}
    assert told.facts["endpoints"] == {
        "logs": "https://logs.eu-west-1.amazonaws.com",
        "s3": "https://s3.eu-west-1.amazonaws.com",
        "dynamodb": "https://dynamodb.eu-west-1.amazonaws.com",
        "sts": moto,
    }
    assert told.facts["settings"] == [
        {"service": None, "name": "region", "value": "eu-west-1", "source": "AWS_REGION"},
        {"service": "sts", "name": "endpoint_url", "value": moto, "source": "AWS_ENDPOINT_URL_STS"},
    ]


def test_the_text_says_the_same(whoami, moto):
    told = whoami(AWS_ENDPOINT_URL_STS=moto, **KEYS)
    assert (told.code, told.stderr) == (0, "")
    lines = [line.split(None, 1) for line in told.text.splitlines()]
    assert lines[0] == ["Credentials", "environment"]
    assert ["Region", "eu-west-1 (AWS_REGION)"] in lines
    assert ["account", "123456789012"] in lines
    assert ["S3", "https://s3.eu-west-1.amazonaws.com"] in lines
    assert f"  sts.endpoint_url = {moto} (AWS_ENDPOINT_URL_STS)" in told.text
    assert "use_fips_endpoint" not in told.text
    assert "  use_fips_endpoint = false (default)" in whoami("--all", AWS_ENDPOINT_URL_STS=moto, **KEYS).text


PROFILES = f"""
[profile dev]
region = ap-south-1
aws_access_key_id = AKIDPROFILE
aws_secret_access_key = s3cr3t-of-the-profile
aws_session_token = t0k3n-of-the-profile
max_attempts = 7
s3 =
  addressing_style = path

[profile archive]
region = eu-central-1
role_arn = {ROLE}
source_profile = dev
duration_seconds = 900

[profile sso]
region = eu-west-1
sso_session = corporate
sso_account_id = 123456789012
sso_role_name = reader
"""


def test_a_profile_is_named_with_its_file(facts, moto, tmp_path):
    told = facts("--profile", "dev", config=PROFILES, AWS_REGION=None, AWS_ENDPOINT_URL_STS=moto)
    place = f"profile dev in {tmp_path}/config"
    assert told.code == 0
    assert told.facts["credentials"]["source"] == "profile"
    assert told.facts["credentials"]["accessKeyId"] == "AKIDPROFILE"
    assert told.facts["profile"] == {"value": "dev", "source": "--profile"}
    assert told.facts["region"] == {"value": "ap-south-1", "source": place}
    assert {"service": None, "name": "max_attempts", "value": "7", "source": place} in told.facts["settings"]
    assert {"service": "s3", "name": "addressing_style", "value": "path", "source": place} in told.facts["settings"]
    assert facts(config=PROFILES, AWS_PROFILE="dev", AWS_ENDPOINT_URL_STS=moto).facts["profile"] == {
        "value": "dev",
        "source": "AWS_PROFILE",
    }


def test_a_role_of_a_profile_is_assumed(facts, moto):
    told = facts("--profile=archive", config=PROFILES, AWS_ENDPOINT_URL_STS=moto)
    assert told.code == 0
    credentials = told.facts["credentials"]
    assert (credentials["source"], credentials["accountId"]) == ("assume role", "123456789012")
    left = datetime.fromisoformat(credentials["expires"].replace("Z", "+00:00")) - datetime.now(timezone.utc)
    assert timedelta(seconds=800) < left <= timedelta(seconds=901)
    assert ":assumed-role/log-archive/" in told.facts["identity"]["arn"]
    assert told.facts["endpoints"]["dynamodb"] == "https://123456789012.ddb.eu-west-1.amazonaws.com"


def test_what_is_no_failure_is_told_beside_the_answer(whoami, moto):
    config = PROFILES.replace("duration_seconds = 900", "duration_seconds = an hour")
    told = whoami("--json", "--profile=archive", config=config, AWS_ENDPOINT_URL_STS=moto)
    assert told.code == 0 and told.facts["credentials"]["source"] == "assume role" and told.facts["problem"] is None
    (line,) = told.stderr.splitlines()
    assert " WARN " in line and "profile archive: duration_seconds is no number of seconds" in line


def test_the_role_of_a_run_is_assumed(facts, moto):
    """With all the flags of that run: it can be asked about as it is."""
    run = ("--destination-s3-bucket", "archive", "--source-log-group-prefixes", "/aws", "--settle-delay=1h")
    told = facts(*run, "--role-arn", ROLE, "--region", "us-east-2", AWS_ENDPOINT_URL_STS=moto, **KEYS)
    assert told.code == 0
    assert told.facts["credentials"]["source"] == "assume role"
    assert told.facts["region"] == {"value": "us-east-2", "source": "--region or REGION"}


def test_a_container_gives_credentials(facts, moto):
    answer = {"AccessKeyId": "ASIATASK", "SecretAccessKey": "s3cr3t", "Token": "t0k3n", "Expiration": "2099-01-01T00:00:00Z"}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            text = json.dumps(answer).encode()
            self.send_response(200 if self.headers["Authorization"] == "eyJ.pod" else 403)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    where = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{server.server_port}/task",
        "AWS_ENDPOINT_URL_STS": moto,
    }
    told = facts(AWS_CONTAINER_AUTHORIZATION_TOKEN="eyJ.pod", **where)
    assert (told.code, told.facts["credentials"]["source"]) == (0, "container")
    assert told.facts["credentials"]["expires"] == "2099-01-01T00:00:00Z"
    refused = facts(AWS_CONTAINER_AUTHORIZATION_TOKEN="hunter2", **where)
    assert refused.code == 4 and "403" in refused.problem
    server.shutdown()
    server.server_close()


# ---- where ----


def test_endpoints_follow_fips_and_dual_stack(facts):
    told = facts(AWS_USE_FIPS_ENDPOINT="true", AWS_USE_DUALSTACK_ENDPOINT="true", HTTPS_PROXY=REFUSED, **KEYS)
    assert told.facts["endpoints"]["logs"] == "https://logs-fips.eu-west-1.api.aws"
    assert told.facts["endpoints"]["s3"] == "https://s3-fips.dualstack.eu-west-1.amazonaws.com"
    assert [row["name"] for row in told.facts["settings"]] == ["region", "use_fips_endpoint", "use_dualstack_endpoint"]


def test_proxies_are_told_without_their_passwords(facts, whoami, moto):
    proxies = {
        "HTTPS_PROXY": "http://me:hunter2@127.0.0.1:9",
        "http_proxy": "http://hunter2@proxy.example:3128",
        "NO_PROXY": "127.0.0.1",
    }
    told = facts(AWS_ENDPOINT_URL_STS=moto, **proxies, **KEYS)
    assert told.code == 0
    assert told.facts["network"]["proxyForHttps"] == {"value": "http://127.0.0.1:9", "source": "HTTPS_PROXY"}
    assert told.facts["network"]["proxyForHttp"] == {"value": "http://proxy.example:3128", "source": "http_proxy"}
    assert told.facts["network"]["noProxy"] == {"value": "127.0.0.1", "source": "NO_PROXY"}
    # On its way through the proxy that is down; and with what is no proxy at all.
    assert "HTTPS_PROXY" in whoami(**proxies, **KEYS).problem
    wrong = whoami(HTTPS_PROXY="gopher://me:hunter2@proxy", **KEYS)
    assert wrong.code == 4 and "HTTPS_PROXY is not the URL of a proxy" in wrong.problem


class StsOverTls(Server):
    def serve(self, connection):
        request = b""
        while b"\r\n\r\n" not in request:
            request += connection.recv(4096)
        # All of the body too: what is left unread when the connection closes resets it, and the answer may be lost.
        head, _, body = request.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])
        while len(body) < length:
            body += connection.recv(4096)
        self.requests.append(head)
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(IDENTITY)}\r\n\r\n{IDENTITY}".encode())


def test_the_profiles_ca_bundle_is_what_connections_trust(facts, tmp_path):
    root = issue("Corporate Root")
    bundle = write_bundle(tmp_path / "corporate.pem", root)
    identity = issue("sts", ("localhost",), issuer=root)
    with StsOverTls(write_server_file(tmp_path / "server.pem", identity)) as server:
        url = server.url("localhost").removesuffix("/path")
        config = f"[default]\nca_bundle = {bundle}\n"
        place = f"profile default in {tmp_path}/config"
        told = facts(config=config, AWS_ENDPOINT_URL_STS=url, **KEYS)
        assert told.code == 0, told.stderr
        assert told.facts["network"]["caFile"] == {"value": str(bundle), "source": place}
        assert told.facts["identity"]["arn"] == "arn:aws:iam::123456789012:user/me"
        # So it does for the requests by which credentials are got; and nobody trusts this server without it.
        role = facts("--role-arn", ROLE, config=config, AWS_ENDPOINT_URL_STS=url, **KEYS)
        assert "certificate" not in role.problem and len(server.requests) == 2
        without = facts(AWS_ENDPOINT_URL_STS=url, **KEYS)
        assert without.code == 1 and "AWS_CA_BUNDLE" in without.problem
        gone = facts(config=f"[default]\nca_bundle = {tmp_path}/gone.pem\n", AWS_ENDPOINT_URL_STS=url, **KEYS)
        assert gone.code == 4
        assert place in gone.problem and "does not exist" in gone.problem


# ---- what is wrong ----


def test_without_credentials_it_says_where_it_looked(facts):
    told = facts(AWS_EC2_METADATA_DISABLED="true")
    assert told.code == 4
    assert told.facts["credentials"] is None and told.facts["identity"] is None
    assert told.facts["endpoints"]["logs"] == "https://logs.eu-west-1.amazonaws.com"
    for words in ("AWS_ACCESS_KEY_ID", "profile default", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER", "AWS_EC2"):
        assert words in told.problem


def test_metadata_that_do_not_answer_hold_it_up_for_a_second_at_most(facts):
    told = facts(AWS_EC2_METADATA_SERVICE_ENDPOINT=SILENT)
    assert told.code == 4 and SILENT in told.problem
    assert told.seconds < 2  # A second, and a program with sanitizers that starts.


def test_an_sts_that_is_not_reached_takes_bounded_time(facts):
    told = facts(AWS_ENDPOINT_URL_STS=SILENT, **KEYS)
    assert told.code == 1 and told.seconds < 13
    assert told.facts["problem"]["kind"] in ("transport", "timeout")
    assert "VPC endpoint" in told.problem
    assert told.facts["credentials"]["accessKeyId"] == "AKIDEXAMPLE"
    assert told.facts["identity"] is None
    told = facts(AWS_ENDPOINT_URL_STS=REFUSED, **KEYS)
    assert told.code == 1 and told.seconds < 5


CONFIGURATIONS = {
    "no Region": ({"AWS_REGION": None}, "", "no Region: set AWS_REGION"),
    "a Region that is none": ({"AWS_REGION": "eu_west_1"}, "", 'AWS_REGION is "eu_west_1": a Region is letters'),
    "a profile that is none": ({"AWS_PROFILE": "nobody"}, "", "nobody"),
    "a file that is broken": ({}, "[default]\nregion eu-west-1\n", "config:2: "),
    "a value that is not allowed": ({"AWS_MAX_ATTEMPTS": "many"}, "", 'AWS_MAX_ATTEMPTS is "many"'),
    "half of a pair of keys": ({"AWS_SECRET_ACCESS_KEY": None}, "", "AWS_SECRET_ACCESS_KEY"),
    "a password in an endpoint": ({"AWS_ENDPOINT_URL": "http://me:hunter2@localhost"}, "", "AWS_ENDPOINT_URL"),
    "an endpoint with FIPS": ({"AWS_ENDPOINT_URL_S3": REFUSED, "AWS_USE_FIPS_ENDPOINT": "true"}, "", "FIPS"),
}


@pytest.mark.parametrize(("variables", "config", "words"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_a_configuration_that_is_wrong_is_one_line(facts, moto, variables, config, words):
    told = facts(config=config, **({"AWS_ENDPOINT_URL_STS": moto} | KEYS | variables))
    assert told.code == 4
    assert words in told.problem


def test_credentials_are_told_where_the_region_is_missing(facts, moto):
    told = facts(AWS_REGION=None, AWS_ENDPOINT_URL_STS=moto, **KEYS)
    assert told.facts["credentials"]["source"] == "environment"
    assert told.facts["region"] is None and set(told.facts["endpoints"].values()) == {None}


def test_a_profile_of_single_sign_on_says_what_to_do(facts):
    told = facts("--profile", "sso", config=PROFILES)
    assert told.code == 4 and "export-credentials" in told.problem


def test_a_command_that_fails_is_told_without_what_it_printed(facts):
    told = facts(config="[default]\ncredential_process = echo s3cr3t; echo log in first >&2; exit 4\n")
    assert told.code == 4 and "log in first" in told.problem


ANSWERS = {
    "ExpiredToken": (403, "The security token included in the request is expired", 4, "get new ones"),
    "InvalidClientTokenId": (403, "The security token included in the request is invalid.", 4, "does not know this"),
    "SignatureDoesNotMatch": (403, "The request signature we calculated does not match", 4, "the secret access key"),
    "RegionDisabledException": (403, "STS is not activated in this region", 4, "activate it"),
    "AccessDenied": (403, "User is not authorized to perform: sts:GetCallerIdentity", 4, "a policy forbids it"),
    "InternalFailure": (500, "Something is broken", 1, "InternalFailure"),
}


@pytest.mark.parametrize("code", ANSWERS)
def test_what_sts_refuses_comes_with_advice(facts, code):
    status, message, exit_code, words = ANSWERS[code]
    with sts_answer(error(code, message), status) as url:
        told = facts(AWS_ENDPOINT_URL_STS=url, **KEYS)
    assert told.code == exit_code
    assert code in told.problem and message in told.problem and words in told.problem
    assert told.facts["credentials"]["accessKeyId"] == "AKIDEXAMPLE"
    assert told.facts["identity"] is None


def test_a_request_that_is_quoted_comes_without_its_token(facts):
    """As services do that say what the canonical request should have been."""

    def quote(headers):
        return error("SignatureDoesNotMatch", f"should have been 'POST / x-amz-security-token:{headers['X-Amz-Security-Token']}'")

    with sts_answer(quote, 403) as url:
        told = facts(AWS_ENDPOINT_URL_STS=url, **KEYS)
    assert "x-amz-security-token:*'" in told.problem
    with sts_answer(lambda headers: "token " + headers["X-Amz-Security-Token"], 403) as url:
        assert "token *" in facts(AWS_ENDPOINT_URL_STS=url, **KEYS).problem


def test_a_clock_that_is_wrong_is_told(facts, whoami):
    ahead = {"Date": format_datetime(datetime.now(timezone.utc) + timedelta(hours=2), usegmt=True)}
    with sts_answer(IDENTITY, headers=ahead) as url:
        assert "behind the service's" in whoami(AWS_ENDPOINT_URL_STS=url, **KEYS).text
        skew = facts(AWS_ENDPOINT_URL_STS=url, **KEYS).facts["identity"]["clockSkewMs"]
    assert 7190000 < skew < 7210000
    expired = error("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than 20260101T020000Z")
    with sts_answer(expired, 403, ahead) as url:
        told = facts(AWS_ENDPOINT_URL_STS=url, AWS_DISABLE_CLOCK_SKEW_CORRECTION="true", **KEYS)
    assert told.code == 4 and "clock is wrong: set it" in told.problem


def test_an_answer_that_is_none_is_told(facts):
    with sts_answer("<html>hello") as url:
        told = facts(AWS_ENDPOINT_URL_STS=url, **KEYS)
    assert told.code == 1 and told.facts["problem"]["kind"] == "response"


def test_a_role_that_cannot_be_assumed_is_told_with_its_arn(facts):
    with sts_answer(error("AccessDenied", "not authorized to perform: sts:AssumeRole"), 403) as url:
        told = facts("--role-arn", ROLE, AWS_ENDPOINT_URL_STS=url, **KEYS)
    assert told.code == 4 and ROLE in told.problem and "a policy forbids it" in told.problem
    assert told.facts["credentials"] is None
    unreached = facts("--role-arn", ROLE, AWS_ENDPOINT_URL_STS=REFUSED, **KEYS)
    assert unreached.code == 1 and "VPC endpoint" in unreached.problem


def test_a_web_identity_that_is_refused_is_told_without_its_token(facts, tmp_path):
    (tmp_path / "jwt").write_text("aJsonWebT0ken")
    web = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "jwt"), "AWS_ROLE_ARN": ROLE}
    with sts_answer(error("AccessDenied", "no"), 403) as url:
        told = facts(AWS_ENDPOINT_URL_STS=url, **web)
    assert told.code == 4 and ROLE in told.problem


# ---- the command itself ----


def test_its_flags_are_checked(whoami):
    assert "--jsno" in whoami("--jsno").problem
    assert whoami("--jsno").code == 4
    assert whoami("--role-arn", "nobody").code == 4
    help_text = whoami("--help")
    assert (help_text.code, help_text.stderr) == (0, "") and "--verbose" in help_text.text


# ---- the example ----


@pytest.fixture
def example(run):
    folder = os.environ.get("EXAMPLES")
    if not folder:
        pytest.skip("EXAMPLES does not say where the examples are built")
    return lambda *arguments, **how: run([Path(folder) / "whoami/whoami", *arguments], **how)


def test_the_example_tells_who_and_where(example, moto):
    told = example("archive", config=PROFILES, AWS_ENDPOINT_URL_STS=moto)
    assert (told.code, told.stderr) == (0, "")
    for line in ("credentials of: assume role", "account: 123456789012", f"endpoint: {moto}", "region = eu-west-1 (AWS_REGION)"):
        assert line in told.text.splitlines()


def test_the_example_tells_what_it_knows_where_sts_refuses(example):
    with sts_answer(error("ExpiredToken", "is expired"), 403) as url:
        told = example(AWS_ENDPOINT_URL_STS=url, **KEYS)
    assert told.code == 1 and "ExpiredToken" in told.stderr
    assert "access key id: AKIDEXAMPLE" in told.text
