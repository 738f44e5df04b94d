"""A synthetic chart in a nurse's words, and what the service decides about it.

    chart = Chart(age=54)
    chart.baclofen(mg=20, times=3, since="400d")
    chart.stay("30h")
    decision = chart.decide()
    assert decision.card("abrupt-discontinuation").urgency is CRITICAL

Times are strings such as "26h" or "400d": so long before NOW; a leading "+" means after. Tests run in a zone that is
not UTC, so that zone mistakes show.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from cards import needs
from cards.case import Case
from cards.decide import Decision, decide
from cards.hooks import PATIENT_VIEW, Hook
from cards.ledger import Entry, Ledger, State
from cards.moment import Moment, Supplied
from cards.record.valuesets import ValueSets
from cards.rule import Rule, all_rules
from cards.verdict import MergedCard, Verdict

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 3, 10, 18, 0, tzinfo=ZONE)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SUBJECT = {"reference": "Patient/p1"}

Resource = dict[str, Any]


def moment(text: str, now: datetime = NOW) -> datetime:
    """ "26h" -> 26 hours before now; "+2d" -> in two days."""
    sign = 1 if text.startswith("+") else -1
    digits = text.lstrip("+-")
    return (now.astimezone(UTC) + sign * timedelta(**{_UNITS[digits[-1]]: float(digits[:-1])})).astimezone(ZONE)


def instant(text: str) -> str:
    """As FHIR instant."""
    return moment(text).isoformat()


def date(text: str) -> str:
    """As FHIR date of the facility's day."""
    return moment(text).date().isoformat()


@cache
def valuesets() -> ValueSets:
    """The project's own value sets, loaded once."""
    return ValueSets.load()


class Decided:
    """A decision with the questions that tests ask of it."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.kinds = [card.kind for card in decision.cards]

    def card(self, kind: str) -> MergedCard:
        """The card of this kind; fails with every verdict when there is none."""
        found = [card for card in self.decision.cards if card.kind == kind]
        assert found, f"no {kind} card; " + "; ".join(f"{o.rule} {o.verdict!r}"[:160] for o in self.decision.outcomes)
        return found[0]

    def urgency(self, kind: str) -> str:
        """Its indicator, "" when there is no such card."""
        return next((card.urgency.indicator for card in self.decision.cards if card.kind == kind), "")

    def verdict(self, rule: str) -> Verdict:
        """What one rule said."""
        return next(o.verdict for o in self.decision.outcomes if o.rule == rule)

    @property
    def is_silent(self) -> bool:
        """An empty card list, and nothing that could not be checked."""
        return not self.decision.cards and self.decision.could_not_check is None


class Chart:
    """Resources of one patient; every method adds one and returns it."""

    def __init__(self, age: float | None = 54, *, taught: bool = True) -> None:
        """`taught`: teaching is on record, so that it does not remind of itself in every other test."""
        self.resources: list[Resource] = []
        self._number = 0
        if taught:
            said = {"payload": [{"contentString": "Baclofen teaching; emergency supply of baclofen by mouth given"}]}
            self.resources.append(
                {"resourceType": "Communication", "id": "taught", "status": "completed", "subject": SUBJECT,
                 "sent": instant("30d"), **said}
            )  # fmt: skip
        if age is not None:
            self.resources.append(
                {"resourceType": "Patient", "id": "p1", "birthDate": moment(f"{age * 365.25 + 1}d").date().isoformat()}
            )

    def add(self, resource_type: str, **elements: Any) -> Resource:
        """Any resource; `subject` and `id` are filled in."""
        self._number += 1
        who = "patient" if resource_type in ("Device", "NutritionOrder", "FamilyMemberHistory") else "subject"
        resource = {"resourceType": resource_type, "id": f"r{self._number}", **elements}
        if resource_type != "Appointment":
            resource.setdefault(who, SUBJECT)
        self.resources.append(resource)
        return resource

    # -- medicines -------------------------------------------------------------------------------------------------

    def baclofen(
        self,
        mg: float | None = 20,
        times: int = 3,
        since: str | None = "400d",
        *,
        statement: bool = False,
        status: str = "active",
        category: str = "community",
        until: str | None = None,
        **more: Any,
    ) -> Resource:
        """Baclofen by mouth as an order or a statement."""
        dosage: Resource = {"text": f"{times} times a day", "route": {"text": "Oral"}}
        dosage["timing"] = {"repeat": {"frequency": times, "period": 1, "periodUnit": "d"}}
        if mg is not None:
            dosage["doseAndRate"] = [{"doseQuantity": {"value": mg, "unit": "mg", "code": "mg"}}]
        drug = {"medicationCodeableConcept": {"text": "baclofen tablet"}}
        if statement:
            period = {key: date(value) for key, value in (("start", since), ("end", until)) if value}
            told = {"effectivePeriod": period} if period else {}
            return self.add("MedicationStatement", status=status, dosage=[dosage], **drug, **told, **more)
        if until:
            dosage["timing"]["repeat"]["boundsPeriod"] = {"end": instant(until)}
        if category:
            more.setdefault("category", [{"coding": [{"code": category}]}])
        if since:
            more.setdefault("authoredOn", instant(since))
        return self.add("MedicationRequest", status=status, intent="order", dosageInstruction=[dosage], **drug, **more)

    def medicine(self, name: str, since: str = "2h", **more: Any) -> Resource:
        """Any other order."""
        more.setdefault("status", "active")
        return self.add(
            "MedicationRequest",
            intent="order",
            medicationCodeableConcept={"text": name},
            authoredOn=instant(since),
            **more,
        )

    def given(self, *times: str, drug: str = "baclofen 20 mg tablet", status: str = "completed") -> None:
        """Doses given (or, with status "not-done", not given)."""
        for time in times:
            self.add(
                "MedicationAdministration",
                status=status,
                medicationCodeableConcept={"text": drug},
                effectiveDateTime=instant(time),
                dosage={"route": {"text": "Oral"}, "dose": {"value": 20, "unit": "mg"}},
            )

    def not_given(self, *times: str) -> None:
        """Doses of baclofen charted as not given."""
        self.given(*times, status="not-done")

    def fill(self, when: str, days: int) -> Resource:
        """A fill handed over at home."""
        return self.add(
            "MedicationDispense",
            status="completed",
            medicationCodeableConcept={"text": "baclofen 20 mg tablet"},
            whenHandedOver=instant(when),
            daysSupply={"value": days, "unit": "d"},
        )

    # -- hospital --------------------------------------------------------------------------------------------------

    def stay(self, since: str, kind: str = "IMP") -> Resource:
        """An encounter under way."""
        return self.add(
            "Encounter", status="in-progress", **{"class": {"code": kind}}, period={"start": instant(since)}
        )

    def order(self, text: str, status: str = "active", **more: Any) -> Resource:
        """A service order in words."""
        return self.add("ServiceRequest", status=status, intent="order", code={"text": text}, **more)

    def diet(self, text: str, status: str = "active", **more: Any) -> Resource:
        """A diet order in words."""
        return self.add(
            "NutritionOrder",
            status=status,
            intent="order",
            oralDiet={"type": [{"text": text}]},
            **{"dateTime": instant("1h"), **more},
        )

    def procedure(self, text: str, when: str, status: str = "completed", **more: Any) -> Resource:
        """A procedure in words."""
        return self.add("Procedure", status=status, code={"text": text}, performedDateTime=instant(when), **more)

    def appointment(self, text: str, when: str, status: str = "booked") -> Resource:
        """A booked visit."""
        return self.add(
            "Appointment",
            status=status,
            description=text,
            start=instant(when),
            participant=[{"actor": SUBJECT, "status": "accepted"}],
        )

    # -- findings --------------------------------------------------------------------------------------------------

    def vital(self, loinc: str, value: float, unit: str, when: str = "1h") -> Resource:
        """A vital sign or laboratory value by LOINC code."""
        return self.add(
            "Observation",
            status="final",
            code={"coding": [{"system": "http://loinc.org", "code": loinc}]},
            valueQuantity={"value": value, "unit": unit, "code": unit},
            effectiveDateTime=instant(when),
        )

    def temperature(self, celsius: float, when: str = "1h") -> Resource:
        return self.vital("8310-5", celsius, "Cel", when)

    def heart_rate(self, value: float, when: str = "1h") -> Resource:
        return self.vital("8867-4", value, "/min", when)

    def systolic(self, value: float, when: str = "1h") -> Resource:
        return self.vital("8480-6", value, "mm[Hg]", when)

    def sign(self, text: str, when: str = "2h") -> Resource:
        """A sign in words: "Hallucinations"."""
        return self.add(
            "Observation", status="final", code={"text": text}, valueString="present", effectiveDateTime=instant(when)
        )

    def condition(self, text: str, onset: str | None = None, *, active: bool = True, **more: Any) -> Resource:
        """A problem in words."""
        told = {"onsetDateTime": instant(onset)} if onset else {}
        status = {"coding": [{"code": "active" if active else "resolved"}]}
        return self.add("Condition", code={"text": text}, clinicalStatus=status, **told, **more)

    # -- pump ------------------------------------------------------------------------------------------------------

    def pump(self, name: str = "SynchroMed II", *, drug: str | None = "baclofen") -> Resource:
        """An implanted pump, with an intrathecal order for what is in it."""
        device = self.add(
            "Device",
            status="active",
            deviceName=[{"name": name, "type": "user-friendly-name"}],
            type={"text": "Intrathecal infusion pump"},
        )
        if drug:
            self.add(
                "MedicationRequest",
                status="active",
                intent="order",
                authoredOn=instant("300d"),
                medicationCodeableConcept={"text": f"{drug} intrathecal 2,000 mcg/mL"},
                dosageInstruction=[
                    {
                        "route": {"coding": [{"system": "http://snomed.info/sct", "code": "72607000"}]},
                        "doseAndRate": [{"rateQuantity": {"value": 350, "unit": "mcg/day", "code": "ug/d"}}],
                    }
                ],
            )
        return device

    def alarm_date(self, day: str, told: str = "80d") -> Resource:
        """The low-reservoir alarm date, as programmed at `told`."""
        return self.add(
            "Observation",
            status="final",
            code={"text": "ITB low reservoir alarm date"},
            valueDateTime=date(day),
            effectiveDateTime=instant(told),
        )

    def pump_note(self, text: str, value: str, when: str = "3h") -> Resource:
        """Something read at the pump, in words."""
        return self.add(
            "Observation", status="final", code={"text": text}, valueString=value, effectiveDateTime=instant(when)
        )

    # -- asking ----------------------------------------------------------------------------------------------------

    def draft(self, resource: Resource, **changes: Any) -> Resource:
        """A copy of a resource with changes, for `drafts`; the chart keeps its own."""
        return {**json.loads(json.dumps(resource)), **changes}

    def supplied(self) -> tuple[Supplied, ...]:
        return tuple(Supplied(r["resourceType"], msgspec.Raw(json.dumps(r).encode())) for r in self.resources)

    def ledger(self, lost: dict[str, State] | None = None) -> Ledger:
        present = {r["resourceType"] for r in self.resources}
        return Ledger(
            Entry(
                need.key,
                (lost or {}).get(need.key) or (State.PRESENT if need.resource_type in present else State.NONE),
                "prefetch",
            )
            for need in needs.ALL
        )

    def moment(self, hook: Hook = PATIENT_VIEW, drafts: Iterable[Resource] = (), **more: Any) -> Moment:
        raw = tuple(msgspec.Raw(json.dumps(draft).encode()) for draft in drafts)
        return Moment(now=more.pop("now", NOW), patient_id="p1", hook=hook, zone=ZONE, drafts=raw, **more)

    def decide(
        self,
        hook: Hook = PATIENT_VIEW,
        drafts: Iterable[Resource] = (),
        *,
        lost: Iterable[str] = (),
        unsupported: Iterable[str] = (),
        rules: tuple[Rule, ...] | None = None,
        max_cards: int = 3,
        **more: Any,
    ) -> Decided:
        """Decide; the needs in `lost` failed, and their resources are not there."""
        gone = set(lost) | set(unsupported)
        kept = [s for s in self.supplied() if s.need not in gone]
        states = dict.fromkeys(lost, State.FAILED) | dict.fromkeys(unsupported, State.UNSUPPORTED)
        return Decided(
            decide(
                all_rules() if rules is None else rules,
                kept,
                self.ledger(states),
                self.moment(hook, drafts, **more),
                valuesets=valuesets(),
                max_cards=max_cards,
            )
        )

    def case(self, hook: Hook = PATIENT_VIEW, drafts: Iterable[Resource] = (), **more: Any) -> Case:
        """The case, for tests of timeline and scales."""
        from cards.record.read import read

        at = self.moment(hook, drafts, **more)
        return Case(read(self.supplied(), self.ledger(), at, valuesets()), at)
