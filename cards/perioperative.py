"""What the perioperative rules share: sentences, and what counts as a bridging plan."""

from cards.case import Case
from cards.record.concepts import BENZODIAZEPINES, Act
from cards.record.when import When
from cards.timeline.oral import is_open

CONTINUE = (
    "Muscle relaxants including baclofen are continued on the day of surgery (C-SPAQI, C-UKCPA), with a sip of water."
)
RESTART = "Restart as soon as the next dose is due (C-UKCPA)."
SHORT_PAUSE = "A 10-h perioperative pause was enough for severe rebound spasticity (C-DUP18)."
ADDITIVE = "Sedation and low blood pressure add up with anaesthetics and opioids (C-UKCPA): tell the anaesthetist."

BRIDGING = (
    "A bridging plan is one of: externalised intrathecal infusion or lumbar catheter (C-HWA19); scheduled baclofen by "
    "mouth plus benzodiazepine in a monitored bed with a specialist (single case, C-HAL23); a planned wean before "
    "surgery."
)
ORAL_ALONE = (
    "Baclofen by mouth alone is not a plan: severe withdrawal despite it after removal (C-GRE03); 56 days of ICU "
    "sedation in an 11-year-old (C-HAN07)."
)


def bridging(case: Case, *, since: When | None = None) -> str:
    """The bridging plan in a word, or nothing. Baclofen by mouth alone is none.

    An intrathecal bridge that was done counts from `since`, the time at which the pump was taken out.
    """
    if case.plans(Act.INTRATHECAL_BRIDGE) or (since is not None and _bridged(case, since)):
        return "intrathecal bridging"
    if case.plans(Act.BRIDGING_PLAN):
        return "bridging plan documented"
    if case.plans(Act.PUMP_WEAN):
        return "planned wean"
    orders = [
        o
        for o in case.record.medication_orders
        if (is_open(o, case.now) or o.status == "draft") and not o.do_not_perform
    ]
    benzodiazepine = any(o.product.drugs & BENZODIAZEPINES for o in orders)
    baclofen = bool((case.oral and case.oral.current) or case.oral_change.orders)
    monitored = bool(case.plans(Act.ICU)) or any(Act.ICU in e.acts for e in case.record.encounters)
    if baclofen and benzodiazepine and monitored and case.plans(Act.SPECIALIST_CONSULT):
        return "baclofen by mouth, benzodiazepine, monitored bed and specialist"
    return ""


def _bridged(case: Case, since: When) -> bool:
    return any(
        Act.INTRATHECAL_BRIDGE in p.acts and p.status in ("completed", "in-progress", "unknown", "")
        and p.when is not None and p.when.latest >= since.earliest
        for p in case.record.procedures
    )  # fmt: skip
