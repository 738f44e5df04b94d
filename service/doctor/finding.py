"""What a check found."""

from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """One line. `to_do` says what to change and where; a finding that is ok needs none."""

    level: Literal["ok", "look", "wrong"]
    what: str
    to_do: str = ""

    def line(self) -> str:
        """As it is printed."""
        return f"{self.level:<5}  {self.what}" + (f" -> {self.to_do}" if self.to_do else "")


def ok(what: str) -> Finding:
    """As it should be."""
    return Finding("ok", what)


def look(what: str, to_do: str) -> Finding:
    """Allowed, and seldom meant."""
    return Finding("look", what, to_do)


def wrong(what: str, to_do: str) -> Finding:
    """Does not work, or is not safe."""
    return Finding("wrong", what, to_do)
