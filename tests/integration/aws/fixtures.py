"""The server, for each conftest that wants it: one for the session, reset for every test."""

import pytest

from .client import Aws


@pytest.fixture(scope="session")
def aws_process():
    with Aws.start() as aws:
        yield aws


@pytest.fixture
def aws(aws_process):
    aws_process.reset()
    return aws_process


@pytest.fixture
def bucket(aws):
    return aws.bucket("archive")
