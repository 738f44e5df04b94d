"""One call through the corridor: gather, decide. The same for the hook and for `explain`."""

from datetime import datetime

import msgspec

from cards.decide import Decision
from cards.moment import Moment
from service.errors import StoreUnavailable
from service.gather import Gathered, gather
from service.parts import Parts
from service.sites import Site
from service.wire import Call

EDUCATION = "patient-education"


class Consultation(msgspec.Struct, frozen=True, kw_only=True):
    """What was read and what was decided; `answer.cards_for` says which of it the caller gets."""

    moment: Moment
    gathered: Gathered
    decision: Decision


def consult(parts: Parts, site: Site, call: Call, *, now: datetime, until: float) -> Consultation:
    """Decide on one call. `until` is the moment of time.monotonic() at which the site wants its answer."""
    gathered = gather(call, site, parts.needs[call.hook.name], parts.fhir, until=until)
    moment = Moment(
        now=now,
        patient_id=call.patient_id,
        hook=call.hook,
        zone=site.timezone,
        user=call.user,
        encounter_id=call.encounter_id,
        drafts=call.drafts,
        selections=call.selections,
        dispatched=call.dispatched,
        date_order=site.date_order,
        limits=site.limits,
    )
    decision = _decided(parts, site, gathered, moment)
    # Few calls ask when the card was last answered: only those that would show it. The rule itself says what follows.
    shows = any(card.kind == EDUCATION for card in decision.cards)
    if shows and (taught := _last_answered(parts, site, call)):
        moment = msgspec.structs.replace(moment, taught=taught)
        decision = _decided(parts, site, gathered, moment)
    return Consultation(moment=moment, gathered=gathered, decision=decision)


def _decided(parts: Parts, site: Site, gathered: Gathered, moment: Moment) -> Decision:
    return parts.decide(
        parts.rules,
        gathered.supplied,
        gathered.ledger,
        moment,
        valuesets=parts.valuesets,
        max_cards=site.max_cards,
    )


def _last_answered(parts: Parts, site: Site, call: Call) -> datetime | None:
    """When this patient's education card was last answered; a database that is down is no reason to be silent."""
    try:
        return parts.store.last_answered(EDUCATION, site=site.name, patient=call.patient_id)
    except StoreUnavailable:
        return None
