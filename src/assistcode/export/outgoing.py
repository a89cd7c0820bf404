"""What every export shares: what may be asked for, what came of it, what may not be quoted, how a file is written."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..discretion import Discretion
from ..errors import InputError
from ..judgement import Coding

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Options:
    """What an export may be asked for; each format takes what it knows.

    ``table`` is csv, xlsx or parquet; ``agreement`` and ``suggestions`` add what does not leave unasked.
    """

    transcript: str | None = None
    coder: str | None = None
    table: str = "csv"
    agreement: bool = False
    suggestions: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, counted in ``what``; ``remarks`` tell, each in a line, what was left out or wants care."""

    n: int
    what: str
    remarks: tuple[str, ...] = ()


def told_withheld(discretion: Discretion, codings: Iterable[Coding]) -> tuple[str, ...]:
    """Return the remark on codings whose words may not be quoted; none when all may."""
    n = sum(discretion.refusal(one) is not None for one in codings)
    return (f"Left out: the words of {n:,} codings that may not be quoted.",) if n else ()


def printable(text: str) -> str:
    """Return the text with characters that no XML, Word or Excel file can hold replaced by U+FFFD."""
    return _NOT_XML.sub("\ufffd", text)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file for its owner alone, whole or not at all. Raises InputError; never overwrites."""
    if path.exists():
        raise InputError(str(path), "there is a file of this name already", "Choose another name, or delete it.")
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise InputError(str(path), f"cannot be written ({error.strerror})", "Choose another folder.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except OSError as error:
        Path(draft).unlink(missing_ok=True)
        raise InputError(str(path), f"cannot be written ({error.strerror})", "Choose another place.") from error


def write_folder(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files into a new or empty folder, all or none. Raises InputError; never overwrites."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(str(folder), "it is there already and is not an empty folder", "Choose another name.")
    try:
        draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise InputError(str(folder), f"cannot be made ({error.strerror})", "Choose another place.") from error
    try:
        for name, content in files.items():
            write_whole(draft / name, content)
        if folder.exists():
            folder.rmdir()
        draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
