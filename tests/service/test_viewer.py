"""The viewer in a real Chromium, against the demo as it is started: seen, used by keyboard, accessible, at 360 px."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from service.stories import all_stories
from tests.service.processes import Running, running

NOW = "2026-03-10T08:00:00Z"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",  # nothing but this machine
]  # fmt: skip
WITH_CARD = "hallucinations-31-h-after-last-tablet"
WITHOUT = "child-with-earache-and-a-full-pump"
WITHHELD = "administration-record-not-readable"
STOPPED = "dose-cut-by-a-third-at-signing"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    directory = tmp_path_factory.mktemp("demo")
    with running(directory, "demo", "--port", "0", "--fhir-port", "0", "--now", NOW, lines=2) as started:
        yield started


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, headless=True, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(params=[(1280, "light"), (360, "dark")], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, demo: Running) -> Iterator[Page]:
    """The page with its patients listed. Nothing may complain on the console."""
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(f"{demo.url}/")
    opened.locator("[data-patient]").first.wait_for()
    yield opened
    context.close()
    assert complaints == []


def choose(page: Page, patient: str) -> Any:
    """Choose a patient; the JSON that the service answered to the hook call."""
    with page.expect_response("**/cds-services/*") as answer:
        page.locator(f'[data-patient="{patient}"]').click()
    return answer.value.json()


def test_the_patients_of_the_fhir_server_are_listed_with_their_stories(page: Page) -> None:
    assert page.locator("[data-patient]").count() >= 12
    assert "31" in page.locator(f'[data-patient="{WITH_CARD}"]').inner_text()


def test_every_patient_is_listed_once_under_what_its_story_is_about(page: Page) -> None:
    groups = page.locator("#patients section")
    assert page.locator("[data-patient]").count() == len(all_stories())
    assert groups.first.locator("h3").inner_text().startswith("Suspected baclofen withdrawal (")
    assert groups.last.locator("h3").inner_text().startswith("Nothing to say (")


@pytest.mark.parametrize(("words", "found"), [("pmp-01", "pump-refill-overdue-two-days"), ("C-DAL07", WITH_CARD)])
def test_a_patient_is_found_by_rule_and_by_source(page: Page, words: str, found: str) -> None:
    page.locator("#filter").fill(words)
    assert page.locator(f'[data-patient="{found}"]').is_visible()
    assert not page.locator(f'[data-patient="{WITHHELD}"]').is_visible()
    assert page.locator("#patients section:visible").count() < page.locator("#patients section").count()


def test_the_cards_answered_are_the_cards_shown(page: Page) -> None:
    answered = choose(page, WITH_CARD)["cards"]

    page.locator("[data-card-kind]").first.wait_for()
    shown = page.locator("[data-card-kind]")
    assert shown.count() == len(answered) >= 1
    for number, card in enumerate(answered):
        one = shown.nth(number)
        assert one.get_attribute("data-card-kind") == card["source"]["topic"]["code"]
        assert one.get_attribute("data-indicator") == card["indicator"]
        assert one.locator("h2").inner_text() == card["summary"]
        assert one.locator("footer a").get_attribute("href") == card["source"]["url"]
        assert one.locator(".actions button").count() == len(card.get("suggestions", []))
        assert one.locator("select option").count() == len(card["overrideReasons"]) + 1
        assert one.locator(".evidence li").count() == len(card["extension"]["org.example.baclofen-cds"]["evidence"])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_card_says_that_what_was_needed_was_read(page: Page) -> None:
    assert choose(page, WITHOUT)["cards"] == []

    assert "was read" in page.locator(".nothing").inner_text()


def test_what_a_story_s_ehr_keeps_back_is_not_fetched_behind_its_back(page: Page) -> None:
    choose(page, WITHHELD)
    page.get_by_label("Situation").select_option(index=1)

    page.locator('[data-card-kind="could-not-check"]').wait_for()
    assert "MedicationAdministration" in page.locator(".missing").first.inner_text()


def test_an_order_can_be_signed(page: Page) -> None:
    choose(page, STOPPED)
    with page.expect_request("**/baclofen-order-sign") as sent:
        page.get_by_label("What the clinician does").select_option("order-sign")

    context = (sent.value.post_data_json or {})["context"]
    assert context["draftOrders"]["entry"]
    page.locator('[data-card-kind="abrupt-discontinuation"]').wait_for()
    assert page.get_by_label("Situation").locator("option").count() >= 2


def test_feedback_is_sent_and_recorded(page: Page) -> None:
    choose(page, WITH_CARD)
    card = page.locator("[data-card-kind]").first
    with page.expect_response("**/feedback") as answer:
        card.locator(".actions button").first.click()
    assert answer.value.status == 200
    with page.expect_response("**/feedback") as answer:
        card.locator("select").select_option(index=1)
        card.get_by_role("button", name="Override").click()
    assert answer.value.status == 200
    page.get_by_role("button", name="Override: recorded").wait_for()


def test_a_card_is_reached_with_the_keyboard_alone(page: Page) -> None:
    page.locator("#filter").focus()
    page.keyboard.type("hallucinations 31")
    assert page.locator("#patients li:visible").count() == 1
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.locator("[data-card-kind]").first.wait_for()
    assert page.locator(f'[data-patient="{WITH_CARD}"]').get_attribute("aria-current") == "true"


def test_nothing_serious_is_inaccessible(page: Page) -> None:
    choose(page, WITH_CARD)
    page.locator("[data-card-kind]").first.wait_for()
    page.locator("#wire summary").click()
    grave = violations(page)
    assert grave == []


def test_a_rule_s_page_is_accessible_too(page: Page, demo: Running) -> None:
    page.goto(f"{demo.url}/rules/ABR-01")

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def violations(page: Page) -> list[str]:
    """What axe finds serious or critical."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in ("serious", "critical")]


HOSTILE = """- **bold** <img src=x onerror=window.hit=1> [x](javascript:window.hit=1) \\\\<b\\\\>
  - nested `<script>window.hit=1</script>`

| a | b |
|---|---|
| 1 | <svg onload=window.hit=1> |

# Title
words *and* [a link](https://example.org/x)"""


def test_markdown_becomes_text_and_never_markup(page: Page) -> None:
    html = page.evaluate(
        """async (text) => {
            const { markdown } = await import("/static/markdown.js");
            const made = markdown(text);
            document.body.append(made);
            return made.innerHTML;
        }""",
        HOSTILE,
    )

    for tag in ("<img", "<script", "<svg", "<b>", 'javascript:w"'):
        assert tag not in html
    for tag in (
        "<strong>bold</strong>",
        "<li>nested",
        "<table>",
        "<h3>Title</h3>",
        "<em>and</em>",
        'href="https://example',
    ):
        assert tag in html
    assert page.evaluate("window.hit") is None


def test_a_service_that_is_down_is_said(page: Page) -> None:
    page.evaluate("() => { window.fetch = () => Promise.reject(new Error('connection refused')); }")
    page.locator(f'[data-patient="{WITHOUT}"]').click()

    page.get_by_text("The service did not answer").wait_for()
    assert page.locator("[data-card-kind]").count() == 0


def test_screenshots_can_be_taken(page: Page, tmp_path: Path) -> None:
    choose(page, WITH_CARD)

    assert len(page.screenshot(path=tmp_path / "viewer.png", full_page=True)) > 20_000
