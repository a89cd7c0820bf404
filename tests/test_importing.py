"""Which files come in, as what, belonging where; refusals leave the study as it was."""

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

from assistcode import Study
from assistcode.corpus import Placement
from assistcode.errors import InputError, UnknownName

Run = Callable[..., Result]
TALK = "Interviewer: Where were you?\n\nClient: At the door, number {n}.\n"
PATTERN = "d{dyad}_s{session}_{perspective}"
FIELDS = "dyad, session, perspective, interviewer, language"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make an empty folder for transcripts."""
    made = tmp_path / "in"
    made.mkdir()
    return made


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a study without transcripts, to be copied: a closed study is one file."""
    path = tmp_path_factory.mktemp("template") / "empty.study"
    Study.create(path, lexicons="none").close()
    return path


@pytest.fixture
def empty(template: Path, tmp_path: Path) -> Iterator[Study]:
    """Open a study without transcripts."""
    with Study.open(shutil.copy(template, tmp_path / "test.study")) as opened:
        yield opened


@pytest.fixture
def started(run: Run, template: Path, tmp_path: Path) -> Path:
    """Put a study without transcripts where the command line looks for it; return its file."""
    return Path(shutil.copy(template, tmp_path / "assistcode.study"))


def talk(path: Path, n: int = 1) -> Path:
    """Write a short sound transcript; another ``n`` makes other words."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(TALK.format(n=n), encoding="utf-8")
    return path


def ten_files(folder: Path) -> Path:
    """Write nine sound transcripts and a broken one; return the broken one."""
    for n in range(9):
        talk(folder / f"d{n + 1}_s3_client.txt", n)
    broken = folder / "d10_s3_client.txt"
    broken.write_text("Nobody is marked here.\n", encoding="utf-8")
    return broken


def rows_sha256(path: Path) -> str:
    """Return a hash over every row of a study file."""
    with closing(sqlite3.connect(path)) as db:
        return hashlib.sha256("\n".join(db.iterdump()).encode()).hexdigest()


def names(study: Study) -> list[str]:
    """Return the names of the study's transcripts in reading order."""
    return [transcript.name for transcript in study.transcripts()]


# ------------------------------------------------------------------ where a file belongs


@pytest.mark.parametrize(
    ("name", "pattern", "placement"),
    [
        ("d1_s3_client", PATTERN, Placement("1", "3", "client")),
        ("d01_s03_client", PATTERN, Placement("1", "3", "client")),
        ("D2_S5_Therapist", PATTERN, Placement("2", "5", "Therapist")),
        ("d00_s10_client", PATTERN, Placement("0", "10", "client")),
        ("dA07_s1b_client", PATTERN, Placement("A07", "1b", "client")),
        ("d1_s3_client_and_more", PATTERN, Placement("1", "3", "client_and_more")),
        ("3.client (nb)", "{session}.{perspective} ({language})", Placement(None, "3", "client", None, "nb")),
        ("Kari-12", "{interviewer}-{dyad}", Placement("12", None, None, "Kari")),
    ],
)
def test_a_pattern_reads_the_place_off_the_name(
    empty: Study, folder: Path, name: str, pattern: str, placement: Placement
):
    """Fields stand for parts of the file name; numbers lose leading zeros; case of fixed letters does not matter."""
    talk(folder / f"{name}.txt")
    empty.import_transcripts([folder], pattern=pattern)
    assert [transcript.placement for transcript in empty.transcripts()] == [placement]


def test_a_table_says_where_files_belong(empty: Study, folder: Path, tmp_path: Path):
    """A map names files with or without suffix; an empty cell is not known, and the language English."""
    talk(folder / "one.txt", 1)
    talk(folder / "two.txt", 2)
    table = tmp_path / "map.csv"
    table.write_text("file,session,dyad,interviewer\none.txt,03,07,Kari\ntwo,,8,\n", encoding="utf-8")
    empty.import_transcripts([folder], table=table)
    assert {transcript.name: transcript.placement for transcript in empty.transcripts()} == {
        "one": Placement("7", "3", None, "Kari", "en"),
        "two": Placement("8", None, None, None, "en"),
    }


def test_the_table_wins_over_the_pattern(empty: Study, folder: Path, tmp_path: Path):
    """With both, a row's cells replace what the name says; files without a row go by their name."""
    talk(folder / "d1_s3_client.txt", 1)
    talk(folder / "d2_s3_client.txt", 2)
    table = tmp_path / "map.csv"
    table.write_text("file,session,dyad\nd2_s3_client,5,\n", encoding="utf-8")
    empty.import_transcripts([folder], pattern=PATTERN, table=table)
    assert [transcript.placement for transcript in empty.transcripts()] == [
        Placement("1", "3", "client"),
        Placement("2", "5", "client"),
    ]


def test_a_row_places_a_file_that_does_not_fit_the_pattern(empty: Study, folder: Path, tmp_path: Path):
    """A file that does not fit comes in where the map names it."""
    talk(folder / "pilot.txt")
    table = tmp_path / "map.csv"
    table.write_text("file,dyad\npilot.txt,9\n", encoding="utf-8")
    empty.import_transcripts([folder], pattern=PATTERN, table=table)
    assert empty.transcripts()[0].placement == Placement("9")


def test_without_pattern_and_table_nothing_is_known(empty: Study, folder: Path):
    """Files come in without a place when none is asked for."""
    talk(folder / "d1_s3_client.txt")
    empty.import_transcripts([folder])
    assert empty.transcripts()[0].placement == Placement()


def test_dyads_with_leading_zeros_are_one(empty: Study, folder: Path):
    """d01 and d1 are one dyad."""
    talk(folder / "d01_s3_client.txt", 1)
    talk(folder / "d1_s5_client.txt", 2)
    empty.import_transcripts([folder], pattern=PATTERN)
    assert empty.status()["n_dyads"] == 1


def test_a_file_that_does_not_fit_the_pattern_is_refused(empty: Study, folder: Path):
    """A name that does not fit is refused with the three remedies."""
    path = talk(folder / "pilot.txt")
    with pytest.raises(InputError) as refused:
        empty.import_transcripts([folder], pattern=PATTERN)
    remedy = "Rename it, change the pattern, or name the file in a --map table."
    assert str(refused.value) == f"{path}: the name does not fit the pattern '{PATTERN}'. {remedy}"


def test_a_file_that_the_table_lacks_is_refused(empty: Study, folder: Path, tmp_path: Path):
    """With a table alone, a file without a row is refused."""
    path = talk(folder / "two.txt")
    table = tmp_path / "map.csv"
    table.write_text("file,dyad\none.txt,1\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        empty.import_transcripts([folder], table=table)
    assert str(refused.value) == f"{path}: the file is not in {table}. Add a row for it, or leave the file out."


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("d{dyad}_{visit}", "unknown field {visit}"),
        ("d_s_client", "no field, or one twice"),
        ("{dyad}_{dyad}", "no field, or one twice"),
    ],
)
def test_a_wrong_pattern_is_refused(empty: Study, folder: Path, pattern: str, what: str):
    """A pattern with an unknown field, none, or one twice is refused with an example and the fields."""
    talk(folder / "d1.txt")
    with pytest.raises(InputError) as refused:
        empty.import_transcripts([folder], pattern=pattern)
    assert str(refused.value) == f"--pattern '{pattern}': {what}. Write it like '{PATTERN}'; fields: {FIELDS}."


@pytest.mark.parametrize(
    ("header", "what"),
    [
        ("file,name", f"unknown column 'name'. Columns: file, {FIELDS}."),
        ("dyad,session", "there is no column 'file'. Found: dyad, session; needed: file."),
    ],
)
def test_a_wrong_table_is_refused(empty: Study, folder: Path, tmp_path: Path, header: str, what: str):
    """A map without the column file, or with an unknown one, is refused with the columns."""
    talk(folder / "d1.txt")
    table = tmp_path / "map.csv"
    table.write_text(f"{header}\nd1.txt,1\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        empty.import_transcripts([folder], table=table)
    assert str(refused.value) == f"{table}: {what}"


def test_a_missing_table_is_refused(empty: Study, folder: Path, tmp_path: Path):
    """A map that is not there is refused with the system's reason."""
    talk(folder / "d1.txt")
    with pytest.raises(InputError, match=r"map\.csv: cannot be read \(No such file or directory\)\. Check the name"):
        empty.import_transcripts([folder], table=tmp_path / "map.csv")


# ------------------------------------------------------------------ files known, doubled, passed over


def test_the_same_file_twice_in_one_import_is_noticed(empty: Study, folder: Path):
    """Two files with the same bytes come in once; the second is told with the name of the first."""
    talk(folder / "a.txt")
    second = talk(folder / "b.txt")
    plan = empty.import_transcripts([folder])
    assert (names(empty), plan.known) == (["a"], [(second, "a")])


def test_the_same_file_in_a_later_import_is_noticed(empty: Study, folder: Path):
    """A file that is in the study already is left as it is, also under another name."""
    empty.import_transcripts([talk(folder / "a.txt")])
    again = talk(folder / "copy.txt")
    plan = empty.import_transcripts([again])
    assert (names(empty), plan.known) == (["a"], [(again, "a")])


def test_a_path_named_twice_is_read_once(empty: Study, folder: Path):
    """A file named by itself and by its folder is one file."""
    path = talk(folder / "a.txt")
    plan = empty.import_transcripts([path, folder])
    assert (names(empty), plan.known) == (["a"], [])


@pytest.mark.parametrize("later", [True, False], ids=["later import", "same import"])
def test_a_name_that_is_taken_is_refused(empty: Study, folder: Path, later: bool):
    """Other words under a name that is taken are refused, and the first stay."""
    first, second = talk(folder / "a.txt", 1), talk(folder / "sub" / "a.txt", 2)
    if later:
        empty.import_transcripts([first])
    with pytest.raises(InputError) as refused:
        empty.import_transcripts([second] if later else [first, second])
    remedy = "Rename the file, or replace the transcript."
    assert str(refused.value) == f"{second}: another transcript is already called 'a'. {remedy}"
    assert names(empty) == (["a"] if later else [])


def test_other_files_of_a_folder_are_passed_over(empty: Study, folder: Path):
    """In a folder and the folders below it known formats are read; other files are listed; hidden ones are not."""
    talk(folder / "sub" / "a.TXT")
    for name in ("photo.jpg", "readme", ".DS_Store", ".hidden.txt"):
        (folder / name).write_bytes(b"\0")
    plan = empty.import_transcripts([folder])
    assert (names(empty), plan.passed_over) == (["a"], [folder / "photo.jpg", folder / "readme"])


def test_a_lock_file_of_word_is_passed_over(empty: Study, folder: Path):
    """The small file Word leaves beside an open document does not stop the import of a folder."""
    talk(folder / "a.txt")
    (folder / "~$view.docx").write_bytes(b"\x04anna" + b" " * 150)
    empty.import_transcripts([folder])
    assert names(empty) == ["a"]


def test_a_file_of_unknown_format_named_by_itself_is_refused(empty: Study, folder: Path):
    """A file named by itself is never passed over silently."""
    (folder / "photo.jpg").write_bytes(b"\0")
    with pytest.raises(UnknownName, match=r"photo\.jpg: no reader for '\.jpg'\. Known: \.txt, "):
        empty.import_transcripts([folder / "photo.jpg"])


def test_a_path_that_is_not_there_is_refused(empty: Study, folder: Path):
    """A path without a file is refused by name."""
    with pytest.raises(InputError) as refused:
        empty.import_transcripts([folder / "gone.txt"])
    assert str(refused.value) == f"{folder / 'gone.txt'}: there is no such file. Check the name."


# ------------------------------------------------------------------ all or none


def test_one_broken_file_of_ten_imports_none(empty: Study, folder: Path):
    """With one file refused, the refusal is raised and no row of the study changes."""
    broken = ten_files(folder)
    before = rows_sha256(empty.path)
    with pytest.raises(InputError, match=broken.name):
        empty.import_transcripts([folder], pattern=PATTERN)
    assert (rows_sha256(empty.path), names(empty)) == (before, [])


def test_keep_going_imports_the_sound_files(empty: Study, folder: Path):
    """With keep_going the nine sound files come in and the plan tells the refused one."""
    broken = ten_files(folder)
    plan = empty.import_transcripts([folder], pattern=PATTERN, keep_going=True)
    assert len(names(empty)) == 9
    assert [error.where for error in plan.refused] == [str(broken)]


def test_a_plan_writes_nothing(empty: Study, folder: Path):
    """Planning an import reads every file and leaves every row as it was."""
    ten_files(folder)
    before = rows_sha256(empty.path)
    plan = empty.plan_import([folder], pattern=PATTERN)
    assert (len(plan.transcripts), len(plan.refused)) == (9, 1)
    assert (rows_sha256(empty.path), names(empty)) == (before, [])


def test_a_wrong_role_rule_imports_nothing(empty: Study, folder: Path):
    """A role rule that cannot be read is refused before any file."""
    talk(folder / "a.txt")
    with pytest.raises(UnknownName, match=r"^--role 'Client=boss': not a label with a role\."):
        empty.import_transcripts([folder], roles=["Client=boss"])
    assert names(empty) == []


def test_voices_nobody_knows_are_told(empty: Study, folder: Path):
    """Labels that are participants for want of better knowledge are listed; ruled and known ones are not."""
    (folder / "a.csv").write_text("speaker,text\nKari,A.\nOla,B.\nClient,C.\n", encoding="utf-8")
    assert empty.plan_import([folder], roles=["Ola=therapist"]).guessed == ["Kari"]


def test_everything_read_is_stored(empty: Study, folder: Path):
    """What was read of a file is what the study gives back, in this session and the next."""
    (folder / "a.txt").write_text(
        "Recorded in May.\n[Moment 2]\nVideo Client: Ja.\nClient: Søt …\n\nOg mer.\n", encoding="utf-8"
    )
    planned = empty.plan_import([folder]).transcripts[0]
    empty.import_transcripts([folder])
    with Study.open(empty.path) as again:
        stored = again.transcripts()[0]
    assert (stored.text, stored.turns, stored.source_sha256) == (planned.text, planned.turns, planned.source_sha256)


def test_a_table_with_notes_and_a_voice_called_note_comes_in(empty: Study, folder: Path):
    """Rows without a speaker and rows of a speaker 'note' can stand in one table."""
    (folder / "a.csv").write_text("speaker,text\n,Recorded in May.\nnote,She smiled.\nClient,Yes.\n", encoding="utf-8")
    empty.import_transcripts([folder])
    assert names(empty) == ["a"]


# ------------------------------------------------------------------ the command line


def test_import_says_what_came_in(run: Run, started: Path, folder: Path):
    """A sound import exits with 0 and tells files and turns; notes are no turns."""
    talk(folder / "d1_s3_client.txt")
    result = run("import", folder, "--pattern", PATTERN)
    assert (result.exit_code, result.stderr) == (0, "Imported 1 transcripts with 2 turns. Next: assistcode precode\n")


def test_import_shows_every_voice_with_its_role(run: Run, started: Path, folder: Path):
    """The roles given to the labels stand on standard output; a guess is told with the remedy."""
    (folder / "a.txt").write_text("Kari: A.\nV: B.\nKari: C.\n", encoding="utf-8")
    result = run("import", folder, "--role", "V=client/video")
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["Kari", "participant", "interview", "1", "2", "2"] in rows
    assert ["V", "client", "video", "1", "1", "1"] in rows
    assert "Taken for participants: Kari.\n" in result.stderr
    assert "If that is wrong: assistcode transcripts replace NAME FILE --role LABEL=ROLE\n" in result.stderr


def test_import_refuses_in_one_line(run: Run, started: Path, folder: Path):
    """One broken file gives exit code 1, one line on stderr, and nothing on standard output."""
    path = folder / "a.txt"
    path.write_text("Nobody is marked here.\n", encoding="utf-8")
    result = run("import", folder)
    remedy = "Add \"Name:\" before each turn, or pass --role '*=participant' to make each paragraph a turn."
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"{path}: no speaker is marked. {remedy}\n"


def test_import_of_ten_with_one_broken_changes_nothing(run: Run, started: Path, folder: Path):
    """The command exits with 1, says how many files are sound, and leaves every row as it was."""
    broken = ten_files(folder)
    before = rows_sha256(started)
    result = run("import", folder, "--pattern", PATTERN)
    assert (result.exit_code, rows_sha256(started)) == (1, before)
    lines = result.stderr.splitlines()
    assert lines[0] == "Nothing was imported; 9 files are sound (--keep-going imports them)."
    assert lines[1].startswith(f"{broken}: no speaker is marked. ")
    assert len(lines) == 2


def test_import_names_every_refused_file(run: Run, started: Path, folder: Path):
    """Of several broken files the first is told with its reason, the others by name."""
    for name in ("a.txt", "b.txt", "c.txt"):
        (folder / name).write_text(f"Nobody is marked in {name}.\n", encoding="utf-8")
    lines = run("import", folder).stderr.splitlines()
    assert lines[0] == "Refused as well, here with the first reason only: b.txt, c.txt"
    assert lines[-1].startswith(f"{folder / 'a.txt'}: ")


def test_keep_going_tells_what_was_refused(run: Run, started: Path, folder: Path):
    """With --keep-going the sound files come in, the exit code is 0, and the refusal stands on stderr."""
    broken = ten_files(folder)
    result = run("import", folder, "--keep-going")
    assert result.exit_code == 0
    assert f"refused: {broken}: no speaker is marked. " in result.stderr
    assert result.stderr.endswith("Imported 9 transcripts with 18 turns. Next: assistcode precode\n")


def test_keep_going_with_no_sound_file_fails(run: Run, started: Path, folder: Path):
    """With --keep-going and nothing but broken files the exit code is 1."""
    (folder / "a.txt").write_text("Nobody is marked here.\n", encoding="utf-8")
    assert run("import", folder, "--keep-going").exit_code == 1


def test_a_dry_run_writes_nothing(run: Run, started: Path, folder: Path):
    """A dry run shows places, first turns and refusals, and leaves every row as it was."""
    broken = ten_files(folder)
    before = rows_sha256(started)
    result = run("import", folder, "--pattern", PATTERN, "--dry-run")
    assert (result.exit_code, rows_sha256(started)) == (0, before)
    assert ["d9_s3_client", "9", "3", "client", "2"] in [line.split() for line in result.stdout.splitlines()]
    assert "  2 client: At the door, number 8." in result.stdout
    assert f"refused: {broken}: " in result.stderr
    assert result.stderr.endswith("Would import 9 transcripts with 18 turns.\n")


def test_import_tells_what_it_knows_and_passes_over(run: Run, started: Path, folder: Path):
    """Files known already and files of other kinds are told, and the exit code stays 0."""
    talk(folder / "a.txt")
    (folder / "photo.jpg").write_bytes(b"\0")
    run("import", folder)
    result = run("import", folder)
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        f"{folder / 'a.txt'} is in the study already, as a; left as it is.",
        "Passed over 1 files of other kinds, e.g. photo.jpg.",
        "Imported 0 transcripts with 0 turns. Next: assistcode precode",
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--column", "words=Said"], "--column 'words=Said': not a use with a column name. "),
        (["--column", "text="], "--column 'text=': not a use with a column name. "),
        (["--role", "Client"], "--role 'Client': not a label with a role. "),
        (["--pattern", "{visit}"], "--pattern '{visit}': unknown field {visit}. "),
        (["--map", "gone.csv"], "gone.csv: cannot be read (No such file or directory). "),
    ],
)
def test_a_wrong_option_is_one_line(run: Run, started: Path, folder: Path, options: list[str], message: str):
    """An option that cannot be read gives exit code 1 and one line that names it and the remedy."""
    talk(folder / "a.txt")
    result = run("import", folder, *options)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.startswith(message)
    assert len(result.stderr) > len(message) + 10


def test_import_reads_a_named_column(run: Run, started: Path, folder: Path):
    """--column and a role rule reach the reader of tables."""
    (folder / "a.csv").write_text("who,said\nV,Yes.\nP8,No.\n", encoding="utf-8")
    columns = ["--column", "text=said", "--column", "speaker=who"]
    assert run("import", folder, *columns, "--role", "V=client/video").exit_code == 0
    with Study.open(started) as study:
        turns = study.transcripts()[0].turns
    assert [(turn.speaker.name, turn.speaker.kind) for turn in turns] == [("V", "video"), ("P8", "interview")]


def test_import_without_a_path_is_wrong_usage(run: Run, started: Path):
    """Without a path the exit code is 2."""
    assert run("import").exit_code == 2


def test_import_without_a_study_says_how_to_make_one(run: Run, folder: Path):
    """Without a study the exit code is 1 and the message names init."""
    result = run("import", talk(folder / "a.txt"))
    remedy = "Make one with 'assistcode init', or name yours with -s FILE."
    assert (result.exit_code, result.stderr) == (1, f"assistcode.study: there is no study here. {remedy}\n")
