"""The documentation names everything, and nothing in it is stale."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import assistcode
from assistcode.cli import app

ROOT = Path(__file__).resolve().parent.parent
COMMANDS_PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def commands(command, path):
    """Yield every command with the words that call it."""
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*path, name))


ALL = list(commands(app, ("assistcode",)))


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_command_and_option_is_documented(path, command):
    """docs/cli.md has a section a command, naming every option, and each has a help text."""
    section = COMMANDS_PAGE.split(f"\n## {' '.join(path)}\n", 1)[1].split("\n## ", 1)[0]
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{path} {parameter.name} has no help"
            assert any(name in section for name in parameter.opts)


@pytest.mark.parametrize(("path", "command"), ALL[1:], ids=[" ".join(path) for path, _ in ALL[1:]])
def test_every_command_shows_an_example(path, command):
    """A command's help ends with a line one can type; a group's commands do."""
    if not isinstance(command, click.Group):
        words = " ".join([*path[1:-1], str(command.name)])
        assert re.search(rf"assistcode (-s \S+ )?{words}", command.help or "")


def test_the_page_is_what_the_program_prints():
    """The help texts in docs/cli.md are those of today."""
    check = subprocess.run(
        [sys.executable, "-m", "cogapp", "--check", "docs/cli.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stdout + check.stderr


def test_links_lead_somewhere():
    """Every relative link in the pages at the top leads to a file; those to the source also in a wheel."""
    package = Path(assistcode.__file__).parent
    for page in ROOT.glob("*.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            place = package / target.removeprefix("src/assistcode/") if target.startswith("src/") else ROOT / target
            assert place.exists(), f"{page.name}: {target}"


def test_every_json_key_is_documented(study, run):
    """A key printed by --json stands in docs/cli.md."""
    import json

    for words in (
        "suggestions",
        "codings",
        "codes list",
        "themes",
        "transcripts list",
        "unreviewed",
        "status",
        "coders list",
        "lexicon kwic fear",
        "lexicon coverage --by role,whose",
        "lexicon precision",
        "lexicon check --stems",
        "lexicon keyness --by role client therapist --at-least 2",
    ):
        result = run("-s", study.path, *words.split(), "--json")
        for row in json.loads(result.stdout):
            assert [key for key in row if f"`{key}`" not in COMMANDS_PAGE] == []
