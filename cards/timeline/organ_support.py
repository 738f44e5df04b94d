"""Are breathing or circulation held up from outside now: a ventilator, a vasopressor? (red flags, section 7)

Told by a sign in words, by an order or a dose of the drug into a vein, or by a procedure. A tube for an operation, one
that was taken out since, and what went on before the interruption are none.
"""

from collections.abc import Iterable

from cards import limits, sources
from cards.limits import JUDGEMENT, limit
from cards.record.concepts import Act, Drug, Sign
from cards.record.facts import MedicationOrder, Procedure
from cards.record.when import When
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


def ventilated(found: Findings) -> Finding | None:
    """The newest word of a machine that breathes for the patient."""
    return _newest([*_told(found, Sign.VENTILATED), *_on_a_machine(found)])


def _on_a_machine(found: Findings) -> Iterable[Finding]:
    for procedure in found.record.procedures:
        if not procedure.acts & {Act.VENTILATION, Act.INTUBATION} or procedure.acts & _UNDER_ANAESTHESIA:
            continue
        began = procedure.start or procedure.when
        if _is_over(procedure, found) or _was_for_an_operation(began, found):
            continue
        going_on = procedure.status == "in-progress" and found.goes_on(began)
        done = procedure.status == "completed" and found.counts(procedure.when, limits.SYMPTOMS_WINDOW)
        if going_on or done:
            yield Finding(procedure.reference, f"ventilated: {safe(procedure.text)}", began)


def _is_over(procedure: Procedure, found: Findings) -> bool:
    """The tube was taken out since; or it is ventilation, and its time has an end."""
    if Act.EXTUBATION in procedure.acts:
        return True
    if procedure.status == "completed" and Act.INTUBATION not in procedure.acts and procedure.start is not None:
        return procedure.when is not None and procedure.when != procedure.start
    return any(
        Act.EXTUBATION in other.acts and other.status == "completed" and _is_later(other.when, procedure.when)
        for other in found.record.procedures
    )


def _was_for_an_operation(began: When | None, found: Findings) -> bool:
    """An operation that was under way then, or began within hours."""
    if began is None:
        return False
    for other in found.record.procedures:
        start = other.start or other.when
        if not other.acts & _UNDER_ANAESTHESIA or other.status not in _WENT_ON or start is None:
            continue
        if Act.LOCAL_ANAESTHESIA in other.acts or other.when is None or other.when.latest < began.earliest:
            continue
        if (start.earliest - began.latest).total_seconds() <= found.limit(INTUBATED_FOR) * 3600:
            return True
    return False


def _is_later(other: When | None, than: When | None) -> bool:
    return other is not None and (than is None or other.latest >= than.latest)


def _told(found: Findings, sign: Sign) -> Iterable[Finding]:
    told = found.sign(sign)
    return (told,) if told else ()


def _newest(told: list[Finding]) -> Finding | None:
    return max(told, key=lambda f: f.when.latest.timestamp() if f.when else float("-inf"), default=None)
