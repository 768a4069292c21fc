"""Shapes as CBOR: rpcv2Cbor has JSON's structure, and the runtime the same vocabulary for both."""

from __future__ import annotations

from ..ir import Kind, Member, Service, TimeFormat
from .json_codec import JsonCodec


class CborCodec(JsonCodec):
    word = "cbor"
    node = "smithy_cbor_node"

    def __init__(self, service: Service):
        super().__init__(service, use_json_name=False)

    def _suffix(self, member: Member) -> str:
        """The protocol has one form for a timestamp, whatever timestampFormat says."""
        return TimeFormat.EPOCH.value if self.kind(member) is Kind.TIME else super()._suffix(member)
