"""ec2Query: awsQuery with names of its own, and answers whose root holds the members."""

from __future__ import annotations

from ..ir import Operation, Service
from ..layout import Writer
from .aws_query import AwsQuery
from .query_codec import Ec2QueryCodec, QueryCodec


class Ec2Query(AwsQuery):
    trait = "aws.protocols#ec2Query"
    constant = "SMITHY_PROTOCOL_EC2_QUERY"

    def make_form(self, service: Service) -> QueryCodec:
        return Ec2QueryCodec(service)

    def find_result(self, out: Writer, operation: Operation) -> None:
        out.line("SMITHY_TRY(smithy_response_xml(response, &result, call));")
