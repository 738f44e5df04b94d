"""The hazard log, `hazards.toml`, as data."""

from pathlib import Path
from typing import Literal

import msgspec


class Control(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds the hazard, the file where it lives, and the tests that prove it ("tests/test_decide.py::name")."""

    words: str
    where: str
    tests: tuple[str, ...]


class Hazard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One hazard. `left`: what remains of it when all controls work."""

    id: str
    hazard: str
    cause: str
    effect: str
    severity: Literal["minor", "significant", "considerable", "major", "catastrophic"]
    controls: tuple[Control, ...]
    left: str


class _Log(msgspec.Struct, forbid_unknown_fields=True):
    hazards: tuple[Hazard, ...]


HAZARDS = msgspec.toml.decode(Path(__file__).with_name("hazards.toml").read_bytes(), type=_Log).hazards
