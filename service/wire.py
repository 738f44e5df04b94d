"""CDS Hooks JSON <-> Call and Card. Nothing else knows the wire format.

A body is read as an envelope whose members stay undecoded; each member is then decoded by itself. So a chart is never
turned into one dictionary, one wrong member gives one precise complaint, and of duplicate keys the last wins. Cards are
written in `service/wire_cards.py`.
"""

import re
from typing import Any

import msgspec

from cards.hooks import Hook
from service.bundles import kind_of
from service.errors import Unparsable, WrongContent, WrongType
from service.json_text import check_json_text

_NOTHING = msgspec.Raw(b"")
_NULL = b"null"
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
# FHIR's id, and the underscore that some EHRs put into theirs. Never only dots: an id becomes part of a URL.
_ID = re.compile(r"(?!\.+\Z)[A-Za-z0-9._-]{1,64}\Z")
_REFERENCE = re.compile(r"[A-Z][A-Za-z]{1,63}/(?!\.+\Z)[A-Za-z0-9._-]{1,64}\Z")
_FHIR_SERVER = re.compile(r"https?://[^\s/?#@\\\"<>]+(/[^\s?#\\\"<>]*)?\Z", re.IGNORECASE)


class Authorization(msgspec.Struct, frozen=True, kw_only=True):
    """`fhirAuthorization` of a hook request. Lives for one call: never stored, never logged."""

    access_token: str
    scope: str = ""
    patient: str = ""

    def __repr__(self) -> str:
        return "Authorization(…)"  # a token must not come out of a log or a failed assertion


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One hook request, parsed. `prefetch` values are undecoded JSON; a key that is absent was not provided."""

    hook: Hook
    hook_instance: str
    patient_id: str
    user: str = ""
    encounter_id: str = ""
    fhir_server: str = ""
    authorization: Authorization | None = None
    prefetch: dict[str, msgspec.Raw] = {}
    drafts: tuple[msgspec.Raw, ...] = ()
    selections: tuple[str, ...] = ()
    dispatched: tuple[str, ...] = ()
    extension: dict[str, msgspec.Raw] = {}  # the request's own: vendors say there what the hook leaves out


class _Envelope(msgspec.Struct, rename="camel"):
    hook: msgspec.Raw = _NOTHING
    hook_instance: msgspec.Raw = _NOTHING
    context: msgspec.Raw = _NOTHING
    prefetch: msgspec.Raw = _NOTHING
    fhir_server: msgspec.Raw = _NOTHING
    fhir_authorization: msgspec.Raw = _NOTHING
    extension: msgspec.Raw = _NOTHING


class _Bundle(msgspec.Struct, rename="camel"):
    resource_type: Any = None
    entry: msgspec.Raw = _NOTHING


class _Entry(msgspec.Struct):
    resource: msgspec.Raw = _NOTHING


class _WireAuthorization(msgspec.Struct):
    access_token: str
    token_type: str
    expires_in: int
    scope: str
    subject: str
    patient: Any = None


_envelope = msgspec.json.Decoder(_Envelope)
_string = msgspec.json.Decoder(str)
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_bundle = msgspec.json.Decoder(_Bundle)
_entries = msgspec.json.Decoder(list[_Entry | None])
_strings = msgspec.json.Decoder(list[str])
_authorization = msgspec.json.Decoder(_WireAuthorization)


def check_media_type(content_type: str, content_encoding: str = "") -> None:
    """415 unless the body is announced as plain JSON in UTF-8."""
    media_type, _, parameters = content_type.partition(";")
    if media_type.strip().lower() != "application/json":
        raise WrongType("Content-Type must be application/json")
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", parameters, re.IGNORECASE)
    if charset and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise WrongType("JSON is sent as UTF-8; leave the charset out or say utf-8")
    if content_encoding.strip().lower() not in ("", "identity"):
        raise WrongType("compressed bodies are not taken; send the JSON as it is")


def read_object(body: bytes, decoder: msgspec.json.Decoder[Any], what: str) -> Any:
    """The body decoded; 400 when it is not JSON, 422 when it is JSON of another shape."""
    check_json_text(body)
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        _check_syntax(body)
        # msgspec names types and places in its complaints, never values.
        raise WrongContent(f"the body is not {what}: {error}") from None
    except msgspec.DecodeError as error:
        raise Unparsable(f"the body is not JSON: {error}") from None
    except RecursionError:
        raise Unparsable("the body is nested too deeply") from None


def _check_syntax(body: bytes) -> None:
    """A decoder may stop at the first wrong type, before it has seen that the rest is no JSON at all."""
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except msgspec.DecodeError as error:
        raise Unparsable(f"the body is not JSON: {error}") from None
    except RecursionError:
        raise Unparsable("the body is nested too deeply") from None


def read_call(body: bytes, content_type: str, hook: Hook, *, content_encoding: str = "") -> Call:
    """The hook request in `body`, sent to the service of `hook`. Unknown members are ignored everywhere."""
    check_media_type(content_type, content_encoding)
    envelope: _Envelope = read_object(body, _envelope, "a hook request")
    named = _text(envelope.hook, "hook")
    if named != hook.name:
        raise WrongContent(
            f"this is the service of the hook {hook.name}, and the request is of another hook: "
            f"send each hook to the service that discovery lists for it"
        )
    instance = _text(envelope.hook_instance, "hookInstance")
    if not UUID.match(instance):
        raise WrongContent("hookInstance must be a UUID")
    context = _object(envelope.context, "context", required=True)
    for name, kind in hook.required.items():
        if _is_absent(context.get(name)):
            raise WrongContent(f"context.{name} is missing; {hook.name} requires {', '.join(hook.required)}")
        _check_field(context[name], f"context.{name}", kind)
    for name, kind in hook.optional.items():
        if not _is_absent(context.get(name)):
            _check_field(context[name], f"context.{name}", kind)
    server = "" if _is_absent(envelope.fhir_server) else _fhir_server(envelope.fhir_server)
    return Call(
        hook=hook,
        hook_instance=instance,
        patient_id=_context_text(context, "patientId"),
        user=_context_text(context, "userId"),
        encounter_id=_context_text(context, "encounterId"),
        fhir_server=server,
        authorization=_read_authorization(envelope.fhir_authorization, server),
        prefetch=_object(envelope.prefetch, "prefetch", required=False),
        drafts=_drafts(context[hook.drafts_in], hook.drafts_in) if hook.drafts_in else (),
        selections=_references(context, "selections", hook),
        dispatched=_references(context, "dispatchedOrders", hook),
        extension=_extension(envelope.extension),
    )


def _references(context: dict[str, msgspec.Raw], name: str, hook: Hook) -> tuple[str, ...]:
    """A list of references that the hook requires, and that was checked with its required fields."""
    return tuple(_strings.decode(context[name])) if name in hook.required else ()


def _extension(raw: msgspec.Raw) -> dict[str, msgspec.Raw]:
    """The request's extension; one of another shape than an object never breaks a call."""
    try:
        return {} if _is_absent(raw) else _members.decode(raw)
    except msgspec.DecodeError:
        return {}


def _is_absent(raw: msgspec.Raw | None) -> bool:
    return raw is None or bytes(raw) in (b"", _NULL)


def _context_text(context: dict[str, msgspec.Raw], name: str) -> str:
    raw = context.get(name)
    if raw is None or _is_absent(raw):
        return ""
    return _text(raw, f"context.{name}")


def _text(raw: msgspec.Raw, where: str) -> str:
    if _is_absent(raw):
        raise WrongContent(f"{where} is missing")
    try:
        return _string.decode(raw)
    except msgspec.DecodeError:
        raise WrongContent(f"{where} must be a string") from None


def _object(raw: msgspec.Raw, where: str, *, required: bool) -> dict[str, msgspec.Raw]:
    if _is_absent(raw):
        if required:
            raise WrongContent(f"{where} is missing")
        return {}
    try:
        return _members.decode(raw)
    except msgspec.DecodeError:
        raise WrongContent(f"{where} must be an object") from None


def _check_field(raw: msgspec.Raw, where: str, kind: str) -> None:
    """One context field of the kinds that `cards.hooks` names."""
    if kind == "id" and not _ID.match(_text(raw, where)):
        raise WrongContent(f"{where} must be a bare FHIR id of at most 64 characters, not a reference")
    if kind == "ref" and not _REFERENCE.match(_text(raw, where)):
        raise WrongContent(f"{where} must be a reference such as Practitioner/123")
    if kind == "refs":
        _check_references(raw, where)
    if kind == "bundle":
        _read_bundle(raw, where)


def _check_references(raw: msgspec.Raw, where: str) -> None:
    try:
        references = _strings.decode(raw)
    except msgspec.DecodeError:
        raise WrongContent(f"{where} must be a list of references") from None
    if not references or not all(_REFERENCE.match(reference) for reference in references):
        raise WrongContent(f"{where} must be a list of one or more references such as MedicationRequest/123")


def _read_bundle(raw: msgspec.Raw, where: str) -> list[_Entry | None]:
    """The entries of a Bundle. `type` is not asked for: the CDS Hooks Sandbox leaves it out."""
    try:
        bundle = _bundle.decode(raw)
    except msgspec.DecodeError:
        raise WrongContent(f"{where} must be a FHIR Bundle") from None
    if bundle.resource_type != "Bundle":
        raise WrongContent(f"{where} must be a FHIR Bundle (resourceType)")
    if _is_absent(bundle.entry):
        return []
    try:
        return _entries.decode(bundle.entry)
    except msgspec.DecodeError:
        raise WrongContent(f"{where}.entry must be a list of objects") from None


def _drafts(raw: msgspec.Raw, name: str) -> tuple[msgspec.Raw, ...]:
    """The resources of the hook's own Bundle. An entry without one is an order that nobody could look at: refused."""
    found = tuple(_NOTHING if entry is None else entry.resource for entry in _read_bundle(raw, f"context.{name}"))
    if not all(bytes(resource).startswith(b"{") and kind_of(resource) != "Bundle" for resource in found):
        raise WrongContent(f"every entry of context.{name} must hold a resource")
    return found


def _fhir_server(raw: msgspec.Raw) -> str:
    server = _text(raw, "fhirServer")
    if not _FHIR_SERVER.match(server):
        raise WrongContent("fhirServer must be the http(s) base URL of a FHIR server")
    return server


def _read_authorization(raw: msgspec.Raw, server: str) -> Authorization | None:
    if _is_absent(raw):
        return None
    if not server:
        raise WrongContent("fhirAuthorization is given without fhirServer")
    try:
        given: _WireAuthorization = _authorization.decode(raw)
    except msgspec.DecodeError as error:
        # The place and the type wanted, never the value: it is a credential.
        raise WrongContent(f"fhirAuthorization is not as CDS Hooks asks: {error}") from None
    if given.token_type.lower() != "bearer":
        raise WrongContent("fhirAuthorization.token_type must be Bearer")
    if not given.access_token or not given.access_token.isascii() or not given.access_token.isprintable():
        raise WrongContent("fhirAuthorization.access_token must be a token that fits in a header")
    patient = given.patient if isinstance(given.patient, str) else ""
    return Authorization(access_token=given.access_token, scope=given.scope, patient=patient)
