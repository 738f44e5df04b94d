"""By which route: the order's route, else the product's, else the units, else the words; else unknown."""

from typing import Any

from cards.record import facts
from cards.record.coding import plain
from cards.record.concepts import Route
from cards.record.instructions import has_daily_micrograms, has_hourly_volume, order_route
from cards.record.phrases import Phrasebook, Row
from cards.record.valuesets import ValueSets

_ROUTES = Phrasebook(
    (
        Row(Route.INTRATHECAL, ("intrathecal*", "=it", "it (infusion|injection|pump|route|inj)", "itb",
            "intraventricular", "intraspinal", "implanted pump", "spinal pump")),
        Row(
            Route.ORAL,
            ("oral*", "po", "p.o", "by mouth", "per os", "mouth", "enteral*", "enteric", "ng", "ngt",
                "nasogastric*", "og", "orogastric*", "peg",
             "pej", "g tube", "gt", "gtube", "j tube", "gj tube", "gj", "gastrostom*", "jejunostom*",
             "feeding tube", "per tube", "via tube",
             "gastric*", "nj", "sublingual*", "sl", "buccal", "tube", "percutaneous endoscopic gastrostomy"),
        ),
        Row(Route.TOPICAL, ("topical*", "transderm*", "cutaneous*", "skin", "to affected area")),
        Row(
            Route.OTHER,
            ("intravenous*", "iv", "ivp", "ivpb", "intramuscular*", "im", "subcutaneous*", "sc", "sq", "subq",
                "subcut", "rectal*", "pr", "inhal*",
             "nebuli*", "nasal*", "intranasal", "ophthalm*", "otic", "epidural*", "vaginal*", "intraarticular",
             "intradermal"),
        ),
    )
)  # fmt: skip
_TEXT_ROUTES = Phrasebook(
    (
        Row(Route.INTRATHECAL, ("intrathecal*", "itb", "baclofen pump", "simple continuous", "implanted pump")),
        Row(Route.ORAL, ("by mouth", "po", "oral*", "per os", "tab", "tabs", "tablet*", "swallow*",
            "via (ng|peg|g) tube", "per (ng|peg|g) tube", "cap", "caps",
                         "capsule*")),
        Row(Route.TOPICAL, ("apply", "topical*", "to affected area")),
    )
)  # fmt: skip


def route_of(instructions: Any, product: facts.Product, text: str, valuesets: ValueSets) -> Route:
    """Route class: order route, then product, then units, then text; UNKNOWN never excludes a pump."""
    found, said = order_route(instructions)
    named = {name for system, code, _ in found for name in valuesets.meaning(system, code).of("route")}
    by_words = {name for part in said.split("|") for name in _ROUTES.mentioned(part.strip())}
    for route in (Route.INTRATHECAL, Route.ORAL, Route.TOPICAL, Route.OTHER):
        if route in named or route in by_words:
            return route
    if product.route is not Route.UNKNOWN:
        return product.route
    if has_daily_micrograms(instructions, text):
        return Route.INTRATHECAL
    in_text = _TEXT_ROUTES.mentioned(text)
    if has_hourly_volume(instructions, text) and "pump" in plain(text):
        return Route.INTRATHECAL
    for route in (Route.INTRATHECAL, Route.TOPICAL, Route.ORAL):
        if route in in_text:
            return route
    return Route.UNKNOWN
