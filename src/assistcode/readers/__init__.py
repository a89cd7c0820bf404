"""Files become transcripts: read the bytes, find who speaks, give each voice its role."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from ..corpus import Placement, Transcript
from ..errors import InputError, UnknownName
from .captions import read_vtt
from .marks import Piece, Reading, ReadOptions
from .table import read_csv, read_tsv
from .text import BYTE_ORDER_MARKS, read_markdown, read_text
from .turns import KNOWN_LABELS, RoleRule, assemble, is_guess, parse_role_rule
from .word import read_docx

__all__ = ["READERS", "Piece", "Reading", "RoleRule", "is_guess", "parse_role_rule", "read_transcript"]

Reader = Callable[[bytes, str, ReadOptions], Reading]

READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".docx": read_docx,
    ".vtt": read_vtt,
}


def read_transcript(
    path: Path, placement: Placement, *, roles: tuple[RoleRule, ...] = (), columns: Mapping[str, str] | None = None
) -> Transcript:
    """Read one file as a transcript named after it.

    ``columns`` says which table column holds what, e.g. ``{"text": "Utterance"}``. Raises UnknownName for a
    format without a reader, InputError for a file that cannot be used; both name file, line and remedy.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(READERS)
        raise UnknownName(str(path), f"no reader for '{path.suffix or 'files without a suffix'}'", f"Known: {known}.")
    try:
        source = path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})", "Check the name and your access.") from error
    if not source.lstrip(BYTE_ORDER_MARKS).strip():
        raise InputError(str(path), "the file is empty", "Export the transcript again.")
    labels = KNOWN_LABELS | {rule.label.casefold() for rule in roles}
    reading = reader(source, str(path), ReadOptions(columns or {}, labels))
    turns = assemble(reading, roles, str(path))
    return Transcript(
        name=path.stem,
        text=reading.text,
        turns=turns,
        placement=placement,
        source_name=path.name,
        source_sha256=hashlib.sha256(source).hexdigest(),
        text_sha256=hashlib.sha256(reading.text.encode()).hexdigest(),
    )
