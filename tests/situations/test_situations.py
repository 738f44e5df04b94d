"""Each situation is told in the words on file."""

import pytest

from tests.situations.telling import SAID, Situation, kinds, on_file, said

SITUATIONS = kinds()
CASES = [
    pytest.param(kind, one, id=f"{one.rule}-{one.sentence.replace(' ', '-')}")
    for kind, ones in SITUATIONS.items()
    for one in ones
]


@pytest.mark.parametrize(("kind", "one"), CASES)
def test_a_situation_is_told_in_the_words_on_file(kind: str, one: Situation) -> None:
    assert said(one) == on_file(kind).get(one.sentence), (
        "read the difference; if it is meant, run `make said` and commit"
    )


@pytest.mark.parametrize("kind", SITUATIONS)
def test_every_situation_has_its_own_sentence(kind: str) -> None:
    sentences = [one.sentence for one in SITUATIONS[kind]]
    assert len(set(sentences)) == len(sentences)
    assert set(on_file(kind)) == set(sentences)


def test_no_words_are_on_file_for_a_kind_that_is_gone() -> None:
    assert {path.stem for path in SAID.glob("*.md")} == set(SITUATIONS)
