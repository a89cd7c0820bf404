"""Shared fixtures: a small study on real text, the command line, and no network."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistcode import Study
from assistcode.cli import app

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"

CLIENT = """\
INTERVIEW

Interviewer: What was going on here?

Client: I was so scared of him. I had my jacket zipped up to the chin, and I kept looking at the door.

Interviewer: Were you ashamed?

Client: No, I wasn't ashamed. Mm.

[Moment 1, 00:10:00]

Video Therapist: Shall we sit for a while?

Video Client: Yes.

Client: He leaned back, and then I felt safe with him. I could let it run … and nobody laughed at me. We laughed together at the end.

Client: The bus was late, so I walked. The shop had no bread.

FIELD NOTE
She was tired and ashamed today.
"""  # noqa: E501  a turn is one line

THERAPIST = """\
INTERVIEW

Interviewer: And you?

Therapist: I was afraid that I would be useless to her. She knows what she is doing, and I had no plan.

Therapist: We laughed together. I felt we were a team, on the same side.

Therapist: The chair squeaks. It has squeaked since March.
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --golden, which writes golden files anew."""
    parser.addoption("--golden", action="store_true", help="write golden files anew")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Make a folder with two short transcripts of one dyad."""
    folder = tmp_path / "transcripts"
    folder.mkdir()
    (folder / "d1_s3_client.txt").write_text(CLIENT, encoding="utf-8")
    (folder / "d1_s3_therapist.txt").write_text(THERAPIST, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def precoded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a closed study of both transcripts, precoded with the static model; anna and ben are on the roster."""
    texts, folder = tmp_path_factory.mktemp("texts"), tmp_path_factory.mktemp("precoded")
    (texts / "d1_s3_client.txt").write_text(CLIENT, encoding="utf-8")
    (texts / "d1_s3_therapist.txt").write_text(THERAPIST, encoding="utf-8")
    with Study.create(folder / "test.study", unaided=0) as made:
        made.import_transcripts([texts], pattern="d{dyad}_s{session}_{perspective}")
        made.precode(model="static")
        made.add_coder("anna")
        made.add_coder("ben")
    return folder / "test.study"


@pytest.fixture
def study(precoded: Path, tmp_path: Path) -> Iterator[Study]:
    """Open a copy of that study; quicker than making one for every test."""
    with Study.open(shutil.copy(precoded, tmp_path / "test.study")) as opened:
        yield opened


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command of the program in an empty folder; ``input`` is what is typed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ASSISTCODE_STUDY", raising=False)

    def invoke(*args: object, input: str | bytes | None = None) -> Result:  # noqa: A002  click's own word
        return CliRunner().invoke(app, [str(arg) for arg in args], input=input)

    return invoke
