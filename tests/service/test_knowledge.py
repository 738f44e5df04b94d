"""A site's own numbers and value sets: read, in force, told at the start and on the card."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cards import needs
from cards.hooks import PATIENT_VIEW
from cards.limits import ASCENDING, JUDGEMENT, PUBLISHED
from cards.record.valuesets import CONCEPT_EXTENSION
from cards.rule import all_limits, all_rules
from service import create_app
from service.config import Config
from service.errors import ConfigError
from service.knowledge import knowledge_lines, load_value_sets
from service.rule_text import read_docstring
from service.sites import Site, read_sites
from service.stories import all_stories, matching
from tests.chart import Chart
from tests.moment import NOW
from tests.service.kit import post, searchset
from tests.service.processes import run
from tests.stories.telling import EXTENSION

URL = "https://baclofen-cds.example.org/ValueSet/"


def site_with(tmp_path: Path, *lines: str) -> Site:
    path = tmp_path / "sites.toml"
    path.write_text("\n".join(['[sites.riverside]\ntrust = "none"', "[sites.riverside.limits]", *lines]), "utf-8")
    return read_sites(path)[0]


def value_set(directory: Path, name: str, *codes: str, **more: Any) -> None:
    concepts = [{"code": code} for code in codes]
    body = {"resourceType": "ValueSet", "id": name, "url": URL + name, **more}
    body["compose"] = {"include": [{"system": "urn:riverside", "concept": concepts}]} if codes else {}
    (directory / f"{name}.json").write_text(json.dumps(body), "utf-8")


# -- numbers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ('oral_missed_dose = "10 h"', "oral_missed_dose", 10),
        ('oral_missed_dose = "600 min"', "oral_missed_dose", 10),
        ('refill_due_soon = "3 wk"', "refill_due_soon", 21),
        ('itb_step_share = "15 %"', "itb_step_share", 0.15),
        ('oral_step_share = "0.3 of the dose before the step"', "oral_step_share", 0.3),
        ('toxicity_rass = "-3 points"', "toxicity_rass", -3),
        ('fever = "38.3 Cel"', "fever", 38.3),
    ],
)
def test_a_number_is_read_with_its_unit(tmp_path: Path, line: str, name: str, value: float) -> None:
    assert site_with(tmp_path, line).limits == pytest.approx({name: value})


def test_numbers_that_move_together_keep_their_order(tmp_path: Path) -> None:
    """Both may move, as long as a dose is missed before that is confirmed."""
    site = site_with(tmp_path, 'oral_missed_dose = "30 h"', 'oral_interruption_confirmed = "36 h"')
    assert site.limits["oral_missed_dose"] == 30


def test_our_own_numbers_are_in_order() -> None:
    ours = all_limits()
    for chain in ASCENDING:
        values = [ours[name].value for name in chain]
        assert values == sorted(values), chain
        assert len({ours[name].unit for name in chain}) == 1, chain


def test_every_number_has_a_unit_a_basis_and_a_source() -> None:
    for limit in all_limits().values():
        assert limit.unit, limit.name
        assert limit.basis in (PUBLISHED, JUDGEMENT), limit.name
        assert limit.source.key, limit.name


def test_the_start_tells_what_a_site_changed(tmp_path: Path) -> None:
    site = site_with(tmp_path, 'oral_missed_dose = "10 h"', 'itb_step_share = "15 %"')

    first, *rest = knowledge_lines(load_value_sets(None), [site])

    assert "published with this service" not in first
    assert rest == [
        "site riverside: limit itb_step_share is 0.15 of the dose before the step in place of ours, "
        "0.2 of the dose before the step (published, C-MEDSC)",
        "site riverside: limit oral_missed_dose is 10 h in place of ours, 12 h (local judgement, C-DUP18)",
    ]


def test_without_changes_the_start_says_so() -> None:
    (line,) = knowledge_lines(load_value_sets(None), Config.demo().sites)
    assert line.endswith("all as published with this service")


# -- value sets --------------------------------------------------------------------------------------------------------


def test_a_site_s_set_adds_codes_with_our_meaning(tmp_path: Path) -> None:
    """Riverside's own code for its compounded suspension is baclofen by mouth, too."""
    body: dict[str, Any] = {"resourceType": "ValueSet", "id": "riverside-baclofen", "url": URL + "riverside-baclofen"}
    include = {"system": "urn:riverside", "concept": [{"code": "BAC5"}], "valueSet": [URL + "baclofen-oral"]}
    (tmp_path / "a.json").write_text(json.dumps({**body, "compose": {"include": [include]}}), "utf-8")

    sets = load_value_sets(tmp_path)

    assert "baclofen" in sets.meaning("urn:riverside", "BAC5").of("drug")
    assert sets.overlay.added == {"riverside-baclofen": (1, 1)}
    assert "value set riverside-baclofen: added by the site, 1 codes" in knowledge_lines(sets, [])


def test_a_set_whose_codes_mean_nothing_is_told_loudly(tmp_path: Path) -> None:
    value_set(tmp_path, "riverside-baclofen", "BAC5")
    assert any("1 of them WITHOUT MEANING" in line for line in knowledge_lines(load_value_sets(tmp_path), []))


def test_a_set_of_the_same_id_replaces_ours(tmp_path: Path) -> None:
    value_set(tmp_path, "epilepsy", "E1", "E2")
    sets = load_value_sets(tmp_path)
    ours, theirs = sets.overlay.replaced["epilepsy"]
    assert theirs == 2
    assert f"value set epilepsy: the site's own, 2 codes, replaces ours of {ours}" in knowledge_lines(sets, [])


def test_a_set_emptied_by_the_site_is_told_loudly(tmp_path: Path) -> None:
    value_set(tmp_path, "epilepsy")
    assert any("WITHOUT CODES" in line for line in knowledge_lines(load_value_sets(tmp_path), []))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"resourceType": "ValueSet", "id": "baclofen-oral"}', "required set baclofen-oral is empty"),
        ('{"resourceType": "CodeSystem", "id": "x"}', "not a FHIR ValueSet"),
        ("{", "not JSON"),
        ('{"resourceType": "ValueSet", "id": "x", "compose": {"include": [{"system": "u"}]}}', "does not list"),
        (
            '{"resourceType": "ValueSet", "id": "x", "compose": {"include": [{"system": "u", "filter": [{"value": 1}],'
            ' "concept": [{"code": "c"}]}]}}',
            "does not list",
        ),
        (
            '{"resourceType": "ValueSet", "id": "x", "compose": {"exclude": [{"system": "u"}], "include": []}}',
            "compose.exclude",
        ),
        (
            '{"resourceType": "ValueSet", "id": "x", "expansion": {"total": 9, "contains": [{"system": "u", '
            '"code": "c"}]}}',
            "1 of the 9 codes",
        ),
    ],
)
def test_a_set_that_cannot_be_used_refuses_the_start(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "a.json").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=words):
        load_value_sets(tmp_path)


def test_a_directory_without_a_set_is_a_mistake(tmp_path: Path) -> None:
    """The site believes that its own sets are in force."""
    with pytest.raises(ConfigError, match=r"no \*\.json file"):
        load_value_sets(tmp_path)


def test_two_files_of_one_id_are_a_mistake(tmp_path: Path) -> None:
    value_set(tmp_path, "epilepsy", "E1")
    (tmp_path / "again.json").write_text((tmp_path / "epilepsy.json").read_text("utf-8"), "utf-8")
    with pytest.raises(ConfigError, match="both have the id epilepsy"):
        load_value_sets(tmp_path)


def test_nested_codes_of_an_expansion_are_read(tmp_path: Path) -> None:
    inner = {"system": "urn:riverside", "code": "E1"}
    outer = {"system": "urn:riverside", "code": "group", "abstract": True, "contains": [inner]}
    extension = [{"url": CONCEPT_EXTENSION, "valueCode": "problem/epilepsy"}]
    body = {"resourceType": "ValueSet", "id": "x", "extension": extension, "expansion": {"contains": [outer]}}
    (tmp_path / "x.json").write_text(json.dumps(body), "utf-8")
    assert load_value_sets(tmp_path).meaning("urn:riverside", "E1").of("problem") == ["epilepsy"]


def test_serve_with_an_empty_required_set_is_one_line_and_exit_2(tmp_path: Path) -> None:
    site_with(tmp_path)
    value_set(tmp_path, "baclofen-oral")
    ended = run(
        "serve", SITES=str(tmp_path / "sites.toml"), VALUESETS=str(tmp_path)
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: BACLOFEN_CDS_VALUESETS: value sets: the required set baclofen-oral is empty")
    assert ended.stderr.count("\n") == 1


# -- what a reader finds -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.implements)
def test_every_rule_says_when_then_else_and_what_it_cannot_see(rule: Any) -> None:
    told = read_docstring(rule.doc)
    assert told.title.endswith("?")
    assert [term for term, _ in told.sections] == ["When", "Then", "Else"]
    assert len(told.known_limits) > 30


def test_the_page_of_a_rule_shows_ours_and_the_site_s_number() -> None:
    client = create_app(Config.demo(limits={"refill_due_soon": "3 wk"})).test_client()
    page = client.get("/rules/PMP-01").text
    assert "14 d <b>(demo: 21 d)</b>" in page
    assert "Known limits" in page


def test_a_site_s_number_decides_and_the_card_calls_it_the_site_s() -> None:
    """Riverside wants to hear of a refill three weeks ahead; by our own number nobody would be told yet."""
    story = next(s for s in all_stories() if s.name == "refill-due-next-week-not-booked")
    resources, ten_days_before = story.resources(NOW), NOW - timedelta(days=10)
    asked = [need for need in needs.ALL if need != needs.PATIENT]
    prefetch: dict[str, Any] = {need.key: searchset(*matching(need, resources)) for need in asked}
    (prefetch["Patient"],) = matching(needs.PATIENT, resources)
    request = {**story.hook_request(story.expected.requests[0], NOW), "prefetch": prefetch}
    told = {}
    for limits in ({}, {"refill_due_soon": "3 wk"}):
        app = create_app(Config.demo(limits=limits), clock=lambda: ten_days_before)
        cards = post(app.test_client(), PATIENT_VIEW, request).json["cards"]
        told[bool(limits)] = [card for card in cards if "PMP-01" in card["extension"][EXTENSION]["rules"]]
    assert told[False] == []
    assert "refill due soon 21 d (set by this site, 14 by default)" in told[True][0]["detail"]


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({}, "More than 72 h since the last dose"),
        ({"restart_full_dose": "48 h"}, "More than 48 h since the last dose"),
        ({"restart_full_dose": "1 d"}, "More than 24 h since the last dose"),
    ],
)
def test_a_text_tells_the_number_that_decided(tmp_path: Path, limits: dict[str, str], words: str) -> None:
    """Rigid and hallucinating, 80 h after the last tablet."""
    chart = Chart()
    chart.stay("80h")
    chart.baclofen()
    for sign in ("Increased spasticity", "Visual hallucinations"):
        chart.sign(sign)
    own = site_with(tmp_path, *(f'{name} = "{value}"' for name, value in limits.items())).limits
    assert words in chart.decide(limits=own).card("suspected-withdrawal").detail
