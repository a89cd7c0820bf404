"""The demo tells the whole story on the sample study."""

import re
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden" / "demo.txt"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Tell the demo once, with the static model; return its folder and what it printed."""
    from click.testing import CliRunner

    from assistcode.cli import app

    folder = tmp_path_factory.mktemp("demo") / "study"
    result = CliRunner().invoke(app, ["demo", str(folder), "--model", "static"])
    assert result.exit_code == 0, result.output
    return folder, result


def test_it_says_what_it_always_says(told, request):
    """The story is the golden one, but for the day and the seconds."""
    folder, result = told
    text = result.output.replace(str(folder), "DIR")
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "DATE", text)
    text = re.sub(r"took \d+ seconds", "took N seconds", text)
    if request.config.getoption("--golden"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_it_leaves_a_study_to_go_on_with(told):
    """After the demo the study opens, holds both coders' codings and has somebody to go on as."""
    from assistcode import Study

    with Study.open(told[0] / "assistcode.study") as study:
        assert len(study.transcripts()) == 47
        assert {coding.coder for coding in study.codings()} == {"kari", "jon", "agreed"}
        assert study.next_card("you") is not None


def test_it_does_not_write_into_a_full_folder(run, tmp_path):
    """A folder with files in it is refused and left alone."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep me")
    result = run("demo", "mine")
    assert result.exit_code == 1
    assert result.stderr == "mine: the folder is not empty. Name a new one: assistcode demo DIR\n"
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
