"""Tables, Word documents and codebooks go out whole, say what they leave out, and obey do-not-quote marks."""

import csv
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

from assistcode import Study
from assistcode.errors import InputError, UnknownName
from assistcode.export import CODEBOOK_WRITERS, EXPORTERS, Options
from assistcode.export.outgoing import printable, write_folder
from test_projects import valid

Run = Callable[..., Result]
TABLES = ("codings", "decisions", "excerpts", "agreement")


@pytest.fixture
def coded(study: Study, tmp_path: Path) -> Study:
    """Two coders decide on one place of the small study, and have read one turn; the client's dyad has a clinic."""
    client, therapist = study.transcripts()
    scared = client.excerpt(client.text.index("I was so scared"), client.text.index("scared of him") + 13)
    afraid = therapist.excerpt(therapist.text.index("I was afraid"), therapist.text.index(" that I would"))
    offered = [one for one in study.suggestions(theme="fear") if one.excerpt.transcript == client.name]
    study.decide(scared, "fear", "fits", "anna", pole="present", effect="both", shown=offered, memo="=Why?\x0b")
    study.decide(scared, "shame", "does not fit", "anna")
    study.decide(scared, "safety", "unsure", "anna")
    study.decide(afraid, "fear", "fits", "ben")
    reviewed = f"transcript,start,end,quote,code,action\n{therapist.name},,,,,reviewed\n"
    (tmp_path / "read.csv").write_text(reviewed)
    study.import_codings(tmp_path / "read.csv", "ben")
    (tmp_path / "clinics.csv").write_text("dyad,clinic\n1,public\n")
    study.import_attributes(tmp_path / "clinics.csv")
    return study


def withhold(study: Study, tmp_path: Path, transcript: str) -> None:
    """Mark a transcript as not to be quoted."""
    (tmp_path / "marks.csv").write_text(f"transcript,quote,why\n{transcript},no,asked for it\n")
    study.import_attributes(tmp_path / "marks.csv", "anna")


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def words_in(path: Path) -> str:
    """Return all words of a Word document, comments included."""
    import docx

    document = docx.Document(path)
    return "\n".join([*(one.text for one in document.paragraphs), *(one.text for one in document.comments)])


# ---------------------------------------------------------------- tables


def test_tables_come_with_a_page_on_every_column(coded: Study, tmp_path: Path):
    """Every column of every table stands on the page beside them."""
    coded.export("tables", tmp_path / "out", Options(agreement=True))
    page = (tmp_path / "out" / "columns.md").read_text(encoding="utf-8")
    for name in TABLES:
        section = page.split(f"## {name}.csv\n", 1)[1].split("\n## ", 1)[0]
        header = (tmp_path / "out" / f"{name}.csv").read_text(encoding="utf-8").split("\n", 1)[0]
        for column in next(csv.reader([header])):
            assert f"| `{column}` | " in section


def test_a_decision_carries_its_evidence(coded: Study, tmp_path: Path):
    """Every verdict has what the machine suggested there, and why; empty where it suggested nothing."""
    coded.export("tables", tmp_path / "out")
    found = {(row["coder"], row["code"]): row for row in rows(tmp_path / "out" / "decisions.csv")}
    assert {key: row["action"] for key, row in found.items()} == {
        ("anna", "fear"): "accept",
        ("anna", "shame"): "reject",
        ("anna", "safety"): "unsure",
        ("ben", "fear"): "accept",
    }
    assert json.loads(found["anna", "fear"]["suggested_because"])[0]["theme"] == "fear"
    assert float(found["anna", "fear"]["suggested_score"]) > 0
    assert found["anna", "safety"]["suggested_score"] == ""


def test_a_cell_is_nought_only_where_somebody_looked(coded: Study, tmp_path: Path):
    """In the excerpt x code table 1 is coded, 0 rejected or reviewed without it, empty anything else."""
    coded.export("tables", tmp_path / "out")
    anna, ben = sorted(rows(tmp_path / "out" / "excerpts.csv"), key=lambda row: row["coder"])
    codes = ("fear", "shame", "safety", "competence")
    assert [anna[f"code: {code}"] for code in codes] == ["1", "0", "", ""]
    assert [ben[f"code: {code}"] for code in codes] == ["1", "0", "0", "0"]
    assert (anna["dyad clinic"], anna["dyad"], anna["session"], anna["turn"]) == ("public", "1", "3", "3")


def test_agreement_leaves_a_reflexive_study_only_if_asked(coded: Study, tmp_path: Path):
    """The export says that it is left out, and how to take it along."""
    exported = coded.export("tables", tmp_path / "out")
    assert "Left out: agreement, because the study is reflexive; --agreement takes it along." in exported.remarks
    assert not (tmp_path / "out" / "agreement.csv").exists()
    coded.export("tables", tmp_path / "more", Options(agreement=True))
    found = [row for row in rows(tmp_path / "more" / "agreement.csv") if (row["a"], row["b"]) == ("anna", "ben")]
    assert [row["code"] for row in found] == ["fear"]
    assert found[0]["kappa"] == ""
    assert "kappa: " in found[0]["undefined"]


def test_the_three_kinds_of_files_hold_the_same(coded: Study, tmp_path: Path):
    """csv, xlsx and parquet have the same rows; xlsx is defused, parquet exact."""
    import pyarrow.parquet as pq
    from openpyxl import load_workbook

    for kind in ("csv", "xlsx", "parquet"):
        coded.export("tables", tmp_path / kind, Options(table=kind))
    plain = rows(tmp_path / "csv" / "excerpts.csv")
    sheet = load_workbook(tmp_path / "xlsx" / "excerpts.xlsx").active
    cells = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert cells == [list(plain[0]), *(list(row.values()) for row in plain)]
    exact = pq.read_table(tmp_path / "parquet" / "excerpts.parquet").to_pylist()
    assert [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in exact] == plain


def test_what_excel_cannot_hold_is_cut_and_told(tmp_path: Path):
    """A cell longer than Excel's limit ends with "…"; control characters become U+FFFD; formulas are defused."""
    from openpyxl import load_workbook

    (tmp_path / "d1.txt").write_text("Client: =1+1 " + "so long " * 6_000 + "\n")
    with Study.create(tmp_path / "made.study", lexicons="none") as study:
        study.import_transcripts([tmp_path / "d1.txt"])
        study.add_coder("anna")
        text = study.transcripts()[0].text
        study.add_code("long\x01", "anna")
        study.decide(study.transcripts()[0].excerpt(8, len(text)), "long\x01", "fits", "anna")
        exported = study.export("tables", tmp_path / "out", Options(table="xlsx"))
    row = list(load_workbook(tmp_path / "out" / "codings.xlsx").active.iter_rows(values_only=True))[1]
    assert (len(row[3]), row[3][:5], row[3][-1], row[4]) == (32_767, "'=1+1", "…", "long\ufffd")
    told = "3 cells are longer than Excel holds and end with '…'; csv and parquet hold them whole."
    assert told in exported.remarks


def test_an_unknown_kind_of_table_is_refused(coded: Study, tmp_path: Path):
    """The message lists the known ones; nothing is written."""
    with pytest.raises(UnknownName) as refused:
        coded.export("tables", tmp_path / "out", Options(table="sav"))
    assert str(refused.value) == "table format 'sav': there is none of this name. Known: csv, xlsx, parquet."
    assert not (tmp_path / "out").exists()


def test_tables_need_a_folder_of_their_own(coded: Study, tmp_path: Path):
    """A folder with something in it is refused and left alone."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep me")
    with pytest.raises(InputError, match=r"mine: it is there already and is not an empty folder\. Choose another"):
        coded.export("tables", tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_a_folder_that_cannot_be_made_is_refused(coded: Study, tmp_path: Path):
    """The line names the folder and the reason."""
    with pytest.raises(InputError, match=r"out: cannot be made \(No such file or directory\)\. Choose another place\."):
        coded.export("tables", tmp_path / "gone" / "out")


def test_a_folder_is_written_whole_or_not_at_all(tmp_path: Path):
    """When one file cannot be written there is no folder, and no draft of it; an empty one may be filled."""
    with pytest.raises(InputError, match=r"cannot be written \(No such file or directory\)"):
        write_folder(tmp_path / "out", {"a.csv": "a", "no/b.csv": "b"})
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "out").mkdir()
    write_folder(tmp_path / "out", {"a.csv": "a"})
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.csv"]


# ---------------------------------------------------------------- Word


def test_codes_and_memos_stand_in_the_margin(coded: Study, tmp_path: Path):
    """The comment of a coder on an excerpt names codes, poles, effects and memos, and covers exactly its words."""
    import docx

    client = coded.transcripts()[0]
    exported = coded.export("docx", tmp_path / "out.docx", Options(transcript=client.name))
    assert (exported.n, exported.what) == (1, "margin comments in 1 transcripts")
    document = docx.Document(tmp_path / "out.docx")
    comment = next(iter(document.comments))
    assert (comment.author, comment.text) == ("anna", "fear, present, both\nMemo (analytic): =Why?\ufffd")
    assert covered(document, comment.comment_id) == coded.codings(coder="anna")[0].excerpt.quote


def covered(document: object, comment_id: int) -> str:
    """Return the words a comment covers."""
    words, is_inside = [], False
    for element in document.element.body.iter():  # type: ignore[attr-defined]
        tag = element.tag.rpartition("}")[2]
        if tag in {"commentRangeStart", "commentRangeEnd"} and element.values() == [str(comment_id)]:
            is_inside = tag == "commentRangeStart"
        elif tag == "t" and is_inside:
            words.append(element.text)
    return "".join(words)


def test_turns_have_their_numbers_in_word(coded: Study, tmp_path: Path):
    """A turn's number in Word is the one of every listing; video and notes are marked."""
    coded.export("docx", tmp_path / "out.docx")
    words = words_in(tmp_path / "out.docx")
    for transcript in coded.transcripts():
        for turn in transcript.turns:
            voice = {"note": "note"}.get(turn.speaker.role, turn.speaker.name)
            video = " (video)" if turn.speaker.kind == "video" else ""
            assert f"{turn.n}  {voice}{video}: {transcript.text[turn.start : turn.end]}" in words


def test_a_comment_may_reach_over_turns(coded: Study, tmp_path: Path):
    """An excerpt across two turns gets one comment over both; one outside all turns is counted."""
    import docx

    client = coded.transcripts()[0]
    first, second = client.turns[1], client.turns[2]
    coded.decide(client.excerpt(first.start, second.end), "shame", "fits", "ben")
    coded.decide(client.excerpt(second.end, second.end + 1), "shame", "fits", "ben")
    exported = coded.export("docx", tmp_path / "out.docx", Options(transcript=client.name, coder="ben"))
    assert exported.remarks == ("Left out: 1 comments on places outside all turns.",)
    document = docx.Document(tmp_path / "out.docx")
    ends = [client.text[turn.start : turn.end] for turn in (first, second)]
    found = covered(document, 0)
    assert (found.startswith(ends[0]), found.endswith(ends[1])) == (True, True)


def test_excerpts_stand_below_their_theme(coded: Study, tmp_path: Path):
    """Each has its quote, who said it where, and who coded it how."""
    coded.export("excerpts", tmp_path / "out.docx")
    words = words_in(tmp_path / "out.docx")
    assert "(client, dyad 1, session 3, turn 3)  coded by anna, present, both" in words
    assert "“I was afraid”" in words
    assert "\nshame\n" not in words


def test_the_codebook_says_how_often_a_code_was_used(coded: Study, tmp_path: Path):
    """Definition, origin, level and codings by coder; a code that was never used says so."""
    coded.add_code("bare", "anna")
    coded.export("codebook", tmp_path / "out.docx")
    words = words_in(tmp_path / "out.docx")
    assert "lexicon, semantic; codings: anna 1, ben 1; in 1 dyads" in words
    assert "Codes without a theme\nbare\nNo definition yet.\nown, semantic; codings: not used yet" in words


def test_an_unknown_transcript_is_refused(coded: Study, tmp_path: Path):
    """Near names are told."""
    with pytest.raises(UnknownName, match=r"transcript 'd1_s3_clint': there is none of this name\. Did you mean"):
        coded.export("docx", tmp_path / "out.docx", Options(transcript="d1_s3_clint"))


# ---------------------------------------------------------------- not to be quoted, and the log


@pytest.mark.parametrize("form", ["csv", "tables", "docx", "excerpts"])
def test_words_not_to_be_quoted_stay_in(coded: Study, tmp_path: Path, form: str):
    """A transcript marked quote = no leaves no words in tables or Word; the export says so."""
    withhold(coded, tmp_path, coded.transcripts()[0].name)
    path = tmp_path / ("out" if form == "tables" else "out.docx")
    exported = coded.export(form, path)
    told = (
        "1 transcripts that may not be quoted" if form == "docx" else r"the words of \d codings that may not be quoted"
    )
    assert any(re.search(f"Left out: {told}", remark) for remark in exported.remarks)
    if form == "tables":
        held = "".join(one.read_text(encoding="utf-8") for one in path.iterdir())
    else:
        held = path.read_text(encoding="utf-8") if form == "csv" else words_in(path)
    assert "scared of him" not in held
    assert "I was afraid" in held


def test_a_project_tells_that_it_holds_marked_words(coded: Study, tmp_path: Path):
    """REFI-QDA needs the whole text, so the export warns."""
    withhold(coded, tmp_path, coded.transcripts()[0].name)
    remarks = coded.export("qdpx", tmp_path / "out.qdpx").remarks
    assert remarks[-1] == "The file holds 1 transcripts whole that may not be quoted."


def test_marks_on_a_speaker_and_on_an_excerpt_are_obeyed(coded: Study, tmp_path: Path):
    """One member of a dyad may be marked, and one excerpt alone; the words of the others leave."""
    (tmp_path / "marks.csv").write_text("speaker,consent\n1 therapist,analysis\n")
    coded.import_attributes(tmp_path / "marks.csv")
    scared = next(one for one in coded.codings() if "scared" in one.excerpt.quote)
    coded.add_memo("Asked for it.", "anna", about="excerpt", subject=scared.excerpt.id, kind="do not quote")
    coded.export("csv", tmp_path / "out.csv")
    words = {row["excerpt_id"]: row["quote"] for row in rows(tmp_path / "out.csv") if row["action"] != "reviewed"}
    withheld = {one.excerpt.id for one in coded.codings(every_verdict=True) if not words[one.excerpt.id]}
    marked = {one.excerpt.id for one in coded.codings(every_verdict=True) if one.role == "therapist"}
    assert marked
    assert withheld == marked | {scared.excerpt.id}


def test_codings_without_words_are_read_back_by_their_place(coded: Study, tmp_path: Path):
    """A withheld quote does not keep a coding from coming back: start and end say where."""
    withhold(coded, tmp_path, coded.transcripts()[0].name)
    coded.export("csv", tmp_path / "out.csv")
    before = coded.codings(every_verdict=True).to_dicts()
    coded.import_codings(tmp_path / "out.csv", "anna")
    after = coded.codings(every_verdict=True).to_dicts()
    assert [row["excerpt_id"] for row in after] == [row["excerpt_id"] for row in before]


@pytest.mark.parametrize("form", list(EXPORTERS))
def test_every_export_is_logged(coded: Study, tmp_path: Path, form: str):
    """What, when and which file name; never a word of a transcript, nor a folder."""
    coded.export(form, tmp_path / "out.file")
    coded.close()
    with closing(sqlite3.connect(coded.path)) as db:
        at, what, detail = db.execute("SELECT at, what, detail FROM log ORDER BY id DESC").fetchone()
    assert (what, json.loads(detail)["form"], json.loads(detail)["file"]) == ("export", form, "out.file")
    assert at > "2000"


def test_suggestions_on_unaided_passages_stay_here(tmp_path: Path, files: Path):
    """What a coder may not see yet does not leave either; both numbers are told."""
    with Study.create(tmp_path / "unaided.study", unaided=4) as study:
        study.import_transcripts([files], pattern="d{dyad}_s{session}_{perspective}")
        study.add_coder("anna")
        study.precode(model="static")
        offered = study.suggestions()
        remarks = study.export("qdpx", tmp_path / "out.qdpx", Options(suggestions=True)).remarks
    assert offered.n_withheld > 0
    assert remarks == (
        f"With them went {len(offered):,} suggestions, under a user of their own.",
        f"Left out: {offered.n_withheld:,} suggestions on undecided unaided passages.",
    )


# ---------------------------------------------------------------- codebooks


def entries(study: Study, *, whole: bool) -> set[tuple[str | None, ...]]:
    """Return what a codebook file holds of every code."""
    return {
        (c.name, c.theme, c.definition, *((c.level, c.origin, c.colour) if whole else ()))
        for c in study.codebook.codes.values()
    }


SUFFIX = {"csv": "csv", "yaml": "yaml", "qdc": "qdc", "taguette": "csv"}


@pytest.mark.parametrize("form", list(CODEBOOK_WRITERS))
def test_a_codebook_comes_back_the_same(coded: Study, tmp_path: Path, form: str):
    """Names, themes and definitions in every form; level, origin and colour too, except in Taguette's flat table."""
    (tmp_path / "in.csv").write_text(
        'code,theme,definition,level,colour\nkeeping the coat on,Arriving,"a, ""b""\nc",latent,#aabbcc\n=x,,,,\n'
    )
    coded.import_codebook(tmp_path / "in.csv", "anna")
    path = tmp_path / f"out.{SUFFIX[form]}"
    assert coded.export_codebook(form, path).n == 7
    if form == "qdc":
        valid(path, "REFI_Codebook.xsd", None)
    with Study.create(tmp_path / "back.study", lexicons="none") as back:
        assert back.import_codebook(path) == (7, 0)
        assert entries(back, whole=form != "taguette") == entries(coded, whole=form != "taguette")


def test_a_codebook_of_taguette_is_split_at_its_dots(tmp_path: Path):
    """Its .qdc is flat with dotted names and an empty list of sets, which no schema allows."""
    codes = "".join(
        f'<Code guid="{n}0000000-0000-4000-8000-000000000000" name="{name}" isCodable="true"/>'
        for n, name in enumerate(("fear.of him", "fear.of me", "alone", "e.g. this"))
    )
    xml = f'<CodeBook xmlns="urn:QDA-XML:codebook:1:0" origin="Taguette 1.5"><Codes>{codes}</Codes><Sets/></CodeBook>'
    (tmp_path / "in.qdc").write_text(xml)
    with Study.create(tmp_path / "made.study", lexicons="none") as study:
        assert study.import_codebook(tmp_path / "in.qdc") == (4, 0)
        found = {(code.name, code.theme) for code in study.codebook.codes.values()}
    assert found == {("of him", "fear"), ("of me", "fear"), ("alone", None), ("e.g. this", None)}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.yaml", "codes: [", ":1: the YAML is broken ("),
        ("a.yaml", "- a", ": there is no list 'codes' in it. Write 'codes:' and below it '- name: ...'."),
        ("a.yaml", "codes: [a]", ": entry 1 is not a list of words with values. Write '- name: ...'."),
        ("a.yaml", "codes: [{level: latent}]", ": a row without a code. Name the code, or delete the row."),
        ("a.csv", "code,origin\nx,mars\n", ":2: unknown origin 'mars'. Origins: own, in vivo, candidate, lexicon."),
        ("a.qdc", "<CodeBook", ": its XML is broken ("),
        ("a.qdc", "<a/>", ": it holds 'a', no codebook. Export the codebook again."),
        ("a.txt", "x", ": no reader for codebooks in '.txt'. Known: .csv, .tsv, .yaml, .yml, .qdc."),
    ],
)
def test_a_broken_codebook_is_refused(coded: Study, tmp_path: Path, name: str, content: str, message: str):
    """The line says where and why; the codebook is unchanged."""
    version = coded.codebook.version
    (tmp_path / name).write_text(content)
    with pytest.raises((InputError, UnknownName)) as refused:
        coded.import_codebook(tmp_path / name)
    assert str(refused.value).startswith(f"{tmp_path / name}{message}")
    assert coded.codebook.version == version


def test_a_missing_codebook_is_refused(coded: Study, tmp_path: Path):
    """In every format that is read as a whole."""
    for suffix in ("qdc", "yaml"):
        with pytest.raises(InputError, match=rf"gone\.{suffix}: cannot be read \(No such file or directory\)"):
            coded.import_codebook(tmp_path / f"gone.{suffix}")


def test_an_unknown_form_of_codebook_is_refused(coded: Study, tmp_path: Path):
    """The message lists the known ones."""
    with pytest.raises(UnknownName) as refused:
        coded.export_codebook("sav", tmp_path / "out")
    assert str(refused.value) == "format 'sav': there is none of this name. Known: csv, yaml, qdc, taguette."


def test_the_commands_say_what_they_wrote(run: Run, coded: Study, tmp_path: Path):
    """Counts, file, and every remark."""
    coded.close()
    assert run("-s", coded.path, "codes", "export", "yaml", "c.yaml").stderr == "Wrote 5 codes to c.yaml.\n"
    told = run("-s", coded.path, "export", "tables", "t", "--as", "parquet").stderr
    assert told.startswith("Wrote 8 rows to t.\nLeft out: agreement")


def test_what_xml_cannot_hold_is_replaced():
    """Control characters and lone surrogates become U+FFFD; tabs, line ends and emoji stay."""
    assert printable("a\x00b\ud800c\t\r\n😀") == "a\ufffdb\ufffdc\t\r\n😀"


def test_a_memo_moves_with_a_mended_transcript(coded: Study, tmp_path: Path):
    """In Word it stands on its words of today; one whose words are gone is counted."""
    import docx

    client = coded.transcripts()[0]
    path = tmp_path / f"{client.name}.txt"
    path.write_text(client.text.replace("What was going on", "Tell me what was going on"), encoding="utf-8")
    coded.replace_transcript(client.name, path)
    coded.export("docx", tmp_path / "moved.docx", Options(coder="anna"))
    document = docx.Document(tmp_path / "moved.docx")
    assert covered(document, 0) == coded.codings(coder="anna")[0].excerpt.quote
    path.write_text(client.text.replace("I was so scared", "I was not there"), encoding="utf-8")
    coded.replace_transcript(client.name, path)
    remarks = coded.export("docx", tmp_path / "lost.docx").remarks
    assert remarks == ("Left out: 1 memos on words that a mended transcript no longer has.",)
