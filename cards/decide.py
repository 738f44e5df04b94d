"""The corridor: resources and ledger in, decision out. Pure; the same for every door.

Record -> Case -> one verdict a rule -> one clear card a kind. A silence that rests on a need which was not read is
not a silence (`_settled`), and a rule that crashes costs its own verdict, never the others'.
"""

import traceback
from collections.abc import Callable, Sequence

import msgspec

from cards import needs
from cards.case import Case
from cards.hooks import ORDERING
from cards.ledger import Ledger
from cards.merge import Fired, Gap, could_not_check, merged
from cards.moment import Moment, Supplied, never
from cards.record.read import read
from cards.record.record import Record
from cards.record.valuesets import ValueSets
from cards.rule import Rule
from cards.suppression import downgraded, suppressed
from cards.timeline.exposure import exposure_excluded
from cards.verdict import Addendum, CannotTell, Card, MergedCard, Quiet, Urgency, Verdict
from cards.words import listed


class Outcome(msgspec.Struct, frozen=True):
    """One rule's verdict; `raised`: exception class, file and line of a rule that crashed (it is CannotTell)."""

    rule: str  # rule id, "ABR-01"
    name: str  # function name
    verdict: Verdict
    raised: str = ""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What `decide` found.

    `cards` stand in order of urgency and kind, at most `max_cards`, without the could-not-check card.
    `could_not_check` is set when the contract's rule 5 or 6 asks for one: the service shows it (policy "card"), or,
    if there is no other card, answers 412 (500 when `only_raised`) under policy "412".
    """

    record: Record
    cards: tuple[MergedCard, ...]
    outcomes: tuple[Outcome, ...]
    could_not_check: MergedCard | None = None
    missing: tuple[str, ...] = ()  # need keys behind could_not_check
    only_raised: bool = False
    exposure_excluded: bool = False


def decide(
    rules: Sequence[Rule],
    resources: Sequence[Supplied],
    ledger: Ledger,
    moment: Moment,
    *,
    valuesets: ValueSets,
    max_cards: int = 3,
    out_of_time: Callable[[], bool] = never,
) -> Decision:
    """Decide one call. Same input, same output.

    `out_of_time` is asked before each resource is read: what it cuts off makes its need partial, and the rules decide
    on the rest.
    """
    record = read(resources, ledger, moment, valuesets, out_of_time=out_of_time)
    asked = [rule for rule in rules if moment.hook in rule.hooks]
    if exposure_excluded(record, moment):
        quiet = Quiet("no baclofen and no pump in anything that was read", rests_on=needs.EXPOSURE)
        return Decision(record=record, cards=(), exposure_excluded=True,
                        outcomes=tuple(Outcome(r.implements, r.name, quiet) for r in asked))  # fmt: skip
    case = Case(record, moment)
    told = [(rule, _asked(rule, case)) for rule in asked]
    fired = [Fired(rule, one.verdict) for rule, one in told if isinstance(one.verdict, (Card, Addendum))]
    crashed = [rule for rule, one in told if one.raised]
    cards = merged(fired, case, raised=[rule.implements for rule in crashed], max_cards=max_cards)
    open_rules = [(rule, one) for rule, one in told if _is_open(rule, one, case)]
    gap = _gap(open_rules, crashed, asked, cards, case)
    return Decision(
        record=record,
        cards=cards,
        outcomes=tuple(one for _, one in told),
        could_not_check=could_not_check(gap, case) if gap else None,
        missing=gap.missing if gap else (),
        only_raised=gap is not None and not (gap.missing or gap.drafts),
    )


def _asked(rule: Rule, case: Case) -> Outcome:
    """One rule's settled verdict."""
    try:
        verdict = suppressed(case) or rule.ask(case)
    except Exception as error:  # noqa: BLE001 - the one place: a rule's crash must not silence the others
        return Outcome(rule.implements, rule.name, CannotTell((), "the rule failed"), _where(error))
    verdict = downgraded(verdict, case)
    if isinstance(verdict, Card):
        verdict = _without_counter_evidence(verdict, rule, case)
    return Outcome(rule.implements, rule.name, _settled(verdict, rule, case))


def _where(error: Exception) -> str:
    """Exception class, file and line: what an operator needs, and nothing of the chart."""
    *_, frame = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frame.filename.rpartition('/')[2]}:{frame.lineno}"


def _without_counter_evidence(card: Card, rule: Rule, case: Case) -> Card:
    """Positive evidence whose counter-evidence was not read: at most a warning, and it says so (contract, rule 3)."""
    unread = [words for need, words in rule.counter if not case.saw(need)]
    if not unread:
        return card
    told = f"{listed(unread)} could not be read: this may already be answered."
    return msgspec.structs.replace(
        card,
        urgency=min(card.urgency, Urgency.WARNING),
        detail=(*card.detail[:1], told[0].upper() + told[1:], *card.detail[1:]),
        capped=card.capped or "counter-evidence not read",
    )


def _settled(verdict: Verdict, rule: Rule, case: Case) -> Verdict:
    """A silence that argues from a need that was not read becomes CannotTell."""
    if not isinstance(verdict, Quiet):
        return verdict
    rests_on = rule.deciding if verdict.rests_on is None else verdict.rests_on
    missing = case.ledger.lost(need.key for need in rests_on)
    return CannotTell(missing, verdict.because) if missing else verdict


def _is_open(rule: Rule, outcome: Outcome, case: Case) -> bool:
    """Open, by missing data, and able to reach warning."""
    ceiling = Urgency.INFO if case.is_comfort_care else rule.could_reach
    return isinstance(outcome.verdict, CannotTell) and bool(outcome.verdict.missing) and ceiling >= Urgency.WARNING


def _gap(
    open_rules: list[tuple[Rule, Outcome]],
    crashed: list[Rule],
    asked: list[Rule],
    cards: tuple[MergedCard, ...],
    case: Case,
) -> Gap | None:
    """What could not be checked, if it could have outranked what fires (contract, rules 5 and 6)."""
    reached = max((card.urgency for card in cards), default=None)
    above = [(rule, outcome) for rule, outcome in open_rules if reached is None or rule.could_reach > reached]
    failed = [rule for rule in crashed if reached is None or rule.could_reach > reached]
    drafts = case.record.unread_orders if reached is not Urgency.CRITICAL else ()
    if not (above or failed or drafts):
        return None
    verdicts = [outcome.verdict for _, outcome in above]
    missing = dict.fromkeys(need for v in verdicts if isinstance(v, CannotTell) for need in v.missing)
    rules = [rule for rule, _ in above] + failed
    return Gap(
        rules=tuple(rules or asked[:1]),
        missing=tuple(missing),
        raised=tuple(rule.implements for rule in failed),
        drafts=drafts,
        touches=case.moment.hook in ORDERING and (bool(drafts) or _touches(case)),
    )


def _touches(case: Case) -> bool:
    """Whether the drafts are about baclofen. If that itself cannot be worked out, they may be."""
    try:
        return case.oral_change.touches or case.pump_change.touches
    except Exception:  # noqa: BLE001 - the crash that is being told must not be lost in telling it
        return True
