"""The list of threats, `threats.toml`, as data and as `docs/threats.md`."""

from pathlib import Path

import msgspec

from tests.safety.hazards import Control

PAGE = Path(__file__).resolve().parents[2] / "docs" / "threats.md"
HEAD = """# Threats, what holds them, and the proof

Made from `tests/safety/threats.toml` by `python -m tests.safety.documents`; the tests fail when it is out of date, or
when a control names a file or a test that is not there. What the service does not hold by itself: TLS and a limit of
requests a minute belong to the proxy in front of it, the database's backups and the sites file to the operator.

| # | threat | what holds it | where | proof |
|---|---|---|---|---|
"""


class Threat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One threat. `differs`: where this service does otherwise than the list it comes from, and why."""

    number: int
    threat: str
    control: str
    where: str
    tests: tuple[str, ...]
    differs: str = ""

    @property
    def held_by(self) -> Control:
        """As the hazard log has it."""
        return Control(self.control, self.where, self.tests)


class _Log(msgspec.Struct, forbid_unknown_fields=True):
    threats: tuple[Threat, ...]


THREATS = msgspec.toml.decode(Path(__file__).with_name("threats.toml").read_bytes(), type=_Log).threats


def threat_page() -> str:
    """The whole page."""
    rows = []
    for one in THREATS:
        control = f"{one.control}. *{one.differs}.*" if one.differs else one.control
        proofs = "<br>".join(f"`{test}`" for test in one.tests)
        rows.append(f"| {one.number} | {one.threat} | {control} | `{one.where}` | {proofs} |\n")
    return HEAD + "".join(rows)
