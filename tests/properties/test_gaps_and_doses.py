"""A longer gap, or a higher dose that was stopped, never makes a card milder."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cards.case import Case
from tests.properties.gaps import BY_NAME, FADES, LOOKS, missing_for
from tests.properties.patients import NAMES, by_name, examples, urgencies
from tests.properties.retelling_drugs import dosages, is_by_pump
from tests.properties.worse import milder
from tests.stories.calls import Call, Resource

FAMILIES = st.sampled_from(sorted(BY_NAME))
MG = st.sampled_from([5, 10, 15, 20, 25, 30, 40])
SHARES = st.floats(0, 1)


def assert_not_milder(call: Call, worse: Call, *, but: str = "") -> None:
    """Kind by kind; `but`: a kind that is not compared."""
    decision = worse.decision()
    before = {kind: urgency for kind, urgency in urgencies(call.decision()).items() if kind != but}
    assert not milder(before, urgencies(decision), decision, worse)


@examples(600)
@given(FAMILIES, SHARES, SHARES, MG, st.sampled_from(sorted(LOOKS)), st.booleans())
def test_a_longer_gap(family: str, one: float, other: float, mg: float, look: str, ordering: bool) -> None:
    """As long as clinical.md lets the urgency grow; the ends are written in `gaps`."""
    which = BY_NAME[family]
    short, long = (which.since + share * (which.until - which.since) for share in sorted((one, other)))
    assert_not_milder(
        missing_for(which, round(short, 1), mg, look, ordering=ordering),
        missing_for(which, round(long, 1), mg, look, ordering=ordering),
        but="suspected-withdrawal" if family == "supply ran out" and long > FADES else "",
    )


@examples(400)
@given(FAMILIES, SHARES, MG, MG, st.sampled_from(sorted(LOOKS)), st.booleans())
def test_a_higher_dose(family: str, share: float, one: float, other: float, look: str, ordering: bool) -> None:
    """Of what was lost."""
    which = BY_NAME[family]
    hours = round(which.since + share * (which.until - which.since), 1)
    lower, higher = sorted((one, other))
    assert_not_milder(
        missing_for(which, hours, lower, look, ordering=ordering),
        missing_for(which, hours, higher, look, ordering=ordering),
    )


def times(call: Call, factor: float) -> Call:
    """Every dose of baclofen by mouth so many times as high, in the chart and in hand."""
    return call.but(resources=[_times(r, factor) for r in call.resources]).with_drafts(
        [_times(r, factor) for r in call.drafts]
    )


def _times(resource: Resource, factor: float) -> Resource:
    if "baclofen" not in json.dumps(resource).lower() or is_by_pump(resource):
        return resource
    copy: Any = json.loads(json.dumps(resource))
    for dosage in dosages(copy):
        for rate in dosage.get("doseAndRate", []):
            quantity = rate.get("doseQuantity", {})
            if quantity.get("unit") in ("mg", "mcg", "g"):
                quantity["value"] *= factor
                dosage.pop("text", None)
    if copy["resourceType"] == "MedicationAdministration" and "dose" in copy.get("dosage", {}):
        copy["dosage"]["dose"]["value"] *= factor
        copy["dosage"].pop("text", None)
    return dict(copy)


@examples(400)
@given(NAMES, st.sampled_from([1.25, 1.5, 2, 2.5, 3, 4]))
def test_every_dose_of_a_story_higher(name: str, factor: float) -> None:
    """The same cut or stop of a higher dose. Where the higher dose is implausible nothing is compared (FND-02)."""
    call = times(by_name()[name], 1)
    worse = times(call, factor)
    if Case(worse.decision().record, worse.moment()).doses_are_comparable:
        assert_not_milder(call, worse)
