"""How much of one resource is read: nobody's chart may take the time that belongs to the answer.

What is past these sizes costs its need its wholeness, and never the call its answer. They are operational judgement,
and wide: of the 1,173 resources of `fhir_fixtures` and some hundred real ones the largest is 2,200 bytes in the
elements that are read, and the longest text 127 characters. Nobody has measured a hospital's charts.
"""

from typing import Any

import msgspec

from cards.record import wire

LONGEST_TEXT = 10_000  # characters of one text, two closely written pages; what follows them is not read
LARGEST = 64 * 1024  # bytes in the elements that are read: more is not read at all
_FILE = "data"  # element of an Attachment, in base64
TOO_LONG = f"a text is read only to its first {LONGEST_TEXT:,} characters"
TOO_LARGE = "an entry is too large to be read"


def is_suspect(raw: msgspec.Raw) -> bool:
    """Whether `shortened` could find anything in a resource of this size."""
    return memoryview(raw).nbytes > LONGEST_TEXT


def shortened(resource: wire.Wire) -> str:
    """Cut the texts of a decoded resource to what is read of them; why that is not the whole, "" if it is.

    `TOO_LARGE`: it is not to be read at all. Raises what decoding raises, where an undecoded element is broken.
    """
    was_cut = False
    for name in resource.__struct_fields__:
        value = getattr(resource, name)
        if isinstance(value, msgspec.Raw):
            if memoryview(value).nbytes <= LONGEST_TEXT:
                continue
            opened = _without_files(wire.opened(value))
            kept = _cut(opened)
            setattr(resource, name, msgspec.Raw(msgspec.json.encode(kept)))
        else:
            opened = _without_files(value)
            kept = _cut(opened)
            setattr(resource, name, kept)
        was_cut = was_cut or kept is not opened
    if len(msgspec.json.encode(resource)) > LARGEST:
        return TOO_LARGE
    return TOO_LONG if was_cut else ""


def _without_files(value: Any) -> Any:
    """The value without what an Attachment holds: what it is called is read, and nothing more."""
    if isinstance(value, list):
        return [_without_files(item) for item in value]
    if isinstance(value, dict):
        return {name: _without_files(member) for name, member in value.items() if name != _FILE}
    return value


def _cut(value: Any) -> Any:
    """The value itself where nothing in it is too long."""
    if isinstance(value, str):
        return value[:LONGEST_TEXT] if len(value) > LONGEST_TEXT else value
    if isinstance(value, list):
        items = [_cut(item) for item in value]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if isinstance(value, dict):
        members = {name: _cut(member) for name, member in value.items()}
        return value if all(members[name] is member for name, member in value.items()) else members
    return value
