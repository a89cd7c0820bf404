"""The layers of ARCHITECTURE.md, enforced: imports go down only, one library has one home."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import assistcode

ROOT = Path(assistcode.__file__).parent
LAYERS = {
    "faces": {"cli", "web", "__main__", "__init__"},
    "story": {
        "study", "pipeline", "importing", "incoming", "mending", "material", "reading", "listing", "ordering", "queue",
        "deciding", "interview", "units", "compare", "differing", "estimate", "export", "projects", "codebooks",
        "guids", "discretion", "report", "finding", "teaching", "lexicons", "proofing", "concordance", "precision",
        "candidates", "revising",
    },
    "steps": {
        "readers", "segment", "embed", "cluster", "lexicon", "context", "suggest", "agreement", "stopping", "anchor",
        "offsets", "keyness", "seeds", "transitions",
    },
    "store": {"store"},
    "nouns": {"corpus", "codebook", "evidence", "judgement", "project", "errors", "resources", "toml_file"},
}  # fmt: skip
ORDER = list(LAYERS)
HOMES = {
    "spacy": {"segment"}, "sentence_transformers": {"embed"}, "tokenizers": {"embed"}, "torch": {"embed"},
    "starlette": {"web"}, "uvicorn": {"web"},
    "hdbscan": {"cluster"}, "click": {"cli"}, "rich": {"cli"}, "webvtt": {"readers"},
    "docx": {"readers", "export", "report"},
    "yaml": {"readers", "export"}, "defusedxml": {"readers"}, "lxml": {"export"}, "openpyxl": {"export", "report"},
    "jinja2": {"report", "web"},
}  # fmt: skip
HEAVY = {
    "spacy",
    "sentence_transformers",
    "torch",
    "hdbscan",
    "docx",
    "webvtt",
    "pyarrow",
    "rich",
    "tokenizers",
    "yaml",
    "lxml",
    "defusedxml",
    "openpyxl",
    "jinja2",
}
FILES = sorted(ROOT.rglob("*.py"))


def unit(path: Path) -> str:
    """Return the first part of a module's place below the package: ``cli/show.py`` is cli."""
    return path.relative_to(ROOT).with_suffix("").parts[0]


def layer(name: str) -> int:
    """Return the place of a module in the order of layers."""
    return next(i for i, names in enumerate(LAYERS.values()) if name in names)


def imports(path: Path, *, top_only: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield (module, is ours) of every import; relative ones resolved to the first part below the package."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], False) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module).split(".")[0], False
        elif isinstance(node, ast.ImportFrom):
            base = list(path.relative_to(ROOT).with_suffix("").parts)[: -node.level]
            parts = base + (node.module.split(".") if node.module else [])
            yield from ((one, True) for one in ([parts[0]] if parts else [alias.name for alias in node.names]))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_only(path):
    """A module imports from its own layer or a lower one, and steps do not know each other or the store."""
    mine = unit(path)
    for name, is_ours in imports(path):
        if is_ours and name != mine:
            assert layer(name) >= layer(mine), f"{path.name} imports {name} from above"
            is_step = mine in LAYERS["steps"]
            assert not is_step or layer(name) > ORDER.index("store"), f"the step {mine} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_library_has_one_home(path):
    """A library is imported in its home only, and heavy ones never when a module is loaded."""
    for name, is_ours in imports(path):
        assert is_ours or unit(path) in HOMES.get(name, {unit(path)}), f"{path.name} imports {name}"
    assert not {name for name, _ in imports(path, top_only=True)} & HEAVY


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sql_stands_in_the_store_only(path):
    """No SQL statement is written outside the store."""
    if unit(path) != "store":
        words = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
        statements = [
            word for word in words if isinstance(word, str) and word.startswith(("SELECT ", "INSERT ", "UPDATE "))
        ]
        assert statements == []


def test_every_module_has_its_layer():
    """A new module is given a layer before it is used."""
    assert {unit(path) for path in FILES} <= set().union(*LAYERS.values())
