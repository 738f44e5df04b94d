"""When was the patient, or a carer, last taught about baclofen; is there a supply for an emergency? (EDU-01)"""

import re

from cards.record.concepts import Act
from cards.record.record import Record
from cards.record.when import latest
from cards.verdict import Evidence

# Teaching of something else (wound care, insulin) is no teaching about baclofen.
_TOPIC = re.compile(
    r"baclofen|lioresal|\bitb\b|intrathecal|spastic|muscle relaxant|(?<!insulin )\bpump\b|withdrawal", re.IGNORECASE
)
_RESCUE = re.compile(
    r"(rescue|backup|back-up|emergency|reserve)\W+(?:\w+\W+){0,3}(suppl|dose|tablet|medic|baclofen)", re.I
)
_DONE = frozenset({"completed", "in-progress", "unknown", ""})


def last_taught(record: Record) -> Evidence | None:
    """The newest teaching about baclofen, pump or withdrawal; one without a date counts least."""
    told = [Evidence(t.reference, t.text, t.when) for t in record.teachings if _TOPIC.search(t.text)]
    told += [
        Evidence(p.reference, p.text, p.when)
        for p in record.procedures
        if Act.EDUCATION in p.acts and p.status in _DONE and _TOPIC.search(p.text)
    ]
    return max(told, key=lambda e: latest(e.when), default=None)


def has_rescue_supply(record: Record) -> bool:
    """Whether teaching or the medicines say that a supply by mouth is kept for an emergency."""
    spoken = [t.text for t in record.teachings] + [p.text for p in record.procedures if Act.EDUCATION in p.acts]
    spoken += [f"{o.dosage.text} {o.note}" for o in record.medication_orders if o.product.is_baclofen]
    return any(_RESCUE.search(text) for text in spoken)
