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
        """The protocol has one form for a timestamp, whatever timestampFormat says, and none for documents."""
        kind = self.kind(member)
        if kind is Kind.DOCUMENT:
            raise self.unsupported(self.service.shape(member), member, "documents have no form in rpcv2Cbor")
        return TimeFormat.EPOCH.value if kind is Kind.TIME else super()._suffix(member)
