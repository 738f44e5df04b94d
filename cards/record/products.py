"""Which drug is it? A code by any name of its system, an ingredient, a reference, or plain words: any one is enough.

What cannot be read at all is `is_known=False`, which is never "no baclofen". A drug that we do not track is known.
"""

import re
from functools import lru_cache
from typing import Any

import msgspec

from cards.record import lexicon
from cards.record.coding import (
    ABSENT,
    ATC,
    HCPCS,
    RXNORM,
    UNII,
    Coding,
    all_words,
    codings,
    items,
    plain,
    reference_of,
    string,
    target_of,
    words,
)
from cards.record.concepts import Drug, Route
from cards.record.facts import Product
from cards.record.phrases import Phrasebook, Row
from cards.record.quantities import amount_of, concentration_in, first_quantity, number, strength_in
from cards.record.valuesets import ValueSets

# Systems of which we hold every baclofen code there is, or nearly: another code there, even bare, is another drug.
# Of NDC, PZN, dm+d and SNOMED products we hold a few: a bare code there may be baclofen, and is not readable.
_COVERED = frozenset({RXNORM, ATC, UNII, HCPCS})

_PRODUCT_ROUTES = Phrasebook(
    (
        Row(Route.TOPICAL, ("cream*", "gel", "ointment*", "topical*", "transderm*", "lotion*", "patch*")),
        Row(
            Route.INTRATHECAL,
            ("intrathecal*", "itb", "gablofen", "ampoule*", "ampule*", "pump", "reservoir", "prefilled syringe",
                "intraventricular"),
            unless=("oral", "tablet*", "capsule*", "pump dispenser", "cream*", "gel"),
        ),
        Row(
            Route.ORAL,
            ("tab", "tabs", "tablet*", "oral*", "po", "cap", "caps", "capsule*", "suspension", "granules", "odt",
                "disintegrating",
             "pill*", "syrup", "elixir", "ozobax", "fleqsuvy", "lyvispah", "kemstro", "packet*", "mr", "liquid"),
            unless=("intrathecal*", "inject*", "cream*", "gel"),
        ),
    )
)  # fmt: skip
_INJECTION = Phrasebook(
    (
        Row(
            Route.INTRATHECAL,
            ("inject*", "inj", "vial*", "it (soln|solution|infusion|inj|pump|kit|sosy)", "ml it", "mcg it"),
        ),
    )
)


_NO_NAMES = frozenset(
    ("unknown", "unknown drug", "unknown medication", "not specified", "unspecified", "medication", "drug",
        "other", "error",
     "see note", "see notes", "see comment", "see comments", "n/a", "na", "none", "null", "free text",
     "not available",
     "masked", "not asked", "asked but unknown", "temporarily unknown", "as text")
)  # fmt: skip


# Words of amounts, forms and ways: "20 mg oral tablet" names no drug.
_NO_NAME = frozenset(
    ("mg", "mgs", "mcg", "mcgs", "ug", "ng", "g", "gm", "ml", "mls", "l", "unit", "units", "meq", "mmol",
     "dose", "doses", "strength", "tab", "tabs", "tablet", "tablets", "cap", "caps", "capsule", "capsules",
     "pill", "pills", "packet", "packets", "granules", "powder", "solution", "soln", "suspension", "susp",
     "liquid", "syrup", "elixir", "injection", "injectable", "inj", "vial", "vials", "ampule", "ampules",
     "ampoule", "ampoules", "syringe", "syringes", "film", "coated", "extended", "immediate", "release", "er",
     "xr", "sr", "ir", "odt", "disintegrating", "chewable", "oral", "orally", "po", "by", "mouth",
     "intrathecal", "intrathecally", "each", "ea", "per", "of", "for", "in", "and", "a", "the", "s",
     "medication", "drug")
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")


class Medication(msgspec.Struct, frozen=True, gc=False):
    """A Medication resource as far as a drug and its strength are read from it."""

    code: Any = None
    ingredient: Any = None
    form: Any = None
    contained: Any = None


class Shelf:
    """The Medication resources at hand, by every reference that may point to them."""

    def __init__(self) -> None:
        self._by_key: dict[str, Medication] = {}

    def add(self, identity: str, medication: Medication) -> None:
        """File a Medication by its id."""
        self._by_key[identity] = medication

    def find(self, reference: str) -> Medication | None:
        """The Medication that a relative, absolute or urn:uuid reference points to."""
        last = target_of(reference).rpartition("/")[2]
        return self._by_key.get(last) or self._by_key.get(last.rpartition(":")[2])


def resolve(
    concept: Any, reference: Any, contained: Any, shelf: Shelf, valuesets: ValueSets, *, depth: int = 0
) -> Product:
    """The product of a medicationCodeableConcept and / or a medicationReference. Never raises.

    `contained` are the resource's own contained resources, `shelf` the Medications of the whole call.
    """
    medication, said = None, ""
    pointer = reference_of(reference)
    if pointer.startswith("#"):
        for inner in items(contained):
            if string(inner.get("id")) == pointer[1:]:
                medication = Medication(inner.get("code"), inner.get("ingredient"), inner.get("form"))
    elif pointer:
        medication = shelf.find(pointer)
        if medication is not None and medication.contained is not None:
            contained = medication.contained
    said = words(reference)
    if medication is None and concept is None and not said and len(items(contained)) == 1 and not pointer:
        inner = items(contained)[0]  # a contained drug that the reference forgot to name
        medication = Medication(inner.get("code"), inner.get("ingredient"), inner.get("form"))
    code = _merged(concept, medication.code if medication else None)
    ingredients = tuple(items(medication.ingredient)) if medication else ()
    form = all_words(medication.form) if medication else ""
    return _product(
        code, said, ingredients, form=form, contained=contained, shelf=shelf, valuesets=valuesets, depth=depth
    )


def _merged(first: Any, second: Any) -> list[Any]:
    return [part for part in (first, second) if part is not None]


def _product(
    code: list[Any],
    said: str,
    ingredients: tuple[dict[str, Any], ...],
    *,
    form: str,
    contained: Any,
    shelf: Shelf,
    valuesets: ValueSets,
    depth: int,
) -> Product:
    found: list[Coding] = [coding for part in code for coding in codings(part)]
    texts = [all_words(part) for part in code]
    name = next((words(part) for part in code if words(part)), "") or said
    texts.append(said)
    drugs, route, strength, concentration, is_known = _from_codes(found, valuesets)
    # A local system may use the drug's name as its code.
    texts += [c for _, c, display in found if c and not display and not c.replace("-", "").replace(".", "").isdigit()]
    text = " | ".join(part for part in texts if part)
    by_words = lexicon.drugs_named(text)
    drugs |= by_words
    is_known = is_known or any(could_name_a_drug(part) for part in (*texts[: len(code)], said))
    own: tuple[float | None, float | None] = (None, None)
    for ingredient in ingredients:
        inner = _ingredient(ingredient, contained, shelf, valuesets, depth)
        if inner is None:
            continue
        is_known = is_known or inner.is_known
        drugs |= inner.drugs
        name = name or inner.name
        if inner.is_baclofen:
            own = _strength(ingredient)
            concentration = concentration or inner.concentration_mg_per_ml
            strength = strength or inner.strength_mg
    if Drug.BACLOFEN in drugs:
        route = route if route is not Route.UNKNOWN else product_route(f"{text} | {form}")
        strength, concentration = _doses(text, route, own, strength, concentration)
    return Product(
        name=name,
        drugs=frozenset(drugs),
        is_known=is_known or bool(drugs),
        route=route,
        strength_mg=strength,
        concentration_mg_per_ml=concentration,
        coding=_best(found),
    )


@lru_cache(maxsize=4096)
def could_name_a_drug(text: str) -> bool:
    """Whether words could name one: not only "unknown" or "see note", and not only strength and form."""
    parts = [plain(part) for part in text.split("|")]
    return any(
        part.strip(" .:-") not in _NO_NAMES and any(word not in _NO_NAME for word in _WORD.findall(part))
        for part in parts
    )


def _from_codes(found: list[Coding], valuesets: ValueSets) -> tuple[set[Drug], Route, float | None, float | None, bool]:
    drugs: set[Drug] = set()
    route, strength, concentration, is_known = Route.UNKNOWN, None, None, False
    for system, code, display in found:
        if system == ABSENT or not code:
            continue
        meaning = valuesets.meaning(system, code)
        for name in meaning.of("drug"):
            drugs.add(Drug(name))
        for name in meaning.of("route"):
            route = Route(name)
        if meaning.strength:
            concentration = concentration or concentration_in(meaning.strength)
            strength = strength or (None if "/" in meaning.strength else strength_in(meaning.strength))
        is_known = is_known or system in _COVERED or could_name_a_drug(display)
    return drugs, route, strength, concentration, is_known


def _ingredient(
    ingredient: dict[str, Any], contained: Any, shelf: Shelf, valuesets: ValueSets, depth: int
) -> Product | None:
    if ingredient.get("isActive") is False or depth >= 3:  # carrier fluid; a Medication that holds itself
        return None
    return resolve(
        ingredient.get("itemCodeableConcept", ingredient.get("item")),
        ingredient.get("itemReference"),
        contained,
        shelf,
        valuesets,
        depth=depth + 1,
    )


def _strength(ingredient: dict[str, Any]) -> tuple[float | None, float | None]:
    """(mg per piece, mg per mL) from `ingredient.strength`."""
    for ratio in items(ingredient.get("strength")):
        top, bottom = first_quantity(ratio.get("numerator")), first_quantity(ratio.get("denominator"))
        if top is None:
            continue
        mass, unit = number(top.get("value")), amount_of(top)
        if mass is None or mass <= 0 or unit.kind != "mass":
            continue
        milligrams = mass * unit.factor
        if unit.per_ml:
            return None, milligrams / unit.per_ml
        size, per = (number(bottom.get("value")), amount_of(bottom)) if bottom else (1.0, None)
        if per is None or per.kind == "count" or (per.kind == "" and (size or 1.0) == 1.0):
            return milligrams / (size or 1.0), None
        if per.kind == "volume" and size and size > 0:
            return None, milligrams / (size * per.factor)
    return None, None


def _doses(
    text: str,
    route: Route,
    own: tuple[float | None, float | None],
    strength: float | None,
    concentration: float | None,
) -> tuple[float | None, float | None]:
    """Strength and concentration of baclofen: its own ingredient's, else the words after its name, else the code's."""
    if own != (None, None):
        return own
    said = plain(text)
    after = said[max(said.find(name) for name in ("baclofen", "lioresal", "gablofen", "itb")) :] if said else ""
    spoken = concentration_in(after) or concentration_in(said)
    if spoken is not None:
        return None, spoken
    if concentration is not None or route is Route.INTRATHECAL:
        return None, concentration
    return strength or strength_in(after) or strength_in(said), None


@lru_cache(maxsize=1024)
def product_route(text: str) -> Route:
    """The route that a product's words imply: tablet ORAL, cream TOPICAL, ampoule or pump words INTRATHECAL."""
    found = _PRODUCT_ROUTES.mentioned(text)
    for route in (Route.TOPICAL, Route.INTRATHECAL, Route.ORAL):
        if route in found:
            return route
    # Baclofen to inject is made for the spinal canal only; liquids in mcg/mL likewise.
    concentration = concentration_in(text)
    if _INJECTION.mentioned(text) and "oral" not in plain(text):
        return Route.INTRATHECAL
    if concentration is not None and ("mcg" in plain(text) or "ug/" in plain(text)):
        return Route.INTRATHECAL
    if concentration is not None:
        return Route.ORAL if "solution" in plain(text) or "susp" in plain(text) else Route.UNKNOWN
    return Route.UNKNOWN


def _best(found: list[Coding]) -> Coding | None:
    """The coding to reuse in a draft: RxNorm before others, a system before none."""
    coded = [coding for coding in found if coding[0] and coding[1]]
    return next((coding for coding in coded if coding[0] == RXNORM), coded[0] if coded else None)
