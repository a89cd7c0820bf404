"""Codings and codebooks made elsewhere come in by their quotes, all or nothing; exports come back the same."""

import csv
import hashlib
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistcode import Study
from assistcode.errors import AssistcodeError, InputError, UnknownName
from assistcode.export.tables import table_text
from assistcode.incoming import find_quote
from assistcode.readers.table import undefuse

Run = Callable[..., Result]
HEADER = "transcript,start,end,quote,code,pole,coder,action"
TALK = """\
Client: I’m fine, he said “sit down” and I sat. Mm. I don’t know.

Therapist: We waited, and nobody spoke
for a while. Mm. I don’t know.

Client: It was … long.
=Then I left.
-slowly
+1 from me
@home again
'-ish, they said.
"""
LAST_TURN = TALK[TALK.index("It was") :].rstrip()
OTHER = "Client: Other words, of another day.\n"
FINE = "I’m fine"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a study with two transcripts, anna and ben on the roster and one code, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    (folder / "d1_talk.txt").write_text(TALK, encoding="utf-8")
    (folder / "d2_talk.txt").write_text(OTHER, encoding="utf-8")
    with Study.create(folder / "made.study", lexicons="none", unaided=0) as made:
        made.import_transcripts([folder / "d1_talk.txt", folder / "d2_talk.txt"], pattern="d{dyad}_talk")
        made.add_coder("anna")
        made.add_coder("ben")
        made.add_code("waiting", "ben")
    return folder / "made.study"


@pytest.fixture
def coded(template: Path, tmp_path: Path) -> Iterator[Study]:
    """Open a copy of the study."""
    with Study.open(shutil.copy(template, tmp_path / "test.study")) as opened:
        yield opened


@pytest.fixture
def second(template: Path, tmp_path: Path) -> Iterator[Study]:
    """Open another copy of the study."""
    with Study.open(shutil.copy(template, tmp_path / "second.study")) as opened:
        yield opened


@pytest.fixture
def started(run: Run, template: Path, tmp_path: Path) -> Path:
    """Put a copy of the study where the command line looks for it; return its file."""
    return Path(shutil.copy(template, tmp_path / "assistcode.study"))


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Write a table of codings from its rows."""

    def write(*rows: str, header: str = HEADER) -> Path:
        path = tmp_path / "codings.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return write


Table = Callable[..., Path]


def placed(study: Study) -> list[tuple[str, int, int, str, str]]:
    """Return (transcript, start, end, code, verdict) of every verdict that stands."""
    return [
        (one.excerpt.transcript, one.excerpt.start, one.excerpt.end, one.code, one.verdict)
        for one in study.codings(every_verdict=True)
    ]


def span(words: str, nth: int = 0) -> tuple[int, int]:
    """Return where words stand in the talk for the nth time."""
    start = -1
    for _ in range(nth + 1):
        start = TALK.index(words, start + 1)
    return start, start + len(words)


def rows_sha256(path: Path) -> str:
    """Return a hash over every row of a study file."""
    with closing(sqlite3.connect(path)) as db:
        return hashlib.sha256("\n".join(db.iterdump()).encode()).hexdigest()


# ------------------------------------------------------------------ finding words again


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("Mm.", ["Mm.", "Mm."]),
        ("I'm fine", ["I’m fine"]),
        ('he said "sit down" and', ["he said “sit down” and"]),
        ("he said ”sit down„ and", []),
        ("It was ... long.", ["It was … long."]),
        ("nobody spoke for a while", ["nobody spoke\nfor a while"]),
        ("nobody\tspoke \r\n for a while", ["nobody spoke\nfor a while"]),
        ("  We   waited,  ", ["We waited,"]),
        ("I don't know. Therapist: We", ["I don’t know.\n\nTherapist: We"]),
        ("i’m FINE", []),
        ("nobody laughed", []),
        ("+1 from", ["+1 from"]),
        ("I.m fine", []),
    ],
)
def test_words_are_found_again(quote: str, found: list[str]):
    """White space, quotation marks and the form of … may differ; letters, case and other signs may not."""
    assert [TALK[start:end] for start, end in find_quote(TALK, quote)] == found


def test_dots_are_found_by_an_ellipsis():
    """A quote with … finds the three dots of a text."""
    assert find_quote("Well ... no.", "Well … no") == [(0, 11)]


def test_words_to_the_letter_come_before_like_words():
    """Where the words stand to the letter, places that only resemble them do not count."""
    assert find_quote("It's “so”. It’s so.", "It’s") == [(11, 15)]


@settings(deadline=None)
@given(text=st.text(min_size=1), data=st.data())
def test_words_copied_from_a_text_are_found_in_it(text: str, data: st.DataObject):
    """For any text, a stretch copied from it is found, and every place found holds exactly these words."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    places = find_quote(text, text[start:end])
    assert places
    assert {text[a:b] for a, b in places} == {text[start:end]}


# ------------------------------------------------------------------ where a coding goes


def test_a_quote_with_its_place_is_put_there(coded: Study, table: Table):
    """Start and end choose among several places of the same words; nothing counts as moved."""
    start, end = span("Mm.", 1)
    result = coded.import_codings(table(f"d1_talk,{start},{end},Mm.,waiting,,anna,accept"), "anna")
    assert placed(coded) == [("d1_talk", start, end, "waiting", "fits")]
    assert (result.n_decisions, result.n_moved) == (1, 0)


def test_a_unique_quote_needs_no_place(coded: Study, table: Table):
    """Without start and end the quote is found where it stands once; nothing counts as moved."""
    result = coded.import_codings(table("d1_talk,,,We waited,waiting,,anna,accept"), "anna")
    assert placed(coded) == [("d1_talk", *span("We waited"), "waiting", "fits")]
    assert result.n_moved == 0


@pytest.mark.parametrize("place", ["3,12", "0,99999", "12,3", "9999,10000"])
def test_a_quote_that_is_elsewhere_is_found_and_counted(coded: Study, table: Table, place: str):
    """A quote that does not stand at its place goes where it stands once, and counts as moved."""
    result = coded.import_codings(table(f"d1_talk,{place},We waited,waiting,,anna,accept"), "anna")
    assert placed(coded) == [("d1_talk", *span("We waited"), "waiting", "fits")]
    assert result.n_moved == 1


@pytest.mark.parametrize("end", ["", str(span(FINE)[1])], ids=["start alone", "other apostrophe"])
def test_a_quote_at_its_place_is_not_moved(coded: Study, table: Table, end: str):
    """A quote found where the table says, start alone or with another apostrophe, does not count as moved."""
    result = coded.import_codings(table(f"d1_talk,{span(FINE)[0]},{end},I'm fine,waiting,,anna,accept"), "anna")
    assert placed(coded)[0][1:3] == span(FINE)
    assert result.n_moved == 0


def test_a_place_chooses_among_like_words(coded: Study, table: Table):
    """Words that stand twice, typed with another apostrophe, go to the place the table says."""
    start, end = span("I don’t know.", 1)
    coded.import_codings(table(f"d1_talk,{start},{end},I don't know.,waiting,,anna,accept"), "anna")
    assert placed(coded) == [("d1_talk", start, end, "waiting", "fits")]


def test_a_transcript_may_be_named_by_its_file(coded: Study, table: Table):
    """The column transcript holds the transcript's name or that of its file."""
    coded.import_codings(table("d2_talk.txt,,,Other words,waiting,,anna,accept"), "anna")
    assert placed(coded)[0][0] == "d2_talk"


def test_actions_become_verdicts(coded: Study, table: Table):
    """An accept (or nothing), a reject and an unsure in any case become the three verdicts."""
    rows = [
        "d1_talk,,,I’m fine,waiting,,,",
        "d1_talk,,,I sat,waiting,,,Accept",
        "d1_talk,,,We waited,waiting,,,REJECT",
        "d1_talk,,,Then I left,waiting,,,unsure",
    ]
    coded.import_codings(table(*rows), "anna")
    assert [row[-1] for row in placed(coded)] == ["fits", "fits", "does not fit", "unsure"]


def test_pole_and_effect_and_memo_come_with_a_coding(coded: Study, table: Table):
    """Pole, effect and memo of a row are kept; the memo is about the excerpt."""
    path = table("d1_talk,,,We waited,waiting,Lacking,anna,accept,hindering,Is it?", header=f"{HEADER},effect,memo")
    result = coded.import_codings(path, "anna")
    coding, memo = coded.codings()[0], coded.memos()[0]
    assert (coding.pole, coding.effect, result.n_memos) == ("lacking", "hindering", 1)
    assert (memo.text, memo.coder, memo.excerpt) == ("Is it?", "anna", coding.excerpt)


def test_only_three_columns_are_needed(coded: Study, table: Table):
    """Transcript, quote and code in any order are enough; other columns are left alone."""
    coded.import_codings(table("waiting,blue,We waited,d1_talk", header="code,colour,quote,transcript"), "anna")
    assert placed(coded) == [("d1_talk", *span("We waited"), "waiting", "fits")]


def test_a_table_saved_by_a_spreadsheet_is_read(coded: Study, tmp_path: Path):
    """A byte order mark, Windows line ends and line breaks inside a quote are understood."""
    path = tmp_path / "codings.csv"
    source = 'transcript,quote,code\r\nd1_talk,"nobody spoke\r\nfor a while",waiting\r\n'
    path.write_bytes(b"\xef\xbb\xbf" + source.encode())
    coded.import_codings(path, "anna")
    assert placed(coded) == [("d1_talk", *span("nobody spoke\nfor a while"), "waiting", "fits")]


def test_a_very_long_quote_is_read(coded: Study, table: Table):
    """A cell longer than the csv module's own limit is met with a message or read, not with a crash."""
    before = csv.field_size_limit(131_072)
    try:
        with pytest.raises(AssistcodeError, match=r"codings\.csv:2: "):
            coded.import_codings(table(f"d1_talk,,,{'long' * 40_000},waiting,,anna,accept"), "anna")
    finally:
        csv.field_size_limit(before)


def test_the_same_table_twice_doubles_nothing(coded: Study, table: Table):
    """A table brought in again leaves the codings as they are."""
    path = table("d1_talk,,,We waited,waiting,,anna,accept")
    coded.import_codings(path, "anna")
    before = placed(coded)
    coded.import_codings(path, "anna")
    assert placed(coded) == before


def test_an_import_is_one_action(coded: Study, table: Table):
    """One undo takes back the decisions, the reviews and the codes an import made."""
    path = table("d1_talk,,,We waited,new one,,anna,accept", "d2_talk,,,Other,waiting,,anna,accept")
    coded.import_codings(path, "anna", all_reviewed=True)
    coded.undo("anna")
    assert (placed(coded), coded.status()["reviewed_by"]["anna"]) == ([], 0)
    assert [code.name for code in coded.codebook.codes.values()] == ["waiting"]


# ------------------------------------------------------------------ codes and coders


def test_new_codes_are_made_and_told(coded: Study, table: Table):
    """Codes the codebook lacks are made, once however they are written; known ones are found in any case."""
    path = table("d1_talk,,,We waited,Coat on,,,", "d1_talk,,,I sat,coat ON,,,", "d1_talk,,,Then,WAITING,,,")
    result = coded.import_codings(path, "anna")
    assert result.new_codes == ["Coat on"]
    assert [code.name for code in coded.codebook.codes.values()] == ["waiting", "Coat on"]


def test_rows_of_others_are_left_out_and_counted(coded: Study, table: Table):
    """Rows of other coders are counted by name and not even looked for; a coder's name counts in any case."""
    path = table(
        "d1_talk,,,We waited,waiting,,ANNA,accept",
        "d1_talk,,,stands nowhere,waiting,,ben,accept",
        "d1_talk,,,I sat,waiting,,ben,accept",
        "d1_talk,,,I sat,waiting,,cleo,accept",
    )
    result = coded.import_codings(path, "anna")
    assert (result.n_decisions, result.of_others) == (1, {"ben": 2, "cleo": 1})
    assert {coding.coder for coding in coded.codings()} == {"anna"}


# ------------------------------------------------------------------ what was read


def test_without_reviewed_nothing_counts_as_read(coded: Study, table: Table):
    """Codings alone do not say that anything was read."""
    result = coded.import_codings(table("d1_talk,,,We waited,waiting,,anna,accept"), "anna")
    assert (result.n_reviewed, coded.status()["reviewed_by"]["anna"]) == (0, 0)


def test_reviewed_covers_the_transcripts_named(coded: Study, table: Table):
    """all_reviewed covers every transcript the table names, each once, and no other."""
    path = table("d1_talk,,,We waited,waiting,,anna,accept", "d1_talk,,,I sat,waiting,,anna,accept")
    result = coded.import_codings(path, "anna", all_reviewed=True)
    assert result.n_reviewed == 1
    shares = coded.unreviewed(by=["transcript"], coder="anna")
    assert {share.group[0]: share.n_unreviewed for share in shares} == {"d1_talk": 0, "d2_talk": 1}


def test_codes_new_in_the_table_were_looked_for(coded: Study, table: Table):
    """A transcript read whole counts as read for the codes that came in with it."""
    coded.import_codings(table("d1_talk,,,We waited,new one,,anna,accept"), "anna", all_reviewed=True)
    shares = coded.unreviewed(by=["transcript"], coder="anna", code="new one")
    assert {share.group[0]: share.n_unreviewed for share in shares}["d1_talk"] == 0


@pytest.mark.parametrize(
    ("row", "n_reviewed"),
    [
        ("d1_talk,,,,,,anna,reviewed", 3),
        (f"d1_talk,0,{TALK.index('Client: It')},,,,anna,Reviewed", 2),
        (f'd1_talk,,,"{LAST_TURN}",,,,reviewed', 1),
    ],
    ids=["a transcript", "a span", "a quote"],
)
def test_a_reviewed_row_covers_its_span(coded: Study, table: Table, row: str, n_reviewed: int):
    """A row of the action reviewed covers the transcript, the span or the quote it names, and codes nothing."""
    result = coded.import_codings(table(row), "anna")
    assert (result.n_reviewed, result.n_decisions, placed(coded)) == (1, 0, [])
    assert coded.status()["reviewed_by"] == {"anna": n_reviewed, "ben": 0}


# ------------------------------------------------------------------ refusals

NOWHERE = "the quote stands nowhere in the transcript"
KNOWN_ACTIONS = "Known: accept, reject, unsure, reviewed."
REFUSED = [
    ("d1_talk,,,nobody laughed,waiting,,,", f"{NOWHERE} (d1_talk). Copy the words exactly."),
    ("d1_talk,,,Mm.,waiting,,,", "the quote stands 2 times (d1_talk). Give start and end."),
    ("d1_tlak,,,We waited,waiting,,,", "there is no transcript 'd1_tlak'. Did you mean 'd1_talk' or 'd2_talk'?"),
    (",,,We waited,waiting,,,", "there is no transcript ''. Known: d1_talk, d2_talk."),
    ("d1_talk,,,We waited,waiting,absent,,", "unknown pole 'absent'. Known: present, lacking; or leave it empty."),
    ("d1_talk,,,We waited,waiting,,,maybe", f"unknown action 'maybe'. {KNOWN_ACTIONS}"),
    ("d1_talk,,,We waited,,,,", "a coding needs a quote and a code. Fill both in, or set action to reviewed."),
    ("d1_talk,,, ,waiting,,,", "a coding needs a quote and a code. Fill both in, or set action to reviewed."),
    ("d1_talk,-1,5,We waited,waiting,,,", "'-1' is no place in the text. Give a whole number, or leave it empty."),
    ("d1_talk,1.0,5,We waited,waiting,,,", "'1.0' is no place in the text. Give a whole number, or leave it empty."),
]  # fmt: skip


@pytest.mark.parametrize(("row", "message"), REFUSED)
def test_one_wrong_row_writes_nothing(coded: Study, table: Table, row: str, message: str):
    """A row that cannot be used is refused with file, line and remedy, and no row of the study changes."""
    path = table("d1_talk,,,I sat,brand new,,anna,accept", row, "d2_talk,,,Other,waiting,,anna,accept")
    before = rows_sha256(coded.path)
    with pytest.raises(InputError) as refused:
        coded.import_codings(path, "anna", all_reviewed=True)
    assert str(refused.value) == f"{path}:3: {message}"
    assert (rows_sha256(coded.path), placed(coded)) == (before, [])


def test_an_unknown_effect_is_refused(coded: Study, table: Table):
    """An effect nobody knows is refused with the known ones."""
    path = table("d1_talk,We waited,waiting,good", header="transcript,quote,code,effect")
    with pytest.raises(InputError) as refused:
        coded.import_codings(path, "anna")
    what = "unknown effect 'good'. Known: facilitating, hindering, both; or leave it empty."
    assert str(refused.value) == f"{path}:2: {what}"


def test_a_reviewed_span_beyond_the_text_is_called_so(coded: Study, table: Table):
    """A span that the transcript does not have is not spoken of as a quote that stands many times."""
    with pytest.raises(InputError, match=r"codings\.csv:2: ") as refused:
        coded.import_codings(table("d1_talk,0,99999,,,,anna,reviewed"), "anna")
    assert "the quote stands" not in str(refused.value)


@pytest.mark.parametrize("column", ["transcript", "quote", "code"])
def test_a_table_without_a_needed_column_is_refused(coded: Study, table: Table, column: str):
    """A table that lacks a needed column is refused with the header it should have."""
    path = table("d1_talk", header=HEADER.replace(column, "other"))
    with pytest.raises(InputError) as refused:
        coded.import_codings(path, "anna")
    found = HEADER.replace(column, "other").replace(",", ", ")
    what = f"there is no column '{column}'. Found: {found}; needed: transcript, quote, code."
    assert str(refused.value) == f"{path}: {what}"


def test_a_missing_table_is_refused(coded: Study, tmp_path: Path):
    """A table that is not there is refused with the system's reason."""
    with pytest.raises(InputError) as refused:
        coded.import_codings(tmp_path / "gone.csv", "anna")
    what = "cannot be read (No such file or directory). Check the name and your access."
    assert str(refused.value) == f"{tmp_path / 'gone.csv'}: {what}"


def test_a_mistyped_coder_is_refused(coded: Study, table: Table):
    """A coder who is not on the roster is refused with the near name, and nobody is added."""
    with pytest.raises(UnknownName) as refused:
        coded.import_codings(table("d1_talk,,,We waited,waiting,,,"), "anan")
    remedy = "Did you mean 'anna'? Add somebody with 'assistcode coders add NAME'."
    assert str(refused.value) == f"coder 'anan': is not on the roster. {remedy}"
    assert [coder.name for coder in coded.coders()] == ["anna", "ben"]


# ------------------------------------------------------------------ the command line


@pytest.mark.parametrize("command", ["import-codings", "import-codes"])
def test_the_command_tells_what_came_in(run: Run, started: Path, table: Table, command: str):
    """Decisions, moved quotes, new codes, rows of others and the missing reading are told; exit code 0."""
    path = table(
        "d1_talk,3,12,We waited,brand new,,anna,accept",
        "d1_talk,,,I sat,waiting,,ben,accept",
    )
    result = run(command, path, "--coder", "anna")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines() == [
        "1 decisions and 0 memos of anna; 0 spans reviewed.",
        "1 quotes were not where the table said and were found again by their words.",
        "New in the codebook: brand new.",
        "1 rows of ben were left out; bring them in with --coder ben.",
        "The table does not say what was read. If anna read those transcripts whole, undo and add --reviewed.",
    ]


def test_the_command_takes_reviewed(run: Run, started: Path, table: Table):
    """--reviewed says that the transcripts named were read whole."""
    result = run("import-codings", table("d1_talk,,,We waited,waiting,,,"), "--coder", "anna", "--reviewed")
    assert result.stderr == "1 decisions and 0 memos of anna; 1 spans reviewed.\n"
    with Study.open(started) as study:
        assert study.status()["reviewed_by"]["anna"] == 3


def test_the_command_refuses_in_one_line(run: Run, started: Path, table: Table):
    """A wrong row gives exit code 1, one line on stderr that names file and line, and an unchanged study."""
    path = table("d1_talk,,,nobody laughed,waiting,,anna,accept")
    before = rows_sha256(started)
    result = run("import-codings", path, "--coder", "anna")
    what = "the quote stands nowhere in the transcript (d1_talk). Copy the words exactly."
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"{path}:2: {what}\n")
    assert rows_sha256(started) == before


def test_the_command_needs_a_coder(run: Run, started: Path, table: Table):
    """Without --coder the exit code is 2: whose codings they are is never guessed."""
    assert run("import-codings", table("d1_talk,,,We waited,waiting,,anna,accept")).exit_code == 2


def test_the_command_refuses_a_mistyped_coder(run: Run, started: Path, table: Table):
    """A mistyped coder gives exit code 1 and one line with the near name."""
    result = run("import-codings", table("d1_talk,,,We waited,waiting,,,"), "--coder", "bne")
    remedy = "Did you mean 'ben'? Add somebody with 'assistcode coders add NAME'."
    assert (result.exit_code, result.stderr) == (1, f"coder 'bne': is not on the roster. {remedy}\n")


# ------------------------------------------------------------------ export and back


def exported(study: Study, tmp_path: Path) -> Path:
    """Export a study's codings; return the file."""
    path = tmp_path / "out.csv"
    study.export("csv", path)
    return path


def facts(study: Study) -> list[tuple[object, ...]]:
    """Return what must survive a round trip, of every verdict that stands."""
    return [
        (one.excerpt, one.code, one.verdict, one.pole, one.effect, one.coder, one.agreed)
        for one in study.codings(every_verdict=True)
    ]


def test_an_export_comes_back_the_same(coded: Study, second: Study, tmp_path: Path):
    """Exported codings of two coders, brought into a second study, are the same codings."""
    talk = coded.material.transcript("d1_talk")
    coded.add_code("coat, on", "anna")
    coded.decide(talk.excerpt(*span("Mm.", 1)), "waiting", "fits", "anna", pole="lacking", effect="both")
    coded.decide(talk.excerpt(*span("nobody spoke\nfor a while")), "coat, on", "does not fit", "anna")
    coded.decide(talk.excerpt(*span("he said “sit down”")), "coat, on", "unsure", "ben", pole="present")
    path = exported(coded, tmp_path)
    moved = [second.import_codings(path, coder).n_moved for coder in ("anna", "ben")]
    assert (facts(second), moved) == (facts(coded), [0, 0])


@pytest.mark.parametrize("words", ["=Then I left.", "-slowly", "+1 from me", "@home again", "'-ish"])
def test_cells_a_spreadsheet_would_calculate_survive(coded: Study, second: Study, tmp_path: Path, words: str):
    """Quotes and codes that begin with = + - @, or an apostrophe before one, come back to the letter."""
    coded.add_code(words, "anna")
    coded.decide(coded.material.transcript("d1_talk").excerpt(*span(words)), words, "fits", "anna")
    path = exported(coded, tmp_path)
    n_moved = second.import_codings(path, "anna").n_moved
    assert (facts(second), n_moved) == (facts(coded), 0)


def test_the_agreed_set_does_not_come_back_as_a_coders_own(coded: Study, second: Study, table: Table, tmp_path: Path):
    """An agreed verdict and the coder's own on one place are still two after a round trip."""
    coded.import_codings(table("d1_talk,,,We waited,waiting,,anna,reject"), "anna")
    coded.import_codings(table("d1_talk,,,We waited,waiting,,anna,accept"), "anna", agreed=True)
    second.import_codings(exported(coded, tmp_path), "anna")
    own = [row for row in facts(second) if not row[-1]]
    assert own == [row for row in facts(coded) if not row[-1]]


def test_an_export_can_be_opened_in_a_spreadsheet(coded: Study, tmp_path: Path):
    """The file is UTF-8 without mark, has line feeds and the documented header, and no cell calculates."""
    coded.decide(coded.material.transcript("d1_talk").excerpt(*span("=Then I left.")), "waiting", "fits", "anna")
    source = exported(coded, tmp_path).read_bytes()
    assert source.startswith(f"{HEADER},".encode())
    assert b"\r" not in source
    assert b",'=Then I left.,waiting," in source


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file modes")
def test_an_export_is_for_its_owner_alone(coded: Study, tmp_path: Path):
    """Nobody else may read an exported file."""
    assert stat.S_IMODE(exported(coded, tmp_path).stat().st_mode) == 0o600


def test_an_export_never_overwrites(run: Run, started: Path, tmp_path: Path):
    """A file that is there stays as it is; exit code 1 and one line with the remedy."""
    (tmp_path / "out.csv").write_text("precious", encoding="utf-8")
    result = run("export", "csv", "out.csv")
    what = "out.csv: there is a file of this name already. Choose another name, or delete it."
    assert (result.exit_code, result.stderr) == (1, f"{what}\n")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "precious"


def test_an_export_leaves_no_draft(run: Run, started: Path, tmp_path: Path):
    """After an export the folder holds the study and the file, nothing else."""
    result = run("export", "csv", "out.csv")
    assert result.stderr == "Wrote 0 rows to out.csv.\n"
    assert {path.name for path in tmp_path.iterdir()} == {"assistcode.study", "out.csv"}


def test_an_export_to_no_folder_is_refused(coded: Study, tmp_path: Path):
    """A folder that is not there is refused with the system's reason."""
    with pytest.raises(InputError) as refused:
        coded.export("csv", tmp_path / "gone" / "out.csv")
    what = "cannot be written (No such file or directory). Choose another folder."
    assert str(refused.value) == f"{tmp_path / 'gone' / 'out.csv'}: {what}"


def test_an_unknown_format_is_refused(coded: Study, tmp_path: Path):
    """A format that nobody writes is refused with the known ones."""
    with pytest.raises(UnknownName, match=r"^format 'sav': there is none of this name\. Known: .*csv"):
        coded.export("sav", tmp_path / "out.sav")


@given(cells=st.lists(st.text("'=+-@a,\"\n ", min_size=1), min_size=1, max_size=4))
@example(cells=["'=1"])
def test_any_cell_survives_a_table(cells: list[str]):
    """Whatever a cell holds, written defused and read back it is the same."""
    header = [f"c{n}" for n in range(len(cells))]
    rows = list(csv.reader(table_text(header, [cells]).splitlines(keepends=True)))
    assert [undefuse(cell) for cell in rows[1]] == cells


# ------------------------------------------------------------------ codebooks


@pytest.fixture
def codebook(tmp_path: Path) -> Callable[[str], Path]:
    """Write a codebook's table."""

    def write(text: str) -> Path:
        path = tmp_path / "codebook.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


Codebook = Callable[[str], Path]


def test_a_codebook_comes_in(coded: Study, codebook: Codebook):
    """New codes come with theme, definition and level; of one theme there is one, however it is written."""
    path = codebook(
        'code,theme,definition,level\nbeing late,time,"Comes late,\nor not.",latent\nearly,Time,,\nloose,,,semantic\n'
    )
    assert coded.import_codebook(path, "anna") == (3, 0)
    codes = {code.name: (code.theme, code.definition, code.level) for code in coded.codebook.codes.values()}
    del codes["waiting"]
    assert codes == {
        "being late": ("time", "Comes late,\nor not.", "latent"),
        "early": ("time", "", "semantic"),
        "loose": (None, "", "semantic"),
    }
    assert [theme.name for theme in coded.codebook.themes.values()] == ["time"]


def test_a_known_code_is_defined_anew(coded: Study, codebook: Codebook):
    """A code that exists keeps its id and name and gets what the table says; empty cells change nothing."""
    known = coded.code("waiting")
    coded.import_codebook(codebook("code,theme,definition\nWAITING,time,Nobody speaks.\n"))
    assert coded.import_codebook(codebook("code,theme,definition,level\nwaiting,,,latent\n")) == (0, 1)
    now = coded.code("waiting")
    assert (now.id, now.name, now.theme, now.definition, now.level) == (
        known.id, "waiting", "time", "Nobody speaks.", "latent",
    )  # fmt: skip


def test_the_same_codebook_twice_changes_nothing(coded: Study, codebook: Codebook):
    """A codebook brought in again adds nothing to the history."""
    path = codebook("code,theme,definition,level\nlate,time,Comes late.,latent\n")
    coded.import_codebook(path)
    version = coded.codebook.version
    assert coded.import_codebook(path) == (0, 1)
    assert coded.codebook.version == version


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,level\nlate,semantic\nearly,deep\n", ":3: unknown level 'deep'. Levels: semantic, latent."),
        ("code,theme\nlate,time\n,time\n", ":3: a row without a code. Name the code, or delete the row."),
        ("name,theme\nlate,time\n", ": there is no column 'code'. Found: name, theme; needed: code."),
    ],
)
def test_a_wrong_codebook_writes_nothing(coded: Study, codebook: Codebook, text: str, message: str):
    """A row or header that cannot be used is refused with its place, and no row of the study changes."""
    before = rows_sha256(coded.path)
    path = codebook(text)
    with pytest.raises(InputError) as refused:
        coded.import_codebook(path, "anna")
    assert str(refused.value).startswith(f"{path}{message}")
    assert rows_sha256(coded.path) == before


def test_a_defused_codebook_loses_its_apostrophes(coded: Study, codebook: Codebook):
    """The apostrophe that protects a spreadsheet is no part of a code's name."""
    coded.import_codebook(codebook("code,definition\n'=power,'- over somebody\n"))
    assert coded.code("=power").definition == "- over somebody"


def test_the_codebook_command_counts(run: Run, started: Path, codebook: Codebook):
    """The command tells how many codes were new and how many known."""
    result = run("codes", "import", codebook("code\nwaiting\nlate\n"), "--coder", "anna")
    assert (result.exit_code, result.stderr) == (0, "1 new codes, 1 known.\n")
