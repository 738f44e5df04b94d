"""mutmut, taught two things: to change the bodies of rules and properties, and to collect the tests only once.

mutmut leaves functions with a decorator alone. Here these are the rules themselves and the properties of the timeline;
their decorators only wrap, so that the changed body can stand below the same decorator. And it starts pytest anew for
every mutant, which takes longer than the tests; here every mutant's process inherits the collected tests.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import libcst as cst
import pytest
from _pytest.config import _prepareconfig
from mutmut.mutation import file_mutation
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.utils.file_utils import change_cwd
from mutmut.utils.format_utils import mangled_name_from_mutant_name
from mutmut.workers import isolation

WRAPPING = {"rule", "property", "cached_property"}
KILLERS = Path("killers")  # in mutants/, a file a module: which test noticed an earlier mutant of which function


def teach_mutmut() -> None:
    """Both."""
    skip = file_mutation.MutationVisitor._skip_node_and_children
    arrange = file_mutation.function_trampoline_arrangement

    def skip_but_wrapped(self: Any, node: cst.CSTNode) -> bool:
        return False if is_wrapped(node) else skip(self, node)

    def arrange_bare(function: cst.FunctionDef, mutants: Iterable[Any], class_name: str | None) -> Any:
        before, (trampoline, *copies), after, names = arrange(function, mutants, class_name)
        if is_wrapped(function):
            copies = [copy.with_changes(decorators=[]) for copy in copies]
        return before, [trampoline, *copies], after, names

    file_mutation.MutationVisitor._skip_node_and_children = skip_but_wrapped
    file_mutation.function_trampoline_arrangement = arrange_bare
    isolation.PytestRunner = CollectedOnce


def is_wrapped(function: cst.CSTNode) -> bool:
    """Whether this is a function below one of our wrapping decorators alone."""
    if not isinstance(function, cst.FunctionDef) or len(function.decorators) != 1:
        return False
    decorator = function.decorators[0].decorator
    name = decorator.func if isinstance(decorator, cst.Call) else decorator
    return isinstance(name, cst.Name) and name.value in WRAPPING


class CollectedOnce(PytestRunner):
    """Runs tests out of one collection, those first that noticed the last mutant of the same function."""

    def __init__(self) -> None:
        super().__init__()
        self._items: dict[str, pytest.Item] = {}

    def run_tests(self, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        """0 when all pass, 1 at the first that does not."""
        with change_cwd("mutants"):
            self._items = self._items or collected(self._pytest_add_cli_args_test_selection)
            of = mangled_name_from_mutant_name(mutant_name) if mutant_name else ""
            module, _, function = of.rpartition(".")
            for name in in_order(tests or self._items, module, function):
                if not passes(self._items[name]):
                    if mutant_name:
                        remember(name, module, function)
                    return 1
        return 0


def collected(selection: list[str]) -> dict[str, pytest.Item]:
    """Every test of the selection by its id, ready to run in this process and its forks."""
    config = _prepareconfig(["--rootdir=.", "--tb=no", "-q", "-s", "-p", "no:cacheprovider", *selection])
    config._do_configure()
    session = pytest.Session.from_config(config)
    config.hook.pytest_sessionstart(session=session)
    config.hook.pytest_collection(session=session)
    config.pluginmanager.unregister(name="terminalreporter")
    return {item.nodeid: item for item in session.items}


def remember(test: str, module: str, function: str) -> None:
    """It noticed a change of this function."""
    KILLERS.mkdir(exist_ok=True)
    with (KILLERS / module).open("a", encoding="utf-8") as file:
        file.write(f"{function}\t{test}\n")


def in_order(tests: Iterable[str], module: str, function: str) -> list[str]:
    """Those that noticed the last mutants of the function, then most of its module, then the quickest."""
    quickest = sorted(tests, key=lambda name: state().duration_by_test.get(name, 0.0))
    known = KILLERS / module
    if not module or not known.exists():
        return quickest
    told = [line.split("\t") for line in known.read_text("utf-8").splitlines()]
    last = [test for of, test in reversed(told) if of == function]
    most = [test for test, _ in Counter(test for _, test in told).most_common()]
    wanted = set(quickest)
    return list(dict.fromkeys([*(test for test in [*last, *most] if test in wanted), *quickest]))


def passes(item: pytest.Item) -> bool:
    """Run one test, with fixtures set up for it alone."""
    reports: list[pytest.TestReport] = []

    class Listener:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            reports.append(report)

    item.config.pluginmanager.register(Listener(), "listener")
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    item.config.pluginmanager.unregister(name="listener")
    return not any(report.failed for report in reports)
