"""A body becomes a Call, or a refusal that says what to mend."""

import json
from typing import Any

import pytest

from cards.hooks import ALL, ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW, Hook
from service.errors import ServiceError, Unparsable, WrongContent, WrongType
from service.wire import Authorization, Call, read_call
from tests.service.kit import hook_request, order

AUTHORIZATION = {
    "access_token": "s3cr3t",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "user/*.read",
    "subject": "cds",
}
SERVER = "https://fhir.example.org/r4"


def read(request: Any, hook: Hook = PATIENT_VIEW, content_type: str = "application/json", **more: Any) -> Call:
    body = request if isinstance(request, bytes) else json.dumps(request).encode()
    return read_call(body, content_type, hook, **more)


def refused(request: Any, hook: Hook = PATIENT_VIEW) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        read(request, hook)
    return caught.value


def with_tail(tail: bytes) -> bytes:
    """A valid request with more members at its end."""
    return json.dumps(hook_request(PATIENT_VIEW)).encode()[:-1] + tail


@pytest.mark.parametrize("hook", ALL, ids=lambda hook: hook.name)
def test_a_valid_request_of_every_hook(hook: Hook) -> None:
    call = read(hook_request(hook), hook)

    assert (call.hook, call.patient_id, call.user) == (hook, "p1", "Practitioner/1")
    assert set(call.prefetch) == {"Patient", "MedicationRequest", "MedicationStatement"}
    assert len(call.drafts) == (1 if hook.drafts_in else 0)


def test_drafts_and_selections_of_an_order_hook() -> None:
    call = read(hook_request(ORDER_SELECT), ORDER_SELECT)

    assert json.loads(bytes(call.drafts[0]))["id"] == "draft-1"
    assert call.selections == ("MedicationRequest/draft-1",)


def test_the_encounter_is_optional_and_read() -> None:
    request = hook_request(PATIENT_VIEW)
    request["context"]["encounterId"] = "enc-1"

    assert read(request).encounter_id == "enc-1"


def test_unknown_members_and_extensions_are_ignored() -> None:
    request = hook_request(PATIENT_VIEW, extension="x", user="Practitioner/9")
    request["context"] |= {"somethingNew": [1], "extension": {"org.example.x": True}}

    assert read(request).patient_id == "p1"


def test_an_uppercase_hook_instance_is_accepted() -> None:
    request = hook_request(PATIENT_VIEW, hookInstance="ABCDEF01-0000-4000-8000-00000000000A")

    assert read(request).hook_instance.startswith("ABCDEF")


@pytest.mark.parametrize("changes", [{"prefetch": None}, {"prefetch": {}}, {}])
def test_no_prefetch_is_nothing_provided(changes: dict[str, Any]) -> None:
    request = hook_request(PATIENT_VIEW)
    del request["prefetch"]

    assert read(request | changes).prefetch == {}


def test_a_null_prefetch_value_is_kept_apart_from_an_absent_one() -> None:
    call = read(hook_request(PATIENT_VIEW, prefetch={"Device": None}))

    assert {key: bytes(raw) for key, raw in call.prefetch.items()} == {"Device": b"null"}


@pytest.mark.parametrize("prefetch", [[], "x", 5])
def test_prefetch_of_a_wrong_type_is_refused(prefetch: Any) -> None:
    assert "prefetch" in refused(hook_request(PATIENT_VIEW) | {"prefetch": prefetch}).message


def test_of_duplicate_keys_the_last_wins() -> None:
    body = with_tail(b',"context":{"userId":"Practitioner/2","patientId":"a","patientId":"p2"}}')

    call = read(body)

    assert (call.user, call.patient_id) == ("Practitioner/2", "p2")


def test_of_duplicate_keys_the_last_wins_even_after_one_of_a_wrong_type() -> None:
    body = b'{"hook":7,' + json.dumps(hook_request(PATIENT_VIEW)).encode()[1:]

    assert read(body).hook == PATIENT_VIEW


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"this is not json", "not JSON"),
        (b"", "empty"),
        (b"  \n", "empty"),
        (b'{"hook":', "not JSON"),
        (b'{"hook": "patient-view", /* x */ "a": 1,}', "not JSON"),
        (b'{"hook":7, nonsense', "not JSON"),
        (b"[1,", "not JSON"),
        (b"{" + b"1" * 5000, "not JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "too deeply"),
        (b'{"a":' * 100_000, "too deeply"),
        (with_tail(b',"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}"), "too deeply"),
        (with_tail(b',"n":NaN}'), "not JSON"),
        (with_tail(b',"n":-Infinity}'), "not JSON"),
        (with_tail(b',"n":' + b"1" * 5000 + b"}"), "400 digits"),
        (with_tail(b',"n":-' + b"9" * 400 + b"}"), "400 digits"),
        (with_tail(b',"n":' + b"1" * 400 + b".5}"), "400 digits"),
        (with_tail(b',"x":"\xff\xfe"}'), "not UTF-8"),
        (with_tail(b',"x":"\xed\xa0\x80"}'), "not UTF-8"),
        (with_tail(b',"x":"\\ud800"}'), "surrogate"),
        (with_tail(b',"x":"\\udc00 "}'), "surrogate"),
        (with_tail(b',"x":"\\ud83d\\n\\ude00"}'), "surrogate"),
        (with_tail(b',"x":"\\uD83D\\uD83D\\uDE00"}'), "surrogate"),
        (b"\xef\xbb\xbf" + with_tail(b"}"), "byte order mark"),
        (json.dumps(hook_request(PATIENT_VIEW)).encode("utf-16"), "not UTF-8"),
        (json.dumps(hook_request(PATIENT_VIEW)).encode("utf-16-le"), "not JSON"),
        (with_tail(b',"x":"\x01"}'), "not JSON"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_not_json_is_unparsable(body: bytes, words: str) -> None:
    error = refused(body)

    assert isinstance(error, Unparsable)
    assert words in error.message


@pytest.mark.parametrize(
    "inside",
    [
        b'"\xff"',  # inside a resource that no rule decodes
        b"1" * 5000,
        b'"\\udead"',
    ],
    ids=["bytes", "digits", "surrogate"],
)
def test_the_same_hidden_in_prefetch_is_unparsable_too(inside: bytes) -> None:
    body = with_tail(b',"prefetch":{"Patient":{"resourceType":"Patient","x":' + inside + b"}}}")

    assert isinstance(refused(body), Unparsable)


@pytest.mark.parametrize(
    "tail",
    [
        b',"x":"' + b"1" * 5000 + b'"}',  # digits in a string are text
        b',"x":0.' + b"1" * 5000 + b"}",
        b',"x":' + b"1" * 399 + b"}",
        b',"x":1e400}',
        b',"x":"\\ud83d\\ude00"}',  # a whole pair
        b',"x":"\\\\ud800"}',  # an escaped backslash, then letters
        ',"x":"ärztin 医者 🩺"}'.encode(),
    ],
    ids=lambda tail: repr(tail)[:20],
)
def test_odd_and_legal_json_is_read(tail: bytes) -> None:
    assert read(with_tail(tail)).patient_id == "p1"


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"12", b"null", b"true", b"{}"])
def test_json_that_is_no_request_is_wrong_content(body: bytes) -> None:
    assert isinstance(refused(body), WrongContent)


@pytest.mark.parametrize("value", [..., None, "", 5, [], {}, True])
@pytest.mark.parametrize("member", ["hook", "hookInstance", "context"])
def test_a_required_member_missing_or_mistyped(member: str, value: Any) -> None:
    error = refused(hook_request(PATIENT_VIEW, **{member: value}))

    assert isinstance(error, WrongContent)
    assert member in error.message


def test_another_hook_than_the_service_s_says_where_to_send_it() -> None:
    error = refused(hook_request(ORDER_SIGN), PATIENT_VIEW)

    assert isinstance(error, WrongContent)
    assert "patient-view" in error.message
    assert "discovery" in error.message


BAD_ID = (..., None, "", 5, 1.5, True, [], ["a"], {}, "Patient/x", "has space", "x" * 65, "a\0b", "../../etc", "..")
BAD_REFERENCE = (..., None, "", 5, [], {}, "noslash", "Practitioner/", "/1", "Practitioner/1/2", "Practitioner/..")
BAD_REFERENCES = (..., None, "", "MedicationRequest/1", 5, {}, [], [5], [None], [""], ["x"])
BAD_BUNDLE = (..., None, "", 5, [], {}, {"resourceType": "Patient"}, {"entry": []}, "Bundle")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("patientId", value) for value in BAD_ID),
        *(("userId", value) for value in BAD_REFERENCE),
        *(("selections", value) for value in BAD_REFERENCES),
        *(("draftOrders", value) for value in BAD_BUNDLE),
    ],
)
def test_a_required_context_field_missing_or_wrong_is_named(field: str, value: Any) -> None:
    request = hook_request(ORDER_SELECT)
    request["context"][field] = value
    if value is ...:
        del request["context"][field]

    error = refused(request, ORDER_SELECT)

    assert isinstance(error, WrongContent)
    assert f"context.{field}" in error.message


@pytest.mark.parametrize("value", [7, "Encounter/1", "", []])
def test_an_optional_field_of_a_wrong_type_is_refused(value: Any) -> None:
    request = hook_request(PATIENT_VIEW)
    request["context"]["encounterId"] = value

    assert "encounterId" in refused(request).message


@pytest.mark.parametrize("entry", [[], None])
def test_a_bundle_without_entries_holds_no_drafts(entry: Any) -> None:
    request = hook_request(ORDER_SIGN)
    request["context"]["draftOrders"]["entry"] = entry

    assert read(request, ORDER_SIGN).drafts == ()


@pytest.mark.parametrize(
    "entry",
    [
        {"a": 1},
        "x",
        [[]],
        [{"resource": "x"}],
        [{"resource": [1]}],
        [5],
        [None],
        [{}],
        [{"resource": None}],
        [{"resource": {"resourceType": "Bundle", "type": "collection", "entry": []}}],
        [{"fullUrl": "u"}],
    ],
)
def test_an_entry_that_holds_no_order_is_refused_rather_than_dropped(entry: Any) -> None:
    request = hook_request(ORDER_SIGN)
    request["context"]["draftOrders"]["entry"] = entry

    assert "draftOrders" in refused(request, ORDER_SIGN).message


def test_a_draft_of_any_shape_inside_is_left_to_the_reader() -> None:
    request = hook_request(ORDER_SIGN)
    request["context"]["draftOrders"]["entry"] = [{"resource": {"resourceType": 5}}, {"resource": order()}]

    assert len(read(request, ORDER_SIGN).drafts) == 2


def test_authorization_and_server_are_read() -> None:
    call = read(hook_request(PATIENT_VIEW, fhirServer=SERVER, fhirAuthorization={**AUTHORIZATION, "patient": "p1"}))

    assert call.fhir_server == SERVER
    assert call.authorization == Authorization(access_token="s3cr3t", scope="user/*.read", patient="p1")
    assert "s3cr3t" not in repr(call)


@pytest.mark.parametrize(
    "authorization",
    [
        *({name: value for name, value in AUTHORIZATION.items() if name != left_out} for left_out in AUTHORIZATION),
        {**AUTHORIZATION, "token_type": "MAC"},
        {**AUTHORIZATION, "expires_in": "300"},
        {**AUTHORIZATION, "expires_in": 3.5},
        {**AUTHORIZATION, "access_token": "two\r\nlines"},
        {**AUTHORIZATION, "access_token": ""},
        "x",
        [],
        5,
    ],
)
def test_wrong_authorization_is_refused_without_its_token(authorization: Any) -> None:
    error = refused(hook_request(PATIENT_VIEW, fhirServer=SERVER, fhirAuthorization=authorization))

    assert isinstance(error, WrongContent)
    assert "fhirAuthorization" in error.message
    assert "s3cr3t" not in error.message


def test_authorization_without_a_server_is_refused() -> None:
    assert "without fhirServer" in refused(hook_request(PATIENT_VIEW, fhirAuthorization=AUTHORIZATION)).message


@pytest.mark.parametrize(
    "server",
    ["not a url", "/fhir", "ftp://127.0.0.1/fhir", "file:///etc/passwd", 5, [], "", "https://u:p@host/fhir", "http://"],
)
def test_a_fhir_server_that_is_no_http_url_is_refused(server: Any) -> None:
    assert "fhirServer" in refused(hook_request(PATIENT_VIEW, fhirServer=server)).message


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json"])
def test_json_by_any_spelling(content_type: str) -> None:
    assert read(hook_request(PATIENT_VIEW), content_type=content_type).patient_id == "p1"


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        ("text/plain", ""),
        ("", ""),
        ("multipart/form-data; boundary=x", ""),
        ("application/json; charset=utf-16", ""),
        ("application/json", "gzip"),
    ],
)
def test_another_media_type_or_encoding_is_refused(content_type: str, encoding: str) -> None:
    with pytest.raises(WrongType):
        read(hook_request(PATIENT_VIEW), content_type=content_type, content_encoding=encoding)
