"""Are breathing or circulation held up from outside now: a ventilator, a vasopressor? (red flags, section 7)

Told by a sign in words, by an order or a dose of the drug into a vein, or by a procedure. A tube for an operation, one
that was taken out since, and what went on before the interruption are none.
"""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

import msgspec

from cards import limits, sources
from cards.limits import JUDGEMENT, limit
from cards.moment import Moment
from cards.record.concepts import Act, Drug, Problem, Sign
from cards.record.facts import Condition, MedicationOrder, Procedure
from cards.record.record import Record
from cards.record.when import When, later, latest
from cards.timeline.findings import Finding, Findings
from cards.timeline.oral import is_open
from cards.words import safe

INTUBATED_FOR = limit(
    "intubated_for_operation", 6, "h", JUDGEMENT, sources.SEED, "an operation so soon after is what the tube was for"
)
_NO_BED = frozenset({"outpatient", "community", "discharge"})
_GIVEN = frozenset({"completed", "stopped"})
_UNDER_ANAESTHESIA = frozenset(
    {Act.ANAESTHESIA, Act.SURGERY, Act.SPINE_SURGERY, Act.ABDOMINAL_SURGERY, Act.PUMP_IMPLANT, Act.PUMP_REMOVAL,
     Act.PUMP_REVISION, Act.PUMP_REPLACEMENT}
)  # fmt: skip
_WENT_ON = frozenset({"in-progress", "completed", "stopped", "unknown", ""})


def vasopressor(found: Findings) -> Finding | None:
    """The newest word of a vasopressor that runs, or ran in the last day."""
    return _newest([*_told(found, Sign.VASOPRESSOR), *_orders(found), *_doses(found)])


def _orders(found: Findings) -> Iterable[Finding]:
    for order in found.record.medication_orders:
        if Drug.VASOPRESSOR not in order.product.drugs or not order.is_into_a_vein or not _holds(order, found):
            continue
        began = order.start or order.authored
        at_need = order.dosage.is_prn or order.is_once or order.category in _NO_BED
        if not at_need and found.counts(began, limits.SYMPTOMS_WINDOW):
            yield Finding(order.reference, f"{safe(order.product.name)} ordered", began)


def _holds(order: MedicationOrder, found: Findings) -> bool:
    """Neither a draft, nor held, ended or lapsed."""
    is_meant = not (order.is_draft or order.do_not_perform) and order.status != "on-hold"
    return is_meant and is_open(order, found.now)


def _doses(found: Findings) -> Iterable[Finding]:
    for dose in found.record.administrations:
        if Drug.VASOPRESSOR not in dose.product.drugs or not dose.is_into_a_vein:
            continue
        if dose.status == "in-progress" and found.goes_on(dose.when):
            yield Finding(dose.reference, f"{safe(dose.product.name)} running", dose.when)
        elif dose.status in _GIVEN and found.counts(dose.when, limits.VITALS_WINDOW):
            yield Finding(dose.reference, f"{safe(dose.product.name)} given", dose.when)


class Ventilation(msgspec.Struct, frozen=True):
    """What the procedures of a chart say of a machine that breathes: worked out once, whenever it is asked since when.

    `procedures`: of ventilation or intubation, not known to be over, and not for an operation.
    """

    procedures: tuple[Procedure, ...]
    extubated: When | None  # the last time


def ventilation_of(record: Record, moment: Moment) -> Ventilation:
    """Each procedure is held against the last extubation and against the operations around it, not against each."""
    done = [p.when for p in record.procedures if Act.EXTUBATION in p.acts and p.status == "completed" and p.when]
    last = max(done, key=lambda when: when.latest, default=None)
    operations = _Operations(record, moment)
    return Ventilation(
        tuple(
            procedure for procedure in record.procedures
            if procedure.acts & {Act.VENTILATION, Act.INTUBATION} and not procedure.acts & _UNDER_ANAESTHESIA
            and not _is_over(procedure, last) and not operations.are_near(procedure.start or procedure.when)
        ),
        last,
    )  # fmt: skip


def _is_over(procedure: Procedure, extubated: When | None) -> bool:
    """The tube was taken out since; or it is ventilation, and its time has an end."""
    if Act.EXTUBATION in procedure.acts:
        return True
    if procedure.status == "completed" and Act.INTUBATION not in procedure.acts and procedure.start is not None:
        return procedure.when is not None and procedure.when != procedure.start
    return extubated is not None and (procedure.when is None or extubated.latest >= procedure.when.latest)


class _Operations:
    """The operations of a chart in order of their beginning, each with the latest end of those up to it."""

    def __init__(self, record: Record, moment: Moment) -> None:
        spans = sorted(
            ((p.start or p.when).earliest, p.when.latest)
            for p in record.procedures
            if p.acts & _UNDER_ANAESTHESIA and Act.LOCAL_ANAESTHESIA not in p.acts and p.status in _WENT_ON and p.when
        )  # fmt: skip
        self._begins = [begin for begin, _ in spans]
        self._ends = list(accumulate((end for _, end in spans), max))
        self._days = moment.limit(INTUBATED_FOR) / 24

    def are_near(self, began: When | None) -> bool:
        """Whether one was under way then, or began within hours: that is what the tube was for."""
        if began is None:
            return False
        begun = bisect_right(self._begins, later(began.latest, self._days))
        return begun > 0 and self._ends[begun - 1] >= began.earliest


def ventilated(found: Findings, ventilation: Ventilation) -> Finding | None:
    """The newest word of a machine that breathes for the patient, and did not before the interruption.

    A new tube is news for whoever was ventilated before.
    """
    counted = [(p, f) for p in ventilation.procedures if (f := _on_a_machine(p, found))]
    told = [*_told(found, Sign.VENTILATED), *(finding for _, finding in counted)]
    tubes = [finding for procedure, finding in counted if Act.INTUBATION in procedure.acts and finding.when]
    newest = _newest(told)
    if newest is None or tubes or not _was_ventilated(found, ventilation):
        return newest
    found.leave_out(f"{newest.text} (ventilated before the interruption)")
    return None


def _on_a_machine(procedure: Procedure, found: Findings) -> Finding | None:
    began = procedure.start or procedure.when
    going_on = procedure.status == "in-progress" and found.goes_on(began)
    done = procedure.status == "completed" and found.counts(procedure.when, limits.SYMPTOMS_WINDOW)
    return Finding(procedure.reference, f"ventilated: {safe(procedure.text)}", began) if going_on or done else None


def _was_ventilated(found: Findings, ventilation: Ventilation) -> bool:
    """Whether the machine breathed before the interruption, too: that is baseline.

    Told by a home ventilator, by a problem or a procedure that goes on, however long; by a flowsheet or a tube no
    longer before than a symptom counts. Not if the tube was taken out since.
    """
    active = [condition for condition in found.record.conditions if condition.is_active]
    told = [condition for condition in active if Sign.VENTILATED in condition.concepts]
    if any(Problem.LONG_TERM_VENTILATION in c.concepts for c in active) or any(_is_undated_problem(c) for c in told):
        return True
    goes_on = [c.onset or c.recorded for c in told]
    goes_on += [p.start or p.when for p in ventilation.procedures if p.status == "in-progress"]
    charted = [*found.charted(Sign.VENTILATED), *(p.when for p in ventilation.procedures if p.status == "completed")]
    before = [when for when in goes_on if when and found.is_before(when)]
    before += [when for when in charted if when and found.is_before(when, limits.SYMPTOMS_WINDOW)]
    out = ventilation.extubated
    return any(out is None or when.latest > out.latest for when in before)


def _is_undated_problem(condition: Condition) -> bool:
    """On the list of problems, nobody knows since when."""
    return condition.category == "problem-list-item" and not (condition.onset or condition.recorded)


def _told(found: Findings, sign: Sign) -> Iterable[Finding]:
    told = found.sign(sign)
    return (told,) if told else ()


def _newest(told: list[Finding]) -> Finding | None:
    return max(told, key=lambda f: latest(f.when), default=None)
