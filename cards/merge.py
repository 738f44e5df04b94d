"""One clear card (FND-09): merge by kind, absorb, order, cut to `max_cards`; and what every card must say (FND-10)."""

from collections.abc import Sequence

import msgspec

from cards import KNOWLEDGE_DATE, KNOWLEDGE_VERSION, REVIEW_STATUS, needs
from cards.case import Case
from cards.drafts import suggestions_for
from cards.kinds import ABSORBS, COULD_NOT_CHECK, KINDS, NOT_IN, OVERRIDE_REASONS, kind_order
from cards.repeats import facts_of
from cards.rule import Rule
from cards.sentences import DEPARTS_MIDAZOLAM
from cards.verdict import Addendum, Card, Evidence, MergedCard, Urgency
from cards.words import dated, listed, number, safe, summary

MAX_BULLETS = 12
_MAX_EVIDENCE = 12
_BEFORE_ALSO = 3
FOOTER = (
    "Decision support for clinicians; check against local guidance and primary sources; "
    "does not replace clinical judgement."
)
NOT_AN_ALL_CLEAR = (
    "This is not an all-clear: check baclofen, last dose and pump in the chart and with the patient or carer."
)
_COULD_NOT_CHECK_OVERRIDES = ("data-incorrect", "will-do-later")


class Fired(msgspec.Struct, frozen=True):
    """A rule that had something to say."""

    rule: Rule
    verdict: Card | Addendum

    @property
    def urgency(self) -> Urgency:
        return self.verdict.urgency if isinstance(self.verdict, Card) else Urgency.INFO

    @property
    def rank(self) -> tuple[bool, int, str]:
        """Cards before addenda, most urgent first, then the order of the matrix."""
        return (isinstance(self.verdict, Addendum), -self.urgency, self.rule.order)


def merged(fired: Sequence[Fired], case: Case, *, raised: Sequence[str], max_cards: int) -> tuple[MergedCard, ...]:
    """The cards of an answer, in order. Beyond `max_cards` the least go, but never a critical one."""
    by_kind: dict[str, list[Fired]] = {}
    for one in sorted(fired, key=lambda f: f.rank):
        by_kind.setdefault(one.rule.kind, []).append(one)
    by_kind = {kind: group for kind, group in by_kind.items() if any(isinstance(f.verdict, Card) for f in group)}
    absorbed = _absorb(by_kind)
    cards = [_card(kind, group, absorbed.get(kind, []), case, raised) for kind, group in by_kind.items()]
    return first(cards, max_cards)


def first(cards: Sequence[MergedCard], max_cards: int) -> tuple[MergedCard, ...]:
    """In order of urgency, then of kind, the first so many; and never one of the critical less."""
    critical = sum(card.urgency is Urgency.CRITICAL for card in cards)
    ordered = sorted(cards, key=lambda card: (-card.urgency, kind_order(card.kind)))
    return tuple(ordered[: max(max_cards, critical)])


def _absorb(by_kind: dict[str, list[Fired]]) -> dict[str, list[Fired]]:
    """Take out of `by_kind` what another kind's card says already; kind -> what it took in."""
    taken: dict[str, list[Fired]] = {}
    for kind, absorbs in ABSORBS.items():
        if kind not in by_kind:
            continue
        for other in list(by_kind):
            if other == kind:
                continue
            mine = [f for f in by_kind[other] if other in absorbs or f.rule.implements in absorbs]
            if mine:
                taken.setdefault(kind, []).extend(mine)
                by_kind[other] = [f for f in by_kind[other] if f not in mine]
                if not any(isinstance(f.verdict, Card) for f in by_kind[other]):
                    del by_kind[other]
    return taken


def _card(kind: str, group: list[Fired], absorbed: list[Fired], case: Case, raised: Sequence[str]) -> MergedCard:
    leader = group[0]
    assert isinstance(leader.verdict, Card)
    everything = [*group, *absorbed]
    rules = list(dict.fromkeys(f.rule.implements for f in everything))
    missing = _not_available([f.rule for f in everything], case)
    evidence = _united_evidence(everything)
    keys = list(dict.fromkeys(key for f in everything for key in f.verdict.suggestions))
    keys = [key for key in keys if key not in NOT_IN.get(kind, ())]
    suggestions, failed = suggestions_for(keys, case)
    urgency = max(f.urgency for f in everything) if absorbed else leader.urgency
    overrides = list(dict.fromkeys(code for f in everything for code in f.rule.overrides))
    return MergedCard(
        kind=kind,
        kind_display=KINDS[kind],
        urgency=urgency,
        summary=summary(leader.verdict.summary),
        detail=_detail(group, absorbed, evidence, missing, [*raised, *failed], case),
        rules=tuple(rules),
        leader=leader.rule.implements,
        evidence=evidence,
        not_available=missing,
        suggestions=suggestions,
        failed_suggestions=failed,
        override_reasons=tuple((code, OVERRIDE_REASONS[code]) for code in overrides),
        facts=facts_of(
            [f.verdict for f in everything],
            case,
            urgency=urgency,
            rules=rules,
            not_available=missing,
            failed=[*raised, *failed],
        ),
    )


def _not_available(rules: Sequence[Rule], case: Case) -> tuple[str, ...]:
    """Needs of these rules that were asked for and not read whole, in the order of `needs.ALL`."""
    wanted = {need.key for rule in rules for need in rule.needs}
    return case.ledger.lost(need.key for need in needs.ALL if need.key in wanted)


def _united_evidence(fired: Sequence[Fired]) -> tuple[Evidence, ...]:
    """One entry a resource, the leader's first; what several rules say of the same resource is joined."""
    seen: dict[str, Evidence] = {}
    for one in fired:
        for evidence in one.verdict.evidence:
            known = seen.setdefault(evidence.reference, evidence)
            if evidence.text not in known.text:
                text = f"{known.text}; {evidence.text}"
                seen[evidence.reference] = msgspec.structs.replace(known, text=text, is_counted=False)
    return tuple(seen.values())


def _detail(
    group: Sequence[Fired],
    absorbed: Sequence[Fired],
    evidence: Sequence[Evidence],
    missing: Sequence[str],
    raised: Sequence[str],
    case: Case,
) -> str:
    """Markdown: what was found, why it matters, what to do; then what counted, what is missing, sources."""
    leader, *rest = group
    addenda = [bullet for f in rest if isinstance(f.verdict, Addendum) for bullet in f.verdict.detail]
    spare = [bullet for f in rest if isinstance(f.verdict, Card) for bullet in f.verdict.detail]
    others = [f.verdict.summary for f in group[1:] if isinstance(f.verdict, Card)]
    others += [f.verdict.summary for f in absorbed if isinstance(f.verdict, Card)]
    also = [f"Also: {line}" for line in others if line != _leader_summary(group)]
    # Nothing of the leader and of the addenda is cut; what other cards of this kind say has its "Also" line.
    # What decides and what to do first come before what else was found.
    lead, more = leader.verdict.detail[:_BEFORE_ALSO], leader.verdict.detail[_BEFORE_ALSO:]
    told = list(dict.fromkeys([*lead, *also, *more, *addenda]))
    told += [bullet for bullet in dict.fromkeys(spare) if bullet not in told][: max(0, MAX_BULLETS - len(told))]
    lines = [f"- {bullet}" for bullet in told]
    lines += _evidence_lines(evidence, case)
    not_counted = list(
        dict.fromkeys(line for f in group if isinstance(f.verdict, Card) for line in f.verdict.not_counted)
    )
    if not_counted:
        lines.append(f"- Not counted: {'; '.join(not_counted[:6])}")
    if missing:
        lines.append(f"- {not_available_line(missing, case)}")
    if raised:
        lines.append(f"- Could not check {listed(tuple(raised))}: the rule failed; the operator has been told.")
    lines += unread_drafts_lines(case.record.unread_orders)
    lines.append("")
    lines.append(_basis([f.rule for f in (*group, *absorbed)], case, numbers_of=[f.rule for f in group]))
    return "\n".join(lines)


def _leader_summary(group: Sequence[Fired]) -> str:
    verdict = group[0].verdict
    return verdict.summary if isinstance(verdict, Card) else ""


def _evidence_lines(evidence: Sequence[Evidence], case: Case) -> list[str]:
    """Each with its time and resource; of what the first bullet counts the resource alone."""
    first = evidence[:_MAX_EVIDENCE]
    counted = tuple(safe(e.reference) for e in first if e.is_counted)
    shown = [f"{listed(counted)} (counted above)"] if counted else []
    shown += [
        f"{safe(e.text)} ({dated(e.when, case.zone, case.now)}, {safe(e.reference)})" for e in first if not e.is_counted
    ]
    left = len(evidence) - len(first)
    more = f"; and {left} more" if left else ""
    return [f"- Found in this chart: {'; '.join(shown)}{more}"] if shown else []


def not_available_line(missing: Sequence[str], case: Case) -> str:
    """ "Not available: procedures (the EHR refused)": required on every card where it is so (FND-08).

    Needs with the same fate are told together.
    """
    by_fate: dict[str, list[str]] = {}
    for key in missing:
        because = case.ledger[key].because if key in case.ledger else "not asked for"
        by_fate.setdefault(because, []).append(needs.BY_KEY[key].words)
    told = [f"{listed(words)} ({safe(because)})" if because else listed(words) for because, words in by_fate.items()]
    return f"Not available: {'; '.join(told)}."


def _basis(rules: Sequence[Rule], case: Case, numbers_of: Sequence[Rule]) -> str:
    """Rule ids, thresholds told published from judged, sources, version, disclaimer (FND-10).

    `numbers_of`: the rules of this card's own kind. An absorbed rule gives its fact, not its numbers.
    """
    limits = {limit.name: limit for r in numbers_of for limit in r.limits}.values()
    told = [
        f"{limit.name.replace('_', ' ')} {number(case.moment.limit(limit), 2)} {limit.unit} "
        f"({case.moment.basis(limit)})"
        for limit in limits
    ]
    departs = tuple(dict.fromkeys(words for r in rules for words in r.departs))
    if not case.is_adult_for_doses:  # midazolam is not offered to them
        departs = tuple(words for words in departs if words != DEPARTS_MIDAZOLAM)
    differs = f" Departs from the source article: {'; '.join(departs)}." if departs else ""
    keys = ", ".join(dict.fromkeys(source.key for r in rules for source in r.sources))
    thresholds = f" Thresholds: {'; '.join(told)}." if told else ""
    return _origin(rules, f"{thresholds} Sources: {keys}.{differs}")


def _origin(rules: Sequence[Rule], more: str = "") -> str:
    """Rule ids, version, disclaimer: all that a card needs which judged nothing."""
    ids = listed(tuple(dict.fromkeys(r.implements for r in rules)))
    return f"Rules {ids}.{more} Knowledge {KNOWLEDGE_VERSION} of {KNOWLEDGE_DATE}, {REVIEW_STATUS}. {FOOTER}"


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """What could not be checked: the open rules, the needs behind them, rules that failed, drafts nobody could read."""

    rules: tuple[Rule, ...] = ()
    missing: tuple[str, ...] = ()
    raised: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    touches: bool = False  # the user's drafts touch baclofen, or may

    @property
    def told(self) -> str:
        """The gap in a few words."""
        if self.drafts:
            return "an order being signed could not be read"
        if self.missing:
            return f"{listed([needs.BY_KEY[key].words for key in self.missing[:3]])} not available"
        return "a rule failed"


def unread_drafts_lines(drafts: Sequence[str]) -> list[str]:
    """Orders in hand that nobody could read: told on every card, whatever else it is about."""
    more = f" and {len(drafts) - 5} more" if len(drafts) > 5 else ""
    told = listed([safe(draft) for draft in drafts[:5]])
    return [f"- Not read, it may stop or hold baclofen: {told}{more}."] if drafts else []


def telling_also(card: MergedCard, gap: MergedCard) -> MergedCard:
    """The card, which also says what could not be checked: where the site shows no card of its own for that."""
    body, _, basis = card.detail.partition("\n\n")
    told = gap.detail.partition("\n\n")[0].splitlines()
    lines = [body, *(line for line in told if line not in body)]
    return msgspec.structs.replace(
        card,
        detail="\n".join([*lines, "", basis] if basis else lines),
        not_available=tuple(dict.fromkeys((*card.not_available, *gap.not_available))),
    )


def could_not_check(gap: Gap, case: Case) -> MergedCard:
    """The card that says that nothing could be said; a warning where the drafts touch baclofen, or may."""
    kinds = list(dict.fromkeys(rule.kind for rule in gap.rules))
    lines = []
    lines += unread_drafts_lines(gap.drafts)
    if kinds:
        lines.append(f"- Could not be checked: {listed([KINDS[kind].lower() for kind in kinds])}.")
    if gap.missing:
        lines.append(f"- {not_available_line(gap.missing, case)}")
    if gap.raised:
        lines.append(f"- Failed: {listed(gap.raised)}; the operator has been told.")
    lines.append(f"- {NOT_AN_ALL_CLEAR}")
    return MergedCard(
        kind=COULD_NOT_CHECK,
        kind_display=KINDS[COULD_NOT_CHECK],
        urgency=Urgency.WARNING if gap.touches else Urgency.INFO,
        summary=summary(f"Baclofen check could not be completed: {gap.told}"),
        detail="\n".join([*lines, "", _origin(gap.rules)]),
        rules=tuple(dict.fromkeys(rule.implements for rule in gap.rules)),
        leader=gap.rules[0].implements,
        not_available=gap.missing,
        override_reasons=tuple((code, OVERRIDE_REASONS[code]) for code in _COULD_NOT_CHECK_OVERRIDES),
    )
