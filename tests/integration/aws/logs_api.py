"""The awsJson1_1 face of CloudWatch Logs: requests checked against the official model, errors in AWS's form."""

import json
import re
import uuid
from functools import cache

import botocore.session

from .logs import LogsError
from .wire import Response

TARGET = "Logs_20140328."


@cache
def _model():
    return botocore.session.get_session().get_service_model("logs")


def operation_name(request):
    target = request.headers.get("x-amz-target", "")
    return target.removeprefix(TARGET) if target.startswith(TARGET) else None


def parse(request):
    try:
        params = json.loads(request.body or b"{}")
    except ValueError:
        params = None
    if not isinstance(params, dict):
        raise LogsError("SerializationException", "The request body is not a JSON object.")
    return {name: value for name, value in params.items() if value is not None}


def answer(operation, params, parts):
    """Carries out `operation` on the first of `parts` that has it."""
    method = _snake(operation)
    handler = next((getattr(part, method) for part in parts if hasattr(part, method)), None)
    if operation not in _model().operation_names or handler is None:
        raise LogsError("UnknownOperationException", f"This server has no operation {operation}.")
    shape = _model().operation_model(operation).input_shape
    _check(shape, params, "")
    return success(handler(params))


def success(body):
    return Response(200, _headers(), json.dumps(body).encode() if body else b"")


def failure(status, code, message):
    return Response(status, _headers(), json.dumps({"__type": code, "message": message}).encode())


def _headers():
    return {"content-type": "application/x-amz-json-1.1", "x-amzn-requestid": str(uuid.uuid4())}


def _snake(operation):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", operation).lower()


_JSON_TYPES = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "double": (int, float),
}


def _check(shape, value, path):
    expected = _JSON_TYPES.get(shape.type_name)
    if expected and (not isinstance(value, expected) or isinstance(value, bool) != (shape.type_name == "boolean")):
        raise LogsError("SerializationException", f"{path or 'The request'} is not of type {shape.type_name}.")
    if shape.type_name == "structure":
        for name in shape.required_members:
            if name not in value:
                _refuse("null", _join(path, name), "Member must not be null")
        for name, member in shape.members.items():
            if name in value:
                _check(member, value[name], _join(path, name))
    elif shape.type_name == "list":
        _check_bounds(shape, len(value), value, path, "length ")
        for index, item in enumerate(value, 1):
            _check(shape.member, item, f"{path}.{index}.member")
    elif shape.type_name == "string":
        _check_string(shape, value, path)
    elif shape.type_name in ("integer", "long"):
        _check_bounds(shape, value, value, path, "value ")


def _check_string(shape, value, path):
    _check_bounds(shape, len(value), value, path, "length ")
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        _refuse(value, path, f"Member must satisfy regular expression pattern: {pattern}")
    if shape.enum and value not in shape.enum:
        _refuse(value, path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")


def _check_bounds(shape, measure, value, path, noun):
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and measure < least:
        _refuse(value, path, f"Member must have {noun}greater than or equal to {least}")
    if most is not None and measure > most:
        _refuse(value, path, f"Member must have {noun}less than or equal to {most}")


def _refuse(value, path, constraint):
    raise LogsError(
        "InvalidParameterException",
        f"1 validation error detected: Value '{str(value)[:200]}' at '{path}' failed to satisfy constraint:"
        f" {constraint}",
    )


def _join(path, name):
    return f"{path}.{name}" if path else name
