"""From the model's names to C's."""

import pytest
from support import RULES, enum_of, files_of, list_of, operation, service_of, structure, tree, union  # noqa: F401

from smithy_c.names import RESERVED, Scope, field, snake


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("logGroupName", "log_group_name"),
        ("DescribeLogStreams", "describe_log_streams"),
        ("SSECustomerKeyMD5", "sse_customer_key_md5"),
        ("SSEKMSKeyId", "sse_kms_key_id"),
        ("ETag", "etag"),
        ("ChecksumCRC64NVME", "checksum_crc64nvme"),
        ("ChecksumCRC32C", "checksum_crc32c"),
        ("DisableS3ExpressSessionAuth", "disable_s3_express_session_auth"),
        ("ListObjectsV2", "list_objects_v2"),
        ("EC2InstanceId", "ec2_instance_id"),
        ("ARNs", "arns"),
        ("UserIDsToAdd", "user_ids_to_add"),
        ("IPv6Address", "ipv6_address"),
        ("DynamoDBTable", "dynamo_db_table"),
        ("x-amz-id", "x_amz_id"),
        ("us-east-1", "us_east_1"),
        ("already_snake", "already_snake"),
        ("__type", "type"),
        ("...", "empty"),
    ],
)
def test_words_are_parted_where_a_reader_would(name, words):
    assert snake(name) == words


@pytest.mark.parametrize("name", ["int", "Default", "class", "Namespace", "Errno", "stdin", "linux", "Unix", "major", "minor"])
def test_keywords_and_macros_are_stepped_around(name):
    assert field(name) == name.lower() + "_"


def test_nothing_that_is_reserved_comes_out():
    assert not any(field(word) in RESERVED for word in RESERVED)


def test_a_digit_does_not_begin_a_name():
    assert field("2ndTry") == "n2nd_try"


def test_a_services_own_words_win():
    assert snake("FooBARBaz", {"BARBaz": "BarBaz"}) == "foo_bar_baz"


def test_the_first_keeps_its_name():
    scope = Scope()
    assert [scope.unique("a"), scope.unique("a"), scope.unique("a"), scope.unique("a_2")] == ["a", "a_2", "a_3", "a_2_2"]


def model_of(members: dict, **shapes) -> dict:
    return tree(Go=operation("GoRequest"), GoRequest=structure(**members), **shapes)


def test_members_that_differ_only_in_case_are_two():
    service, _ = service_of(model_of({"Name": "smithy.api#String", "name": "smithy.api#String"}))
    assert [member.field for member in service.operations[0].input.members] == ["name", "name_2"]


def test_shapes_that_meet_in_snake_case_are_two():
    shapes = {"FooBar": structure(a="smithy.api#String"), "Foo_Bar": structure(b="smithy.api#String")}
    service, _ = service_of(model_of({"a": "FooBar", "b": "Foo_Bar"}, **shapes))
    assert sorted(shape.name for shape in service.types) == ["ex_foo_bar", "ex_foo_bar_2"]


def test_a_shape_does_not_take_an_operations_name():
    service, _ = service_of(model_of({"a": "GoInput", "b": "Client"}, GoInput=structure(), Client=structure()))
    assert sorted(shape.name for shape in service.types) == ["ex_client_2", "ex_go_input_2"]


def test_a_shape_does_not_take_a_name_derived_from_another():
    shapes = {"Color": enum_of("red"), "ColorKind": structure(a="smithy.api#String")}
    service, _ = service_of(model_of({"a": "Color", "b": "ColorKind"}, **shapes))
    assert sorted(shape.name for shape in service.types) == ["ex_color", "ex_color_kind_2"]


def test_values_called_unknown_or_absent_do_not_meet_the_kinds_own():
    service, _ = service_of(model_of({"a": "State"}, State=enum_of("unknown", "absent", "ok")))
    constants = [value.constant for value in service.types[0].values]
    assert constants == ["EX_STATE_ABSENT_VALUE", "EX_STATE_OK", "EX_STATE_UNKNOWN_VALUE"]


def test_constants_of_two_enumerations_do_not_meet():
    service, _ = service_of(model_of({"a": "A", "b": "A_B"}, A=enum_of("b-c"), A_B=enum_of("c")))
    constants = [value.constant for shape in service.types for value in shape.values]
    assert len(set(constants)) == 2


def test_a_member_called_kind_leaves_the_unions_kind_alone():
    text = files_of(model_of({"a": "Choice"}, Choice=union(kind="smithy.api#String", other="smithy.api#String")))
    assert "smithy_str kind_2;" in text["include/ex/types.h"]


def test_names_do_not_depend_on_the_order_of_the_model():
    shapes = {"FooBar": structure(), "Foo_Bar": structure(), "fooBar2": structure()}
    members = {"a": "FooBar", "b": "Foo_Bar", "c": "fooBar2"}
    there = service_of(model_of(members, **shapes))[0]
    back = service_of(model_of(members, **dict(reversed(shapes.items()))))[0]
    assert {shape.id: shape.name for shape in there.types} == {shape.id: shape.name for shape in back.types}
