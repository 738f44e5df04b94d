"""Which cards a caller gets, or which refusal: the contract's "When data are missing", in order.

An empty tuple means that nothing was found in what was read, and only that.
"""

import msgspec

from cards.decide import Decision
from cards.hooks import ORDER_DISPATCH, ORDER_SELECT, ORDER_SIGN
from cards.kinds import COULD_NOT_CHECK, KINDS, OVERRIDE_REASONS
from cards.merge import telling_also
from cards.needs import BY_KEY
from cards.verdict import MergedCard, Urgency
from service.consult import Consultation
from service.errors import MissingData, RuleFailed, ServiceError
from service.sites import Site

_ORDER_HOOKS = (ORDER_SELECT, ORDER_SIGN, ORDER_DISPATCH)
_VERSION_SUMMARY = "Baclofen not checked: this EHR's data are not FHIR R4"
_VERSION_DETAIL = (
    "- This service reads **FHIR R4** (4.0.1) only; the server or the orders of this call are of another version.\n"
    "- Nothing was concluded from them: the absence of other cards is no finding.\n"
    "- To fix: connect the EHR's R4 endpoint to this service."
)


def cards_for(consultation: Consultation, site: Site) -> tuple[MergedCard, ...]:
    """The cards of a call; raises what is answered instead when there is none and something was not looked at.

    Of a silent site: what it would have shown, for the record. Nobody sees it, so there is nothing to refuse.
    """
    decision = consultation.decision
    if consultation.gathered.not_r4:
        return (*decision.cards, _version_card(consultation))
    if decision.could_not_check is None:
        return decision.cards
    if site.missing_data == "card" or site.mode == "silent":
        return (*decision.cards, decision.could_not_check)
    if decision.cards:
        first, *others = decision.cards
        return telling_also(first, decision.could_not_check), *others
    raise refusal(decision)


def refusal(decision: Decision) -> ServiceError:
    """The error that says what could not be looked at, and why."""
    raised = [f"{outcome.rule} ({outcome.raised})" for outcome in decision.outcomes if outcome.raised]
    if decision.only_raised:
        return RuleFailed(f"baclofen could not be checked: rules failed: {', '.join(raised)}")
    told = [*_missing(decision), *(f"an order in hand was not read: {o}" for o in decision.record.unread_orders)]
    return MissingData(f"baclofen could not be checked: {'; '.join(told)}")


def _missing(decision: Decision) -> list[str]:
    """The needs that were lost, those with the same fate together."""
    ledger = decision.record.ledger
    fates: dict[str, list[str]] = {}
    for key in decision.missing:
        words = f"{BY_KEY[key].words} ({key})" if key in BY_KEY else key
        fate = "not asked for"
        if key in ledger:
            fate = ", ".join(part for part in (ledger[key].state, ledger[key].because) if part)
        fates.setdefault(fate, []).append(words)
    return [f"{', '.join(needs)}: {fate}" for fate, needs in fates.items()]


def _version_card(consultation: Consultation) -> MergedCard:
    """Visible under either policy: a client that speaks DSTU2 shows a refusal as "All clear!"."""
    found = consultation.decision.could_not_check
    if found is not None:
        return msgspec.structs.replace(
            found, summary=_VERSION_SUMMARY, detail=f"{_VERSION_DETAIL}\n\n{found.detail}".rstrip()
        )
    is_ordering = consultation.moment.hook in _ORDER_HOOKS  # nobody read which drug: it may be baclofen
    return MergedCard(
        kind=COULD_NOT_CHECK,
        kind_display=KINDS[COULD_NOT_CHECK],
        urgency=Urgency.WARNING if is_ordering else Urgency.INFO,
        summary=_VERSION_SUMMARY,
        detail=_VERSION_DETAIL,
        rules=tuple(outcome.rule for outcome in consultation.decision.outcomes),
        leader="",
        override_reasons=tuple((code, OVERRIDE_REASONS[code]) for code in ("data-incorrect", "will-do-later")),
    )
