"""One call through the corridor: gather, decide. The same for the hook and for `explain`."""

from datetime import datetime

import msgspec

from cards.decide import Decision
from cards.moment import Moment
from service.gather import Gathered, gather
from service.parts import Parts
from service.sites import Site
from service.wire import Call


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
        date_order=site.date_order,
    )
    decision = parts.decide(
        parts.rules,
        gathered.supplied,
        gathered.ledger,
        moment,
        valuesets=parts.valuesets,
        max_cards=site.max_cards,
    )
    return Consultation(moment=moment, gathered=gathered, decision=decision)
