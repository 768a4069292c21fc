"""The protocols that can be generated, in the order of preference."""

from __future__ import annotations

from ..ir import Service
from .aws_json import AwsJson1_0, AwsJson1_1
from .base import Protocol
from .rest_xml import RestXml

PROTOCOLS: tuple[type[Protocol], ...] = (AwsJson1_0, AwsJson1_1, RestXml)
NAMES = tuple(protocol.trait for protocol in PROTOCOLS)


def of(service: Service) -> Protocol:
    return next(protocol for protocol in PROTOCOLS if protocol.trait == service.protocol)(service)
