"""What else it could be: text inside a withdrawal card, never a diagnosis of its own (clinical.md section 8)."""

import msgspec

from cards import sources
from cards.case import Case
from cards.limits import JUDGEMENT, limit
from cards.record.concepts import BENZODIAZEPINES, Drug, Problem
from cards.record.when import latest
from cards.timeline.other_drugs import Change, had_lately, on_the_list, stopped
from cards.verdict import Evidence
from cards.words import dated, listed, safe

SEROTONERGIC_NEW = limit("serotonergic_new", 5, "d", JUDGEMENT, sources.SEED, "started or raised: a mimic's trigger")
DOPAMINE_CHANGED = limit(
    "dopamine_changed", 14, "d", JUDGEMENT, sources.SEED, "antagonist started or raised, or dopaminergic stopped"
)
ANAESTHETIC_RECENT = limit("anaesthetic_recent", 24, "h", JUDGEMENT, sources.SEED, "volatile, or succinylcholine")
BENZODIAZEPINE_STOPPED = limit(
    "benzodiazepine_stopped", 14, "d", JUDGEMENT, sources.SEED, "no source gives one; as for a dopaminergic drug"
)

ALWAYS = (
    "Overlaps with sepsis, autonomic dysreflexia, malignant hyperthermia, NMS, serotonin syndrome and "
    "status dystonicus."
)
_ANTAGONISTS = frozenset({Drug.ANTIPSYCHOTIC, Drug.DOPAMINE_ANTAGONIST})
_MOST_NAMED = 2  # of one mimic's triggers; the others stand in the evidence


class Mimic(msgspec.Struct, frozen=True):
    """Something to consider, what in this chart makes it worth it, and the line that tells it apart."""

    name: str
    line: str
    triggers: tuple[Evidence, ...]
    told: tuple[str, ...]  # the triggers in words

    @property
    def words(self) -> str:
        named = f": {listed(self.told[:_MOST_NAMED])}" if self.told else ""
        return f"{self.name}{named} ({self.line})"


def mimics(case: Case) -> tuple[Mimic, ...]:
    """What this chart makes worth considering, each once."""
    limit_of = case.moment.limit
    heat = had_lately(case.record, case.moment, frozenset({Drug.VOLATILE_ANAESTHETIC}), limit_of(ANAESTHETIC_RECENT))
    calm = stopped(case.record, case.moment, BENZODIAZEPINES, limit_of(BENZODIAZEPINE_STOPPED))
    serotonin = on_the_list(case.record, case.moment, frozenset({Drug.SEROTONERGIC}), limit_of(SEROTONERGIC_NEW))
    found = (
        _dysreflexia(case),
        _mimic(case, "sepsis", "treat both: withdrawal has been misread as sepsis, C-KAO03", Problem.INFECTION_SOURCE),
        _mimic(case, "malignant hyperthermia", "hypercapnia, minutes to hours; dantrolene works fully",
               Problem.MALIGNANT_HYPERTHERMIA, *((heat,) if heat else ())),
        _mimic(case, "neuroleptic malignant syndrome", "lead-pipe rigidity over days; stop an antagonist, give a "
               "dopaminergic drug back", Problem.NMS, *_dopamine(case)),
        _mimic(case, "serotonin syndrome", "inducible or ocular clonus, mydriasis, diarrhoea; C-SAL08",
               Problem.SEROTONIN_SYNDROME, *serotonin),
        _mimic(case, "alcohol or benzodiazepine withdrawal",
               "both may coexist; benzodiazepines do not clear baclofen delirium reliably",
               Problem.ALCOHOL_WITHDRAWAL, *((calm,) if calm else ())),
    )  # fmt: skip
    return tuple(mimic for mimic in found if mimic is not None)


def mimic_lines(found: tuple[Mimic, ...]) -> tuple[str, ...]:
    """One line: what this chart makes worth considering, else that the overlap exists."""
    return (f"Consider as well: {'; '.join(mimic.words for mimic in found)}.",) if found else (ALWAYS,)


def mimic_evidence(found: tuple[Mimic, ...]) -> tuple[Evidence, ...]:
    """What they rest on."""
    return tuple(trigger for mimic in found for trigger in mimic.triggers)


def _mimic(case: Case, name: str, line: str, problem: Problem, *changes: Change) -> Mimic | None:
    recorded = _recorded(case, problem)
    triggers = (*recorded, *(change.evidence for change in changes))
    told = (*(_told(case, one) for one in recorded), *(_told_change(case, change) for change in changes))
    return Mimic(name, line, triggers, told) if triggers else None


def _dysreflexia(case: Case) -> Mimic | None:
    if named := _recorded(case, Problem.AUTONOMIC_DYSREFLEXIA):
        told = tuple(_told(case, one) for one in named)
        return Mimic("autonomic dysreflexia", "no fever or CK; relief of the trigger helps", named, told)
    if high := _recorded(case, Problem.SPINAL_CORD_INJURY_HIGH):
        line = "cord injury at T6 or above: often bradycardia, a bladder or bowel trigger, no fever"
        return Mimic("autonomic dysreflexia", line, high, ())
    return None


def _recorded(case: Case, problem: Problem) -> tuple[Evidence, ...]:
    """Active conditions of this kind, the newest first."""
    mine = [c for c in case.record.conditions if c.is_active and problem in c.concepts]
    found = [Evidence(c.reference, safe(c.text), c.onset or c.recorded) for c in mine]
    return tuple(sorted(found, key=lambda e: latest(e.when), reverse=True))


def _dopamine(case: Case) -> tuple[Change, ...]:
    """An antagonist begun or raised lately, or one whose beginning nobody recorded; a dopaminergic drug stopped."""
    days = case.moment.limit(DOPAMINE_CHANGED)
    given = on_the_list(case.record, case.moment, _ANTAGONISTS, days)
    ended = stopped(case.record, case.moment, frozenset({Drug.DOPAMINERGIC}), days)
    return (*(c for c in given if c.how or c.when is None), *((ended,) if ended else ()))


def _told(case: Case, recorded: Evidence) -> str:
    when = f", recorded {dated(recorded.when, case.zone, case.now)}" if recorded.when else ""
    return recorded.text + when


def _told_change(case: Case, change: Change) -> str:
    """ "sertraline 50 mg started 8 Mar 18:00", "haloperidol on the list"."""
    if change.how:
        return f"{change.use.name} {change.how} {dated(change.when, case.zone, case.now)}"
    return f"{change.use.name} on the list"
