"""The house itself: its lock, its public names, the size of its files, and what an import costs."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import actlab

HOUSE = Path(__file__).parents[1]
SOURCES = sorted(HOUSE.glob("src/actlab/**/*.py"))
PYPROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
PINS = dict(
    line.split("==")
    for line in (HOUSE / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)


def canonical(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_public_names_are_sorted_and_each_is_there():
    assert list(actlab.__all__) == sorted(set(actlab.__all__))
    assert [name for name in actlab.__all__ if not hasattr(actlab, name)] == []


def test_every_activation_is_a_public_name():
    declared = [name for name in actlab.names() if actlab.find(name).module.startswith("actlab.")]
    assert len(declared) >= 30
    assert [name for name in declared if name not in actlab.__all__] == []


ROOMS = sorted({str(path.parent.relative_to(HOUSE / "src/actlab")) for path in SOURCES} - {"."})


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_names_what_it_offers(room):
    tree = ast.parse((HOUSE / "src/actlab" / room / "__init__.py").read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    inside = [node for node in imports if (node.module or "").startswith(f"actlab.{room.replace('/', '.')}.")]
    listed = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
    ]
    offered = {alias.asname or alias.name for node in inside for alias in node.names}
    assert offered <= set(*listed or [[]])  # that the list is in order, ruff sees to


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(HOUSE / "src")))
def test_file_opens_with_a_sentence_and_is_short(path):
    text = path.read_text(encoding="utf-8")
    sentence = ast.get_docstring(ast.parse(text))
    assert sentence, "its first line says what is in the room"
    assert sentence.split("\n\n")[0].rstrip().endswith((".", "?")), sentence
    assert len(text.splitlines()) <= 400


def test_no_room_for_leftovers():
    unnamed = {"utils", "helpers", "common", "base", "manager", "misc"}
    assert [path for path in SOURCES if path.stem in unnamed or path.parent.name in unnamed] == []


def test_lock_names_every_declared_dependency_once():
    declared = [*PYPROJECT["project"]["dependencies"]]
    for extra in PYPROJECT["project"]["optional-dependencies"].values():
        declared += extra
    wanted = {canonical(re.split(r"[<>=~!\[ ]", requirement)[0]) for requirement in declared}
    assert wanted - {canonical(name) for name in PINS} == {"actlab"}  # an extra of several extras


def test_lock_is_plain_pins_without_local_suffixes():
    assert PINS["torch"] == "2.13.0"
    assert [pin for pin in PINS.items() if "+" in pin[1] or "/" in "".join(pin)] == []
    assert "actlab" not in PINS


def test_every_install_path_uses_the_lock():
    for name in ("Makefile", "README.md", "CONTRIBUTING.md", ".ci/run"):
        for line in (HOUSE / name).read_text(encoding="utf-8").splitlines():
            if re.search(r"pip install [^`]*( -e | \.$| \"?\.\[)", line) and "build/lock" not in line:
                assert "-c constraints.txt" in line, f"{name}: {line}"


def test_ci_runs_the_readme_test_command():
    assert "make test" in (HOUSE / "README.md").read_text(encoding="utf-8")
    assert (HOUSE / ".ci/run").read_text(encoding="utf-8").rstrip().endswith("make test")


def test_every_ignored_rule_has_its_reason_beside_it():
    block = re.search(
        r"^ignore = \[\n(.*?)^\]", (HOUSE / "pyproject.toml").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert block is not None
    assert [line for line in block[1].splitlines() if "  # " not in line and ", # " not in line] == []


def test_importing_actlab_needs_numpy_only():
    asked = (
        "import sys, actlab\n"
        "outside = {name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)\n"
        "print(*sorted(name for name in outside if not name.startswith('_')))"
    )
    spoken = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert set(spoken) <= {"actlab", "numpy", "sitecustomize", "usercustomize"}
