"""What clinicians did with a card: accepted or overridden. Epic's spelling too.

Read whole or refused whole: a batch with one wrong item changes nothing.
"""

import re
from datetime import datetime
from typing import Annotated, Any

import msgspec

from service.errors import WrongContent
from service.wire import UUID, check_media_type, read_object

LONGEST_COMMENT = 4000
NOT_A_CODE = "not-a-code"  # kept in place of a reason or an id that is somebody's own words
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#-]{0,99}")
_SYSTEM = re.compile(r"[A-Za-z][A-Za-z0-9._~:/?#@%+-]{0,299}")
_EPIC = "com.epic.cdshooks.feedback.overrideReason"  # Epic's own reasons come as extensions under this name
_TITLE = f"{_EPIC}.title"

_NOTHING = msgspec.Raw(b"")
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


class Reason(msgspec.Struct, frozen=True):
    """Why a card was overridden: one of our codes, or a client's own."""

    code: str
    system: str = ""


class FeedbackItem(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome of one card. `at` is the client's clock; `comment` is free text and is never logged."""

    card: str
    outcome: str  # accepted | overridden
    at: datetime
    suggestions: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    comment: str = ""


class _Accepted(msgspec.Struct):
    id: _Text


class _Coding(msgspec.Struct):
    code: _Text
    system: _Text


class _EpicCoding(msgspec.Struct):
    code: _Text
    system: str = ""


class _Override(msgspec.Struct, rename="camel"):
    reason: msgspec.Raw = _NOTHING
    user_comment: str | None = None
    extension: dict[str, Any] | None = None


class _Item(msgspec.Struct, rename="camel"):
    card: str
    outcome: str
    outcome_timestamp: Annotated[datetime, msgspec.Meta(tz=True)]
    accepted_suggestions: list[_Accepted] | None = None
    override_reason: _Override | None = None
    override_reasons: _Override | list[_Override] | None = None
    extension: msgspec.Raw = _NOTHING


class _Batch(msgspec.Struct):
    feedback: list[_Item]


_batch = msgspec.json.Decoder(_Batch)
_coding = msgspec.json.Decoder(_Coding)
_epic_coding = msgspec.json.Decoder(_EpicCoding)
_extension = msgspec.json.Decoder(dict[str, Any])


def read_feedback(body: bytes, content_type: str, *, content_encoding: str = "") -> tuple[FeedbackItem, ...]:
    """The items of a feedback request; 400, 415 or 422 when any of it is wrong."""
    check_media_type(content_type, content_encoding)
    batch: _Batch = read_object(body, _batch, "feedback")
    return tuple(_read_item(item, f"feedback[{number}]") for number, item in enumerate(batch.feedback))


def _read_item(item: _Item, where: str) -> FeedbackItem:
    if not UUID.match(item.card):
        raise WrongContent(f"{where}.card must be the uuid of a card")
    if item.outcome not in ("accepted", "overridden"):
        raise WrongContent(f"{where}.outcome must be accepted or overridden")
    if item.outcome == "accepted" and not item.accepted_suggestions:
        raise WrongContent(f"{where} is accepted and names no acceptedSuggestions")
    reasons, comments = _read_overrides(item, where)
    return FeedbackItem(
        card=item.card.lower(),
        outcome=item.outcome,
        at=item.outcome_timestamp,
        suggestions=tuple(_token(accepted.id) for accepted in item.accepted_suggestions or ()),
        reasons=(*reasons, *_epic_reasons(_read_extension(item.extension))),
        comment="\n".join(comments)[:LONGEST_COMMENT],
    )


def _read_overrides(item: _Item, where: str) -> tuple[list[Reason], list[str]]:
    reasons: list[Reason] = []
    comments: list[str] = []
    for override, decoder, name in _overrides(item):
        before = len(reasons) + len(comments)
        if bytes(override.reason) not in (b"", b"null"):
            reasons.append(_read_reason(override.reason, decoder, f"{where}.{name}"))
        reasons += _epic_reasons(override.extension)
        if override.user_comment:
            comments.append(override.user_comment)
        if len(reasons) + len(comments) == before:
            raise WrongContent(f"{where}.{name} has neither a reason nor a userComment")
    return reasons, comments


def _overrides(item: _Item) -> list[tuple[_Override, msgspec.json.Decoder[Any], str]]:
    epic = item.override_reasons or []
    found: list[tuple[_Override, msgspec.json.Decoder[Any], str]] = []
    if item.override_reason is not None:
        found.append((item.override_reason, _coding, "overrideReason"))
    for override in epic if isinstance(epic, list) else [epic]:
        found.append((override, _epic_coding, "overrideReasons"))
    return found


def _read_reason(raw: msgspec.Raw, decoder: msgspec.json.Decoder[Any], where: str) -> Reason:
    try:
        coding = decoder.decode(raw)
    except msgspec.DecodeError:
        raise WrongContent(f"{where}.reason must be a Coding with code and system") from None
    return Reason(_token(coding.code), coding.system if _SYSTEM.fullmatch(coding.system) else "")


def _title(text: str) -> str:
    """Epic tells the words of its own list of reasons, which its build team wrote."""
    return text if len(text) <= 60 and text.replace(" ", "").isalpha() else NOT_A_CODE


def _token(text: str) -> str:
    """A code or an id as it came; words of somebody's own, which may name a patient, are not kept."""
    return text if _CODE.fullmatch(text) else NOT_A_CODE


def _read_extension(raw: msgspec.Raw) -> dict[str, Any] | None:
    """An extension that is no object is survived: it is nothing that we know."""
    try:
        return _extension.decode(raw)
    except msgspec.DecodeError:
        return None


def _epic_reasons(extension: dict[str, Any] | None) -> list[Reason]:
    return [
        Reason(_title(str(value)) if name == _TITLE else _token(str(value)), name if _SYSTEM.fullmatch(name) else "")
        for name, value in (extension or {}).items()
        if name.startswith(_EPIC) and isinstance(value, (str, int)) and str(value)
    ]
