"""Word documents: coded transcripts with codes and memos in the margin, excerpts by theme, the codebook."""

import io
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..codebook import Code
from ..corpus import Excerpt, Transcript, Turn
from ..discretion import Discretion
from ..judgement import Coding
from ..listing import Listing, Where, codings
from ..material import Material
from ..store import judged
from .outgoing import Exported, Options, printable, told_withheld, write_whole

Document = Any  # of python-docx, which carries no types
WITHOUT_THEME = "Codes without a theme"


def export_transcripts(db: sqlite3.Connection, material: Material, path: Path, options: Options) -> Exported:
    """Write coded transcripts: turns with their numbers, one margin comment an excerpt and coder."""
    discretion = Discretion.read(db)
    chosen = [material.transcript(options.transcript)] if options.transcript else material.transcripts
    shown = [transcript for transcript in chosen if not discretion.hides(transcript)]
    margin = _margin(db, codings(db, material, Where(coder=options.coder)), options)
    texts = {transcript.text_sha256 for transcript in material.transcripts}
    document = _new("Coded transcripts", f"{len(shown)} transcripts")
    n_wanted = n_placed = 0
    for n, transcript in enumerate(shown):
        if n:
            document.add_page_break()
        notes = margin.get(transcript.text_sha256, [])
        n_wanted += len(notes)
        n_placed += _write_transcript(document, transcript, notes)
    write_whole(path, _bytes(document))
    n_lost = sum(len(margin[text]) for text in margin.keys() - texts)
    left_out = {
        "comments on places outside all turns": n_wanted - n_placed,
        "memos on words that a mended transcript no longer has": n_lost,
    }
    left_out["transcripts that may not be quoted"] = len(chosen) - len(shown)
    remarks = tuple(f"Left out: {n:,} {what}." for what, n in left_out.items() if n)
    return Exported(n_placed, f"margin comments in {len(shown):,} transcripts", remarks)


def export_excerpts(db: sqlite3.Connection, material: Material, path: Path, options: Options) -> Exported:
    """Write the coded excerpts by theme and code, each with who said it and who coded it."""
    discretion = Discretion.read(db)
    found = codings(db, material, Where(coder=options.coder))
    shown = discretion.quotable(found)
    document = _new("Excerpts by theme", f"{len({one.excerpt for one in shown}):,} excerpts")
    for theme, codes in _by_theme(judged.codebook(db).codes.values()).items():
        used = [(code, rows) for code in codes if (rows := [one for one in shown if one.code == code.name])]
        if used:
            document.add_heading(printable(theme), level=1)
        for code, rows in used:
            _write_excerpts(document, code, rows)
    write_whole(path, _bytes(document))
    return Exported(len(shown), "codings", told_withheld(discretion, found))


def export_codebook(db: sqlite3.Connection, material: Material, path: Path, options: Options) -> Exported:
    """Write themes and codes with their definitions and how often each was used."""
    book = judged.codebook(db)
    used: dict[str, list[Coding]] = {}
    for coding in codings(db, material, Where(coder=options.coder)):
        used.setdefault(coding.code, []).append(coding)
    document = _new("Codebook", f"{len(book.codes)} codes")
    definitions = {theme.name: theme.definition for theme in book.themes.values()}
    for theme, codes in _by_theme(book.codes.values()).items():
        document.add_heading(printable(theme), level=1)
        if definitions.get(theme):
            document.add_paragraph(printable(definitions[theme]))
        for code in codes:
            document.add_heading(printable(code.name), level=2)
            document.add_paragraph(printable(code.definition or "No definition yet.")).paragraph_format.space_after = 0
            document.add_paragraph(_use(code, used.get(code.name, []))).style = "Caption"
    write_whole(path, _bytes(document))
    return Exported(len(book.codes), "codes")


# ---------------------------------------------------------------- the transcript and its margin


@dataclass(slots=True)
class _Note:
    """What stands in the margin of one excerpt for one coder."""

    excerpt: Excerpt
    coder: str
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Run:
    """A stretch of a turn in the document, with its place in the transcript."""

    start: int
    end: int
    run: Any


def _margin(db: sqlite3.Connection, found: Listing[Coding], options: Options) -> dict[str, list[_Note]]:
    """Return the notes in the margin by the sha256 of the text: what each coder coded and wrote there."""
    notes: dict[tuple[Excerpt, str], _Note] = {}
    for one in found:
        note = notes.setdefault((one.excerpt, one.coder), _Note(one.excerpt, one.coder))
        note.lines.append(_said(one))
    for memo in judged.memos(db):
        coder = memo.coder or "unnamed"
        if memo.excerpt and options.coder in {None, coder}:
            note = notes.setdefault((memo.excerpt, coder), _Note(memo.excerpt, coder))
            note.lines.append(f"Memo ({memo.kind}): {memo.text}")
    margin: dict[str, list[_Note]] = {}
    for note in sorted(notes.values(), key=lambda note: (note.excerpt.start, note.excerpt.end, note.coder)):
        margin.setdefault(note.excerpt.text_sha256, []).append(note)
    return margin


def _said(coding: Coding) -> str:
    pole = {"lacking": "spoken of as missing", "present": "present", None: None}[coding.pole]
    return ", ".join(filter(None, (coding.code, pole, coding.effect)))


def _write_transcript(document: Document, transcript: Transcript, notes: Sequence[_Note]) -> int:
    """Write one transcript with its margin; return how many notes found their words."""
    document.add_heading(printable(transcript.name), level=1)
    document.add_paragraph(_placement(transcript))
    runs = _write_turns(document, transcript, notes)
    return sum(_comment(document, runs, note) for note in notes)


def _write_turns(document: Document, transcript: Transcript, notes: Sequence[_Note]) -> list[_Run]:
    """Write the turns, each cut into runs wherever a note begins or ends."""
    cuts = sorted({place for note in notes for place in (note.excerpt.start, note.excerpt.end)})
    runs = []
    for turn in transcript.turns:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{turn.n}  {printable(_voice(turn))}: ").bold = True
        bounds = [turn.start, *(cut for cut in cuts if turn.start < cut < turn.end), turn.end]
        for start, end in pairwise(bounds):
            runs.append(_Run(start, end, paragraph.add_run(printable(transcript.text[start:end]))))
    return runs


def _comment(document: Document, runs: Sequence[_Run], note: _Note) -> bool:
    """Put a note into the margin of its words; False where no turn holds any of them."""
    excerpt = note.excerpt
    inside = [one.run for one in runs if one.start < excerpt.end and excerpt.start < one.end]
    if not inside:
        return False
    ends = inside[0] if len(inside) == 1 else [inside[0], inside[-1]]
    author = printable(note.coder)
    document.add_comment(ends, text=printable("\n".join(note.lines)), author=author, initials=author[:2])
    return True


def _voice(turn: Turn) -> str:
    speaker = turn.speaker
    if speaker.role == "note":
        return "note"
    return f"{speaker.name} (video)" if speaker.kind == "video" else speaker.name


def _placement(transcript: Transcript) -> str:
    place = transcript.placement
    parts = (
        f"dyad {place.dyad}" if place.dyad else "",
        f"session {place.session}" if place.session else "",
        place.perspective,
        f"interviewer {place.interviewer}" if place.interviewer else "",
    )
    return printable(", ".join(filter(None, parts)))


# ---------------------------------------------------------------- excerpts and codes


def _by_theme(codes: Iterable[Code]) -> dict[str, list[Code]]:
    """Return the codes by theme, those without one last."""
    found: dict[str, list[Code]] = {}
    for code in sorted(codes, key=lambda code: (code.theme is None, code.theme or "", code.name.casefold())):
        found.setdefault(code.theme or WITHOUT_THEME, []).append(code)
    return found


def _write_excerpts(document: Document, code: Code, rows: Sequence[Coding]) -> None:
    document.add_heading(printable(code.name), level=2)
    if code.definition:
        document.add_paragraph().add_run(printable(code.definition)).italic = True
    for quote, told in _quoted(rows):
        words = document.add_paragraph(printable(quote), style="Quote").paragraph_format
        words.space_after, words.keep_with_next = 0, True
        document.add_paragraph(printable(told), style="Caption")


def _quoted(rows: Iterable[Coding]) -> Iterator[tuple[str, str]]:
    """Yield each excerpt's words with who said them and who coded them how."""
    by_excerpt: dict[Excerpt, list[Coding]] = {}
    for row in rows:
        by_excerpt.setdefault(row.excerpt, []).append(row)
    for excerpt, found in by_excerpt.items():
        row = found[0]
        place = [row.role, f"dyad {row.dyad}" if row.dyad else row.excerpt.transcript]
        place += [f"session {row.session}"] if row.session else []
        coded = "; ".join(", ".join([one.coder, *_said(one).split(", ")[1:]]) for one in found)
        yield f"“{excerpt.quote}”", f"({', '.join(place)}, turn {row.turn})  coded by {coded}"


def _use(code: Code, rows: Sequence[Coding]) -> str:
    counts = Counter(row.coder for row in rows)
    n_dyads = len({row.dyad for row in rows if row.dyad})
    used = ", ".join(f"{coder} {n}" for coder, n in sorted(counts.items())) or "not used yet"
    dyads = f"; in {n_dyads} dyads" if n_dyads else ""
    return printable(f"{code.origin}, {code.level}; codings: {used}{dyads}")


# ---------------------------------------------------------------- the file


def _new(title: str, subtitle: str) -> Document:
    import docx

    document = docx.Document()
    document.add_heading(title, level=0)
    document.add_paragraph(subtitle)
    return document


def _bytes(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
