"""The house: who may import whom, where I/O may be, how large a file may be, what must not stand in it."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CARDS = sorted((ROOT / "cards").rglob("*.py"))
SERVICE = sorted((ROOT / "service").rglob("*.py"))

# The way of a call, from the door inwards: each may import what stands further in, and its own neighbours.
LAYERS = [
    ("cards.decide",),
    ("cards.rules",),
    ("cards.rule", "cards.case", "cards.suppression", "cards.merge", "cards.drafts"),
    ("cards.scales",),
    ("cards.timeline",),
    ("cards.record",),
]
OUTSIDE = {  # what the pure room must not know
    "flask", "werkzeug", "requests", "sqlalchemy", "socket", "http", "urllib", "subprocess", "threading", "asyncio",
    "sqlite3", "service", "structlog", "logging", "click", "waitress", "time", "random",
}  # fmt: skip
LARGEST = 500
EXTRA = "opentelemetry"


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[tuple[str, ast.stmt]]:
    """Every module that a file imports, `from a import b` as `a` and `a.b`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: imports are written in full"
            yield node.module, node
            yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)


def layer_of(module: str) -> int | None:
    for depth, layer in enumerate(LAYERS):
        if any(module == one or module.startswith(f"{one}.") for one in layer):
            return depth
    return None


@pytest.mark.parametrize("path", CARDS, ids=name_of)
def test_imports_point_inwards_only(path: Path) -> None:
    mine = layer_of(name_of(path))
    if mine is None:
        return
    for module, _ in imports(path):
        depth = layer_of(module)
        assert depth is None or depth >= mine, f"{name_of(path)} reaches out to {module}"


@pytest.mark.parametrize("path", CARDS, ids=name_of)
def test_the_pure_room_does_no_io(path: Path) -> None:
    for module, _ in imports(path):
        assert module.split(".")[0] not in OUTSIDE, f"{name_of(path)} imports {module}"
    text = path.read_text("utf-8")
    assert not re.search(r"os\.environ|getenv|datetime\.now\(|date\.today\(|\bprint\(|\binput\(", text)


@pytest.mark.parametrize("path", CARDS, ids=name_of)
def test_a_rule_imports_no_fhir(path: Path) -> None:
    if "cards.rules" not in name_of(path):
        return
    for module, _ in imports(path):
        assert not module.startswith(("fhir", "msgspec", "cards.record.read", "json"))


@pytest.mark.parametrize("path", SERVICE, ids=name_of)
def test_the_environment_is_read_in_one_place(path: Path) -> None:
    if name_of(path) == "service.config":
        return
    assert not re.search(r"os\.environ|getenv", path.read_text("utf-8"))


@pytest.mark.parametrize("path", SERVICE, ids=name_of)
def test_the_plumbing_does_not_import_rules(path: Path) -> None:
    """Service reaches the medicine through the corridor; a rule by name would be medicine in the plumbing."""
    for module, _ in imports(path):
        assert not module.startswith("cards.rules.")
        assert not module.startswith(("cards.timeline", "cards.scales"))


@pytest.mark.parametrize("path", [*CARDS, *SERVICE, *sorted((ROOT / "tests").rglob("*.py"))], ids=name_of)
def test_no_file_is_too_large_to_answer_one_question(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LARGEST


@pytest.mark.parametrize("path", [*CARDS, *SERVICE], ids=name_of)
def test_everything_public_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree) or not tree.body, f"{name_of(path)} has no docstring"
    for node in undocumented(tree):
        pytest.fail(f"{name_of(path)}:{node.lineno}: {node.name} has no docstring")


def undocumented(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Public functions and classes of a module without a docstring; a rule's docstring is its module's."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            names = {getattr(one.func, "id", "") for one in node.decorator_list if isinstance(one, ast.Call)}
            if not ast.get_docstring(node) and "rule" not in names:
                yield node


@pytest.mark.parametrize("path", SERVICE, ids=name_of)
def test_only_the_app_s_edge_catches_everything(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{name_of(path)}:{node.lineno}: bare except"
            assert "Exception" not in {one.id for one in ast.walk(node.type) if isinstance(one, ast.Name)}


# Put together from pieces, so that this file does not hold what it forbids.
FORBIDDEN = [
    r"(?<![\w./-])/(?:work|farm|root|home)/\w",
    "pyp" + r"i\.org",
    "pythonhost" + r"ed\.org",
    "npm" + r"js\.(?:org|com)",
    "repo1?" + r"\.maven",
    "deb" + r"\.debian\.org",
]


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def test_no_machine_s_paths_and_no_registry_s_host_in_any_file() -> None:
    for path in tracked():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        for pattern in FORBIDDEN:
            found = re.search(pattern, text)
            assert not found, f"{path.relative_to(ROOT)}: {found[0] if found else ''}"


def test_what_is_outside_the_project_is_named_by_what_ci_runs_alone() -> None:
    outside = "../" + "shared"
    named = [path.relative_to(ROOT).as_posix() for path in tracked() if outside.encode() in path.read_bytes()]

    assert named in ([], [".ci/run"])


def test_what_is_pinned_is_explained() -> None:
    """Every package that our code imports is pinned and has its line in docs/dependencies.md."""
    pinned = (ROOT / "requirements.in").read_text("utf-8").lower()
    explained = (ROOT / "docs/dependencies.md").read_text("utf-8").lower()
    known = {
        "flask_cors": "flask-cors",
        "fhir": "fhir.resources",
        "jwt": "pyjwt",
        "prometheus_client": "prometheus-client",
        "pydantic_settings": "pydantic-settings",
    }
    ours = {"cards", "service", "tests"}
    for path in [*CARDS, *SERVICE]:
        for module, _ in imports(path):
            top = module.split(".")[0]
            if top in ours or top in sys.stdlib_module_names or top == EXTRA:
                continue
            package = known.get(top, top).lower()
            if package not in ("pydantic", "werkzeug"):  # these come with others
                assert re.search(rf"^{re.escape(package)}(\[.*\])?==", pinned, re.MULTILINE), (
                    f"{name_of(path)}: {package} is not in requirements.in"
                )
                assert package in explained, f"{package} has no line in docs/dependencies.md"


def test_the_extra_is_imported_by_one_file_and_explained() -> None:
    """The service runs without OpenTelemetry: `service.span_export` is imported where tracing is on, and not before."""
    using = {name_of(path) for path in [*CARDS, *SERVICE] if any(m.split(".")[0] == EXTRA for m, _ in imports(path))}
    pinned = re.findall(r"^([a-z-]+)==", (ROOT / "requirements-tracing.in").read_text("utf-8"), re.MULTILINE)
    explained = (ROOT / "docs/dependencies.md").read_text("utf-8")

    assert using == {"service.span_export"}
    assert EXTRA not in (ROOT / "requirements.in").read_text("utf-8")
    assert pinned
    assert [name for name in pinned if name not in explained] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-tracing.txt", "requirements-dev.txt"])
def test_every_package_is_locked_with_its_hashes(name: str) -> None:
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]

    assert lines
    assert [line for line in lines if "==" not in line or "--hash=sha256:" not in line] == []
