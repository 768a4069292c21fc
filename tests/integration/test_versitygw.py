"""The S3 client, transfers and the state against versitygw, an S3 server that checks signatures, checksums and
conditions: over http and https, IPv4 and IPv6. Where it is not installed, these tests skip and say so."""

import hashlib
import os
import random
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from aws import identity
from aws.archive import Archive
from aws.client import Aws
from conftest import Exporter
from net import versitygw
from net.authority import issue, write_bundle, write_server_file
from net.servers import Relay

MIB = 1 << 20
BUCKET = "bucket"
HAS_IPV6 = socket.has_ipv6 and os.path.exists("/proc/net/if_inet6")
# Four parts of 8 MiB on their way, and the program itself.
MAX_PEAK = 64 * MIB
LONG = bool(os.environ.get("SMITHY_LONG_TESTS"))

pytestmark = pytest.mark.skipif(
    not versitygw.find(), reason="versitygw is not installed: scripts/setup --full does it where there is Go, or set VERSITYGW"
)


def start(folder, kind):
    """A gateway: kind is "http", "https", "http-ipv6" or "https-ipv6"."""
    certificate = bundle = None
    if kind.startswith("https"):
        root = issue("Test Root")
        bundle = write_bundle(folder / "bundle.pem", root)
        certificate = write_server_file(folder / "server.pem", issue("server", ("127.0.0.1", "::1"), issuer=root))
    host = "::1" if kind.endswith("ipv6") else "127.0.0.1"
    return versitygw.Gateway(folder, host, certificate, bundle)


@pytest.fixture(scope="module", params=["http", "https", "http-ipv6", "https-ipv6"])
def gateway(request, tmp_path_factory):
    if request.param.endswith("ipv6") and not HAS_IPV6:
        pytest.skip("no IPv6 here")
    with start(tmp_path_factory.mktemp(request.param), request.param) as gateway:
        gateway.s3.create_bucket(Bucket=BUCKET)
        yield gateway


@pytest.fixture(scope="module")
def over_http(tmp_path_factory):
    """For what has nothing to do with how it is reached."""
    with start(tmp_path_factory.mktemp("plain"), "http") as gateway:
        gateway.s3.create_bucket(Bucket=BUCKET)
        yield gateway


@pytest.fixture
def run(tmp_path):
    """run(gateway, program, *arguments, input=b"…") -> the finished program."""
    if "PROGRAMS" not in os.environ:
        pytest.skip("PROGRAMS does not say where programs/ is built")

    def run(gateway, program, *arguments, input=b"", **environment):
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        own |= gateway.environment() | {"NO_PROXY": "*"} | environment
        (tmp_path / "input").write_bytes(input)
        words = [Path(os.environ["PROGRAMS"]) / program, *map(str, arguments)]
        with open(tmp_path / "input", "rb") as stdin:
            return subprocess.run(words, env=own, stdin=stdin, capture_output=True, timeout=300, check=False)

    return run


@pytest.fixture
def tour(run):
    """tour(gateway, …): what s3_tour prints. With `code` it must fail, and its one line is the answer."""

    def tour(gateway, *arguments, code=0, input=b"", **environment):
        done = run(gateway, "s3_tour", *arguments, input=input, **environment)
        assert done.returncode == code, done.stderr
        if code:
            assert (done.stdout, done.stderr.count(b"\n")) == (b"", 1)
            return done.stderr.decode()
        assert done.stderr == b""
        return done.stdout

    return tour


def some_bytes(length):
    return random.Random(length).randbytes(length)


def stored(gateway, key):
    return gateway.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


# ---- signatures ----


def test_who_has_the_secret_is_let_in_and_nobody_else(tour, gateway):
    tour(gateway, "put", BUCKET, "signed", "bytes", input=b"content")
    assert tour(gateway, "get", BUCKET, "signed") == b"content"
    line = tour(gateway, "get", BUCKET, "signed", code=1, AWS_SECRET_ACCESS_KEY="wr0ng")
    assert "SignatureDoesNotMatch" in line and "wr0ng" not in line
    line = tour(gateway, "put", BUCKET, "unsigned", "file", input=b"x", code=1, AWS_SECRET_ACCESS_KEY="wr0ng")
    assert "SignatureDoesNotMatch" in line
    assert "No user exists" in tour(gateway, "get", BUCKET, "signed", code=1, AWS_ACCESS_KEY_ID="AKIDNOBODY")
    assert not (gateway.files / BUCKET / "unsigned").exists()


@pytest.mark.parametrize("how", ["bytes", "file", "pipe"])
def test_a_large_body_that_is_refused_says_why(tour, over_http, how):
    """The answer comes while the body is on its way, and a reset of the connection right behind it. (Over TLS such an
    answer may be lost: docs/transport.md.)"""
    body = some_bytes(4 * MIB)
    line = tour(over_http, "put", BUCKET, "refused", how, input=body, code=1, AWS_SECRET_ACCESS_KEY="wr0ng")
    assert "SignatureDoesNotMatch" in line
    tour(over_http, "put", BUCKET, "taken", "bytes", input=b"first")
    assert "PreconditionFailed" in tour(over_http, "put", BUCKET, "taken", how, "if-none-match=*", input=body, code=1)


@pytest.mark.parametrize("key", ["a b+c/ü.txt", "%2F%20", "a?b&c=d", "~*'()!;,$@:=", "\U0001f600/#"])
def test_keys_of_all_sorts(tour, gateway, key):
    tour(gateway, "put", BUCKET, key, "file", input=key.encode())
    assert stored(gateway, key) == key.encode()
    assert tour(gateway, "get", BUCKET, key) == key.encode()
    assert tour(gateway, "delete", BUCKET, key).decode() == f"{key}\n"


def test_links_read_and_replace_and_are_good_for_nothing_else(run, over_http):
    content = b"from a pipe"
    done = run(over_http, "s3_stream", BUCKET, "linked", len(content), input=content)
    assert (done.returncode, done.stderr) == (0, b"")
    to_read, to_replace = done.stdout.decode().split()
    with urllib.request.urlopen(to_read, timeout=10) as answer:
        assert answer.read() == content
    request = urllib.request.Request(to_replace, data=b"new", method="PUT", headers={"Content-Type": ""})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200
    assert stored(over_http, "linked") == b"new"
    for changed in (to_read.replace("linked", "other"), to_read.replace("X-Amz-Expires=60", "X-Amz-Expires=61")):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(changed, timeout=10)
        assert refused.value.code == 403


# ---- bodies and checksums ----

ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("how", ["bytes", "file", "pipe"])
def test_each_kind_of_body_with_each_checksum(tour, gateway, how, algorithm):
    """From a pipe: signed chunks over http, unsigned ones over https, the checksum in the trailer of both."""
    content = some_bytes(200_001)
    key = f"{how}/{algorithm}"
    tour(gateway, "put", BUCKET, key, how, f"algorithm={algorithm}", input=content)
    head = gateway.s3.head_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
    assert f"Checksum{algorithm}" in head
    assert tour(gateway, "get", BUCKET, key) == content
    assert stored(gateway, key) == content


@pytest.mark.parametrize("signs", ["true", "false"])
@pytest.mark.parametrize("how", ["bytes", "file", "pipe"])
def test_payloads_are_signed_as_the_profile_says(tour, gateway, tmp_path, how, signs):
    """Over https too: with "true", what is not in memory goes in chunks that are signed."""
    config = tmp_path / "config"
    config.write_text(f"[default]\ns3 =\n  payload_signing_enabled = {signs}\n")
    content = some_bytes(200_001)
    tour(gateway, "put", BUCKET, f"signed-{signs}-{how}", how, input=content, AWS_CONFIG_FILE=str(config))
    assert stored(gateway, f"signed-{signs}-{how}") == content


@pytest.mark.parametrize("length", [0, 1, 65535, 65536, 65537, 3 * MIB + 1])
def test_a_pipe_of_any_length(tour, gateway, length):
    content = some_bytes(length)
    tour(gateway, "put", BUCKET, "a-pipe", "pipe", input=content)
    assert stored(gateway, "a-pipe") == content


@pytest.mark.parametrize("how", ["bytes", "file", "pipe"])
def test_a_body_that_is_changed_on_its_way_is_refused(tour, over_http, how):
    """By the signature over its hash, or from a pipe, over each chunk."""
    port = int(over_http.endpoint.rsplit(":", 1)[1])
    with Relay(port, falsify=(b"pay Ann", b"pay Bob")) as relay:
        body = b"x" * 70_000 + b"pay Ann"
        line = tour(over_http, "put", BUCKET, "changed", how, input=body, code=1, AWS_ENDPOINT_URL=relay.url())
    assert ("SignatureDoesNotMatch" if how == "pipe" else "SHA256") in line
    assert "NoSuchKey" in tour(over_http, "get", BUCKET, "changed", code=1)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_object_that_rots_on_its_disk_is_found_out(tour, over_http, algorithm):
    tour(over_http, "put", BUCKET, "rotten", "file", f"algorithm={algorithm}", input=b"as it was written")
    with open(over_http.files / BUCKET / "rotten", "r+b") as file:
        file.write(b"A")
    line = tour(over_http, "get", BUCKET, "rotten", code=1)
    assert "checksum" in line.lower()


def test_a_body_that_is_not_what_was_announced_is_refused(tour, over_http):
    of_other = "sha256=" + "A" * 43 + "="
    line = tour(over_http, "put", BUCKET, "other", "file", of_other, input=b"content", code=1)
    assert "BadDigest" in line or "SHA256" in line.upper()
    assert "NoSuchKey" in tour(over_http, "get", BUCKET, "other", code=1)


# ---- conditions, lists, parts ----


def test_a_condition_that_does_not_hold(tour, gateway):
    tag = tour(gateway, "put", BUCKET, "once", "file", "if-none-match=*", input=b"first").decode().strip()
    assert "412" in tour(gateway, "put", BUCKET, "once", "file", "if-none-match=*", input=b"second", code=1)
    assert "412" in tour(gateway, "put", BUCKET, "once", "file", 'if-match="0123"', input=b"second", code=1)
    assert stored(gateway, "once") == b"first"
    missing = tour(gateway, "put", BUCKET, "never", "file", f"if-match={tag}", input=b"x", code=1)
    assert "404" in missing and "NoSuchKey" in missing
    tour(gateway, "put", BUCKET, "once", "file", f"if-match={tag}", input=b"second")
    assert stored(gateway, "once") == b"second"
    assert "412" in tour(gateway, "get", BUCKET, "once", f"if-match={tag}", code=1)
    tour(gateway, "delete", BUCKET, "once")


def test_what_is_not_there(tour, gateway):
    assert "NoSuchKey" in tour(gateway, "get", BUCKET, "missing", code=1)
    assert "404" in tour(gateway, "head", BUCKET, "missing", code=1)
    assert "NoSuchBucket" in tour(gateway, "get", "no-bucket", "missing", code=1)


def test_a_list_in_pages(tour, gateway):
    keys = [f"pages/{n:02} ü&<" for n in range(7)]
    for key in keys:
        gateway.s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    pages = tour(gateway, "list", BUCKET, "pages/", 3).decode().splitlines()
    assert [page.split("\t") for page in pages] == [keys[:3], keys[3:6], keys[6:]]
    assert sorted(tour(gateway, "delete", BUCKET, *keys).decode().splitlines()) == keys
    assert tour(gateway, "list", BUCKET, "pages/", 3) == b"\n"


def test_a_range_a_copy_and_a_bucket(tour, over_http):
    tour(over_http, "put", BUCKET, "whole", "file", input=b"0123456789")
    assert tour(over_http, "get", BUCKET, "whole", "range=bytes=3-5") == b"345"
    tour(over_http, "copy", BUCKET, "whole", "copied")
    assert tour(over_http, "head", BUCKET, "copied").startswith(b"10 ")
    tour(over_http, "make", "another-bucket")
    assert "BucketAlready" in tour(over_http, "make", "another-bucket", code=1)


def test_an_abandoned_upload_leaves_nothing(tour, gateway):
    """Its last request sends a part after the abort."""
    assert "NoSuchUpload" in tour(gateway, "abandon", BUCKET, "abandoned", code=1)
    assert not gateway.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads")


# ---- transfers ----


@pytest.mark.parametrize("length", [0, 8 * MIB - 1, 8 * MIB, 23 * MIB + 5])
def test_a_file_goes_up_and_comes_back(run, gateway, tmp_path, length):
    content = some_bytes(length)
    (tmp_path / "up").write_bytes(content)
    up = run(gateway, "s3_copy", "up", BUCKET, "a-file", tmp_path / "up")
    assert (up.returncode, up.stderr) == (0, b"")
    assert int(up.stdout.split()[1]) == max(1, -(-length // (8 * MIB)))
    assert hashlib.sha256(stored(gateway, "a-file")).digest() == hashlib.sha256(content).digest()
    assert not gateway.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads")
    down = run(gateway, "s3_copy", "down", BUCKET, "a-file", tmp_path / "down")
    assert (down.returncode, down.stderr) == (0, b"")
    assert (tmp_path / "down").read_bytes() == content


def test_an_upload_in_parts_that_comes_late_is_refused_and_aborted(run, over_http, tmp_path):
    over_http.s3.put_object(Bucket=BUCKET, Key="there", Body=b"first")
    (tmp_path / "large").write_bytes(some_bytes(17 * MIB))
    late = run(over_http, "s3_copy", "up", BUCKET, "there", tmp_path / "large", 8, 4, "*")
    assert late.returncode == 1
    assert b"PreconditionFailed" in late.stderr
    assert stored(over_http, "there") == b"first"
    assert not over_http.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads")


def test_downloads_that_break_off_go_on_behind_the_last_byte(run, over_http, tmp_path):
    content = some_bytes(21 * MIB + 3)
    over_http.s3.put_object(Bucket=BUCKET, Key="broken", Body=content)
    port = int(over_http.endpoint.rsplit(":", 1)[1])
    with Relay(port, cuts=6, after=3 * MIB) as relay:
        down = run(over_http, "s3_copy", "down", BUCKET, "broken", tmp_path / "down", AWS_ENDPOINT_URL=relay.url())
    assert (down.returncode, down.stderr) == (0, b"")
    assert next(relay.cuts, None) is None, "it was cut as often as it was to be"
    assert (tmp_path / "down").read_bytes() == content


def peak_memory(pid):
    """In bytes, so far; None once the process has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else None


def run_measured(program, gateway, *arguments):
    """Runs s3_copy and returns its peak of memory."""
    # AddressSanitizer keeps what was freed for a while, which is no memory of the program's.
    environment = os.environ | gateway.environment() | {"ASAN_OPTIONS": "quarantine_size_mb=1"}
    peak = 0
    with subprocess.Popen([program, *arguments], env=environment, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, peak_memory(process.pid) or 0)
            time.sleep(0.02)
    assert process.returncode == 0
    return peak


def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.mark.skipif(not LONG, reason="a long test: scripts/test --full")
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_a_gibibyte_up_and_down_in_bounded_memory(tmp_path_factory, capsys, tls):
    if "PROGRAMS" not in os.environ:
        pytest.skip("PROGRAMS does not say where programs/ is built")
    program = Path(os.environ["PROGRAMS"]) / "s3_copy"
    folder = tmp_path_factory.mktemp("gibibyte")
    up, down = folder / "up", folder / "down"
    with open(up, "wb") as file:
        for seed in range(64):
            file.write(random.Random(seed).randbytes(16 * MIB))
    try:
        with start(folder, "https" if tls else "http") as gateway:
            gateway.s3.create_bucket(Bucket=BUCKET)
            peaks = [run_measured(program, gateway, way, BUCKET, "large", file) for way, file in (("up", up), ("down", down))]
        assert digest_of(up) == digest_of(down)
    finally:
        shutil.rmtree(folder)
    with capsys.disabled():
        way = "https" if tls else "http"
        print(f"\n1 GiB over {way}: at most {peaks[0] / MIB:.0f} MiB of memory up, {peaks[1] / MIB:.0f} MiB down")
    shadow = max(peaks) / 8 if b"__asan_init" in program.read_bytes() else 0  # AddressSanitizer's notes on all memory.
    assert max(peaks) - shadow <= MAX_PEAK


# ---- the exporter's state ----


def state_store(run, gateway, tmp_path, *lines, **environment):
    done = run(gateway, "state_store", f"s3://{BUCKET}/state.json", input="\n".join(lines).encode() + b"\n", **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().splitlines()


def test_of_two_states_one_wins(run, gateway, tmp_path):
    first, second, back = (tmp_path / name for name in ("first", "second", "back"))
    first.write_text('{"nonce": 1}')
    second.write_text('{"nonce": 2}')
    assert state_store(run, gateway, tmp_path, f"load {back}", f"save {first}", f"save {second}") == ["absent", "won", "won"]
    # Who did not look, writes as the first; who has looked, replaces what was seen.
    assert state_store(run, gateway, tmp_path, f"save {first}") == ["lost"]
    assert state_store(run, gateway, tmp_path, f"load {back}", f"save {first}") == ["loaded", "won"]
    assert back.read_text() == '{"nonce": 2}'
    assert stored(gateway, "state.json") == first.read_bytes()
    (refusal,) = state_store(run, gateway, tmp_path, f"load {back}", AWS_SECRET_ACCESS_KEY="wr0ng")
    assert refusal.startswith("failed: ")
    gateway.s3.delete_object(Bucket=BUCKET, Key="state.json")


def test_a_state_of_several_megabytes_is_sent_as_a_stream_and_one_wins(run, gateway, tmp_path):
    """With its length and its checksum ahead of it, and on the condition that it replaces what was seen."""
    first, second, back = (tmp_path / name for name in ("first", "second", "back"))
    first.write_text('{"nonce": 1}')
    second.write_text('{"nonce": 2, "much": "' + "0123456789abcdef" * 300_000 + '"}')
    assert state_store(run, gateway, tmp_path, f"save {first}", f"save {second}", f"load {back}") == ["won", "won", "loaded"]
    assert back.read_bytes() == second.read_bytes() == stored(gateway, "state.json")
    assert state_store(run, gateway, tmp_path, f"save {second}") == ["won"]  # It is there: the same to the byte.
    assert state_store(run, gateway, tmp_path, f"save {first}") == ["lost"]
    assert state_store(run, gateway, tmp_path, f"load {back}", f"save {second}", f"save {first}") == ["loaded", "won", "won"]
    gateway.s3.delete_object(Bucket=BUCKET, Key="state.json")


# ---- the exporter, with its archive and its state there ----


@pytest.fixture
def exporting(tmp_path, executable):
    """A local CloudWatch Logs that exports to a gateway, and an exporter between the two. Both check signatures."""
    keys = (identity.ACCESS_KEY, identity.SECRET_KEY)
    with versitygw.Gateway(tmp_path, keys=keys, region=identity.REGION) as gateway, Aws.start("--s3", gateway.endpoint) as aws:
        gateway.s3.create_bucket(Bucket=BUCKET)
        aws.set(verify_signatures=True)
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment = own | aws.environment() | {"AWS_ENDPOINT_URL_S3": gateway.endpoint}
        settings = {
            "destination_s3_bucket": BUCKET,
            "source_log_group_prefixes": "app",
            "state_store_type": "s3",
            "store_dsn": f"s3://{BUCKET}/state/exporter.json",
            "settle_delay": "0",
        }
        yield aws, gateway, Exporter(executable, environment, settings)


def next_second():
    """The services' clocks have whole seconds, and versitygw's is up to one behind."""
    time.sleep(2.05 - time.time() % 1)


def test_the_exporter_archives_everything_once(exporting):
    aws, gateway, exporter = exporting
    hour = 1_700_000_000_000
    aws.load({f"app/{n}": {"a": [(hour + i, f"line {i}") for i in range(200)], "b/c": [(hour, "one")]} for n in range(3)})
    next_second()
    first = exporter()
    assert first.code == 0, first.stderr
    second = exporter()
    assert (second.code, second.answer["objects"]) == (0, 0)
    aws.load({"app/0": {"a": [(int(time.time() * 1000), "late")]}})
    next_second()
    third = exporter()
    assert third.code == 0, third.stderr
    compared = Archive(gateway.s3, BUCKET).compare(aws.truth(), aws.tasks())
    assert compared.exact, (compared.missing, compared.extra)
    assert compared.archived == 604
    assert (gateway.files / BUCKET / "state/exporter.json").exists()
    refused = exporter(env={"AWS_SECRET_ACCESS_KEY": "wr0ng"})
    assert refused.code != 0 and "wr0ng" not in refused.stderr
