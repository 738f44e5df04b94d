"""Every statement has a rule, and every rule and statement a proof."""

from cards.rule import all_rules
from tests.traceability.statements import STATEMENTS
from tests.traceability.table import PAGE, page, proofs, stories_by_rule

ROWS = {"ABR": 8, "PER": 6, "PMP": 5, "WDR": 4, "TOX": 1, "TXE": 6, "REN": 3, "NEO": 2, "EDU": 1}
MATRIX = [f"{kind}-{n:02d}" for kind, rows in ROWS.items() for n in range(1, rows + 1)] + ["FND-02"]


def test_every_row_of_the_clinical_matrix_is_implemented_once() -> None:
    """No row is missing, none is there twice, none is invented."""
    assert sorted(rule.implements for rule in all_rules()) == sorted(MATRIX)


def test_every_statement_has_a_test() -> None:
    """66 of 66."""
    assert len(STATEMENTS) == 66
    assert set(proofs()) == {statement.id for statement in STATEMENTS}


def test_every_rule_that_makes_cards_has_a_story() -> None:
    """A synthetic patient for each."""
    assert set(stories_by_rule()) >= set(MATRIX)


def test_the_page_is_up_to_date() -> None:
    """`python -m tests.traceability.table` makes it."""
    assert PAGE.read_text(encoding="utf-8") == page()
