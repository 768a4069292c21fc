"""The program that scripts/package made, in a root folder where nothing else is: no library, no loader, no NSS."""

import pytest
from aws.archive import Archive
from aws.lambda_host import LambdaHost
from conftest import AWS, NAMES, OTHER, days_ago
from net import authority
from net.servers import Relay

BUNDLE_OF_AL2023 = "etc/pki/tls/certs/ca-bundle.crt"


@pytest.fixture
def event(aws, bucket):
    start = days_ago(3)
    aws.load({"app/one": {"a": [(start + i, f"line {i}") for i in range(50)], "b": [(start, "b")]}, "app/two": {"c": [(start, "c")]}})
    return {
        "DestinationS3Bucket": bucket, "SourceLogGroupPrefixes": "app", "StateStoreType": "s3",
        "StoreDSN": f"s3://{bucket}/state.json", "SettleDelay": "0",
    }  # fmt: skip


def port_of(aws):
    return int(aws.endpoint.rsplit(":", 1)[1])


@pytest.fixture
def tls(aws, trusted):
    with Relay(port_of(aws), certificate=trusted[1]) as relay:
        yield relay


def settings_of(aws, endpoint):
    return aws.environment() | {"AWS_ENDPOINT_URL": endpoint}


def invoke(jail, aws, event, endpoint, **environment):
    with LambdaHost(jail.program, settings_of(aws, endpoint) | environment) as host:
        results = [host.invoke(event, timeout_s=60) for _ in range(2)]  # The second one by the same process.
        assert host.starts == 1
        return results, host.lines


def assert_archived(aws, bucket, result):
    assert result.ok, result
    truth = [entry for entry in aws.truth() if entry["group"].startswith("app")]
    compared = Archive(aws.s3, bucket).compare(truth, aws.tasks())
    assert compared.exact and compared.archived == 52, result.payload


def test_it_archives_by_http_from_a_name_in_hosts(jail, aws, bucket, event):
    jail.name(*NAMES)
    results, _ = invoke(jail, aws, event, f"http://{AWS}:{port_of(aws)}")
    assert_archived(aws, bucket, results[0])


def test_it_archives_by_https_from_a_name_of_dns(jail, aws, bucket, event, tls, bundle, names):
    jail.put(BUNDLE_OF_AL2023, bundle)
    results, _ = invoke(jail, aws, event, tls.url(AWS))
    assert_archived(aws, bucket, results[0])
    assert set(NAMES) <= set(names.asked) and set(tls.names) == set(NAMES)


@pytest.mark.parametrize("setting", ["AWS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_environment_names_the_authorities(jail, aws, bucket, event, tls, bundle, setting):
    jail.name(*NAMES)
    results, _ = invoke(jail, aws, event, tls.url(AWS), **{setting: jail.put("opt/ca.pem", bundle)})
    assert_archived(aws, bucket, results[0])


@pytest.mark.parametrize(
    ("name", "said"), [("Somebody else", "unable to get local issuer certificate"), ("The tests' authority", "OpenSSL")]
)
def test_a_stranger_is_not_trusted_nor_one_of_the_same_name(jail, aws, event, tls, tmp_path, name, said):
    stranger = authority.write_bundle(tmp_path / "stranger.pem", authority.issue(name))
    jail.put(BUNDLE_OF_AL2023, stranger.read_bytes())
    jail.name(*NAMES)
    before = len(aws.requests())
    results, _ = invoke(jail, aws, event, tls.url(AWS))
    assert not results[0].ok and len(aws.requests()) == before
    assert said in results[0].payload["errorMessage"]


def test_a_certificate_for_another_name_is_refused(jail, aws, event, tls, bundle):
    jail.put(BUNDLE_OF_AL2023, bundle)
    jail.name(*NAMES, OTHER, f"archive.{OTHER}")
    before = len(aws.requests())
    results, _ = invoke(jail, aws, event, tls.url(OTHER))
    assert not results[0].ok and len(aws.requests()) == before


def test_without_a_file_of_authorities_it_says_what_to_do(jail, aws, event, tls):
    jail.name(*NAMES)
    results, _ = invoke(jail, aws, event, tls.url(AWS))
    assert not results[0].ok
    assert "install ca-certificates, or set AWS_CA_BUNDLE" in results[0].payload["errorMessage"]


def test_a_name_that_nobody_has_is_an_error_that_names_it(jail, aws, event, names):
    results, _ = invoke(jail, aws, event, f"http://nobody.package.test:{port_of(aws)}")
    assert not results[0].ok
    assert "Could not resolve host: archive.nobody.package.test" in results[0].payload["errorMessage"]


def test_it_is_the_command_too(jail, aws, bucket, event):
    jail.name(*NAMES)
    assert jail.run("--version").stdout.startswith("cloudwatch-logs-s3-exporter ")
    settings = settings_of(aws, f"http://{AWS}:{port_of(aws)}")
    done = jail.run(
        "run", "--json", "--destination-s3-bucket", bucket, "--source-log-group-prefixes", "app",
        "--state-store-type", "s3", "--store-dsn", f"s3://{bucket}/state.json", "--settle-delay", "0", env=settings,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("host", "said"),
    [("localhost", "connect to localhost"), (OTHER, "this machine"), ("nobody.package.test", "nobody.package.test")],
)
def test_a_containers_credentials_come_from_this_machine_only(jail, bundle, names, host, said):
    """So that name is looked up before anything is asked: by the program itself, without glibc's modules."""
    jail.put(BUNDLE_OF_AL2023, bundle)
    jail.put("etc/hosts", f"127.0.0.1 localhost\n192.0.2.7 {OTHER}\n")
    settings = {"AWS_REGION": "us-east-1", "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{host}:1/keys"}
    done = jail.run("whoami", env=settings)
    assert done.returncode != 0 and said in done.stdout + done.stderr
