"""How well do the kidneys excrete baclofen? (REN)

Dialysis first; then acute kidney injury of the last seven days, which overrides the eGFR, for that is then not
settled; then the newest eGFR of a year, or what a newer creatinine gives by CKD-EPI 2021. A newer creatinine that
gives nothing leaves a low eGFR as it is, and makes a good one uncertain.
"""

import re
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum

import msgspec

from cards import limits
from cards.limits import JUDGEMENT, Limit, limit
from cards.moment import Moment
from cards.needs import CONDITIONS, LABS, OBSERVATIONS, PATIENT, PROCEDURES, SERVICE_REQUESTS, Need
from cards.record.concepts import Act, Measure, Problem, Sign
from cards.record.facts import Observation
from cards.record.record import Record
from cards.record.when import When
from cards.scales.age import Age
from cards.scales.ckd_epi import egfr_from
from cards.scales.withdrawal_score import CREATININE_BASELINE, creatinine_rose
from cards.sources import SEED
from cards.verdict import Evidence
from cards.words import dated, number

STAGE_2_RATIO = limit("aki_stage_2_ratio", 2, "x baseline creatinine", JUDGEMENT, SEED, "the usual staging, not read")
DIALYSIS_RECENT = limit(
    "dialysis_recent", 14, "d", JUDGEMENT, SEED, "a session this long ago: usual is every two or three days"
)
RISE_HOURS = limit("aki_rise_hours", 48, "h", JUDGEMENT, SEED)
_DIALYSIS_NEEDS = (CONDITIONS, PROCEDURES, SERVICE_REQUESTS)
# What the grade is read from; sex and age, for an eGFR that is worked out.
KIDNEY_NEEDS: tuple[Need, ...] = (LABS, *_DIALYSIS_NEEDS, OBSERVATIONS, PATIENT)
_USABLE = frozenset({"final", "amended", "corrected", "preliminary", "registered", ""})
_STAGE = re.compile(r"(?i)\bstage (?:([23])|(ii|iii))\b")
_FIRST_STAGE = re.compile(r"(?i)\bstage (?:1|i)\b")
_CHRONIC = re.compile(r"(?i)\bckd\b|chronic")  # its stages are others


class Grade(IntEnum):
    """The rows of REN-01, from good to bad. UNKNOWN stands below all: nothing is recorded."""

    UNKNOWN = 0
    NORMAL = 1
    REDUCED = 2
    POOR = 3  # eGFR under 30, or acute kidney injury
    DIALYSIS = 4


class Kidney(msgspec.Struct, frozen=True):
    """The grade with what it stands on. `because` is fit for a card: "eGFR 24 mL/min/1.73 m2"."""

    grade: Grade
    because: str
    has_low_egfr: bool = False  # under 30
    creatinine: str = ""  # one newer than any eGFR, that none could be worked out from
    older_egfr: str = ""  # of an UNKNOWN grade: a good one from before that creatinine, with its date
    is_acute: bool = False
    is_first_stage: bool = False  # acute, and no more than stage 1
    evidence: tuple[Evidence, ...] = ()

    @property
    def rests_on(self) -> tuple[Need, ...]:
        """What a silence about these kidneys argues from; sex and age where they were needed and not enough."""
        return (LABS, *_DIALYSIS_NEEDS, *([PATIENT] if self.creatinine else []))

    @property
    def is_reduced(self) -> bool:
        """An eGFR under 60, acute injury or dialysis."""
        return self.grade >= Grade.REDUCED

    @property
    def is_poor(self) -> bool:
        """An eGFR under 30, acute injury of any stage, or dialysis."""
        return self.grade >= Grade.POOR

    @property
    def fell_far(self) -> bool:
        """What REN-02 asks: an eGFR under 30, acute injury beyond stage 1 (or of unknown stage), or dialysis."""
        beyond_first = self.is_acute and not self.is_first_stage
        return self.grade is Grade.DIALYSIS or self.has_low_egfr or beyond_first


def kidney_of(record: Record, age: Age, moment: Moment) -> Kidney:
    """The grade as of now."""
    if dialysis := dialysis_of(record, moment):
        return Kidney(Grade.DIALYSIS, "dialysis", evidence=(dialysis,))
    settled = _settled(record, age, moment)
    acute = _acute(record, moment)
    return msgspec.structs.replace(acute, has_low_egfr=settled.has_low_egfr) if acute else settled


def dialysis_of(record: Record, moment: Moment) -> Evidence | None:
    """What says that the patient is on dialysis: a problem, a session of late or under way, or a standing order."""
    for condition in record.conditions:
        if Problem.DIALYSIS in condition.concepts and condition.is_active:
            return Evidence(condition.reference, condition.text, condition.onset or condition.recorded)
    for done in record.procedures:
        if Act.DIALYSIS in done.acts:
            is_begun = done.when is None or done.when.may_be_past(moment.now)
            is_recent = is_begun and _age(done.when, moment) <= _hours(DIALYSIS_RECENT, moment)
            if (done.status == "completed" and is_recent) or (done.status == "in-progress" and is_begun):
                return Evidence(done.reference, done.text, done.when)
    for order in record.orders:
        if Act.DIALYSIS not in order.acts or order.resource_type != "ServiceRequest" or order.status != "active":
            continue
        is_over = order.end is not None and order.end.is_past(moment.now)
        is_planned = order.is_draft or (order.start is not None and not order.start.may_be_past(moment.now))
        is_old = order.authored is not None and _age(order.authored, moment) > _hours(limits.EGFR_VALID, moment)
        if not (is_over or is_planned or is_old or order.do_not_perform):
            return Evidence(order.reference, order.text, order.authored)
    return None


def _settled(record: Record, age: Age, moment: Moment) -> Kidney:
    """By the newest eGFR of a year, or by what a creatinine that is surely newer gives."""
    newest, creatinine = (_newest(record, measure, moment) for measure in (Measure.EGFR, Measure.CREATININE))
    recorded = _by_egfr(newest, moment) if newest else None
    if creatinine is None or creatinine.value is None or (newest and not _is_newer(creatinine, newest)):
        return recorded or Kidney(Grade.UNKNOWN, "no eGFR recorded within a year")
    text = f"creatinine {number(creatinine.value, 2)} mg/dL"
    measured = f"{text} of {dated(creatinine.when, moment.zone, moment.now)}"
    evidence = Evidence(creatinine.reference, text, creatinine.when)
    value = egfr_from(creatinine.value, record.patient, age)
    if value is not None:
        told = f"eGFR about {number(value)} mL/min/1.73 m2 (worked out from {measured} by CKD-EPI 2021, C-INK21)"
        return _graded(value, told, evidence, moment)
    if newest is None or recorded is None:
        return Kidney(Grade.UNKNOWN, f"no eGFR recorded within a year; {measured}", creatinine=measured,
                      evidence=(evidence,))  # fmt: skip
    both = (*recorded.evidence, evidence)
    if recorded.is_reduced:  # a new creatinine does not make it good
        because = f"{recorded.because}; since then {measured}"
        return msgspec.structs.replace(recorded, because=because, creatinine=measured, evidence=both)
    older = f"{recorded.because.removeprefix('eGFR ')} of {dated(newest.when, moment.zone, moment.now)}"
    return Kidney(Grade.UNKNOWN, f"newest eGFR {older}; since then {measured}", creatinine=measured, older_egfr=older,
                  evidence=both)  # fmt: skip


def _by_egfr(newest: Observation, moment: Moment) -> Kidney | None:
    if newest.value is None:
        return None
    value, below = newest.value, newest.comparator.startswith("<")
    told = f"eGFR {newest.comparator}{number(value)} mL/min/1.73 m2"
    return _graded(value, told, Evidence(newest.reference, told, newest.when), moment, is_below=below)


def _is_newer(one: Observation, than: Observation) -> bool:
    """Surely: a laboratory reports both of one sample, and of some only the day is known."""
    return one.when is not None and than.when is not None and one.when.earliest > than.when.latest


def _graded(value: float, told: str, evidence: Evidence, moment: Moment, *, is_below: bool = False) -> Kidney:
    poor, reduced = moment.limit(limits.EGFR_POOR), moment.limit(limits.EGFR_REDUCED)
    is_poor = value < poor or (is_below and value <= poor)
    is_reduced = value < reduced or (is_below and value <= reduced)
    grade = Grade.POOR if is_poor else Grade.REDUCED if is_reduced else Grade.NORMAL
    return Kidney(grade, told, is_poor, evidence=(evidence,))


def _newest(record: Record, measure: Measure, moment: Moment) -> Observation | None:
    within = _hours(limits.EGFR_VALID, moment)
    values = [o for o in _values(record, measure, moment) if _age(o.when, moment) <= within]
    return max(values, key=_instant, default=None)


def _acute(record: Record, moment: Moment) -> Kidney | None:
    """By creatinine (1.5 x baseline, or 0.3 mg/dL in 48 h), else told as such, within seven days."""
    window = _hours(limits.AKI_VALID, moment)
    week, two_days = (timedelta(hours=_hours(span, moment)) for span in (CREATININE_BASELINE, RISE_HOURS))
    values = sorted((o for o in _values(record, Measure.CREATININE, moment) if o.value), key=_instant)
    risen = list(zip(values, _lowest_before(values, week), _lowest_before(values, two_days), strict=True))
    for worst, lowest, lately in sorted(risen, key=lambda told: told[0].value or 0.0, reverse=True):
        if _age(worst.when, moment) > window or not worst.value:
            continue
        ratio = worst.value / lowest[0] if lowest else 1.0
        if creatinine_rose(worst.value, lowest, lately, moment.limit):
            told = f"acute kidney injury: creatinine {number(worst.value, 2)} mg/dL, {number(ratio)} x baseline"
            evidence = Evidence(worst.reference, told, worst.when)
            return Kidney(Grade.POOR, told, is_acute=True,
                          is_first_stage=ratio < moment.limit(STAGE_2_RATIO), evidence=(evidence,))  # fmt: skip
    told_as = [(c.reference, c.text, c.onset or c.recorded) for c in record.conditions
               if Sign.AKI in c.concepts and c.is_active]  # fmt: skip
    told_as += [(o.reference, o.text, o.when) for o in record.observations
                if o.concept == Sign.AKI and o.status in _USABLE]  # fmt: skip
    for reference, text, when in told_as:
        if when is not None and when.may_be_past(moment.now) and _age(when, moment) <= window:
            first = bool(_FIRST_STAGE.search(text)) and not _CHRONIC.search(text)
            is_told = first or (_STAGE.search(text) and not _CHRONIC.search(text))
            stage = "" if is_told else " (stage not recorded)"
            return Kidney(Grade.POOR, f"acute kidney injury{stage}", is_acute=True,
                          is_first_stage=first,
                          evidence=(Evidence(reference, text, when),))  # fmt: skip
    return None


def _values(record: Record, measure: Measure, moment: Moment) -> list[Observation]:
    return [o for o in record.observations if o.concept == measure and o.value is not None and o.status in _USABLE
            and o.when is not None and o.when.may_be_past(moment.now)]  # fmt: skip


def _lowest_before(values: Sequence[Observation], within: timedelta) -> list[list[float]]:
    """Of each value, in order of time, the lowest one that is earlier by at most so long; empty where there is none.

    In one go: `rising` holds what may still be the lowest, so that a stay with thousands of values costs no squares.
    """
    lowest: list[list[float]] = []
    rising: deque[tuple[datetime, float]] = deque()
    instants = [_instant(o) for o in values]
    earlier = 0
    for at in instants:
        while instants[earlier] < at:
            value = values[earlier].value or 0.0
            while rising and rising[-1][1] >= value:
                rising.pop()
            rising.append((instants[earlier], value))
            earlier += 1
        while rising and at - rising[0][0] > within:
            rising.popleft()
        lowest.append([rising[0][1]] if rising else [])
    return lowest


def _age(when: When | None, moment: Moment) -> float:
    return when.hours_until(moment.now) if when else float("inf")


def _hours(span: Limit, moment: Moment) -> float:
    return moment.limit(span) * {"d": 24, "h": 1}[span.unit]


def _instant(observation: Observation) -> datetime:
    assert observation.when is not None
    return observation.when.latest
