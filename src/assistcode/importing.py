"""Decide which files come in, as what, and belonging where; nothing is written here."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from .corpus import Placement, Transcript
from .errors import AssistcodeError, InputError
from .material import label
from .readers import READERS, RoleRule, is_guess, read_transcript
from .readers.table import read_rows

_FIELDS = tuple(entry.name for entry in fields(Placement))


@dataclass(slots=True)
class Plan:
    """What an import would do: transcripts to write, files known already, files refused."""

    transcripts: list[Transcript] = field(default_factory=list)
    known: list[tuple[Path, str]] = field(default_factory=list)
    refused: list[AssistcodeError] = field(default_factory=list)
    passed_over: list[Path] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Placing:
    """How files find their place: by a pattern over the file name, a table, or both (the table wins).

    ``language`` is that of files of which neither says it.
    """

    pattern: str | None = None
    table: Path | None = None
    language: str = "en"


def plan(
    paths: Sequence[Path],
    present: Sequence[Transcript],
    *,
    placing: Placing,
    roles: tuple[RoleRule, ...] = (),
    columns: Mapping[str, str] | None = None,
) -> Plan:
    """Read every file and say what would become of it. Refusals are collected, not raised."""
    result = Plan()
    rows = _read_map(placing.table) if placing.table else {}
    expression = _compile(placing.pattern) if placing.pattern else None
    texts = {sha256: t.name for t in present for sha256 in (t.source_sha256, t.text_sha256)}
    names = {transcript.name for transcript in present}
    for path in _files(paths, result):
        try:
            placement = _place(path, expression, placing, rows)
            transcript = read_transcript(path, placement, roles=roles, columns=columns)
            known = texts.get(transcript.source_sha256) or texts.get(transcript.text_sha256)
            if known is not None:
                result.known.append((path, known))
                continue
            if transcript.name in names:
                remedy = "Rename the file, or replace the transcript."
                raise InputError(str(path), f"another transcript is already called '{transcript.name}'", remedy)
        except AssistcodeError as error:
            result.refused.append(error)
            continue
        texts |= dict.fromkeys((transcript.source_sha256, transcript.text_sha256), transcript.name)
        names.add(transcript.name)
        result.transcripts.append(transcript)
    labels = {turn.speaker.name for transcript in result.transcripts for turn in transcript.turns}
    result.guessed = sorted(label for label in labels if is_guess(label, roles))
    return result


def _files(paths: Sequence[Path], result: Plan) -> list[Path]:
    """Files named, and files of known formats below folders named; others below folders are passed over."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith((".", "~$")))
            found += [file for file in below if file.suffix.lower() in READERS]
            result.passed_over += [file for file in below if file.suffix.lower() not in READERS]
        elif path.exists():
            found.append(path)
        else:
            result.refused.append(InputError(str(path), "there is no such file", "Check the name."))
    return list(dict.fromkeys(found))


def _compile(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", pattern)
    unknown = [name for name in parts[1::2] if name not in _FIELDS]
    if unknown or len(parts) < 3 or len(set(parts[1::2])) < len(parts[1::2]):
        what = f"unknown field {{{unknown[0]}}}" if unknown else "no field, or one twice"
        remedy = "Write it like 'd{dyad}_s{session}_{perspective}'; fields: " + ", ".join(_FIELDS) + "."
        raise InputError(f"--pattern '{pattern}'", what, remedy)
    expression = "".join(f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts))
    return re.compile(expression, re.IGNORECASE)


def _place(
    path: Path, expression: re.Pattern[str] | None, placing: Placing, rows: Mapping[str, dict[str, str]]
) -> Placement:
    row = rows.get(path.name) or rows.get(path.stem)
    found = expression.fullmatch(path.stem) if expression else None
    if expression and not found and not row:
        remedy = "Rename it, change the pattern, or name the file in a --map table."
        raise InputError(str(path), f"the name does not fit the pattern '{placing.pattern}'", remedy)
    if placing.table and not expression and not row:
        remedy = "Add a row for it, or leave the file out."
        raise InputError(str(path), f"the file is not in {placing.table}", remedy)
    values = {name: label(value) for name, value in (found.groupdict() if found else {}).items()}
    values |= {name: label(row[name]) for name in _FIELDS if row and row.get(name)}
    return replace(Placement(language=placing.language), **values)


def _read_map(path: Path) -> dict[str, dict[str, str]]:
    header, rows = read_rows(path, ("file",))
    known = ("file", *_FIELDS)
    unknown = [name for name in header if name not in known]
    if unknown:
        raise InputError(str(path), f"unknown column '{unknown[0]}'", f"Columns: {', '.join(known)}.")
    return {row["file"].strip(): row for _, row in rows}
