"""What people look at: the knowledge page of a rule, and the demo's viewer. Everything else speaks JSON."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
from flask import Blueprint, Flask, Response, make_response, render_template, request

import cards
from cards.kinds import KINDS, OVERRIDE_REASONS
from cards.limits import REFILL_BEFORE, Limit
from service.errors import UnknownService
from service.parts import Parts
from service.rule_text import HOW_READ, read_docstring
from service.site_limits import in_words
from service.sites import Site
from service.stories import ExpectedCard, Story, all_stories
from service.wire_cards import HANDOUT

NOTHING_DUE = "Nothing to say"  # the viewer's heading for stories without a card


def add_pages(app: Flask, parts: Parts) -> None:
    """`/rules/{RULE}` always; `/` where the configuration turns the viewer on."""
    pages = Blueprint(
        "pages", __name__, template_folder="viewer", static_folder="viewer/static", static_url_path="/static"
    )
    rules = {rule.implements: rule for rule in parts.rules}

    @pages.get("/rules/<rule_id>")
    def rule_page(rule_id: str) -> Response:
        if rule_id not in rules:
            raise UnknownService("there is no such rule; a card's source.url names the right one")
        rule = rules[rule_id]
        told = read_docstring(rule.doc)
        return _html(
            "rule.html",
            rule=rule,
            told=told,
            numbers=[_number(limit, parts.config.sites) for limit in rule.limits],
            kind=KINDS[rule.kind],
            overrides=[OVERRIDE_REASONS[code] for code in rule.overrides],
            refining=[need.words for need in rule.only_refining],
            how_read=HOW_READ,
            version=cards.KNOWLEDGE_VERSION,
            date=cards.KNOWLEDGE_DATE,
            review=cards.REVIEW_STATUS,
        )

    @pages.get(HANDOUT)
    def handout() -> Response:
        """For patient and carer, in plain language (EDU-01): the same for everybody, nothing of a chart in it."""
        sources = [source.key for rule in parts.rules if rule.kind == "patient-education" for source in rule.sources]
        days = max(site.limits.get(REFILL_BEFORE.name, REFILL_BEFORE.value) for site in parts.config.sites)
        return _html("handout.html", review=cards.REVIEW_STATUS, days=f"{days:g}", sources=sources)

    if parts.config.viewer_fhir:
        _add_viewer(pages, parts)
    app.register_blueprint(pages)
    app.after_request(_lock_static)


def _add_viewer(pages: Blueprint, parts: Parts) -> None:
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(parts.config.viewer_fhir))

    @pages.get("/")
    def viewer() -> Response:
        return _html("index.html", connect=origin, fhir=parts.config.viewer_fhir)

    @pages.get("/viewer/stories")
    def stories() -> Response:
        """What the page says beside each patient, under which heading, by what it is found; and the requests."""
        now = parts.clock()
        told = [
            {
                "patient": story.name,
                "title": story.expected.title,
                "group": _group(story),
                "words": " ".join(sorted({*_rules_of(story), *story.expected.published})),
                "requests": [
                    {
                        "hook": request.hook,
                        "why": request.why,
                        "context": story.hook_request(request, now)["context"],
                        "withhold": request.withhold,
                    }
                    for request in story.expected.requests
                ],
            }
            for story in sorted(all_stories(), key=_place)
        ]
        return Response(msgspec.json.encode(told), content_type="application/json")


def _number(limit: Limit, sites: Sequence[Site]) -> dict[str, Any]:
    """A row of the page's numbers; a site that decides with another value says so.

    The page is for everybody: where there are several sites it names none of them.
    """
    own = [
        f"{site.name if len(sites) == 1 else 'at one site'}: {in_words(limit, site.limits[limit.name])}"
        for site in sites
        if limit.name in site.limits
    ]
    return {"limit": limit, "ours": in_words(limit, limit.value), "own": ", ".join(dict.fromkeys(own))}


def _cards_of(story: Story) -> list[ExpectedCard]:
    return [card for request in story.expected.requests if not request.withhold for card in request.cards]


def _rules_of(story: Story) -> set[str]:
    """The rules that it expects or shows."""
    claimed = {claim.rule for request in story.expected.requests for claim in request.shows}
    return claimed | {rule for card in _cards_of(story) for rule in card.rules}


def _group(story: Story) -> str:
    """What its first card is about."""
    return next((KINDS[card.kind] for card in _cards_of(story)), NOTHING_DUE)


def _place(story: Story) -> int:
    """The kinds in the order of their weight; those without a card last."""
    return [*KINDS.values(), NOTHING_DUE].index(_group(story))


def _html(template: str, *, connect: str = "", **values: object) -> Response:
    """A page that runs nothing but our own files, and talks to nobody but us and the FHIR server it shows."""
    response = make_response(render_template(template, **values))
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self' {connect}".rstrip()
        + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return response


def _lock_static(response: Response) -> Response:
    if request.endpoint == "pages.static":
        response.headers["Content-Security-Policy"] = "default-src 'none'"
        response.headers["Cache-Control"] = "no-cache"
    return response
