"""Themes are data: a study works with a person's own lexicons, with five and one more, and in another language."""

import json
import re
import shutil
from pathlib import Path

import pytest

from assistcode import Study, embed
from assistcode.errors import AssistcodeError

README = Path(__file__).parent.parent / "lexicons" / "README.md"
PATTERN = "d{dyad}_s{session}_{perspective}"
CLIENT = """\
Interviewer: And then?

Client: I was hopeful for the first time. There was a light at the end of it.

Client: I despaired last year. The bus was late, I hope it comes.
"""
NORWEGIAN = """\
Interviewer: Hva skjedde her?

Client: Jeg var så redd for ham. Jeg satt med hjertet i halsen. Bussen var forsinket.

Client: Engstelsen ble borte. Vi lo av det.
"""
FRYKT = """\
name = "frykt"
language = "nb"
title = "Frykt"
definition = "Å være redd for den andre eller for det som kan komme."
terms = [
  { word = "redd", weight = 0.8 },
  { stem = "engst", weight = 0.7 },
  { phrase = "hjertet i halsen", weight = 0.8 },
]
examples = [{ text = "Jeg turte ikke å se opp.", pole = "present", voice = "client" }]
counter_examples = [{ text = "Jeg er redd for at jeg må gå nå.", why = "høflighet" }]
"""


@pytest.fixture
def hope(tmp_path):
    """Make a folder that holds only the lexicon worked out in lexicons/README.md."""
    folder = tmp_path / "mine"
    folder.mkdir()
    example = re.search(r"```toml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (folder / "hope.toml").write_text(example[1], encoding="utf-8")
    return folder


@pytest.fixture
def texts(tmp_path):
    """Make a folder with one English transcript."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "d1_s3_client.txt").write_text(CLIENT, encoding="utf-8")
    return folder


@pytest.fixture
def norwegian(tmp_path):
    """Make a folder with one Norwegian transcript, and a Norwegian lexicon; return both."""
    folder, lexicon = tmp_path / "tekst", tmp_path / "frykt.toml"
    folder.mkdir()
    (folder / "d1_s3_client.txt").write_text(NORWEGIAN, encoding="utf-8")
    lexicon.write_text(FRYKT, encoding="utf-8")
    return folder, lexicon


def test_a_study_of_one_own_theme(hope, texts, run):
    """A folder that holds only hope.toml carries a study from init to report and page; no shipped theme appears."""
    assert "lexicons: hope" in run("init", "--lexicons", hope, "--unaided", 0).stderr
    run("import", texts, "--pattern", PATTERN)
    run("precode", "--model", "static")
    run("coders", "add", "anna")
    rows = json.loads(run("suggestions", "--json").stdout)
    assert {row["theme"] for row in rows} == {"hope"}
    assert {"I was hopeful for the first time.": "present", "I despaired last year.": "lacking"}.items() <= {
        row["quote"]: row["pole"] for row in rows
    }.items()
    decided = run("decide", "accept", rows[0]["excerpt_id"], "hope", "--coder", "anna")
    assert decided.exit_code == 0
    compared = json.loads(run("compare", "suggestions", "anna", "--json").stdout)
    assert {row["code"] for row in compared} - {None} == {"hope"}
    assert json.loads(run("lexicon", "coverage", "--json").stdout)[0]["theme"] == "hope"
    assert run("report", "all", "--lead", "anna", "--out", "paper").exit_code == 0
    page = (Path("paper") / "report.html").read_text(encoding="utf-8")
    assert "The researchers wrote these lexicons themselves." in page
    assert not re.search("shame|togetherness", page)


def test_the_page_shows_an_own_theme(hope, texts, tmp_path):
    """What the page asks for each passage knows no theme but the study's."""
    with Study.create(tmp_path / "own.study", lexicons=str(hope), unaided=0) as study:
        study.import_transcripts([texts], pattern=PATTERN)
        study.precode(model="static")
        study.add_coder("anna")
        card = study.next_card("anna")
        assert {one.code for one in card.suggestions} == {"hope"}


def test_five_and_one_more(hope, texts, run):
    """--lexicons given again adds; a file can be named as well as a folder."""
    run("init", "--lexicons", "five", "--lexicons", hope / "hope.toml")
    with Study.open("assistcode.study") as study:
        assert list(study.lexicons()) == ["competence", "fear", "safety", "shame", "togetherness", "hope"]
        assert {code.name for code in study.codebook.codes.values()} == set(study.lexicons())


def test_suggest_with_five_and_one_more(hope, run):
    """Loose lines take several sources too."""
    line = json.dumps({"id": 1, "text": "I'm hopeful."})
    answer = run("suggest", "--model", "static", "--lexicons", "five", "--lexicons", hope, input=line)
    assert json.loads(answer.stdout)["suggested"] == ["hope"]


def test_a_theme_that_two_sources_bring(hope, run):
    """A theme of two sources is refused, and no study is made."""
    result = run("init", "--lexicons", hope, "--lexicons", hope / "hope.toml")
    remedy = "Give one of the two another name, or leave its source out."
    assert result.stderr == f"{hope / 'hope.toml'}: the theme 'hope' is also in {hope}. {remedy}\n"
    assert (result.exit_code, Path("assistcode.study").exists()) == (1, False)


def test_none_stands_alone(run):
    """Beside others none is refused."""
    result = run("init", "--lexicons", "five", "--lexicons", "none")
    assert (result.exit_code, result.stderr) == (1, "--lexicons none: it stands beside others. Leave it out.\n")


def test_other_lexicons_later(hope, study):
    """A study takes up another lexicon later; decisions and the codes of the others stay."""
    (one, *_) = study.suggestions(theme="fear")
    study.decide(one.excerpt, "fear", "fits", "anna")
    before = study.codings().to_dicts()
    assert study.use_lexicons("five", str(hope))[-1] == "hope"
    assert study.code("hope").lexicon == "hope"
    study.precode(model="static")
    assert study.codings().to_dicts() == before
    assert study.use_lexicons("none") == []
    assert study.code("fear").name == "fear"


def test_command_for_other_lexicons(hope, study, run):
    """The command says what is in force and what comes next; a broken source changes nothing."""
    study.close()
    assert run("-s", study.path, "lexicon", "use", hope).stderr == "Lexicons: hope. Next: assistcode precode\n"
    broken = run("-s", study.path, "lexicon", "use", "five", "nowhere")
    assert (
        broken.stderr
        == f"{Path('nowhere').resolve()}: there is no lexicon (*.toml) here. Name the folder that holds them.\n"
    )
    with Study.open(study.path) as again:
        assert list(again.lexicons()) == ["hope"]


@pytest.mark.parametrize("by_path", [False, True])
def test_norwegian(norwegian, run, by_path):
    """Norwegian transcripts and a Norwegian lexicon work together, also with a model named by its folder."""
    texts, lexicon = norwegian
    model = embed.locate(embed.known_models()["minilm"]) if by_path else "static"
    if model is None:
        pytest.skip("minilm is not installed")
    run("init", "--lexicons", lexicon, "--unaided", 0)
    run("import", texts, "--pattern", PATTERN, "--language", "nb")
    assert run("precode", "--model", model).exit_code == 0
    found = json.loads(run("suggestions", "--json").stdout)
    assert [row["quote"] for row in found if any(e["term"] for e in row["evidence"])] == [
        "Jeg var så redd for ham.", "Jeg satt med hjertet i halsen.", "Engstelsen ble borte.",
    ]  # fmt: skip
    assert run("lexicon", "check", lexicon).exit_code == 0


def test_norwegian_transcript_with_english_lexicons(norwegian, run):
    """A language no lexicon speaks gives one warning and no suggestion; its words are counted for no theme."""
    texts, _ = norwegian
    shutil.copy(texts / "d1_s3_client.txt", texts / "d2_s3_client.txt")
    (texts / "d2_s3_client.txt").write_text(NORWEGIAN + "\nClient: Takk.\n", encoding="utf-8")
    run("init")
    run("import", texts, "--pattern", PATTERN, "--language", "nb")
    warning = "(d1_s3_client, d2_s3_client): no lexicon speaks their language; no theme is suggested on them."
    assert run("precode", "--model", "static").stderr.count(f"2 transcripts {warning}\n") == 1
    assert json.loads(run("suggestions", "--json").stdout) == []
    assert "no text in its language" in run("lexicon", "coverage").stdout
    assert json.loads(run("lexicon", "coverage", "--json").stdout)[0]["per_1000_words"] is None


def test_a_table_says_the_language(norwegian, texts, run):
    """What --map says of a file's language counts more than --language."""
    (texts / "map.csv").write_text("file,dyad,language\nd1_s3_client,1,en\n", encoding="utf-8")
    run("init")
    run("import", texts / "d1_s3_client.txt", "--map", texts / "map.csv", "--language", "nb")
    assert json.loads(run("transcripts", "list", "--json").stdout)[0]["language"] == "en"


def test_methods_name_who_wrote_which(hope, texts, tmp_path):
    """With five and own lexicons the methods text says so."""
    with Study.create(tmp_path / "both.study", lexicons=["five", str(hope)]) as study:
        study.import_transcripts([texts], pattern=PATTERN)
        study.precode(model="static")
        (section,) = study.report("methods")
    assert "The researchers wrote some of these lexicons; five come with the program" in str(section)


def test_a_study_whose_lexicons_are_gone(hope, texts, tmp_path):
    """Lexicons that were moved are named."""
    with Study.create(tmp_path / "own.study", lexicons=str(hope)) as study:
        shutil.rmtree(hope)
        with pytest.raises(AssistcodeError, match=r"mine: there is no lexicon \(\*.toml\) here."):
            study.coverage()
