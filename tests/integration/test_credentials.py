"""The chain of credentials in a process of its own: files and commands on a disk, small servers, and moto as STS."""

import json
import os
import subprocess
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROLE = "arn:aws:iam::123456789012:role/reader"
REFUSED = "http://127.0.0.1:1"  # Nobody listens there.
PROXIES = {"http_proxy": REFUSED, "HTTP_PROXY": REFUSED, "ALL_PROXY": REFUSED}  # Which metadata are never asked of.


def credentials(key):
    expiration = datetime.now(timezone.utc) + timedelta(hours=1)
    return {
        "Code": "Success",
        "AccessKeyId": key,
        "SecretAccessKey": "s3cr3t",
        "Token": "t0ken",
        "Expiration": expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


@pytest.fixture
def metadata():
    """A server that knows instance metadata, version 2, and a container's credentials; `seen`: what it was asked."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status, text):
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def do_PUT(self):
            seen.append(("PUT", self.path))
            ttl = self.headers.get("x-aws-ec2-metadata-token-ttl-seconds")
            self.answer(200 if ttl == "21600" and self.path == "/latest/api/token" else 400, "imds-t0ken")

        def do_GET(self):
            seen.append(("GET", self.path, self.headers.get("Authorization")))
            roles = "/latest/meta-data/iam/security-credentials/"
            if self.path == "/task":
                self.answer(200, json.dumps(credentials("ASIATASK")))
            elif self.headers.get("x-aws-ec2-metadata-token") != "imds-t0ken":
                self.answer(401, "")
            elif self.path == roles:
                self.answer(200, "instance-role")
            else:
                self.answer(200 if self.path == roles + "instance-role" else 404, json.dumps(credentials("ASIAIMDS")))

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


@pytest.fixture
def tour(tmp_path):
    folder = os.environ.get("PROGRAMS")
    if not folder:
        pytest.skip("PROGRAMS does not say where programs/ is built")

    def tour(*arguments, config="", code=0, **environment):
        """What the program prints, as first word -> rest; or, where it is to fail, its one line."""
        (tmp_path / "config").write_text(config)
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        own |= {
            "AWS_REGION": "eu-west-1",
            "AWS_CONFIG_FILE": str(tmp_path / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": REFUSED,
        }
        command = [Path(folder) / "credentials_tour", *arguments]
        done = subprocess.run(command, env=own | environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == code, done.stderr
        assert "s3cr3t" not in done.stderr
        if code:
            (line,) = done.stderr.splitlines()
            return line
        assert done.stderr == ""
        return dict(line.split(" ", 1) for line in done.stdout.splitlines())

    return tour


def test_where_there_are_none_it_says_so_at_once(tour):
    line = tour(code=1)
    for words in ("AWS_ACCESS_KEY_ID", "profile default", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER", REFUSED):
        assert words in line


def test_a_metadata_service_that_swallows_packets_holds_nobody_up(tour):
    """An address of documentation, to which nothing leads, or which refuses: both within a second."""
    line = tour(code=1, AWS_EC2_METADATA_SERVICE_ENDPOINT="http://192.0.2.1")
    assert "nothing answers at http://192.0.2.1" in line
    before = datetime.now()
    tour(code=1, AWS_EC2_METADATA_SERVICE_ENDPOINT="http://192.0.2.1")
    assert datetime.now() - before < timedelta(seconds=2)


def test_instance_metadata_are_asked_by_version_2(tour, metadata):
    url, seen = metadata
    got = tour(AWS_EC2_METADATA_SERVICE_ENDPOINT=url, **PROXIES)
    assert (got["source"], got["key"]) == ("instance metadata", "ASIAIMDS")
    assert [request[0] for request in seen] == ["PUT", "GET", "GET"]


def test_a_container_is_asked_with_the_token_of_its_file(tour, metadata, tmp_path):
    url, seen = metadata
    (tmp_path / "token").write_text("eyJ.pod")
    got = tour(
        AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{url}/task".replace("127.0.0.1", "localhost"),
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(tmp_path / "token"),
        **PROXIES,
    )
    assert (got["source"], got["key"]) == ("container", "ASIATASK")
    assert seen == [("GET", "/task", "eyJ.pod")]


def test_a_command_of_a_profile_is_run_by_a_shell(tour):
    answer = json.dumps({"Version": 1, "AccessKeyId": "AKIDPROC", "SecretAccessKey": "s3cr3t"})
    got = tour(config=f"[default]\ncredential_process = printf '%s' '{answer}' | cat\naws_account_id = 123456789012\n")
    assert (got["source"], got["key"], got["account"]) == ("process", "AKIDPROC", "123456789012")
    line = tour(config="[default]\ncredential_process = echo s3cr3t; echo log in first >&2; exit 4\n", code=1)
    assert "exit code 4: log in first" in line


def test_a_profile_assumes_a_role(tour, moto):
    config = f"[profile a]\nrole_arn = {ROLE}\nsource_profile = b\nduration_seconds = 900\n"
    config += "[profile b]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = s3cr3t\n"
    got = tour(config=config, AWS_PROFILE="a", AWS_ENDPOINT_URL_STS=moto)
    assert (got["source"], got["account"]) == ("assume role", "123456789012")
    left = int(got["expires"]) / 1000 - datetime.now(timezone.utc).timestamp()
    assert 800 < left <= 901


def test_a_web_identity_of_the_environment_assumes_a_role(tour, moto, tmp_path):
    (tmp_path / "jwt").write_text("aToken\n")
    environment = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "jwt"), "AWS_ROLE_ARN": ROLE}
    got = tour(AWS_ENDPOINT_URL_STS=moto, **environment)
    assert (got["source"], got["account"]) == ("web identity", "123456789012")


def test_a_program_assumes_a_role_with_what_the_chain_has(tour, moto):
    keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s3cr3t"}
    got = tour("role", ROLE, AWS_ENDPOINT_URL_STS=moto, **keys)
    assert got["source"] == "assume role"


def test_a_service_of_tokens_that_is_down_is_told(tour, tmp_path):
    (tmp_path / "jwt").write_text("aToken")
    environment = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "jwt"), "AWS_ROLE_ARN": ROLE}
    line = tour(code=1, AWS_ENDPOINT_URL_STS=REFUSED, **environment)
    assert ROLE in line and "aToken" not in line
