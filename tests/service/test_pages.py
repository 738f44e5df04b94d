"""The knowledge page of every rule, and when there is a viewer."""

import re

import msgspec
import pytest
from markupsafe import escape

from cards.rule import all_rules
from cards.sources import Source
from service import build_app, create_app
from service.config import Config
from service.rule_text import RuleText, read_docstring
from tests.service.kit import app_with, parts_with


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.implements)
def test_the_knowledge_page_of_a_rule_says_what_it_stands_on(rule) -> None:  # type: ignore[no-untyped-def]
    answer = create_app(Config.demo()).test_client().get(f"/rules/{rule.implements}")

    assert answer.status_code == 200
    assert answer.content_type.startswith("text/html")
    assert "<dt>When</dt>" in answer.text
    assert "<dt>Then</dt>" in answer.text
    for source in rule.sources:
        assert str(escape(source.citation)) in answer.text
    for limit in rule.limits:
        assert f"{limit.value:g} {escape(limit.unit)}" in answer.text
    assert len(rule.deciding) == len(set(rule.deciding)), "the page names a kind of data once"


def test_a_page_runs_nothing_but_our_own_files() -> None:
    client = create_app(Config.demo()).test_client()

    for path in ("/", "/rules/ABR-01"):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:", answer.text)
        assert not re.search(r"(src|href)=\"(https?:)?//(?!doi\.org)", answer.text)


def test_what_a_rule_says_is_escaped() -> None:
    (rule, *_) = all_rules()
    hostile = msgspec.structs.replace(
        rule,
        doc="<script>alert(1)</script>\n\nWhen  <b>bold</b>\nThen  <img src=x>",
        sources=(Source("X", "<i>cited</i>", url="javascript:alert(1)"),),
    )
    client = build_app(msgspec.structs.replace(parts_with(), rules=(hostile,))).test_client()

    text = client.get(f"/rules/{rule.implements}").text

    assert "<script>" not in text
    assert "<img" not in text
    assert "<i>" not in text
    assert "javascript:" not in text


def test_a_docstring_becomes_a_question_its_terms_and_remarks() -> None:
    doc = (
        "Is it\nso?\n\nWhen  this\n      and that\nThen  say\nElse  quiet\n\nA remark\nin two lines.\n\n"
        "Known limits: what is not\nwritten down."
    )

    told = read_docstring(doc)

    assert told.title == "Is it so?"
    assert told.sections == (("When", "this and that"), ("Then", "say"), ("Else", "quiet"))
    assert told.remarks == ("A remark in two lines.",)
    assert told.known_limits == "what is not written down."
    assert read_docstring("") == RuleText("", (), (), "")


def test_without_a_viewer_there_is_no_page_at_the_root() -> None:
    client = app_with(viewer_fhir="").test_client()

    assert client.get("/").status_code == 404
    assert client.get("/viewer/stories").status_code == 404


def test_the_viewer_may_talk_to_the_fhir_server_and_to_nobody_else() -> None:
    answer = app_with(viewer_fhir="http://127.0.0.1:9999/fhir").test_client().get("/")

    assert "connect-src 'self' http://127.0.0.1:9999;" in answer.headers["Content-Security-Policy"]
    assert 'data-fhir="http://127.0.0.1:9999/fhir"' in answer.text


def test_the_viewer_s_own_files_are_served() -> None:
    client = app_with().test_client()

    for name in re.findall(r"/static/[\w.]+", client.get("/").text):
        with client.get(name) as answer:
            assert answer.status_code == 200, name
    assert client.get("/static/../pages.py").status_code == 404


def test_the_stories_are_told_with_their_orders() -> None:
    stories = app_with().test_client().get("/viewer/stories").json

    assert len(stories) >= 12
    assert all(story["patient"] and story["title"] and story["group"] for story in stories)
    assert any(request["context"].get("draftOrders") for story in stories for request in story["requests"])
