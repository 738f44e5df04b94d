"""Whether a request shows of a rule what it claims: judged by the decision itself, not by the story's other words."""

from cards.decide import Decision
from cards.rule import Rule
from cards.verdict import CannotTell, MergedCard, Quiet, Urgency, Verdict
from service.stories import Shows, Story, StoryRequest
from tests.moment import NOW
from tests.stories.telling import plain


def untrue(claim: Shows, rule: Rule, request: StoryRequest, decision: Decision) -> str:
    """Why the claim does not hold, in words; empty if it holds."""
    verdict = next((o.verdict for o in decision.outcomes if o.rule == claim.rule), None)
    if verdict is None:
        return f"{claim.rule} is not asked on {request.hook}"
    cards = [card for card in decision.cards if claim.rule in card.rules]
    if claim.role == "fires":
        return "" if cards else f"{claim.rule} is in no card: {verdict!r}"
    if claim.role == "neighbour":
        return _not_a_neighbour(claim, cards, verdict, decision)
    return _not_told(claim, rule, request, cards, verdict, decision)


def _not_a_neighbour(claim: Shows, cards: list[MergedCard], verdict: Verdict, decision: Decision) -> str:
    if not claim.differs:
        return f"{claim.rule}: in which one fact does the neighbour differ?"
    if decision.exposure_excluded and claim.rule != "NEO-02":  # a newborn takes none: the drug is the mother's
        return f"{claim.rule}: somebody without baclofen is nobody's nearest neighbour"
    if cards or not isinstance(verdict, Quiet):
        return f"{claim.rule} is not quiet: {verdict!r}"
    return ""


def _not_told(
    claim: Shows,
    rule: Rule,
    request: StoryRequest,
    cards: list[MergedCard],
    verdict: Verdict,
    decision: Decision,
) -> str:
    """A silence about it has to be told, but by a rule that is a reminder at most."""
    if claim.names:
        return (
            ""
            if any(claim.names in plain(f"{card.summary} {card.detail}") for card in cards)
            else f"no card says {claim.names!r}"
        )
    withheld = set(request.withhold) & {need.key for need in rule.needs}
    if not withheld:
        return f"{claim.rule} reads nothing of what is withheld, and no words for what is missing are given"
    if isinstance(verdict, CannotTell):
        told = decision.could_not_check is not None or bool(decision.cards) or rule.could_reach is Urgency.INFO
        return "" if told and withheld & set(verdict.missing) else f"{claim.rule} is open, and nothing tells"
    if any(withheld & set(card.not_available) and "Not available" in card.detail for card in cards):
        return ""
    return f"{claim.rule} is silent, or does not name what is missing: {verdict!r}"


def differing(one: Story, other: Story) -> set[str]:
    """The resources, as "Type/id", that are not the same in both charts; who the patient is does not count."""
    charts = [
        {f"{r['resourceType']}/{r['id']}": r for r in story.resources(NOW, "p") if r["resourceType"] != "Patient"}
        for story in (one, other)
    ]
    first, second = charts
    return {key for key in first.keys() | second.keys() if first.get(key) != second.get(key)}
