"""What a rule answers: Card, Addendum, Quiet or CannotTell; and what cards are made of."""

from datetime import datetime
from enum import IntEnum
from typing import Any

import msgspec

from cards.needs import Need
from cards.record.when import When


class Urgency(IntEnum):
    """CDS Hooks indicator. Ordered: info < warning < critical."""

    INFO = 0
    WARNING = 1
    CRITICAL = 2

    @property
    def indicator(self) -> str:
        return self.name.lower()


class Evidence(msgspec.Struct, frozen=True):
    """A fact of this chart that counted: what, when, from which resource."""

    reference: str
    text: str
    when: When | None = None
    is_counted: bool = False  # the card's first bullet tells it, with its points and time


class Comfort(msgspec.Struct, frozen=True):
    """What a card says where comfort care is recorded: `detail` in place of its own but the first bullet.

    `detail` None: what was found, and its own without intensive care. `offer` "": baclofen by tube or a benzodiazepine.
    """

    summary: str
    detail: tuple[str, ...] | None = None
    offer: str = ""
    gives_baclofen: bool = True  # False: nothing that would give the drug again is offered


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Say this. `detail` holds bullets in the order to be read, already safe (`words.say`)."""

    urgency: Urgency
    summary: str
    detail: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    suggestions: tuple[str, ...] = ()  # keys of drafts.py
    not_counted: tuple[str, ...] = ()  # findings seen and left out, with why
    comfort: Comfort | None = None  # None: the same words, without intensive care
    capped: str = ""  # why the urgency is lower than the facts alone would make it


class Addendum(msgspec.Struct, frozen=True, kw_only=True):
    """A bullet for another rule's card of the same kind; never a card by itself."""

    detail: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()
    suggestions: tuple[str, ...] = ()


class Quiet(msgspec.Struct, frozen=True):
    """Nothing to say, and why.

    `rests_on`: the needs whose absence of findings this silence argues from; None means the rule's deciding needs,
    () means it rests on something that was read ("planned taper"). The corridor turns a silence that rests on a need
    that was not read into `CannotTell`.
    """

    because: str
    rests_on: tuple[Need, ...] | None = None


class CannotTell(msgspec.Struct, frozen=True):
    """A deciding need is lost, and what was read leaves the rule open."""

    missing: tuple[str, ...]
    because: str = ""


Verdict = Card | Addendum | Quiet | CannotTell


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """One CDS Hooks action: `resource` for create, `resource_id` ("Type/id") for delete."""

    type: str
    description: str
    resource: dict[str, Any] | None = None
    resource_id: str = ""


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """What the user may accept. `key` is that of clinical.md section 13."""

    key: str
    label: str
    actions: tuple[Action, ...]
    is_recommended: bool = False


class MergedCard(msgspec.Struct, frozen=True, kw_only=True):
    """One card of an answer, free of the wire format. `detail` is GitHub-flavoured Markdown."""

    kind: str
    kind_display: str
    urgency: Urgency
    summary: str
    detail: str
    rules: tuple[str, ...]  # leader first, each as "ABR-01"
    leader: str  # rule id ("ABR-01") whose knowledge page is source.url
    evidence: tuple[Evidence, ...] = ()
    not_available: tuple[str, ...] = ()  # need keys
    suggestions: tuple[Suggestion, ...] = ()
    override_reasons: tuple[tuple[str, str], ...] = ()  # code, display
    failed_suggestions: tuple[str, ...] = ()  # keys whose draft could not be built: a bug of ours
    facts: tuple[str, ...] = ()  # what it rests on, to tell whether a repetition brings anything new (repeats.py)
    acknowledged: datetime | None = None  # shown as information, because its reader acknowledged it then
