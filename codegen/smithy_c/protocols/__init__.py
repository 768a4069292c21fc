"""The protocols that can be generated, in the order of preference."""

from __future__ import annotations

from ..ir import Service
from .aws_json import AwsJson1_0, AwsJson1_1
from .aws_query import AwsQuery
from .base import Protocol
from .ec2_query import Ec2Query
from .rest_json import RestJson1
from .rest_xml import RestXml
from .rpc_v2_cbor import RpcV2Cbor

PROTOCOLS: tuple[type[Protocol], ...] = (RpcV2Cbor, AwsJson1_0, AwsJson1_1, RestJson1, RestXml, AwsQuery, Ec2Query)
NAMES = tuple(protocol.trait for protocol in PROTOCOLS)


def of(service: Service) -> Protocol:
    return next(protocol for protocol in PROTOCOLS if protocol.trait == service.protocol)(service)
