"""What a child's own chart says of the drugs that the mother took: family history, problems, observations in words."""

import re
from typing import Any

from cards.record import facts, lexicon, wire
from cards.record.chart import Chart
from cards.record.coding import all_words, codings, items, notes, plain, string, words
from cards.record.concepts import Drug
from cards.record.phrases import Standing, standing
from cards.record.when import When

# Judgement, as the lexicon is: no source publishes such a list.
_OF_THE_MOTHER = re.compile(
    r"\b(maternal|mother|mothers|mom|mum|in utero|intrauterine|prenatal(?:ly)?|antenatal(?:ly)?|transplacental"
    r"|during (?:the )?pregnancy|throughout (?:the )?pregnancy|fetal|foetal|in pregnancy)\b"
)
# Of the mother herself, in a child's chart: her pump is not the child's. "Mother reports" is a carer who tells.
_HER_OWN = re.compile(
    r"\b(?:infant|newborn|neonate|baby|child|born) (?:of|to) (?:an? |the )?(?:mother|mom|mum|woman)\b"
    r"|\bmaternal\b|\bmother's\b|\bin utero\b|\bintrauterine (?:\w+ ){0,3}exposure\b"
)
# Over before the child was: "stopped baclofen two years before pregnancy", and not "on baclofen since before". What was
# stopped stands between, or was named before; "stopped smoking two years ago" is about something else.
_STOPPED_BEFORE = re.compile(
    r"\b(?:(?:stopp\w+|discontinu\w+|ceased|quit|weaned off|came off)\b(?P<what>[^;.]{0,60}?)"
    r"\b(?:(?:before|prior to) (?:\w+ ){0,2}?(?:pregnan\w*|conception|conceiving)|years? (?:ago|before|prior|earlier))"
    r"|only (?:before|prior to) (?:\w+ ){0,2}?(?:pregnan\w*|conception|conceiving))"
)
_NOTHING_NAMED = re.compile(
    r"(?:\s|it|this|that|all|about|over|some|more|than|almost|shortly|long|well|just|\d+|an?|one|two|three|four|five|six"
    r"|several|few|many|years?|months?|weeks?|,)*"
)
# Baclofen that was not taken: "allergic to baclofen", a cream, an offer that was declined.
_NOT_TAKEN = re.compile(
    r"\b(?:allerg\w+|intoleran\w+|reaction) (?:to|of) (?:\w+ (?:and|or) )?baclofen\b"
    r"|\b(?:will|plans? to|to) (?:re)?start (?:\w+ ){0,1}?baclofen\b"
    r"|\b(?:offered|recommended|suggested) (?:\w+ ){0,2}?baclofen\b(?:,? but| and)? (?:she )?(?:declined|refused)\b"
    r"|\bbaclofen (?:allerg\w+|intoleran\w+|(?:\d+ ?% )?(?:cream|gel|ointment))\b"
)
_DURING = re.compile(
    r"\b(?:(?:during|throughout|through|into|in) (?:the |this |early |late )?pregnancy|in utero|trimester)\b"
)
_A_DRUG = re.compile(r"\b(drugs?|medications?|medicines?|medicinal|substances?|muscle relaxants?)\b")
_NAMED = re.compile(
    r"\b(addict\w*|alcohol|cocaine|amphetamine\w*|cannabis|tobacco|hallucinogen\w*|sedative\w*|an[xt]i\w+|cyto\w+"
    r"|opi\w+|heroin|insulin)\b"
)
_DENIED = re.compile(r"\b(no|none|negative|denie[sd]|not|nil|never|without)\b")
_MOTHERS = frozenset({"mth", "nmth", "gestm", "mother", "natural mother", "gestational mother", "72705000"})


def read_family_history(resource: wire.FamilyMemberHistory, reference: str, chart: Chart) -> None:
    """What the mother took. Nothing else of a family is read."""
    if chart.is_draft or not _is_mother(resource.relationship):
        return
    parts = [notes(resource.note), all_words(resource.reasonCode)]
    for condition in items(resource.condition):
        parts += [all_words(condition.get("code")), notes(condition.get("note"))]
    defects: list[str] = []
    when = chart.when(resource.date, defects)
    for part in parts:
        if part and _takes_baclofen(part):
            add(reference, True, part, when, chart)
            return


def is_of_mother(text: str) -> bool:
    """Whether a text speaks of the time before birth, or of the mother."""
    return bool(_OF_THE_MOTHER.search(plain(text)))


def is_her_own(text: str) -> bool:
    """Whether a problem is what the mother has or takes, written in her child's chart."""
    return bool(_HER_OWN.search(plain(text)))


def read_words(reference: str, text: str, when: When | None, chart: Chart) -> None:
    """A problem or an observation in words: "newborn affected by maternal baclofen"."""
    said = plain(text)
    if not text or not _OF_THE_MOTHER.search(said):
        return
    if _takes_baclofen(text):
        add(reference, True, text, when, chart)
    elif (
        _A_DRUG.search(said) and not _NAMED.search(said) and not _DENIED.search(said) and not lexicon.drugs_named(said)
    ):
        add(reference, False, text, when, chart)


def add(reference: str, names_baclofen: bool, text: str, when: When | None, chart: Chart) -> None:
    """One fact of a resource."""
    chart.maternal.append(
        facts.MaternalExposure(reference=reference, names_baclofen=names_baclofen, text=text, when=when)
    )


def _is_mother(relationship: Any) -> bool:
    said = {code.lower() for _, code, _ in codings(relationship)} | {plain(part) for part in _spoken(relationship)}
    return bool(said & _MOTHERS)


def _spoken(relationship: Any) -> list[str]:
    return [words(relationship), *(part.strip() for part in all_words(relationship).split("|")), string(relationship)]


def _takes_baclofen(text: str) -> bool:
    said = plain(text)
    during = [standing(said, *hit.span()) for hit in _DURING.finditer(said)]
    is_over = Standing.NEGATED in during or any(map(_is_of_baclofen, _STOPPED_BEFORE.finditer(said)))
    if is_over and all(found is Standing.NEGATED for found in during):
        return False
    return any(
        hit.concept is Drug.BACLOFEN and hit.standing in (Standing.ASSERTED, Standing.FAMILY, Standing.HISTORY)
        for hit in lexicon.DRUG_BOOK.find(_NOT_TAKEN.sub(" ", said))
    )


def _is_of_baclofen(stopped: re.Match[str]) -> bool:
    what = stopped["what"] or ""
    return bool(_NOTHING_NAMED.fullmatch(what)) or any(h.concept is Drug.BACLOFEN for h in lexicon.DRUG_BOOK.find(what))
