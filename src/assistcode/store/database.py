"""Create, open, check and close a study file."""

import os
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from ..errors import StudyError

APPLICATION_ID = 0x41534331  # "ASC1"
SCHEMA_VERSION = 1
_SCHEMA = Path(__file__).with_name("schema.sql")


def now() -> str:
    """Return the time as judged and given rows store it: UTC, ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def create(
    path: Path, *, title: str, approach: str, lexicons: Sequence[str], seed: int, n_unaided: int | None
) -> sqlite3.Connection:
    """Make a new study file readable by its owner alone.

    Raises StudyError when the path exists or cannot be written.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        raise StudyError(str(path), "there is a file of this name already", "Choose another with -s FILE.") from None
    except OSError as error:
        raise _unwritable(path, error) from error
    db: sqlite3.Connection | None = None
    try:
        db = _connect(path)
        _prepare(db)
        db.executescript(f"BEGIN; {_SCHEMA.read_text(encoding='utf-8')}")
        db.execute(
            "INSERT INTO study (id, title, approach, created_at, lexicons, seed, n_unaided, cache_key)"
            " VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
            (title, approach, now(), "\n".join(lexicons), seed, n_unaided, secrets.token_bytes(16)),
        )
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except (sqlite3.OperationalError, OSError) as error:
        if db is not None:
            db.close()
        for leftover in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            leftover.unlink(missing_ok=True)
        raise _unwritable(path, error) from error
    return db


def open_study(path: Path) -> sqlite3.Connection:
    """Open an existing study.

    Raises StudyError when there is none, when it is another kind of file, damaged, newer than this program,
    or in a place that cannot be written.
    """
    if not path.is_file():
        remedy = "Make one with 'assistcode init', or name yours with -s FILE."
        raise StudyError(str(path), "there is no study here", remedy)
    if not os.access(path, os.W_OK) or not os.access(path.resolve().parent, os.W_OK):
        raise StudyError(str(path), "the study or its folder is read-only", "Give yourself write access, or copy it.")
    db = _connect(path)
    try:
        application_id = db.execute("PRAGMA application_id").fetchone()[0]
        version = db.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        db.close()
        raise _unreadable(path, error) from error
    if application_id != APPLICATION_ID:
        db.close()
        raise _no_study(path)
    if version > SCHEMA_VERSION:
        db.close()
        what = f"the study has format {version}, this program knows format {SCHEMA_VERSION}"
        raise StudyError(str(path), what, "Install a newer assistcode.")
    try:
        _prepare(db)
        db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.DatabaseError as error:
        db.close()
        raise _damaged(path, str(error)) from error
    return db


def close(db: sqlite3.Connection) -> None:
    """Close the study, folding everything written into the one file. Closing twice is no error.

    Where folding fails (disk full, file damaged) what was written stays in the -wal file beside it.
    """
    with suppress(sqlite3.ProgrammingError, sqlite3.DatabaseError):
        _roll_back(db)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def back_up(db: sqlite3.Connection, path: Path) -> None:
    """Copy the whole study into a new file, readable by its owner alone, while it stays open."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        raise StudyError(str(path), "there is a file of this name already", "Choose another name.") from None
    except OSError as error:
        raise _unwritable(path, error) from error
    copy = sqlite3.connect(path)
    try:
        db.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        path.unlink()
        raise _unwritable(path, error) from error
    finally:
        copy.close()


def file_name(db: sqlite3.Connection) -> str:
    """Return the name of the study's file, without its folder."""
    return Path(db.execute("PRAGMA database_list").fetchone()[2]).name


def as_study_error(path: Path, error: BaseException | None) -> StudyError | None:
    """Return what to tell a user of a damaged or locked file met on reading; None for everything else."""
    if isinstance(error, sqlite3.OperationalError):
        return _unwritable(path, error)
    is_damage = isinstance(error, sqlite3.DatabaseError) and "malformed" in str(error)
    return _damaged(path, str(error)) if is_damage else None


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Write all or nothing, durable when the block ends; nested blocks join the outer one.

    Raises StudyError when the disk is full or the file is locked by another program.
    """
    if db.in_transaction:
        yield db
        return
    path = db.execute("PRAGMA database_list").fetchone()[2]
    try:
        db.execute("BEGIN IMMEDIATE")
        yield db
        db.execute("COMMIT")
    except sqlite3.OperationalError as error:
        _roll_back(db)
        raise _unwritable(Path(path), error) from error
    except BaseException:
        _roll_back(db)
        raise


def _roll_back(db: sqlite3.Connection) -> None:
    if db.in_transaction:
        db.execute("ROLLBACK")


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=10, check_same_thread=False)
    db.row_factory = sqlite3.Row
    return db


def _prepare(db: sqlite3.Connection) -> None:
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "recursive_triggers = ON",  # so that REPLACE cannot pass the append-only triggers
        "trusted_schema = OFF",
        "cell_size_check = ON",
    ):
        db.execute(f"PRAGMA {pragma}")


def _no_study(path: Path) -> StudyError:
    return StudyError(str(path), "this is not an assistcode study", "Name the study with -s FILE.")


def _unreadable(path: Path, error: Exception) -> StudyError:
    with path.open("rb") as file:
        is_sqlite = file.read(16) == b"SQLite format 3\0"
    return _damaged(path, str(error)) if is_sqlite else _no_study(path)


def _unwritable(path: Path, error: Exception) -> StudyError:
    what = f"it cannot be written ({error})"
    return StudyError(str(path), what, "Check free space and access; nothing was changed.")


def _damaged(path: Path, detail: str) -> StudyError:
    return StudyError(str(path), f"the study is damaged ({detail})", "Restore a backup; this file was left as it is.")
