"""For every need, patients for whom it decides or refines what is said, on several hooks; and one without baclofen."""

from collections.abc import Iterator
from functools import cache
from random import Random

import msgspec

from cards.hooks import ALL as HOOKS
from cards.hooks import Hook
from cards.ledger import State
from cards.needs import ALL, LABS, OBSERVATIONS, VITALS
from tests.properties.patients import by_name, by_name_on_every_hook, told
from tests.stories.calls import Call

HEALTHY = "never-on-baclofen-1"
EVERYTHING = "everything"  # in place of a need: nothing is prefetched
OFTEN_TOLD = ("three-doses-missed-after-surgery-1", "missed-refill-fever-and-rigidity-1", HEALTHY)
MOST = 2  # patients a need, beside the one without baclofen


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A patient, a hook, and the need that is left to the FHIR server; all else is prefetched."""

    call: Call
    need: str

    @property
    def left_out(self) -> frozenset[str]:
        """What the server is asked for: vital signs and results also stand among all observations."""
        if self.need == EVERYTHING:
            return frozenset(need.key for need in self.call.needs)
        return frozenset({self.need, OBSERVATIONS.key} if self.need in (VITALS.key, LABS.key) else {self.need})

    @property
    def name(self) -> str:
        return f"{self.need} of {self.call.name} on {self.call.hook.name}"


@cache
def all_cases() -> tuple[Case, ...]:
    """The same ones each time; every hook is among them."""
    found = [case for need in ALL for case in _cases_of(need.key)]
    found += [Case(call=by_name()[name], need=EVERYTHING) for name in OFTEN_TOLD]
    hooks = {case.call.hook.name for case in found}
    return (*found, *(case for hook in HOOKS if hook.name not in hooks for case in _cases_on(hook)))


def _cases_on(hook: Hook) -> list[Case]:
    """Patients on a hook that few stories are told on, each with another need."""
    calls = [call for call in _calls() if call.hook is hook]
    found: dict[str, Case] = {}
    for call in calls:
        for need in call.needs:
            case = Case(call=call, need=need.key)
            if need.key not in found and matters(case):
                found[need.key] = case
                break
    return list(found.values())


def _cases_of(need: str) -> Iterator[Case]:
    hooks: set[str] = set()
    calls = sorted(_calls(), key=lambda call: call.name)
    Random(need).shuffle(calls)
    for call in calls:
        if call.hook.name in hooks or need not in {one.key for one in call.needs}:
            continue
        if matters(Case(call=call, need=need)):
            hooks.add(call.hook.name)
            yield Case(call=call, need=need)
        if len(hooks) == MOST:
            break
    healthy = by_name()[HEALTHY]
    if need in {one.key for one in healthy.needs}:
        yield Case(call=healthy, need=need)


def _calls() -> list[Call]:
    """Those that have all that their hook requires."""
    return [call for call in by_name_on_every_hook().values() if set(call.hook.required) <= set(call.context)]


def matters(case: Case) -> bool:
    """Whether the answer is another one, or names another thing, when this need is lost."""
    lost = dict.fromkeys(case.left_out, State.FAILED)
    return told(case.call.decision()) != told(case.call.but(lost=lost).decision())
