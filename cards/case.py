"""The case: everything a rule may look at, worked out once and only when asked for."""

from collections.abc import Iterable
from datetime import timedelta

from cards import limits
from cards.ledger import Ledger
from cards.moment import Moment
from cards.needs import Need
from cards.once import once
from cards.record.concepts import Act, Measure, Problem, Route
from cards.record.facts import MedicationOrder, Order
from cards.record.record import Record
from cards.record.when import When
from cards.scales.age import Age, VitalLimits, age_of, limits_for
from cards.scales.dependence import Dependence, Tier, oral_dependence
from cards.scales.dose_check import Doubt, dose_doubts
from cards.scales.kidney import Kidney, kidney_of
from cards.scales.toxicity import Toxicity, toxicity
from cards.scales.withdrawal_gate import Answer, Gate, gate
from cards.scales.withdrawal_score import Score, withdrawal_score
from cards.timeline.delivery import Delivery, delivery_of
from cards.timeline.findings import Findings
from cards.timeline.interruptions import Interruption, Kind, Level, last_exposure, oral_interruptions
from cards.timeline.oral import OralExposure, is_open, oral_exposure
from cards.timeline.organ_support import Ventilation, ventilation_of
from cards.timeline.pregnancy import Pregnancy, pregnancy_of
from cards.timeline.pump import Pump, PumpDrug, pump_of
from cards.timeline.regimen import Change, change_by, ordered_baclofen
from cards.timeline.restoration import Restoration, restoration_of
from cards.timeline.stay import Stay, current_stay, implied_stay
from cards.timeline.taper import Taper, taper_of

_ALTERNATIVES = (
    Problem.INFECTION_SOURCE, Problem.ALCOHOL_WITHDRAWAL, Problem.NMS, Problem.SEROTONIN_SYNDROME,
    Problem.MALIGNANT_HYPERTHERMIA,
)  # fmt: skip
# What a device or a laboratory measured: with one of these it is not "only symptoms" (FND-08). Nursing scores (GCS,
# RASS, Ashworth) rate a symptom at the bedside; FND-05 names them beside the vital signs, and FND-08 does not.
_MEASURED = (
    Measure.TEMPERATURE, Measure.HEART_RATE, Measure.SYSTOLIC, Measure.DIASTOLIC, Measure.MEAN_PRESSURE,
    Measure.RESPIRATORY_RATE, Measure.OXYGEN_SATURATION,
    Measure.CK, Measure.CREATININE, Measure.POTASSIUM, Measure.LACTATE, Measure.AST, Measure.ALT, Measure.MYOGLOBIN,
    Measure.PACO2, Measure.PH, Measure.INR,
)  # fmt: skip
_LIVE_PLAN = frozenset({"active", "draft", "in-progress", "unknown", "booked", "arrived", "planned", "on-hold", ""})


class Case:
    """One patient at one moment. Rules read attributes in a clinician's words; nothing here decides."""

    def __init__(self, record: Record, moment: Moment) -> None:
        self.record = record
        self.moment = moment
        self.now = moment.now
        self.zone = moment.zone

    # -- what was read ---------------------------------------------------------------------------------------------

    @property
    def ledger(self) -> Ledger:
        return self.record.ledger

    def saw(self, *needs: Need) -> bool:
        """Whether all of these were read whole: ask before arguing from absence."""
        return not self.ledger.lost(need.key for need in needs)

    # -- who -------------------------------------------------------------------------------------------------------

    @once
    def age(self) -> Age:
        return age_of(self.record.patient, self.now, self.zone)

    @property
    def is_child_by_tier(self) -> bool:
        return self.age.is_under(self.moment.limit(limits.TIER_ADULT_AGE))

    @property
    def is_adult_for_doses(self) -> bool:
        """Doses may be proposed: certain to be 18 or older."""
        return self.age.is_at_least(self.moment.limit(limits.DOSE_ADULT_AGE))

    @property
    def is_child_by_vitals(self) -> bool:
        return self.age.is_under(self.moment.limit(limits.VITALS_ADULT_AGE))

    @property
    def is_newborn(self) -> bool:
        """Up to 28 days old (NEO-02)."""
        return self.age.may_be_within(self.moment.limit(limits.NEWBORN))

    @once
    def pregnancy(self) -> Pregnancy | None:
        return pregnancy_of(self.record, self.now)

    @once
    def vital_limits(self) -> VitalLimits | None:
        return limits_for(self.age, self.moment)

    @property
    def is_deceased(self) -> bool:
        return self.record.patient is not None and self.record.patient.is_deceased

    @once
    def weight_kg(self) -> float | None:
        """The newest weight, at most 12 months old."""
        told = [o for o in self.record.observations if o.concept == Measure.WEIGHT and o.value and o.when]
        valid = self.moment.limit(limits.CHILD_WEIGHT_VALID) * 24
        recent = [o for o in told if o.when and o.when.hours_until(self.now) <= valid]
        newest = max(recent, key=lambda o: o.when.latest if o.when else self.now, default=None)
        return newest.value if newest else None

    def has_problem(self, *problems: Problem) -> bool:
        """Whether an active condition says so."""
        return any(c.is_active and c.concepts & set(problems) for c in self.record.conditions)

    @once
    def is_comfort_care(self) -> bool:
        """Goals of care, hospice or comfort-only orders."""
        encounter = any(Act.COMFORT_CARE in e.acts and e.status in _LIVE_PLAN for e in self.record.encounters)
        return encounter or self.has_problem(Problem.COMFORT_CARE) or bool(self.plans(Act.COMFORT_CARE))

    def plans(self, *acts: Act) -> list[str]:
        """References of standing orders, appointments, plans and baclofen orders that say so.

        What is completed counts only while it explains the present: done in this stay or within the last month.
        """
        wanted = set(acts)
        found = [o.reference for o in self.record.orders if o.acts & wanted and self._stands(o)]
        medicines = [o for o in self.record.medication_orders if o.acts & wanted and o.product.is_baclofen]
        return found + [o.reference for o in medicines if o.is_draft or is_open(o, self.now)]

    def _stands(self, order: Order) -> bool:
        if order.do_not_perform or (order.end is not None and order.end.is_past(self.now)):
            return False
        if order.status != "completed":
            return order.status in _LIVE_PLAN
        when = order.start or order.authored
        if when is None:
            return False
        recent = when.hours_until(self.now) <= self.moment.limit(limits.COMPLETED_PLAN) * 24
        return recent or bool(self.stay and self.stay.contains(when))

    # -- by mouth --------------------------------------------------------------------------------------------------

    @once
    def stay(self) -> Stay | None:
        return current_stay(self.record.encounters, self.moment) or implied_stay(
            self.record.administrations, self.moment
        )

    @once
    def oral(self) -> OralExposure | None:
        return oral_exposure(self.record, self.stay, self.moment)

    @property
    def takes_oral(self) -> bool:
        """Takes baclofen by mouth now, or did within the last 14 days: somebody who once took it does not count."""
        if self.oral is None:
            return False
        now_taken = bool(self.oral.current or self.oral.home or self.oral.home_fill)
        last, window = self.oral.last_covered, timedelta(days=self.moment.limit(limits.SYMPTOMS_COUNT_AT_ALL))
        return now_taken or (last is not None and self.now - last <= window)

    @once
    def taper(self) -> Taper | None:
        orders: Iterable[MedicationOrder] = self.record.medication_orders
        mine = [o for o in orders if o.product.is_baclofen]
        before = self.oral.dose if self.oral else None
        return taper_of(self.record, mine, before, self.moment, is_child=self.is_child_by_tier)

    @once
    def oral_interruptions(self) -> tuple[Interruption, ...]:
        if self.oral is None:
            return ()
        return oral_interruptions(
            self.oral, self.stay, self.taper, self.record, self.moment, is_child=self.is_child_by_tier
        )

    @property
    def oral_interruption(self) -> Interruption | None:
        """The surest of them."""
        return next(iter(self.oral_interruptions), None)

    def interrupted_by(self, *kinds: Kind) -> Interruption | None:
        """The surest interruption of these kinds."""
        return next((i for i in self.oral_interruptions if i.kind in kinds), None)

    @once
    def last_oral_dose(self) -> tuple[When | None, str]:
        """The last known or last possible dose by mouth, and what it is."""
        return last_exposure(self.oral, self.stay, self.moment) if self.oral else (None, "")

    @property
    def hours_since_oral_dose(self) -> float | None:
        last = self.last_oral_dose[0]
        return last.hours_until(self.now) if last else None

    @once
    def oral_dependence(self) -> Dependence:
        if self.oral is None:
            return Dependence(Tier.T0, "no baclofen by mouth found")
        return oral_dependence(
            self.oral, self.record.conditions, self.age, self.weight_kg, self.moment, is_combined=self.has_baclofen_pump
        )

    @once
    def oral_change(self) -> Change:
        """What the drafts do to baclofen by mouth."""
        return change_by(Route.ORAL, self.oral.current if self.oral else (), self.record, self.moment)

    @once
    def dose_doubts(self) -> tuple[Doubt, ...]:
        """Baclofen orders, held or in hand, whose dose can hardly be meant (FND-02)."""
        ordered = ordered_baclofen(self.record, self.moment)
        return dose_doubts(ordered, self.pump.dose if self.pump else None, self.age, self.weight_kg, self.moment)

    @property
    def doses_are_comparable(self) -> bool:
        """Doses are compared only after the check of their units."""
        return all(doubt.is_comparable for doubt in self.dose_doubts)

    # -- by pump ---------------------------------------------------------------------------------------------------

    @once
    def pump(self) -> Pump | None:
        return pump_of(self.record, self.moment)

    @property
    def has_baclofen_pump(self) -> bool:
        return self.pump is not None and self.pump.is_in_place and self.pump.is_baclofen

    @once
    def pump_change(self) -> Change:
        """What the drafts do to baclofen by pump."""
        holding = (self.pump.order,) if self.pump and self.pump.order and self.pump.order_ended is None else ()
        return change_by(Route.INTRATHECAL, holding, self.record, self.moment)

    @once
    def delivery(self) -> Delivery | None:
        """How intrathecal delivery stands; None without a pump, past or present."""
        if self.pump is None:
            return None
        unfiltered = Findings(self.record, self.moment, None)
        lost = withdrawal_score(unfiltered, None, self.ventilation, is_child=False, is_intrathecal=True).has("N1")
        return delivery_of(self.pump, self.record, self.moment, effect_is_lost=lost)

    # -- how the patient is ----------------------------------------------------------------------------------------

    @once
    def ventilation(self) -> Ventilation:
        """What the procedures say of a ventilator."""
        return ventilation_of(self.record, self.moment)

    @once
    def oral_findings(self) -> Score:
        """Findings since the interruption by mouth."""
        since = self.oral_interruption.since if self.oral_interruption else None
        return self._score(since, is_intrathecal=False)

    @once
    def pump_findings(self) -> Score:
        """Findings since the pump event began."""
        return self._score(self.delivery.began if self.delivery else None, is_intrathecal=True)

    @once
    def oral_gate(self) -> Gate:
        """Whether the findings since the interruption by mouth amount to suspected withdrawal."""
        gap = self.oral_interruption
        level = gap.level if gap and self.oral_dependence.tier > Tier.T0 else Level.NONE
        return gate(
            self.oral_findings,
            level,
            self.toxicity,
            self.moment,
            is_intrathecal=False,
            has_alternative=self.has_alternative_cause,
            is_measured=self.is_measured,
        )

    @once
    def pump_gate(self) -> Gate:
        """The same for the pump: none, another drug in it, or taken out over 14 days ago is no exposure."""
        pump, delivery = self.pump, self.delivery
        window = self.moment.limit(limits.RECENT_PUMP_EVENT) * 24
        gone = pump is None or (pump.removed is not None and pump.removed.hours_until(self.now) > window)
        exposed = pump is not None and not gone and pump.drug is not PumpDrug.OTHER and delivery is not None
        return gate(
            self.pump_findings,
            delivery.level if delivery and exposed else Level.NONE,
            self.toxicity,
            self.moment,
            is_intrathecal=True,
            is_interrogated_normal=delivery is not None and delivery.is_interrogated_normal,
            has_alternative=self.has_alternative_cause,
            is_measured=self.is_measured,
        )

    @property
    def has_alternative_cause(self) -> bool:
        """A coded alternative cause of the findings."""
        return self.has_problem(*_ALTERNATIVES)

    @once
    def is_measured(self) -> bool:
        """Whether any vital sign or laboratory value counts now: symptoms alone reach warning (FND-08)."""
        found = Findings(self.record, self.moment, None)
        return any(found.values(measure) for measure in _MEASURED)

    @once
    def kidney(self) -> Kidney:
        """How well the kidneys excrete baclofen."""
        return kidney_of(self.record, self.age, self.moment)

    @once
    def restoration(self) -> Restoration:
        """What these drafts or the last day did to give baclofen back."""
        since = self.oral_interruption.since if self.oral_interruption else None
        return restoration_of(self.oral_change, self.oral, since, self.record, self.moment)

    @property
    def suspected(self) -> Gate | None:
        """The withdrawal that the findings suggest, the more urgent one; None where they suggest none."""
        met = [g for g in (self.pump_gate, self.oral_gate) if g.answer in (Answer.WITHDRAWAL, Answer.UNCERTAIN)]
        return max(met, key=lambda g: g.urgency, default=None)

    @property
    def is_lost_by_pump(self) -> bool:
        """Whether it is intrathecal baclofen that is missing."""
        if self.suspected is not None:
            return self.pump_gate.answer in (Answer.WITHDRAWAL, Answer.UNCERTAIN)
        return self.has_baclofen_pump and self.delivery is not None and self.delivery.level >= Level.PROBABLE

    @property
    def is_being_restored(self) -> bool:
        """Whether baclofen is given back each way it was lost: for a pump nothing by mouth counts, nor the reverse."""
        ways = [self.restoration.intrathecal] if self.is_lost_by_pump else []
        if not self.is_lost_by_pump or self.oral_gate.answer in (Answer.WITHDRAWAL, Answer.UNCERTAIN):
            ways.append(self.restoration.by_mouth)
        return all(ways)

    @once
    def toxicity(self) -> Toxicity:
        """Signs of toxicity now, whatever was interrupted when."""
        found = Findings(self.record, self.moment, None)
        return toxicity(self.record, found, self.vital_limits, self.pump, self.moment)

    def _score(self, since: When | None, *, is_intrathecal: bool) -> Score:
        found = Findings(self.record, self.moment, since)
        return withdrawal_score(
            found, self.vital_limits, self.ventilation, is_child=self.is_child_by_vitals, is_intrathecal=is_intrathecal
        )
