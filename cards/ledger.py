"""What happened to each need: "looked, nothing found" and "could not look" are different answers.

Facts out of a chart are only half of what a rule may argue from; the other half is whether the chart was
read at all. An absent entry in the ledger is an error, never a state.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

import msgspec


class State(StrEnum):
    """How the reading of one need ended (contract, "When data are missing")."""

    PRESENT = "present"
    NONE = "none"  # read whole, nothing there
    PARTIAL = "partial"  # some entries or pages unread
    UNPARSED = "unparsed"  # no usable Bundle
    NOT_PROVIDED = "not provided"
    FAILED = "failed"
    FORBIDDEN = "forbidden"
    STALE = "stale"  # HTTP Age over 60 s
    UNSUPPORTED = "unsupported"  # only by the site's own declaration


WHOLE = frozenset({State.PRESENT, State.NONE})


class Entry(msgspec.Struct, frozen=True):
    """The state of one need, where the data came from, and why it is not whole.

    `because` is a clause for an operator or a clinician ("the EHR refused (403)"), without chart values.
    """

    need: str
    state: State
    source: str = ""  # "prefetch", "fetch" or ""
    because: str = ""

    @property
    def is_whole(self) -> bool:
        """Read to the end: absence in it is a finding."""
        return self.state in WHOLE

    @property
    def is_lost(self) -> bool:
        """Asked for and not read whole. What a site declares unsupported is not lost: nobody can have it."""
        return self.state not in WHOLE and self.state is not State.UNSUPPORTED


class Ledger:
    """The entries of one call by need key. Immutable: `amended` returns a new one."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries = {entry.need: entry for entry in entries}

    def __getitem__(self, need: str) -> Entry:
        return self._entries[need]

    def __contains__(self, need: str) -> bool:
        return need in self._entries

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def amended(self, *entries: Entry) -> "Ledger":
        """A ledger with these entries in place of (or beside) the ones of the same need."""
        return Ledger([*(e for e in self if e.need not in {n.need for n in entries}), *entries])

    def weakened(self, losses: Mapping[str, Sequence[str]]) -> "Ledger":
        """A ledger with `partial` where something was lost, by need; what is lost already stays as it is."""
        return self.amended(*(self._weaker(need, because) for need, because in losses.items())) if losses else self

    def _weaker(self, need: str, because: Sequence[str]) -> Entry:
        if need not in self._entries:
            return Entry(need, State.PARTIAL, because="; ".join(because))
        entry = self._entries[need]
        state = State.PARTIAL if entry.state in {*WHOLE, State.PARTIAL} else entry.state
        reasons = [entry.because, *because] if entry.because else because
        return Entry(need, state, entry.source, "; ".join(reasons))

    def is_whole(self, need: str) -> bool:
        """Whether this need was read to the end; a need that nobody asked for was not."""
        return need in self._entries and self._entries[need].is_whole

    def is_lost(self, need: str) -> bool:
        """Whether this need was not read whole, and the site does not declare it unsupported."""
        return need not in self._entries or self._entries[need].is_lost

    def lost(self, needs: Iterable[str]) -> tuple[str, ...]:
        """Of these needs, in their order, the ones that were not read whole."""
        return tuple(need for need in needs if self.is_lost(need))
