"""The transport against real servers of TLS and real proxies: whom it trusts, what it says, which way it goes."""

import os
import shutil
import socket
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from net.authority import issue, write_bundle, write_server_file
from net.servers import Proxy, Refuser, Server

PASSWORD = "wh1sper"
PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
TRUST_VARIABLES = ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF")


@dataclass
class Answer:
    status: str
    http_status: int
    failure: str
    sent: bool
    message: str


@pytest.fixture(scope="session")
def program():
    if "PROGRAMS" not in os.environ:
        pytest.skip("PROGRAMS is not set: the folder of the test programs")
    return Path(os.environ["PROGRAMS"]) / "fetch"


@pytest.fixture
def fetch(program):
    taken_out = {name for lower in PROXY_VARIABLES for name in (lower, lower.upper())} | set(TRUST_VARIABLES)
    clean = {name: value for name, value in os.environ.items() if name not in taken_out}

    def run(url, *arguments, **environment):
        done = subprocess.run(
            [program, url, *arguments], env={**clean, **environment}, capture_output=True, text=True, timeout=60
        )
        lines = done.stdout.split("\n", 4)
        assert len(lines) == 5, (done.stdout, done.stderr)
        assert done.stderr == ""
        assert PASSWORD not in done.stdout
        return Answer(lines[0], int(lines[1]), lines[2], lines[3] == "1", lines[4].strip())

    return run


class World:
    """One authority that is trusted, and one that nobody knows."""

    def __init__(self, folder):
        self.folder = folder
        self.root, self.stranger = issue("Test Root"), issue("Unknown Root")
        self.middle = issue("Test Middle", issuer=self.root)
        self.bundle = str(write_bundle(folder / "bundle.pem", issue("Some Other Root"), self.root))
        self.count = 0

    def file(self, *hosts, issuer=None, chain=(), **dates):
        self.count += 1
        identity = issue("server", hosts or ("127.0.0.1", "::1", "localhost"), issuer=issuer or self.root, **dates)
        return write_server_file(self.folder / f"server{self.count}.pem", identity, *chain)

    def self_signed(self):
        identity = issue("server", ("127.0.0.1",))
        return write_server_file(self.folder / "self.pem", identity)


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("pki"))


has_ipv6 = socket.has_ipv6 and os.path.exists("/proc/net/if_inet6")
families = pytest.mark.parametrize(
    "family",
    [
        socket.AF_INET,
        pytest.param(socket.AF_INET6, marks=pytest.mark.skipif(not has_ipv6, reason="no IPv6 here")),
    ],
    ids=["IPv4", "IPv6"],
)

# ---- a refusal while the body goes out ----


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_a_refusal_in_the_middle_of_a_body_is_read(fetch, world, tls):
    with Refuser(world.file() if tls else None, pause=0.05) as server:
        for _ in range(5):
            answer = fetch(server.url(), "PUT", str(8 << 20), AWS_CA_BUNDLE=world.bundle)
            assert (answer.status, answer.http_status) == ("ok", 403)


def test_a_refusal_over_tls_that_closes_at_once_is_seldom_lost(fetch, world):
    """Seldom, as a reset may come while a piece is encrypted; where it does, it is told for what it is."""
    read = 0
    with Refuser(world.file()) as server:
        for _ in range(20):
            answer = fetch(server.url(), "PUT", str(8 << 20), AWS_CA_BUNDLE=world.bundle)
            assert answer.http_status == 403 or (answer.status == "transport" and answer.failure in ("send", "receive"))
            read += answer.http_status == 403
    assert read >= 10


# ---- TLS: whom it trusts ----


@families
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_a_request_is_answered(fetch, world, family, tls):
    with Server(world.file() if tls else None, family=family) as server:
        answer = fetch(server.url(), AWS_CA_BUNDLE=world.bundle)
        assert (answer.status, answer.http_status, answer.failure) == ("ok", 200, "none")
        assert server.requests[0].startswith("GET /path HTTP/1.1\r\n")


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_tls_1_2_and_1_3_are_spoken(fetch, world, version):
    with Server(world.file(), version=ssl.TLSVersion[version]) as server:
        assert fetch(server.url(), AWS_CA_BUNDLE=world.bundle).status == "ok"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
def test_older_versions_are_refused_even_where_openssl_would_take_them(fetch, world, tmp_path, version):
    policy = tmp_path / "openssl.cnf"
    policy.write_text(
        "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\n"
        "MinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL=0\n"
    )
    with Server(world.file(), version=ssl.TLSVersion[version]) as server:
        answer = fetch(server.url(), AWS_CA_BUNDLE=world.bundle, OPENSSL_CONF=str(policy))
        assert (answer.status, answer.failure, answer.sent) == ("transport", "tls", False)


def test_the_name_is_told_to_the_server(fetch, world):
    with Server(world.file()) as server:
        assert fetch(server.url("localhost"), AWS_CA_BUNDLE=world.bundle).status == "ok"
        assert server.names == ["localhost"]


def test_an_intermediate_authority_may_come_with_the_certificate(fetch, world):
    with Server(world.file(issuer=world.middle, chain=[world.middle])) as server:
        assert fetch(server.url(), AWS_CA_BUNDLE=world.bundle).status == "ok"
    with Server(world.file(issuer=world.middle)) as server:
        assert fetch(server.url(), AWS_CA_BUNDLE=world.bundle).failure == "trust"


@families
@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("expired", ("expired", "clock")),
        ("not valid yet", ("not yet valid", "clock")),
        ("another host's", ("not the host that was asked for",)),
        ("unknown authority's", ("set AWS_CA_BUNDLE", "bundle.pem")),
        ("its own", ("self-signed", "set AWS_CA_BUNDLE")),
    ],
)
def test_a_certificate_that_cannot_be_trusted_is_refused_with_advice(fetch, world, family, what, words):
    files = {
        "expired": lambda: world.file(first_day=-3, last_day=-1),
        "not valid yet": lambda: world.file(first_day=1, last_day=2),
        "another host's": lambda: world.file("logs.example"),
        "unknown authority's": lambda: world.file(issuer=world.stranger),
        "its own": world.self_signed,
    }
    with Server(files[what](), family=family) as server:
        answer = fetch(server.url(), AWS_CA_BUNDLE=world.bundle)
        assert (answer.status, answer.failure, answer.sent) == ("transport", "trust", False)
        assert server.requests == []
        for word in words:
            assert word in answer.message, answer.message


# ---- TLS: who names the authorities ----


def test_a_bundle_replaces_the_systems_authorities(fetch, world, tmp_path):
    """Not in addition to them, and by the first that names one."""
    other = str(write_bundle(tmp_path / "other.pem", world.stranger))
    with Server(world.file()) as server:
        assert fetch(server.url(), AWS_CA_BUNDLE=world.bundle, SSL_CERT_FILE=other).status == "ok"
        assert fetch(server.url(), AWS_CA_BUNDLE=other, SSL_CERT_FILE=world.bundle).failure == "trust"
        assert fetch(server.url(), SSL_CERT_FILE=world.bundle).status == "ok"
        assert fetch(server.url()).failure == "trust"


@pytest.mark.skipif(not shutil.which("openssl"), reason="the command openssl is not here")
def test_a_folder_of_hashed_certificates_is_read(fetch, world, tmp_path):
    write_bundle(tmp_path / "root.pem", world.root)
    subprocess.run(["openssl", "rehash", tmp_path], check=True, capture_output=True)
    with Server(world.file()) as server:
        assert fetch(server.url(), SSL_CERT_DIR=str(tmp_path)).status == "ok"
    with Server(world.file(issuer=world.stranger)) as server:
        assert fetch(server.url(), SSL_CERT_DIR=str(tmp_path)).failure == "trust"


@pytest.mark.parametrize("setting", ["AWS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_bundle_that_is_none_is_told_in_one_line(fetch, world, tmp_path, setting):
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n")
    with Server(world.file()) as server:
        for path, words in [
            (tmp_path / "missing.pem", "does not exist"),
            (tmp_path, "cannot be read"),
            (garbage, "not one of certificates"),
            (Path("/dev/null"), "not one of certificates"),
        ]:
            answer = fetch(server.url(), **{setting: str(path)})
            assert (answer.status, answer.failure, answer.sent) == ("config", "trust", False)
            assert answer.message.startswith(f"{setting} names the file {path}, which"), answer.message
            assert words in answer.message and "\n" not in answer.message


def test_plain_http_needs_no_bundle(fetch, tmp_path):
    with Server() as server:
        assert fetch(server.url(), AWS_CA_BUNDLE=str(tmp_path / "missing.pem")).status == "ok"


# ---- proxies ----


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
def test_https_goes_through_a_tunnel(fetch, world, variable):
    with Server(world.file("logs.example")) as server, Proxy() as proxy:
        answer = fetch(
            f"https://logs.example:{server.port}/path", AWS_CA_BUNDLE=world.bundle, **{variable: proxy.url()}
        )
        assert (answer.status, answer.http_status) == ("ok", 200)
        assert proxy.requests[0].startswith(f"CONNECT logs.example:{server.port} HTTP/1.1\r\n")
        assert server.requests[0].startswith("GET /path HTTP/1.1\r\n")


@pytest.mark.parametrize(("variable", "taken"), [("http_proxy", True), ("HTTP_PROXY", False), ("https_proxy", False)])
def test_http_goes_through_the_proxy_for_http(fetch, variable, taken):
    with Server() as server, Proxy() as proxy:
        assert fetch(server.url(), **{variable: proxy.url()}).status == "ok"
        assert len(proxy.requests) == taken
        assert len(server.requests) == (not taken)
        if taken:
            assert proxy.requests[0].startswith(f"GET {server.url()} HTTP/1.1\r\n")


@pytest.mark.parametrize("variable", ["no_proxy", "NO_PROXY"])
@pytest.mark.parametrize(
    ("rule", "direct"),
    [
        ("127.0.0.1", True),
        ("localhost,127.0.0.1", True),
        ("127.0.0.0/8", True),
        ("10.0.0.0/8", False),
        ("*", True),
        ("example.com", False),
        ("", False),
    ],
)
def test_hosts_may_be_excepted(fetch, variable, rule, direct):
    with Server() as server, Proxy() as proxy:
        assert fetch(server.url(), http_proxy=proxy.url(), **{variable: rule}).status == "ok"
        assert len(server.requests) == direct


@pytest.mark.parametrize(("rule", "direct"), [("example", True), (".example", True), ("other.example", False)])
def test_domains_may_be_excepted(fetch, world, rule, direct):
    with Server(world.file("logs.example")) as server, Proxy() as proxy:
        url = f"https://logs.example:{server.port}/path"
        answer = fetch(url, AWS_CA_BUNDLE=world.bundle, https_proxy=proxy.url(), no_proxy=rule)
        assert answer.failure == ("resolve" if direct else "none")


def test_a_proxy_gets_its_password_and_nobody_else_does(fetch, world):
    user = f"me:{PASSWORD}"
    with Server(world.file()) as server, Proxy(user=user) as proxy:
        answer = fetch(server.url(), AWS_CA_BUNDLE=world.bundle, https_proxy=proxy.url(user=user))
        assert answer.status == "ok"
        assert "Proxy-Authorization" not in server.requests[0]


def test_a_proxy_may_want_other_credentials(fetch, world):
    with Server(world.file()) as server, Proxy(user="me:other") as proxy:
        answer = fetch(server.url(), AWS_CA_BUNDLE=world.bundle, https_proxy=proxy.url(user=f"me:{PASSWORD}"))
        assert (answer.status, answer.failure, answer.sent) == ("transport", "connect", False)
        assert "the proxy of https_proxy answered HTTP 407" in answer.message
        assert server.requests == []


@pytest.mark.parametrize("answer", ["403 Forbidden", "502 Bad Gateway"])
def test_a_proxy_that_refuses_is_no_answer_of_the_service(fetch, world, answer):
    with Server(world.file()) as server, Proxy(answer=answer) as proxy:
        got = fetch(server.url(), AWS_CA_BUNDLE=world.bundle, https_proxy=proxy.url())
        assert (got.status, got.http_status, got.failure, got.sent) == ("transport", 0, "connect", False)
        assert f"answered HTTP {answer[:3]}" in got.message


@pytest.mark.parametrize(
    "value", [f"ftp://me:{PASSWORD}@proxy.example", f"http://me:{PASSWORD}@", f"http://me:{PASSWORD}@a b:99999999"]
)
def test_what_is_no_proxy_is_told_without_the_password(fetch, value):
    answer = fetch("https://127.0.0.1:1/", HTTPS_PROXY=value)
    assert answer.status == "config"
    assert answer.message.startswith("HTTPS_PROXY is not the URL of a proxy")


def test_a_proxy_that_is_not_there_is_told_without_the_password(fetch, world):
    for url in (f"http://me:{PASSWORD}@127.0.0.1:1", f"http://me:{PASSWORD}@no-such-host.invalid:3128"):
        answer = fetch("https://127.0.0.1:1/", AWS_CA_BUNDLE=world.bundle, HTTPS_PROXY=url)
        assert (answer.status, answer.sent) == ("transport", False)
        assert answer.failure in ("connect", "resolve")
        assert "HTTPS_PROXY names a proxy" in answer.message


def test_a_proxy_may_speak_tls_and_is_trusted_by_the_same_authorities(fetch, world):
    with Server(world.file()) as server:
        with Proxy(certificate=world.file()) as proxy:
            assert fetch(server.url(), AWS_CA_BUNDLE=world.bundle, https_proxy=proxy.url()).status == "ok"
        with Proxy(certificate=world.file(issuer=world.stranger)) as proxy:
            assert fetch(server.url(), AWS_CA_BUNDLE=world.bundle, https_proxy=proxy.url()).failure == "trust"
    with Server() as server, Proxy(certificate=world.file()) as proxy:
        assert fetch(server.url(), AWS_CA_BUNDLE=world.bundle, http_proxy=proxy.url()).status == "ok"
