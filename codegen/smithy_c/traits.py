"""Every trait the generator knows: those it acts on, and those that change nothing on the wire, with the reason.

A trait in neither table stops the generation: better no client than one that is silently wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

from .comments import is_safe
from .errors import GeneratorError
from .model import Model, members_of

HANDLED = {
    "aws.api#service": "names of the service",
    "aws.auth#sigv4": "signing name",
    "aws.auth#unsignedPayload": "S3 and TLS sign without the body's hash in any case",
    "aws.customizations#s3UnwrappedXmlOutput": "the root element is the value",
    "aws.protocols#awsJson1_0": "protocol",
    "aws.protocols#awsJson1_1": "protocol",
    "aws.protocols#awsQuery": "protocol",
    "aws.protocols#ec2Query": "protocol",
    "aws.protocols#ec2QueryName": "wire name",
    "aws.protocols#restJson1": "protocol",
    "aws.protocols#restXml": "protocol",
    "smithy.protocols#rpcv2Cbor": "protocol",
    "aws.protocols#awsQueryError": "error code and status",
    "aws.protocols#httpChecksum": "checksums",
    "smithy.api#auth": "signing",
    "smithy.api#optionalAuth": "signing",
    "smithy.api#default": "filled in when absent",
    "smithy.api#endpoint": "host prefix",
    "smithy.api#hostLabel": "host prefix",
    "smithy.api#enum": "constants",
    "smithy.api#enumValue": "constants",
    "smithy.api#error": "errors",
    "smithy.api#http": "method and URI",
    "smithy.api#httpChecksumRequired": "checksums",
    "smithy.api#httpError": "errors",
    "smithy.api#httpHeader": "binding",
    "smithy.api#httpLabel": "binding",
    "smithy.api#httpPayload": "binding",
    "smithy.api#httpPrefixHeaders": "binding",
    "smithy.api#httpQuery": "binding",
    "smithy.api#httpQueryParams": "binding",
    "smithy.api#httpResponseCode": "binding",
    "smithy.api#idempotencyToken": "filled in when absent",
    "smithy.api#jsonName": "wire name",
    "smithy.api#mediaType": "content type",
    "smithy.api#paginated": "paginator",
    "smithy.api#requestCompression": "gzip",
    "smithy.api#required": "checked before sending",
    "smithy.api#requiresLength": "the length of every body is known",
    "smithy.api#retryable": "retries",
    "smithy.api#sparse": "nulls in lists and maps",
    "smithy.api#streaming": "bodies and sinks",
    "smithy.api#timestampFormat": "wire format",
    "smithy.api#xmlAttribute": "binding",
    "smithy.api#xmlFlattened": "binding",
    "smithy.api#xmlName": "wire name",
    "smithy.api#xmlNamespace": "namespace",
    "smithy.rules#clientContextParams": "client options",
    "smithy.rules#contextParam": "endpoint parameter",
    "smithy.rules#operationContextParams": "endpoint parameter",
    "smithy.rules#staticContextParams": "endpoint parameter",
    "smithy.rules#endpointBdd": "endpoint rules, where there are no others",
    "smithy.rules#endpointRuleSet": "endpoint rules",
    "smithy.waiters#waitable": "waiters",
}

HARMLESS = {
    "aws.api#arn": "names an ARN's form",
    "aws.api#arnReference": "says what an ARN points to",
    "aws.api#clientDiscoveredEndpoint": "optional: the ordinary endpoint answers too",
    "aws.api#clientEndpointDiscovery": "optional: the ordinary endpoint answers too",
    "aws.api#controlPlane": "a note",
    "aws.api#data": "says whose the data are; nothing that a caller sends is printed",
    "aws.api#dataPlane": "a note",
    "aws.api#tagEnabled": "a note",
    "aws.api#taggable": "a note",
    "aws.auth#cognitoUserPools": "another way to sign, beside sigv4",
    "aws.auth#sigv4a": "another way to sign; the endpoint rules choose",
    "aws.cloudformation#cfnAdditionalIdentifier": "CloudFormation",
    "aws.cloudformation#cfnExcludeProperty": "CloudFormation",
    "aws.cloudformation#cfnMutability": "CloudFormation",
    "aws.cloudformation#cfnName": "CloudFormation",
    "aws.cloudformation#cfnResource": "CloudFormation",
    "aws.endpoints#dualStackOnlyEndpoints": "input of the endpoint rules",
    "aws.endpoints#rulesBasedEndpoints": "input of the endpoint rules",
    "aws.endpoints#standardPartitionalEndpoints": "input of the endpoint rules",
    "aws.endpoints#standardRegionalEndpoints": "input of the endpoint rules",
    "aws.iam#actionName": "IAM",
    "aws.iam#actionPermissionDescription": "IAM",
    "aws.iam#conditionKeyValue": "IAM",
    "aws.iam#conditionKeys": "IAM",
    "aws.iam#defineConditionKeys": "IAM",
    "aws.iam#disableConditionKeyInference": "IAM",
    "aws.iam#iamAction": "IAM",
    "aws.iam#iamResource": "IAM",
    "aws.iam#requiredActions": "IAM",
    "aws.iam#serviceResolvedConditionKeys": "IAM",
    "aws.iam#supportedPrincipalTypes": "IAM",
    "aws.protocols#awsQueryCompatible": "error codes: the header x-amzn-query-error is the runtime's",
    "smithy.api#addedDefault": "history",
    "smithy.api#box": "history: every scalar is optional here",
    "smithy.api#clientOptional": "every member is optional here",
    "smithy.api#cors": "browsers",
    "smithy.api#deprecated": "a note",
    "smithy.api#documentation": "sentences",
    "smithy.api#examples": "sentences",
    "smithy.api#externalDocumentation": "sentences",
    "smithy.api#httpBasicAuth": "another way to sign, beside sigv4",
    "smithy.api#httpBearerAuth": "another way to sign, beside sigv4",
    "smithy.api#idRef": "model only",
    "smithy.api#idempotent": "a note",
    "smithy.api#input": "a note",
    "smithy.api#internal": "a note",
    "smithy.api#length": "told in comments; the service checks it",
    "smithy.api#mixin": "flattened when the model is read",
    "smithy.api#nestedProperties": "resources",
    "smithy.api#noReplace": "resources",
    "smithy.api#notProperty": "resources",
    "smithy.api#output": "a note",
    "smithy.api#pattern": "told in comments; the service checks it",
    "smithy.api#private": "model only",
    "smithy.api#property": "resources",
    "smithy.api#protocolDefinition": "model only",
    "smithy.api#range": "told in comments; the service checks it",
    "smithy.api#readonly": "a note",
    "smithy.api#recommended": "a note",
    "smithy.api#references": "resources",
    "smithy.api#resourceIdentifier": "resources",
    "smithy.api#sensitive": "nothing that a caller sends is printed",
    "smithy.api#since": "history",
    "smithy.api#suppress": "model only",
    "smithy.api#tags": "a note",
    "smithy.api#title": "a name",
    "smithy.api#trait": "model only",
    "smithy.api#traitValidators": "model only",
    "smithy.api#uniqueItems": "the service checks it",
    "smithy.api#unitProperty": "resources",
    "smithy.api#unstable": "a note",
    "smithy.contracts#conditions": "the service checks it",
    "smithy.rules#endpointTests": "tests",
    "smithy.test#httpMalformedRequestTests": "tests",
    "smithy.test#httpRequestTests": "tests",
    "smithy.test#httpResponseTests": "tests",
    "smithy.test#smokeTests": "tests",
}


@dataclass(frozen=True)
class Value:
    """What the value of a trait looks like: its type, and those of the keys that are read."""

    kind: type | tuple[type, ...] = dict
    required: Mapping[str, type] = field(default_factory=dict)
    optional: Mapping[str, type] = field(default_factory=dict)


# Of the traits whose values are read.
VALUES = {
    "aws.api#service": Value(optional={"sdkId": str, "arnNamespace": str, "endpointPrefix": str}),
    "aws.auth#sigv4": Value(required={"name": str}),
    "aws.protocols#awsQueryError": Value(required={"code": str, "httpResponseCode": int}),
    "aws.protocols#httpChecksum": Value(optional={"requestAlgorithmMember": str, "responseAlgorithms": list}),
    "aws.protocols#restXml": Value(),
    "smithy.api#auth": Value(list),
    "smithy.api#endpoint": Value(required={"hostPrefix": str}),
    "smithy.api#enum": Value(list),
    "smithy.api#enumValue": Value((str, int)),
    "smithy.api#error": Value(str),
    "smithy.api#http": Value(required={"method": str, "uri": str}),
    "smithy.api#httpError": Value(int),
    "smithy.api#httpHeader": Value(str),
    "smithy.api#httpPrefixHeaders": Value(str),
    "smithy.api#httpQuery": Value(str),
    "smithy.api#jsonName": Value(str),
    "smithy.api#length": Value(),
    "smithy.api#mediaType": Value(str),
    "smithy.api#mixin": Value(),
    "smithy.api#paginated": Value(
        optional={"inputToken": str, "outputToken": str, "pageSize": str, "items": str},
    ),
    "smithy.api#pattern": Value(str),
    "smithy.api#range": Value(),
    "smithy.api#retryable": Value(),
    "smithy.api#timestampFormat": Value(str),
    "smithy.api#title": Value(str),
    "smithy.api#xmlName": Value(str),
    "smithy.api#xmlNamespace": Value(required={"uri": str}, optional={"prefix": str}),
    "smithy.rules#clientContextParams": Value(),
    "smithy.rules#contextParam": Value(required={"name": str}),
    "smithy.rules#operationContextParams": Value(),
    "smithy.rules#staticContextParams": Value(),
}

# Of those, the ones whose texts stand in the code as they are.
PRINTED = {
    "aws.api#service",
    "aws.auth#sigv4",
    "aws.protocols#awsQueryError",
    "aws.protocols#ec2QueryName",
    "smithy.api#endpoint",
    "smithy.api#http",
    "smithy.api#httpHeader",
    "smithy.api#httpPrefixHeaders",
    "smithy.api#httpQuery",
    "smithy.api#jsonName",
    "smithy.api#xmlName",
    "smithy.api#xmlNamespace",
}


def check(model: Model, shape_id: str) -> None:
    """Stops at a trait of this shape or its members that is unknown, or that has a value it cannot have."""
    shape = model.shape(shape_id)
    places = [(shape_id, shape)] + [(f"{shape_id}${name}", member) for name, member in members_of(shape)]
    for place, holder in places:
        for trait, value in holder.get("traits", {}).items():
            if trait not in HANDLED and trait not in HARMLESS:
                raise GeneratorError(f"{model.name}: {place}: the trait {trait} is not known to the generator")
            if trait in VALUES:
                _check_value(f"{model.name}: {place}: {trait}", value, VALUES[trait])
            if trait in PRINTED:
                _check_text(f"{model.name}: {place}: {trait}", value)


def _check_text(where: str, value: Any) -> None:
    for text in value.values() if isinstance(value, dict) else (value,):
        if isinstance(text, str) and not is_plain(text):
            raise GeneratorError(f"{where}: {text!r} has characters that no name has")


def is_plain(text: str) -> bool:
    """Whether the text can stand in a C literal, and in a comment, as it is."""
    return is_safe(text) and '"' not in text


def _check_value(where: str, value: Any, wanted: Value) -> None:
    if not isinstance(value, wanted.kind):
        raise GeneratorError(f"{where}: has a value of the wrong type")
    for key, kind in wanted.required.items():
        if not isinstance(value.get(key), kind):
            raise GeneratorError(f'{where}: "{key}" is missing or of the wrong type')
    for key, kind in wanted.optional.items():
        if not isinstance(value.get(key, kind()), kind):
            raise GeneratorError(f'{where}: "{key}" is of the wrong type')
