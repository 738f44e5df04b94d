"""Chart text in a card is text: whatever somebody typed, no client makes a link, a picture, a tag or a page of it.

Judged by a GitHub-flavoured Markdown parser with raw HTML and automatic links switched on, and by a real Chromium that
is handed the card both as Markdown made to HTML and, as the CDS Hooks Sandbox does it, as HTML straight away.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.tasklists import tasklists_plugin
from playwright.sync_api import Page, sync_playwright

from cards.hooks import PATIENT_VIEW
from cards.rule import needs_of
from cards.words import safe
from service import create_app
from service.config import Config
from service.stories import prefetch_of, story
from tests.service.kit import hook_request
from tests.service.test_viewer import ARGUMENTS

HOSTILE = (
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<script>document.title='bitten'</script>",
    "<img src=x onerror=\"document.title='bitten'\">",
    "<a href=javascript:alert(1)>x</a>",
    "</li></ul><iframe src=//evil.example>",
    "https://evil.example/?a=b www.evil.example somebody@evil.example",
    "evil.com //evil.org/x evil.co.uk/a?b=c see evil.info.",
    "<https://evil.example>",
    "[a]: https://evil.example\n\n[a]",
    "\r\n\r\n# Stop baclofen\r\n\r\n---\r\n1. now",
    "- [ ] given\n- [x] stopped",
    "| a | b |\n|---|---|\n| c | d |",
    "`code` ``` fence ~~gone~~ **bold** _it_",
    "&lt;script&gt; &#60;b&#62; &#x202e;",
    "\u202egnp.exe \u2066hidden\u2069 \u200bzero\u200dwidth \u00adsoft",
    "\x00\x07\x1b[31mred\x1b[0m\x7f\x85\u2028\u2029",
    "\\[click\\](https://evil.example) \\<b>",
    "[x](data:text/html,<script>1</script>) [y](//evil.example 'z')",
    "{{7*7}} ${7*7} <%= 7 %>",
)
STORIES = ("missed-refill-fever-and-rigidity", "stopped-yesterday-without-a-taper", "newborn-of-mother-on-baclofen")
TEXTS = {"text", "display", "name", "family", "given", "valueString", "note", "description", "reason"}
GFM = MarkdownIt("gfm-like", {"html": True, "linkify": True}).use(tasklists_plugin)
FORBIDDEN = {
    "link_open", "image", "html_inline", "html_block", "heading_open", "hr", "table_open", "fence", "code_inline",
    "code_block", "blockquote_open", "ordered_list_open",
}  # fmt: skip
ANYTHING = st.text(alphabet=st.characters(codec="utf-8"), max_size=80)
MARKS = st.text("[]()<>!`*_~|#-\\&;:/.@ wh\n\u202e", max_size=40)


def planted(node: Any, hostile: str, name: str = "") -> Any:
    """A copy with this text behind every text that a card may quote."""
    if isinstance(node, str):
        return f"{node} {hostile}" if name in TEXTS else node
    if isinstance(node, Mapping):
        return {key: planted(value, hostile, key) for key, value in node.items()}
    if isinstance(node, Sequence):
        return [planted(item, hostile, name) for item in node]
    return node


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(Config.demo(log_level="ERROR")).test_client()


def cards(client: FlaskClient, name: str, hostile: str) -> list[dict[str, Any]]:
    """The cards of a story whose texts are hostile."""
    resources = [planted(r, hostile) for r in story(name).resources(datetime.now(UTC), "p1")]
    body = hook_request(PATIENT_VIEW, prefetch=prefetch_of(resources, needs_of("patient-view")))
    data = msgspec.json.encode(body)
    answer = client.post("/cds-services/baclofen-patient-view", data=data, content_type="application/json")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.get_json()["cards"]
    assert found
    return found


def texts(node: Any) -> Iterator[str]:
    """Every string in a card."""
    if isinstance(node, str):
        yield node
    for item in node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ():
        yield from texts(item)


def assert_plain(markdown: str) -> None:
    """What a client's Markdown makes of it: paragraphs, our own bullets, emphasis; nothing that leads anywhere."""
    flat = list(GFM.parse(markdown))
    flat += [child for token in flat for child in token.children or ()]
    assert {token.type for token in flat} & FORBIDDEN == set(), markdown
    assert not any("task-list" in str(token.attrs) for token in flat)


def assert_no_tricks(text: str) -> None:
    """No control, bidi, zero-width or line-separator character."""
    odd = [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs", "Co")]
    assert odd == [], [hex(ord(c)) for c in odd]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("name", STORIES)
def test_no_chart_text_becomes_markup(client: FlaskClient, name: str, hostile: str) -> None:
    for card in cards(client, name, hostile):
        assert_plain(card["detail"])
        assert_plain(card["summary"])
        for evidence in card["extension"]["org.example.baclofen-cds"].get("evidence", []):
            assert_plain(evidence["text"])
        shown = {key: value for key, value in card.items() if key != "suggestions"}
        for text in texts(shown):
            assert_no_tricks(text)
        for suggestion in card.get("suggestions", []):
            assert_plain(suggestion["label"])
            for action in suggestion["actions"]:
                assert_plain(action["description"])


def test_no_address_in_a_card_comes_from_a_chart(client: FlaskClient) -> None:
    for name in STORIES:
        for card in cards(client, name, "https://evil.example/x"):
            urls = [card["source"]["url"], *(link["url"] for link in card.get("links", []))]
            assert all(url.startswith("http://127.0.0.1:8080/") for url in urls)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(ANYTHING | MARKS)
def test_whatever_is_typed_comes_out_as_plain_text(typed: str) -> None:
    assert_plain(f"- Found: {safe(typed)}, then more.")
    assert_no_tricks(safe(typed))


@pytest.fixture(scope="module")
def page(chromium: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=ARGUMENTS)
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("name", STORIES)
def test_a_browser_makes_nothing_of_it_either(client: FlaskClient, page: Page, name: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for hostile in HOSTILE:
        for card in cards(client, name, hostile):
            for html in (GFM.render(card["detail"]), card["detail"], f"<p>{card['summary']}</p>"):
                page.set_content(f"<title>calm</title><main>{html}</main>")
                elements = page.evaluate("[...document.querySelectorAll('main *')].map(e => e.localName)")
                assert set(elements) <= {"p", "ul", "li", "strong", "em", "br"}, (hostile, html)
                assert page.title() == "calm"
    assert [url for url in asked if not url.startswith("about:")] == []


def test_the_judges_would_notice(page: Page) -> None:
    """The check of the checks."""
    for hostile in ("[x](https://evil.example)", "<b>x</b>", "www.evil.com", "![x](y)", "# x"):
        with pytest.raises(AssertionError):
            assert_plain(hostile)
    with pytest.raises(AssertionError):
        assert_no_tricks("\u202e")
    page.set_content("<title>calm</title><main><img src=x onerror=\"document.title='bitten'\"></main>")
    page.wait_for_function("document.title == 'bitten'")
    assert re.search("img", page.content())
