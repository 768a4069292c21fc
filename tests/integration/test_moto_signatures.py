"""The four clients against moto where it checks signatures and permissions: keys of a user, and of a role for a while.

Each over http and https, IPv4 and IPv6: a relay in front of moto speaks TLS, with a certificate of an authority that
only AWS_CA_BUNDLE knows."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import pytest
from net.authority import issue, write_bundle, write_server_file
from net.servers import Relay, Server

REGION = "us-east-1"
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::123456789012:user/tester"}}],
}
HAS_IPV6 = socket.has_ipv6 and os.path.exists("/proc/net/if_inet6")

# What each program is asked, and the code by which moto refuses a key that it does not know, or a wrong secret.
QUESTIONS = {
    "logs": ("list_streams", ["group"], "InvalidClientTokenId", "SignatureDoesNotMatch"),
    "dynamodb": ("dynamodb_tour", [], "InvalidClientTokenId", "SignatureDoesNotMatch"),
    "sts": ("sts_tour", ["identity"], "InvalidClientTokenId", "SignatureDoesNotMatch"),
    "s3": ("s3_tour", ["list", "bucket", "a/"], "InvalidAccessKeyId", "SignatureDoesNotMatch"),
}
services = pytest.mark.parametrize("service", QUESTIONS)


class Moto:
    """In a process of its own: whether it checks is one setting for all of it."""

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            env={**os.environ, "MOTO_DISABLE_GLOBAL_CORS": "true"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def post(self, path, data=b""):
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "text/plain"}, method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def wait(self):
        end = time.monotonic() + 60
        while True:
            try:
                return self.post("/moto-api/reset")
            except urllib.error.URLError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def client(self, service):
        keys = {"aws_access_key_id": "AKIDSETUP", "aws_secret_access_key": "setup"}
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, **keys)


def _fill(moto):
    logs, s3 = moto.client("logs"), moto.client("s3")
    logs.create_log_group(logGroupName="group")
    logs.create_log_stream(logGroupName="group", logStreamName="stream")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="a/b c+ü", Body=b"content")


def _make_keys(moto):
    """The keys of a user who may do everything, and of a role that it can be."""
    iam, sts = moto.client("iam"), moto.client("sts")
    iam.create_user(UserName="tester")
    iam.put_user_policy(UserName="tester", PolicyName="all", PolicyDocument=json.dumps(ALLOW_ALL))
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="reader", PolicyName="all", PolicyDocument=json.dumps(ALLOW_ALL))
    user = iam.create_access_key(UserName="tester")["AccessKey"]
    session = sts.assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    return (
        {"AWS_ACCESS_KEY_ID": user["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": user["SecretAccessKey"]},
        {
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
        },
    )


@pytest.fixture(scope="module")
def moto():
    server = Moto()
    try:
        server.wait()
        _fill(server)
        server.user, server.session = _make_keys(server)
        server.post("/moto-api/reset-auth", b"0")  # From here on it checks.
        yield server
    finally:
        server.process.kill()
        server.process.wait()


class Pki:
    def __init__(self, folder):
        self.folder, self.root = folder, issue("Test Root")
        self.bundle = str(write_bundle(folder / "bundle.pem", self.root))

    def file(self, name, *hosts, **dates):
        return write_server_file(self.folder / f"{name}.pem", issue("server", hosts, issuer=self.root, **dates))


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def ask(pki, tmp_path):
    """ask(service, url, keys) -> the finished program."""
    folders = [os.environ.get(name) for name in ("PROGRAMS", "EXAMPLES")]
    if not all(folders):
        pytest.skip("PROGRAMS and EXAMPLES do not say where the programs are built")

    def ask(service, url, keys, arguments=None, input=""):
        name, usual = QUESTIONS[service][:2]
        path = Path(folders[0]) / name
        if not path.exists():
            path = Path(folders[1]) / name.replace("_", "-") / name
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        own |= {"AWS_ENDPOINT_URL": url, "AWS_REGION": REGION, "AWS_CA_BUNDLE": pki.bundle, "NO_PROXY": "*"}
        own |= {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/nonexistent"} | keys
        words = [path, *(usual if arguments is None else arguments)]
        (tmp_path / "input").write_text(input)
        with open(tmp_path / "input", "rb") as stdin:
            return subprocess.run(words, env=own, stdin=stdin, capture_output=True, text=True, timeout=60, check=False)

    return ask


@pytest.fixture(scope="module", params=["http", "https", "http-ipv6", "https-ipv6"])
def endpoint(request, moto, pki):
    is_ipv6 = request.param.endswith("ipv6")
    if is_ipv6 and not HAS_IPV6:
        pytest.skip("no IPv6 here")
    certificate = pki.file(request.param, "127.0.0.1", "::1") if request.param.startswith("https") else None
    with Relay(moto.port, certificate=certificate, family=socket.AF_INET6 if is_ipv6 else socket.AF_INET) as relay:
        yield relay.url()


# ---- keys ----


@services
@pytest.mark.parametrize("who", ["user", "session"])
def test_who_has_the_secret_is_let_in(ask, moto, endpoint, service, who):
    if service == "dynamodb":
        moto.post("/moto-api/reset-auth", b"inf")
        tables = moto.client("dynamodb")
        for name in tables.list_tables()["TableNames"]:
            tables.delete_table(TableName=name)
        moto.post("/moto-api/reset-auth", b"0")
    done = ask(service, endpoint, getattr(moto, who))
    assert (done.returncode, done.stderr) == (0, "")
    assert {"logs": "stream\n", "dynamodb": "visits", "sts": "123456789012", "s3": "a/b c+ü"}[service] in done.stdout


@services
@pytest.mark.parametrize("who", ["user", "session"])
def test_a_wrong_secret_is_refused_at_once(ask, moto, endpoint, service, who):
    keys = getattr(moto, who)
    done = ask(service, endpoint, keys | {"AWS_SECRET_ACCESS_KEY": "wr0ng" + keys["AWS_SECRET_ACCESS_KEY"][5:]})
    assert (done.returncode, done.stdout) == (1, "")
    assert QUESTIONS[service][3] in done.stderr
    assert "wr0ng" not in done.stderr


@services
def test_an_unknown_key_is_refused(ask, endpoint, service):
    done = ask(service, endpoint, {"AWS_ACCESS_KEY_ID": "AKIDNOBODY", "AWS_SECRET_ACCESS_KEY": "s3cr3t"})
    assert (done.returncode, done.stdout) == (1, "")
    assert QUESTIONS[service][2] in done.stderr
    assert "s3cr3t" not in done.stderr


@pytest.mark.parametrize("service", ["logs", "s3"])
def test_a_token_of_somebody_else_is_refused(ask, moto, endpoint, service):
    done = ask(service, endpoint, moto.session | {"AWS_SESSION_TOKEN": "t0ken"})
    assert (done.returncode, done.stdout) == (1, "")
    assert {"logs": "InvalidClientTokenId", "s3": "InvalidToken"}[service] in done.stderr


@pytest.mark.parametrize("key", ["plain", "a b+c/ü%2F..?x=1&y", "~*'()!;,$@:="])
def test_keys_of_all_sorts_are_signed_as_they_are_sent(ask, moto, endpoint, key, tmp_path):
    put = ask("s3", endpoint, moto.user, ["put", "bucket", key], input=f"content of {key}")
    assert (put.returncode, put.stderr) == (0, "")
    got = ask("s3", endpoint, moto.user, ["get", "bucket", key])
    assert (got.returncode, got.stdout) == (0, f"content of {key}")


# ---- TLS, through the generated clients ----


@services
@pytest.mark.parametrize(
    "what, words",
    [("expired", "expired"), ("wrong name", "127.0.0.1"), ("unknown", "AWS_CA_BUNDLE")],
)
def test_a_server_that_cannot_be_trusted_gets_no_request(ask, moto, pki, tmp_path, service, what, words):
    certificate = {
        "expired": lambda: pki.file("expired", "127.0.0.1", first_day=-9, last_day=-1),
        "wrong name": lambda: pki.file("wrong", "example.com", "127.0.0.2"),
        "unknown": lambda: write_server_file(tmp_path / "unknown.pem", issue("server", ("127.0.0.1",))),
    }[what]()
    with Server(certificate) as server:
        done = ask(service, server.url().removesuffix("/path"), moto.user)
        assert (done.returncode, done.stdout) == (1, "")
        assert words in done.stderr
        assert server.requests == []
