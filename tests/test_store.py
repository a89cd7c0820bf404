"""The study file: who may read it, what is refused, what cannot be changed, what survives."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys

import pytest

from assistcode import Study
from assistcode.errors import StudyError
from assistcode.judgement import Span
from assistcode.store import database, judged, made
from conftest import CLIENT, THERAPIST

GIVEN = {"dyad", "transcript", "speaker", "turn", "passage", "imported_attribute"}
MADE = {"run", "utterance", "cluster", "membership", "suggestion"}
JUDGED = (
    "coder", "action", "undo", "code_event", "code_seed", "decision", "review", "visit", "memo",
    "assigned_attribute", "reanchor", "log",
)  # fmt: skip
PATTERN = "d{dyad}_s{session}_{perspective}"
EXTRA = """\
Interviewer: And then?

Client: I was so scared of him. The kettle was green. My shoes were wet.
"""


TOPICS = ("I was scared of the {} dog.", "The {} bus was late again.", "We laughed about the {} song together.")
WORDS = ("big", "small", "brown", "old", "loud", "wild", "black", "white", "grey", "young")


def write_extra(folder):
    """Write one more transcript: one sentence known from the shared ones, two new ones."""
    path = folder / "d1_s4_client.txt"
    path.write_text(EXTRA, encoding="utf-8")
    return path


@pytest.fixture
def bare(tmp_path):
    """Return the path of a closed, empty study in a folder of its own."""
    folder = tmp_path / "bare"
    folder.mkdir()
    Study.create(folder / "test.study").close()
    return folder / "test.study"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Return the folder of a closed study: two transcripts, precoded, anna and ben on the roster."""
    texts, folder = tmp_path_factory.mktemp("texts"), tmp_path_factory.mktemp("template")
    (texts / "d1_s3_client.txt").write_text(CLIENT, encoding="utf-8")
    (texts / "d1_s3_therapist.txt").write_text(THERAPIST, encoding="utf-8")
    with Study.create(folder / "test.study", unaided=0) as study:
        study.import_transcripts([texts], pattern=PATTERN)
        study.precode(model="static")
        study.add_coder("anna")
        study.add_coder("ben")
    return folder


@pytest.fixture
def closed(template, tmp_path):
    """Return the path of a closed study with a cache, in a folder of its own."""
    shutil.copytree(template, tmp_path / "closed")
    return tmp_path / "closed" / "test.study"


@pytest.fixture
def study(closed):
    """Return the same study, open; quicker than making one for every test."""
    with Study.open(closed) as opened:
        yield opened


def cache_of(path):
    """Return the path of a study's vector cache."""
    return path.with_name(f"{path.stem}.study-cache")


@pytest.fixture
def open_mask():
    """Let new files be readable by everybody unless the program says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


def snapshot(folder):
    """Return every file of a folder with its bytes."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def refusal(path):
    """Open a path that must be refused; return the message."""
    with pytest.raises(StudyError) as caught:
        Study.open(path)
    return str(caught.value)


def mode(path):
    """Return the permission bits of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def change(path, statement):
    """Change a closed study behind the program's back."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute(statement)
    db.close()


def column(db, statement):
    """Return the first column of a query."""
    return [row[0] for row in db.execute(statement)]


# ---------------------------------------------------------------- the file


def test_the_study_is_for_its_owner_only(open_mask, bare):
    """A new study can be read and written by its owner alone."""
    assert mode(bare) == 0o600


def test_files_beside_an_open_study_are_for_its_owner_only(open_mask, bare):
    """What SQLite keeps beside an open study is for the owner alone too."""
    with Study.open(bare) as study:
        study.add_coder("anna")
        modes = {path.name: mode(path) for path in bare.parent.iterdir()}
    assert set(modes) == {"test.study", "test.study-wal", "test.study-shm"}
    assert set(modes.values()) == {0o600}


def test_the_cache_is_for_its_owner_only(open_mask, closed):
    """The vector cache can be read and written by its owner alone."""
    cache_of(closed).unlink()
    with Study.open(closed) as study:
        study.precode(model="static")
    assert mode(cache_of(closed)) == 0o600


def test_the_cache_does_not_hold_the_words(closed):
    """Nothing of a transcript can be read in the vector cache."""
    assert b"jacket" in closed.read_bytes()
    assert b"jacket" not in cache_of(closed).read_bytes()


def test_the_file_says_what_it_is(bare):
    """The header carries the application id and the format's number."""
    header = bare.read_bytes()[:100]
    assert (header[68:72], int.from_bytes(header[60:64], "big")) == (b"ASC1", 1)


def test_a_closed_study_is_one_file(bare):
    """After writing and closing nothing stands beside the study, and what was written is in it."""
    with Study.open(bare) as study:
        study.add_coder("anna")
    assert [path.name for path in bare.parent.iterdir()] == ["test.study"]
    with Study.open(bare) as study:
        assert [coder.name for coder in study.coders()] == ["anna"]


def test_an_error_inside_the_block_closes_the_study(bare):
    """A study whose block ends in an error is one file as well."""
    with pytest.raises(ZeroDivisionError), Study.open(bare) as study:
        study.add_coder(str(1 / 0))
    assert [path.name for path in bare.parent.iterdir()] == ["test.study"]


def test_closing_twice_is_no_error(bare):
    """A study closed inside its own block is simply closed."""
    with Study.open(bare) as study:
        study.close()


def test_no_study_is_made_over_another_file(bare):
    """Making a study where a file stands is refused, and the file is left as it was."""
    before = snapshot(bare.parent)
    with pytest.raises(StudyError, match="there is a file of this name already"):
        Study.create(bare)
    assert snapshot(bare.parent) == before


def test_no_study_is_made_where_there_is_no_folder(tmp_path):
    """Making a study in a folder that does not exist is refused in one line."""
    with pytest.raises(StudyError, match=r"cannot be written .*Check free space and access"):
        Study.create(tmp_path / "nowhere" / "test.study")


# ---------------------------------------------------------------- what is refused


def test_a_newer_format_is_refused(bare):
    """A study of a newer program is refused, named as such, and not changed."""
    change(bare, "PRAGMA user_version = 99")
    before = snapshot(bare.parent)
    message = refusal(bare)
    assert "format 99" in message
    assert "Install a newer assistcode" in message
    assert snapshot(bare.parent) == before


def make_other_sqlite(path):
    """Make somebody else's database."""
    change(path, "CREATE TABLE notes (words TEXT)")


FOREIGN = {
    "another SQLite file": (make_other_sqlite, "this is not an assistcode study"),
    "a text file": (lambda path: path.write_text("Client: Mm.\n" * 200), "this is not an assistcode study"),
    "an empty file": (lambda path: path.write_bytes(b""), "this is not an assistcode study"),
    "no file": (lambda path: path.unlink(missing_ok=True), "there is no study here"),
    "a folder": (lambda path: path.mkdir(), "there is no study here"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_no_study_is_refused(tmp_path, kind):
    """Anything but a study is refused in one line that names it, and left as it is."""
    prepare, what = FOREIGN[kind]
    path = tmp_path / "x.study"
    prepare(path)
    before = snapshot(tmp_path), sorted(tmp_path.iterdir())
    message = refusal(path)
    assert message.startswith(f"{path}: {what}.")
    assert "\n" not in message
    assert (snapshot(tmp_path), sorted(tmp_path.iterdir())) == before


@pytest.mark.parametrize("kind", ["another SQLite file", "a text file", "an empty file", "no file"])
def test_the_command_line_refuses_in_one_line(run, tmp_path, kind):
    """A command on what is no study says so in one line and ends with 1."""
    FOREIGN[kind][0](tmp_path / "x.study")
    result = run("-s", "x.study", "status")
    assert (result.exit_code, result.stderr.count("\n"), result.stdout) == (1, 1, "")
    assert result.stderr.startswith(f"x.study: {FOREIGN[kind][1]}")


@pytest.mark.parametrize("what", ["study", "folder"])
def test_read_only_is_refused(monkeypatch, bare, what):
    """A study that cannot be written, or whose folder cannot, is refused before anything is tried."""
    protected = bare if what == "study" else bare.parent
    before = snapshot(bare.parent)
    monkeypatch.setattr(os, "access", lambda path, wanted: not (wanted & os.W_OK and path.samefile(protected)))
    assert "the study or its folder is read-only" in refusal(bare)
    assert snapshot(bare.parent) == before


def test_a_truncated_study_is_called_damaged(bare):
    """A study cut off in the middle is named as damaged, and left as it is."""
    bare.write_bytes(bare.read_bytes()[: bare.stat().st_size // 2])
    before = snapshot(bare.parent)
    message = refusal(bare)
    assert snapshot(bare.parent) == before
    assert "the study is damaged" in message


def test_damage_in_the_schema_is_called_damaged(bare):
    """A study whose first page is rubbish after the header is named as damaged, and left as it is."""
    content = bare.read_bytes()
    bare.write_bytes(content[:100] + b"\x55" * 3996 + content[4096:])
    before = snapshot(bare.parent)
    message = refusal(bare)
    assert "the study is damaged" in message
    assert "Restore a backup" in message
    assert snapshot(bare.parent) == before


def spoil(path, table):
    """Overwrite the first page of a table with rubbish."""
    db = sqlite3.connect(path)
    page = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
    db.close()
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\x55" * 4096
    path.write_bytes(content)


@pytest.mark.parametrize("table", ["study", "transcript"])
def test_damage_in_a_table_is_said_in_one_line(run, closed, table):
    """A study with rubbish in a table is told of in one line by the command that meets it."""
    spoil(closed, table)
    result = run("-s", closed, "codings")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1), repr(result.exception)
    assert "damaged" in result.stderr


# ---------------------------------------------------------------- writing: all or nothing


def test_a_locked_study_is_said_so(study):
    """When another program is writing, the write is refused in one line and nothing changes."""
    other = sqlite3.connect(study.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    study._db.execute("PRAGMA busy_timeout = 0")
    with pytest.raises(StudyError, match=r"cannot be written \(database is locked\)"):
        study.add_coder("carla")
    other.close()
    assert [coder.name for coder in study.coders()] == ["anna", "ben"]


def raised(call, *arguments):
    """Return the error a call ends in, kind and message, without keeping it alive."""
    try:
        call(*arguments)
    except (StudyError, sqlite3.Error) as error:
        return type(error), str(error)
    return None, ""


def fill_up(study):
    """Write memos until the study refuses; return how many were written and the refusal."""
    n, (kind, message) = 0, raised(study.add_memo, "words " * 1000, "anna")
    while kind is None:
        n, (kind, message) = n + 1, raised(study.add_memo, "words " * 1000, "anna")
    assert kind is StudyError, message
    return n, message


def test_a_full_disk_leaves_the_study_unchanged(study):
    """A write that finds no room raises StudyError and leaves nothing of itself behind."""
    pages = study._db.execute("PRAGMA page_count").fetchone()[0]
    study._db.execute(f"PRAGMA max_page_count = {pages + 20}")
    n, message = fill_up(study)
    assert "it cannot be written (database or disk is full)" in message
    assert "nothing was changed" in message
    assert len(study.memos()) == n
    assert len(column(study._db, "SELECT id FROM action WHERE coder_id IS NOT NULL")) == n


def test_after_a_full_disk_the_work_goes_on(study):
    """When there is room again the same open study goes on."""
    pages = study._db.execute("PRAGMA page_count").fetchone()[0]
    study._db.execute(f"PRAGMA max_page_count = {pages + 5}")
    n, _ = fill_up(study)
    study._db.execute(f"PRAGMA max_page_count = {pages + 500}")
    study.add_memo("room again", "anna")
    assert len(study.memos()) == n + 1


def test_a_disk_that_is_full_at_once_is_said_so(study):
    """A full disk is a StudyError too when the very first row of an action finds no room."""
    pages = study._db.execute("PRAGMA page_count").fetchone()[0]
    study._db.execute(f"PRAGMA max_page_count = {pages}")
    study.face = "a very long name of a face " * 5000
    kind, message = raised(study.add_memo, "short", "anna")
    assert "disk is full" in message
    assert kind is StudyError
    assert study.memos() == []


@pytest.fixture
def small_disk(tmp_path):
    """Mount a disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if not mount or not unmount:
        pytest.skip("no mount here")
    made_it = subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, check=False)
    if made_it.returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield folder
    subprocess.run([unmount, "--lazy", folder], check=True)


def test_a_truly_full_disk_keeps_what_was_written(small_disk):
    """On a disk that fills up, every memo written before the refusal is there afterwards."""
    study = Study.create(small_disk / "test.study")
    study.add_coder("anna")
    n, _ = fill_up(study)
    raised(study.close)
    shutil.copytree(small_disk, small_disk.parent / "roomy")
    with Study.open(small_disk.parent / "roomy" / "test.study") as again:
        assert len(again.memos()) == n


def test_closing_on_a_full_disk_is_no_error(small_disk):
    """A study on a full disk closes quietly; what could not be folded in stays beside it."""
    study = Study.create(small_disk / "test.study")
    study.add_coder("anna")
    fill_up(study)
    assert raised(study.close) == (None, "")


def test_no_half_study_is_made_on_a_full_disk(small_disk):
    """A study that finds no room when it is made leaves no file behind."""
    (small_disk / "big").write_bytes(bytes(1000 * 1024))
    with pytest.raises(StudyError, match="cannot be written"):
        Study.create(small_disk / "test.study")
    assert [path.name for path in small_disk.iterdir()] == ["big"]


def test_an_interrupted_transaction_leaves_nothing(study):
    """What was written in a block that was interrupted is rolled back."""

    def write():
        with database.transaction(study._db) as db:
            judged.add_coder(db, "carla")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert [coder.name for coder in study.coders()] == ["anna", "ben"]


def test_a_block_inside_a_block_is_part_of_it(study):
    """An inner transaction that ended well is rolled back with the outer one."""

    def write():
        with database.transaction(study._db):
            with database.transaction(study._db) as db:
                judged.add_coder(db, "carla")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()
    assert [coder.name for coder in study.coders()] == ["anna", "ben"]


def test_an_import_with_one_bad_file_writes_nothing(study, tmp_path):
    """When the second of two transcripts cannot be written, the first does not come in either."""
    plan = study.plan_import([write_extra(tmp_path)], pattern=PATTERN)
    plan.transcripts.append(plan.transcripts[0])
    with pytest.raises(sqlite3.IntegrityError):
        study.import_planned(plan)
    assert column(study._db, "SELECT count(*) FROM transcript") == [2]


CHILD = """
import sys
from assistcode import Study
with Study.open(sys.argv[1]) as study:
    transcript = study.material.by_name["d1_s3_client"]
    for start in range(80):
        for end in range(start + 1, 80):
            excerpt = transcript.excerpt(start, end)
            study.decide(excerpt, "shame", "fits", "anna")
            print(excerpt.id, flush=True)
"""


@pytest.fixture
def killed(closed):
    """Let a child decide on and on, kill it after 40 decisions; return what it said was written."""
    child = subprocess.Popen([sys.executable, "-c", CHILD, closed], stdout=subprocess.PIPE, text=True)
    printed = [child.stdout.readline().strip() for _ in range(40)]
    child.kill()
    printed += child.stdout.read().split()
    child.stdout.close()
    assert child.wait() == -9
    return printed


def test_a_killed_program_loses_no_decision(closed, killed):
    """Every decision whose call had returned is there after kill -9, and the file is sound."""
    with Study.open(closed) as again:
        standing = {coding.excerpt.id for coding in again.codings()}
        assert again._db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert len(killed) >= 40
    assert set(killed) <= standing


def test_after_a_kill_the_study_is_one_file_again(closed, killed):
    """Opening and closing after kill -9 folds everything into the one file."""
    left = {path.name for path in closed.parent.iterdir()}
    Study.open(closed).close()
    assert "test.study-wal" in left
    assert {path.name for path in closed.parent.iterdir()} == {"test.study", "test.study-cache"}


# ---------------------------------------------------------------- append-only


@pytest.fixture(scope="module")
def judged_study(tmp_path_factory):
    """Return a study with at least one row in every judged table."""
    folder = tmp_path_factory.mktemp("judged")
    (folder / "d1_s1_client.txt").write_text(EXTRA, encoding="utf-8")
    with Study.create(folder / "test.study", unaided=0) as study:
        study.import_transcripts([folder / "d1_s1_client.txt"], pattern=PATTERN)
        study.precode(model="static")
        study.add_coder("anna")
        card = study.next_card("anna")
        study.decide(card.excerpt, "shame", "fits", "anna", memo="why")
        study.put_off(card.excerpt, "anna")
        study.review(card, "anna")
        study.undo("anna")
        with study._action("anna") as action_id:
            span = Span(card.transcript.id, card.excerpt.start, card.excerpt.end, card.excerpt.quote)
            judged.add_code_seeds(study._db, action_id, study.code("shame").id, [span])
            study._db.execute(
                "INSERT INTO assigned_attribute (action_id, subject_kind, subject, name, value)"
                " VALUES (?, 'dyad', '1', 'outcome', 'good')",
                (action_id,),
            )
            study._db.execute(
                "INSERT INTO reanchor (action_id, judged_table, judged_id, transcript_id, start, end)"
                " VALUES (?, 'decision', 1, 1, ?, ?)",
                (action_id, span.start, span.end),
            )
        yield study


def test_every_table_has_one_colour(judged_study):
    """Every table but the study's own row is given, made or judged, so that no rule here misses one."""
    tables = set(column(judged_study._db, "SELECT name FROM sqlite_schema WHERE type = 'table'"))
    assert tables == {"study", *GIVEN, *MADE, *JUDGED}


@pytest.mark.parametrize("table", JUDGED)
@pytest.mark.parametrize("statement", ["UPDATE", "DELETE", "REPLACE"])
def test_judged_rows_are_append_only(judged_study, table, statement):
    """No row of a person can be changed, deleted or replaced."""
    db = judged_study._db
    before = [tuple(row) for row in db.execute(f"SELECT * FROM {table}")]
    last = column(db, f"SELECT name FROM pragma_table_info('{table}')")[-1]
    written = {
        "UPDATE": f"UPDATE {table} SET {last} = {last}",
        "DELETE": f"DELETE FROM {table}",
        "REPLACE": f"REPLACE INTO {table} SELECT * FROM {table}",
    }
    with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"):
        db.execute(written[statement])
    assert before
    assert [tuple(row) for row in db.execute(f"SELECT * FROM {table}")] == before


@pytest.mark.parametrize("name", ["text", "text_sha256", "source_sha256"])
def test_the_words_of_a_transcript_are_frozen(study, name):
    """A transcript's text and hashes cannot be updated."""
    with pytest.raises(sqlite3.IntegrityError, match="a transcript is frozen"):
        study._db.execute(f"UPDATE transcript SET {name} = 'other words'")


def test_a_transcript_cannot_be_replaced_by_another_text(study):
    """REPLACE cannot put other words in a transcript's place."""
    names = column(study._db, "SELECT name FROM pragma_table_info('transcript')")
    values = ", ".join("'other words'" if name == "text" else name for name in names)
    before = column(study._db, "SELECT text FROM transcript ORDER BY id")
    raised(study._db.execute, f"REPLACE INTO transcript SELECT {values} FROM transcript WHERE id = 1")
    assert column(study._db, "SELECT text FROM transcript ORDER BY id") == before


def test_the_place_of_a_transcript_may_be_corrected(study):
    """Metadata is not frozen: a wrong session can be put right."""
    study._db.execute("UPDATE transcript SET session = '4' WHERE id = 1")
    assert column(study._db, "SELECT session FROM transcript ORDER BY id") == ["4", "3"]


def test_nothing_but_made_rows_points_at_a_made_row(study):
    """No given or judged table has a foreign key to a made table; made tables may point anywhere."""
    pointed = {
        table: {row["table"] for row in study._db.execute(f"PRAGMA foreign_key_list({table})")}
        for table in column(study._db, "SELECT name FROM sqlite_schema WHERE type = 'table'")
    }
    assert {table: to & MADE for table, to in pointed.items() if table not in MADE and to & MADE} == {}
    assert pointed["suggestion"] == {"run", "utterance"}


def test_no_judged_row_names_a_made_row(study):
    """No column outside the made tables holds a run's or an utterance's id."""
    tables = column(study._db, "SELECT name FROM sqlite_schema WHERE type = 'table'")
    columns = {
        (table, name)
        for table in set(tables) - MADE
        for name in column(study._db, f"SELECT name FROM pragma_table_info('{table}')")
    }
    assert [one for one in columns if one[1] in {"run_id", "utterance_id", "suggestion_id", "cluster_id"}] == []


def test_two_coders_differ_in_more_than_case(study):
    """The roster itself refuses a name that differs in case only."""
    with pytest.raises(sqlite3.IntegrityError), database.transaction(study._db) as db:
        judged.add_coder(db, "ANNA")


# ---------------------------------------------------------------- made rows


def suggested(study):
    """Return the suggestions as plain values."""
    return study.suggestions().to_dicts()


def unfinished_run(study):
    """Write a run with an utterance and a suggestion, and never finish it."""
    facts = study.run()[0]
    with database.transaction(study._db) as db:
        run_id = made.begin_run(db, facts)
        db.execute(
            "INSERT INTO utterance (run_id, transcript_id, turn_n, passage_id, start, end, codable)"
            " SELECT ?, transcript_id, turn_n, passage_id, start, end, 1 FROM utterance WHERE codable = 1",
            (run_id,),
        )
        db.execute(
            "INSERT INTO suggestion SELECT ?, id, 'shame', 0.9, 'present', '[]' FROM utterance WHERE run_id = ?",
            (run_id, run_id),
        )


def test_an_unfinished_run_is_invisible(study):
    """Rows of a run that never ended are in no listing, on no card and not what the study says it ran."""
    before = suggested(study), study.next_card("anna"), study.run()
    unfinished_run(study)
    assert (suggested(study), study.next_card("anna"), study.run()) == before


def test_the_next_precode_clears_an_unfinished_run(study):
    """What an interrupted run left is gone after the next one."""
    unfinished_run(study)
    study.precode(model="static")
    assert column(study._db, "SELECT is_current FROM run") == [1]
    assert column(study._db, "SELECT DISTINCT run_id FROM utterance") == column(study._db, "SELECT id FROM run")


def test_a_precode_that_fails_leaves_the_suggestions_there_were(study, monkeypatch):
    """When a precode breaks off while writing, the run before stays current and whole."""
    before = suggested(study)

    def fail(db, run_id):
        raise KeyboardInterrupt

    monkeypatch.setattr(made, "finish_run", fail)
    with pytest.raises(KeyboardInterrupt):
        study.precode(model="static")
    assert before
    assert suggested(study) == before


def test_deleting_a_run_deletes_its_rows(study):
    """Without its run nothing made is left."""
    study.forget_suggestions()
    assert {table: column(study._db, f"SELECT count(*) FROM {table}")[0] for table in MADE} == dict.fromkeys(MADE, 0)


@pytest.fixture
def decided(study, tmp_path):
    """Return the study with candidate codes, and with decisions of two coders."""
    path = tmp_path / "d2_s1_client.txt"
    lines = [line.format(word) for line in TOPICS for word in WORDS]
    path.write_text("".join(f"Interviewer: Mm.\n\nClient: {line}\n\n" for line in lines), encoding="utf-8")
    study.import_transcripts([path], pattern=PATTERN)
    study.precode(model="static", min_cluster_size=5)
    first, second, *_ = study.suggestions()
    study.decide(first.excerpt.id, first.code, "fits", "anna", shown=[first], effect="hindering")
    study.decide(second.excerpt.id, second.code, "does not fit", "ben", memo="not that")
    study.decide(study.next_card("anna").excerpt, "fear", "unsure", "anna")
    return study


def test_decisions_outlive_the_suggestions(decided):
    """Every decision and EXCERPT_ID is the same after all made rows were deleted and made again."""
    before = decided.codings(every_verdict=True).to_dicts()
    decided.forget_suggestions()
    without = decided.codings(every_verdict=True).to_dicts()
    decided.precode(model="static", min_cluster_size=5)
    assert len(before) == 3
    assert without == before
    assert decided.codings(every_verdict=True).to_dicts() == before


def test_made_again_the_suggestions_are_the_same(decided):
    """Same texts, model and options give the same suggestions with the same evidence."""
    before = suggested(decided)
    decided.forget_suggestions()
    assert suggested(decided) == []
    decided.precode(model="static", min_cluster_size=5)
    assert before
    assert suggested(decided) == before


def test_made_again_the_candidates_are_the_same(decided):
    """Same texts, model and options give the same candidate codes with the same members."""
    before = decided.candidates().to_dicts()
    decided.forget_suggestions()
    assert decided.candidates() == []
    decided.precode(model="static", min_cluster_size=5)
    assert before
    assert decided.candidates().to_dicts() == before


def test_forgetting_twice_is_no_error(study):
    """Deleting the made rows when there are none does nothing."""
    study.forget_suggestions()
    study.forget_suggestions()
    assert suggested(study) == []


def test_a_second_precode_embeds_nothing(closed):
    """Unchanged text is never embedded twice, also when the study was closed in between."""
    with Study.open(closed) as study:
        assert study.precode(model="static").n_embedded == 0


def test_after_one_more_transcript_only_new_text_is_embedded(study, tmp_path):
    """Of a transcript with two new sentences and a known one, two are embedded."""
    study.import_transcripts([write_extra(tmp_path)], pattern=PATTERN)
    assert study.precode(model="static").n_embedded == 2


def cache_without_pages(path):
    """Keep the cache's first page and overwrite the others."""
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\x55" * (len(content) - 4096))


BROKEN = {
    "deleted": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "rubbish": lambda path: path.write_bytes(b"rubbish " * 1000),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "damaged inside": cache_without_pages,
}


@pytest.mark.parametrize("harm", BROKEN)
def test_a_lost_cache_is_begun_anew(closed, harm):
    """With the cache deleted or spoilt, precode gives the same suggestions and fills a new cache."""
    BROKEN[harm](cache_of(closed))
    with Study.open(closed) as study:
        before = suggested(study)
        assert study.precode(model="static").n_embedded > 0
        assert suggested(study) == before
        assert study.precode(model="static").n_embedded == 0


def test_two_studies_hash_the_same_words_differently(study, files, tmp_path):
    """The keys of the cache are the study's own, so caches cannot be compared for what was said."""
    with Study.create(tmp_path / "other.study") as other:
        other.import_transcripts([files], pattern=PATTERN)
        other.precode(model="static")
    hashes = []
    for path in (study.path, other.path):
        db = sqlite3.connect(cache_of(path))
        hashes.append(set(column(db, "SELECT text_hash FROM vector")))
        db.close()
    assert len(hashes[0]) == len(hashes[1]) > 0
    assert not hashes[0] & hashes[1]
