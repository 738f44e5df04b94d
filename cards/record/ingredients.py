"""Which drug is it, by whatever name? Brand and generic are one; strength and form are no part of a name.

Where `lexicon.py` has a row for one drug, that is the drug; of the rows that name a class, the brands stand here.
Brand names are from product labels, as there.
"""

import re

from cards.record.coding import plain
from cards.record.concepts import Drug
from cards.record.lexicon import drug_words

_CLASSES = frozenset(
    {Drug.OPIOID, Drug.SEROTONERGIC, Drug.ANTIPSYCHOTIC, Drug.DOPAMINE_ANTAGONIST, Drug.DOPAMINERGIC,
     Drug.VOLATILE_ANAESTHETIC, Drug.VASOPRESSOR}
)  # fmt: skip
# A brand, or a second name, and the ingredient. Of a levodopa product what is added to it is no drug of its own.
_SAME = {
    "haldol": "haloperidol", "zyprexa": "olanzapin", "risperdal": "risperidon", "seroquel": "quetiapin",
    "geodon": "ziprasidon", "abilify": "aripiprazol", "reglan": "metoclopramid", "pethidin": "meperidin",
    "sinemet": "levodopa", "madopar": "levodopa", "stalevo": "levodopa", "rytary": "levodopa", "carbidopa": "levodopa",
    "suxamethonium": "succinylcholin", "noradrenalin": "norepinephrin", "levophed": "norepinephrin",
    "adrenalin": "epinephrin", "vasostrict": "vasopressin", "argipressin": "vasopressin",
}  # fmt: skip
_STRENGTH_OR_FORM = re.compile(
    r"\s*(?:\d|\b(?:tab(?:let)?s?|cap(?:sule)?s?|oral|solution|suspension|syrup|elixir|drops|inj(?:ection)?|vial|ampoule"
    r"|patch|spray|suppository|er|xr|xl|sr|cr|dr|odt|extended|delayed|for|in)\b)"
)


def ingredients(name: str, drugs: frozenset[Drug]) -> frozenset[str]:
    """The drugs of these classes in a product's name: "quetiapin" of "Seroquel 100 mg tablet".

    A name that the lexicon does not know stands for itself, without strength and form.
    """
    known = frozenset(
        _one(words) if drug in _CLASSES else drug.value for drug, words in drug_words(name) if drug in drugs
    )
    return known or frozenset({_bare(plain(name))})


def _one(words: str) -> str:
    """Without the last letter by which languages differ ("quetiapin", "quetiapine")."""
    stem = words.removesuffix("e")
    return _SAME.get(stem, _SAME.get(words, stem))


def _bare(name: str) -> str:
    found = _STRENGTH_OR_FORM.search(name)
    return name[: found.start()].strip(" ,-(") or name if found else name
