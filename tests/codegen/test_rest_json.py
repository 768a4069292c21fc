"""restJson1: what travels where, defaults, and what its configuration adds; refusals with shape and trait."""

import pytest
from support import enum_of, files_of, list_of, map_of, member, operation, structure, tree, union

from smithy_c.errors import GeneratorError

REST_JSON = "aws.protocols#restJson1"
POST = {"http": {"method": "POST", "uri": "/go"}}


def go(traits: dict | None = None, service: dict | None = None, /, **shapes) -> dict:
    """One operation, Go, with the members of GoRequest and GoResponse."""
    shapes.setdefault("GoRequest", structure())
    shapes.setdefault("GoResponse", structure())
    return tree(REST_JSON, service, Go=operation("GoRequest", "GoResponse", (), traits or POST), **shapes)


def source(model_tree: dict, **settings) -> str:
    return files_of(model_tree, **settings)["src/ops/go.c"]


def failure(model_tree: dict, **settings) -> str:
    with pytest.raises(GeneratorError) as caught:
        files_of(model_tree, **settings)
    return str(caught.value)


# ---- bodies ----


def test_without_a_member_of_the_body_there_is_no_body():
    asked = structure(id=member("smithy.api#String", httpQuery="id"))
    assert "smithy_request_json" not in source(go(GoRequest=asked))
    assert "smithy_request_json" in source(go(GoRequest=structure(id="smithy.api#String")))


def test_names_on_the_wire_are_json_names():
    text = source(go(GoRequest=structure(a=member("smithy.api#String", jsonName="Other"))))
    assert 'smithy_json_put_str(json, "Other", input->a);' in text


@pytest.mark.parametrize(
    ("target", "written", "read"),
    [
        ("smithy.api#String", "smithy_request_body_str(request, input->p, NULL);", "smithy_response_body_str(response)"),
        ("smithy.api#Blob", "smithy_request_body_bytes(request, input->p, NULL);", "smithy_response_body_bytes(response)"),
        ("Color", "smithy_request_body_str(request, ex_color_wire(input->p), NULL);", "ex_color_of(smithy_response_body_str("),
        ("Stream", 'smithy_request_body(request, input->p, "application/octet-stream");', "output->p = response->body;"),
        ("smithy.api#Document", "smithy_json_value_document(smithy_request_json(request), input->p)", "smithy_json_get_document(root"),
        ("Choice", "ex_write_choice(smithy_request_json(request), &input->p)", "ex_read_choice(root, &output->p, call)"),
        ("Names", "ex_write_names(smithy_request_json(request), &input->p)", "ex_read_names(root, &output->p, call)"),
        ("Thing", "ex_write_thing(json, input->p);", "ex_read_new_thing(root, &output->p, call)"),
    ],
)  # fmt: skip
def test_every_kind_of_payload_is_written_and_read(target, written, read):
    shapes = {
        "Color": enum_of("red"),
        "Stream": {"type": "blob", "traits": {"smithy.api#streaming": {}}},
        "Choice": union(a="smithy.api#String"),
        "Names": list_of("smithy.api#String"),
        "Thing": structure(a="smithy.api#String"),
    }
    payload = structure(p=member(target, httpPayload={}))
    text = source(go(GoRequest=payload, GoResponse=payload, **shapes))
    assert written in text and read in text


def test_a_payload_that_has_no_form_is_refused():
    text = failure(go(GoRequest=structure(p=member("smithy.api#Integer", httpPayload={}))))
    assert "$p" in text and "smithy.api#httpPayload" in text


# ---- beside the body ----


def test_maps_in_the_query_come_after_the_parameters():
    asked = structure(
        map=member("Texts", httpQueryParams={}),
        lists=member("ListMap", httpQueryParams={}),
        a=member("smithy.api#String", httpQuery="a"),
    )
    shapes = {"Texts": map_of("smithy.api#String"), "Names": list_of("smithy.api#String"), "ListMap": map_of("Names")}
    text = source(go(GoRequest=asked, **shapes))
    assert text.index("smithy_request_query_str") < text.index("smithy_request_query_map(request, input->map);")
    assert "smithy_request_query_list_map(request, input->lists);" in text


def test_a_text_with_a_media_type_is_base64_in_headers():
    shapes = {"Json": {"type": "string", "traits": {"smithy.api#mediaType": "application/json"}}}
    both = structure(a=member("Json", httpHeader="X-Json"))
    text = source(go(GoRequest=both, GoResponse=both, **shapes))
    assert "smithy_request_header_media(" in text and "smithy_response_header_media(" in text


def test_bindings_of_requests_say_nothing_in_answers():
    answered = structure(a=member("smithy.api#String", httpQuery="a"), b=member("smithy.api#String", httpLabel={}))
    text = source(go(GoResponse=answered))
    assert 'smithy_json_is(member, "a")' in text and 'smithy_json_is(member, "b")' in text


def test_labels_of_the_host_are_texts_of_the_input():
    asked = structure(name=member("smithy.api#String", hostLabel={}, required={}))
    text = source(go({**POST, "endpoint": {"hostPrefix": "data-{name}."}}, GoRequest=asked))
    assert text.index('smithy_request_host(request, "data-");') < text.index('smithy_request_host_label(request, "name"')
    assert "smithy.api#endpoint: no text for {other}" in failure(go({**POST, "endpoint": {"hostPrefix": "{other}."}}))


def test_labels_of_the_host_that_the_endpoint_rules_know_are_left_to_them():
    asked = structure(name=member("smithy.api#String", hostLabel={}, required={}, **{"smithy.rules#contextParam": {"name": "Region"}}))
    assert "smithy_request_host" not in source(go({**POST, "endpoint": {"hostPrefix": "{name}."}}, GoRequest=asked))


def test_compression_is_gzip_or_refused():
    assert ".compresses_request = true" in source(go({**POST, "requestCompression": {"encodings": ["gzip"]}}))
    text = failure(go({**POST, "requestCompression": {"encodings": ["br"]}}))
    assert "example#Go" in text and "smithy.api#requestCompression" in text


def test_a_services_own_headers_go_with_every_request():
    text = source(go(), headers={"Accept": 'a"b'})
    assert 'smithy_request_header_str(request, "Accept", SMITHY_STR("a\\"b"));' in text


def test_an_operation_that_waits_for_news_says_so():
    assert ".is_long_poll = true" in source(go(), long_poll_operations=["Go"])
    assert ".is_long_poll" not in source(go())


def test_a_label_that_may_be_empty_has_something_in_its_place():
    asked = structure(account=member("smithy.api#String", httpLabel={}, required={}))
    model = go({"http": {"method": "GET", "uri": "/{account}"}}, GoRequest=asked)
    assert 'input->account.len ? input->account : SMITHY_STR("-")' in source(model, empty_labels={"account": "-"})


# ---- defaults ----


def with_default(target: str, value, **traits) -> str:
    nested = structure(a=member(target, default=value, **traits))
    shapes = {"Names": list_of("smithy.api#String"), "Color": enum_of("red")}
    return files_of(go(GoRequest=structure(nested="Nested"), Nested=nested, **shapes))["src/types.c"]


@pytest.mark.parametrize(
    ("target", "value", "expected"),
    [
        ("smithy.api#String", "hi", 'value->a = SMITHY_STR("hi");'),
        ("smithy.api#Boolean", False, "value->a = (smithy_opt_bool)SMITHY_SET(false);"),
        ("smithy.api#Long", -(2**63), "value->a = (smithy_opt_i64)SMITHY_SET(INT64_MIN);"),
        ("smithy.api#Float", 1.5, "value->a = (smithy_opt_f32)SMITHY_SET(1.5f);"),
        ("smithy.api#Timestamp", 1.5, "value->a = (smithy_opt_time)SMITHY_SET(INT64_C(1500));"),
        ("smithy.api#Timestamp", "1970-01-01T00:00:02Z", "value->a = (smithy_opt_time)SMITHY_SET(INT64_C(2000));"),
        ("smithy.api#Blob", "YWJj", 'value->a = (smithy_bytes){(const uint8_t *)"abc", 3};'),
        ("smithy.api#BigDecimal", 1, 'value->a = SMITHY_STR("1");'),
        ("smithy.api#Document", {}, "value->a = smithy_document_map(NULL, 0);"),
        ("smithy.api#Document", True, "value->a = smithy_document_bool(true);"),
        ("Color", "red", 'value->a = ex_color_of(SMITHY_STR("red"));'),
        ("Names", [], "value->a = (smithy_str_list){&none, 0};"),
    ],
)
def test_defaults_of_nested_members_are_filled_in(target, value, expected):
    assert expected in with_default(target, value)


@pytest.mark.parametrize("traits", [{"clientOptional": {}}, {}])
def test_defaults_that_the_client_leaves_alone(traits):
    value = "hi" if traits else None
    assert "fill_in" not in with_default("smithy.api#String", value, **traits)


def test_an_operations_own_input_keeps_what_is_absent_absent():
    model = go(GoRequest=structure(a=member("smithy.api#String", default="hi")))
    assert '"hi"' not in source(model)


@pytest.mark.parametrize(
    ("target", "value"),
    [("smithy.api#Integer", "1"), ("smithy.api#String", 1), ("Names", ["a"]), ("smithy.api#Timestamp", "soon"),
     ("smithy.api#Blob", "***"), ("smithy.api#Document", {"a": 1}), ("Color", 1), ("smithy.api#Boolean", 0)],
)  # fmt: skip
def test_a_default_of_another_type_is_refused(target, value):
    with pytest.raises(GeneratorError, match=r"Nested\$a: smithy.api#default"):
        with_default(target, value)


# ---- refusals ----


@pytest.mark.parametrize("prefix", ["", "Ex", "1x", "int", "class", "smithy", "smithy_mine", "client", "a-b", "a b", "é"])
def test_a_prefix_that_cannot_begin_names_is_refused(prefix):
    assert "cannot begin the names" in failure(go(), prefix=prefix)


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\nb", "*/", "??/", "é"])
@pytest.mark.parametrize("trait", ["httpHeader", "httpQuery", "jsonName", "xmlName"])
def test_names_on_the_wire_that_cannot_stand_in_c_are_refused(trait, text):
    message = failure(go(GoRequest=structure(a=member("smithy.api#String", **{trait: text}))))
    assert "GoRequest$a" in message and f"smithy.api#{trait}" in message


@pytest.mark.parametrize("name", ["a b", "a-b", 'a"', "", "a$b", "é"])
def test_names_that_smithy_does_not_know_are_refused(name):
    assert "is not the name of a member" in failure(go(GoRequest=structure(**{name: "smithy.api#String"})))


def test_a_title_never_ends_a_comment():
    text = files_of(go(POST, {"smithy.api#title": "Evil */ int x;"}))["include/ex/client.h"]
    assert "Evil" not in text


def test_the_umbrella_says_what_is_left_out():
    model = go(
        Listen=operation("GoRequest", "ListenResponse", (), {"http": {"method": "GET", "uri": "/l"}}),
        ListenResponse=structure(events=member("Events", httpPayload={})),
        Events={**union(a="Event"), "traits": {"smithy.api#streaming": {}}},
        Event=structure(a="smithy.api#String"),
    )
    text = files_of(model)["include/ex/ex.h"]
    assert "Left out, since event streams are not generated: Listen." in text
