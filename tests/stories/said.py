"""What the service says in every story, word for word, and why each other rule is silent: `tests/stories/said/`.

    python -m tests.stories.said        # after a wanted change; the diff is then there to be read

One file a story, so that a change of a sentence, an urgency or a reason shows in the review of the change.
"""

from pathlib import Path

from cards.decide import Decision, Outcome
from cards.verdict import Addendum, CannotTell, Card, Evidence, MergedCard, Quiet
from service.stories import Story, all_stories
from tests.moment import NOW
from tests.stories.calls import call_of

SAID = Path(__file__).resolve().parent / "said"


def path_of(story: Story) -> Path:
    """Where a story's words are kept."""
    return SAID / f"{story.name}.md"


def said(story: Story) -> str:
    """All that is said at all requests of a story."""
    parts = [f"# {story.expected.title}"]
    for number, request in enumerate(story.expected.requests, 1):
        withheld = f", without {', '.join(request.withhold)}" if request.withhold else ""
        parts.append(f"## {number}. {request.hook}{withheld}")
        decision = call_of(story, request, NOW).decision()
        parts += [card_said(card) for card in all_cards(decision)] or ["No card."]
        parts.append("### Rule by rule")
        parts.append("\n".join(verdicts_said(decision)))
    return "\n\n".join(parts) + "\n"


def all_cards(decision: Decision) -> list[MergedCard]:
    """As they stand in the answer."""
    return [*decision.cards, *([decision.could_not_check] if decision.could_not_check else [])]


def card_said(card: MergedCard) -> str:
    """One card with its drafts."""
    drafts = []
    for one in card.suggestions:
        recommended = ", recommended" if one.is_recommended else ""
        actions = "; ".join(action.description for action in one.actions)
        drafts.append(f"- [{one.key}{recommended}] {one.label}: {actions}")
    head = f"### {card.kind}, {card.urgency.indicator} ({', '.join(card.rules)})"
    reasons = f"Override: {', '.join(code for code, _ in card.override_reasons)}"
    return "\n\n".join([head, f"**{card.summary}**", card.detail, *(["\n".join(drafts)] if drafts else []), reasons])


def verdicts_said(decision: Decision) -> list[str]:
    """What each rule found; those that are silent for the same reason in one line."""
    spoken: list[str] = []
    silent: dict[str, list[str]] = {}
    for outcome in decision.outcomes:
        if isinstance(outcome.verdict, (Card, Addendum)):
            spoken.append(spoken_said(outcome))
        else:
            silent.setdefault(silence_said(outcome), []).append(f"{outcome.rule} {outcome.name}")
    return spoken + [f"- {', '.join(names)}: {reason}" for reason, names in silent.items()]


def silence_said(outcome: Outcome) -> str:
    """Why a rule says nothing, and the needs that this rests on ("its own": those that the rule declares)."""
    verdict = outcome.verdict
    if isinstance(verdict, Quiet):
        needs = "its own" if verdict.rests_on is None else ", ".join(need.key for need in verdict.rests_on)
        return f"silent, {verdict.because}" + (f" [rests on {needs}]" if needs else "")
    assert isinstance(verdict, CannotTell)
    return f"cannot tell without {', '.join(verdict.missing)}: {verdict.because} {outcome.raised}".strip()


def spoken_said(outcome: Outcome) -> str:
    """A rule's own words with all its facts; the merged card may leave some out."""
    verdict, name = outcome.verdict, f"{outcome.rule} {outcome.name}"
    assert isinstance(verdict, (Card, Addendum))
    keys = ", ".join(verdict.suggestions) or "no suggestion"
    lines = [f"  - says: {line}" for line in verdict.detail] + [f"  - {evidence_said(one)}" for one in verdict.evidence]
    if isinstance(verdict, Addendum):
        return "\n".join([f"- {name}: adds ({keys})", *lines])
    capped = f", capped: {verdict.capped}" if verdict.capped else ""
    left_out = [f"  - not counted: {one}" for one in verdict.not_counted]
    return "\n".join([f"- {name}: {verdict.urgency.indicator}{capped} ({keys}): {verdict.summary}", *lines, *left_out])


def evidence_said(evidence: Evidence) -> str:
    """A fact with its resource and time."""
    when = evidence.when
    time = f" {when.earliest.isoformat()} to {when.latest.isoformat()} ({when.precision})" if when else ""
    return f"fact: {evidence.text} [{evidence.reference}]{time}"


def main() -> None:
    """Write all files anew."""
    SAID.mkdir(exist_ok=True)
    stories = all_stories()
    for left in set(SAID.glob("*.md")) - {path_of(story) for story in stories}:
        left.unlink()
    for story in stories:
        path_of(story).write_text(said(story), "utf-8")


if __name__ == "__main__":
    main()
