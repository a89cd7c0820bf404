"""Find speaker marks, headings and moments in the lines of a text.

Recognised marks at the start of a line: ``Name:``, ``**Name:**``, ``Name (00:12):``, ``[Name] words``,
``[Name] 11:02:09`` with the words below, and ``Name  00:12`` with the words below.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_NAME = r"[^\W\d_][\w .&'’/()-]{0,39}?"
_MARKS = (
    re.compile(rf"[ \t]*\*\*(?P<name>{_NAME}):?\*\*:?(?=\s|$)"),
    re.compile(rf"[ \t]*(?P<name>{_NAME})[ \t]*(?:[(\[]?{_CLOCK}[)\]]?)?:(?=\s|$)"),
    re.compile(rf"[ \t]*\[(?P<name>{_NAME})\][ \t]*:?(?:[ \t]+{_CLOCK}[ \t]*$)?(?=\s|$)"),
    re.compile(rf"[ \t]*(?P<name>{_NAME})(?:[ \t]{{2,}}|\t)\(?{_CLOCK}\)?[ \t]*$"),
)
_MOMENT = re.compile(r"[ \t]*\[(?:moment|clip|stop)\s+(?P<number>\d+)\b[^\]]*\][ \t]*", re.IGNORECASE)
_SHORT_CODE = re.compile(r"[A-Z]{1,3}-?\d{0,3}")
_NUMBERED = re.compile(r"[^\W\d_]{1,12}[ -]?\d{1,4}")
_BULLET = re.compile(r"[ \t]*(?:[-*•–][ \t]*)?")
_NOT_A_VOICE = {
    "laughs", "laughter", "laughing", "cries", "crying", "sighs", "pause", "long pause", "silence", "inaudible",
    "unclear", "crosstalk", "clears throat", "coughs", "sniffs", "music", "note", "nb", "date", "time", "place",
    "location", "duration", "http", "https", "example", "e.g", "i.e",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a reader may be told: which table column holds what, and labels that are speakers (folded)."""

    columns: Mapping[str, str] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text of one sort: speech (with the label that opens it, if any), heading or moment.

    ``opens`` marks the first line of a paragraph.
    """

    sort: str
    start: int
    end: int
    label: str | None = None
    moment: int | None = None
    opens: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """A file's frozen text and its pieces in order. Spans exclude marks, bullets and outer white space."""

    text: str
    pieces: tuple[Piece, ...] = field(default=())


def mark_lines(text: str, *, headings: Collection[int] = (), known: Collection[str] = ()) -> Reading:
    """Read the lines of a text. ``headings`` are line numbers (from 0) known to be headings.

    A word before a colon is a speaker when it is a known role name, a short code such as "P8", or a
    capitalised name that opens at least two lines; anything else stays talk.
    """
    lines = list(_lines(text))
    voices = _voices([line for _, line in lines], known)
    pieces: list[Piece] = []
    opens = True
    for n, (start, line) in enumerate(lines):
        if not line.strip():
            opens = True
            continue
        moment = _MOMENT.fullmatch(line)
        if moment:
            pieces.append(Piece("moment", start, start + len(line), moment=int(moment["number"])))
        elif n in headings or (_label(line)[0] not in voices and _is_heading(line)):
            pieces.append(Piece("heading", *_trim(text, start, start + len(line))))
        else:
            pieces.extend(_speech(text, start, line, voices, opens))
        opens = moment is not None
    return Reading(text, tuple(pieces))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _speech(text: str, start: int, line: str, voices: Collection[str], opens: bool) -> Iterator[Piece]:  # noqa: FBT001  one of the line's facts
    label, length = _label(line)
    if label is not None and label in voices:
        begin, end = _trim(text, start + length, start + len(line))
        yield Piece("speech", begin, end, label=label)
        return
    bullet = _BULLET.match(line)
    length = bullet.end() if bullet else 0
    begin, end = _trim(text, start + length, start + len(line))
    if begin < end:
        yield Piece("speech", begin, end, opens=opens or bool(line[:length].strip()))


def _label(line: str) -> tuple[str | None, int]:
    for mark in _MARKS:
        found = mark.match(line)
        if found:
            return found["name"].strip(), found.end()
    return None, 0


def split_labels(lines: Sequence[str], known: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return (speaker, words) a line; the speaker is empty where none is marked."""
    voices = _voices(lines, known)
    split = []
    for line in lines:
        label, length = _label(line)
        is_marked = label is not None and label in voices
        split.append((label or "", line[length:].strip()) if is_marked else ("", line.strip()))
    return split


def _voices(lines: Collection[str], known: Collection[str]) -> set[str]:
    labels = Counter(label for label, _ in map(_label, lines) if label)
    return {label for label, n in labels.items() if _is_voice(label, n, known)}


def _is_voice(label: str, n: int, known: Collection[str]) -> bool:
    folded = label.casefold()
    if folded in _NOT_A_VOICE:
        return False
    if folded in known or role_word(label) in known or _SHORT_CODE.fullmatch(label):
        return True
    words = label.split()
    is_name = len(words) <= 4 and all(word[0].isupper() or word[0] in "(0123456789" for word in words)
    return n >= 2 and (is_name or bool(_NUMBERED.fullmatch(label)))


def role_word(label: str) -> str:
    """Return a speaker label without numbers and brackets, folded: "Interviewer 1 (I)" is "interviewer"."""
    return re.sub(r"\(.*?\)|[\d#]+", "", label).strip(" .-_").casefold()


def _is_heading(line: str) -> bool:
    if re.match(r"#{1,6}\s", line):
        return True
    letters = [char for char in line if char.isalpha()]
    words = line.split()
    is_shouted = len(letters) >= 5 and all(char.isupper() for char in letters) and len(words) <= 8
    return is_shouted and not line.rstrip().endswith((".", "!", "?", "…", ","))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def lay_out(rows: Iterable[tuple[str, int | None, str]]) -> Reading:
    """Lay rows of (speaker, moment, words) out as a readable text, "Speaker: words", one paragraph a row.

    Rows of one speaker that follow each other become one turn.
    """
    parts: list[str] = []
    pieces: list[Piece] = []
    length = 0
    last: tuple[str | None, int | None] = (None, None)
    for speaker, moment, words in rows:
        if not words:
            continue
        if moment != last[1]:
            parts.append(f"[Moment {moment}]\n\n" if moment is not None else "")
            pieces.append(Piece("moment", length, length + len(parts[-1].rstrip()), moment=moment))
            length += len(parts[-1])
        is_same = (speaker, moment) == last and bool(speaker)
        lead = "" if is_same or not speaker else f"{speaker}: "
        start = length + len(lead)
        pieces.append(Piece("speech", start, start + len(words), None if is_same else speaker or None))
        parts.append(f"{lead}{words}\n\n")
        length += len(parts[-1])
        last = (speaker, moment)
    return Reading("".join(parts).rstrip("\n") + "\n", tuple(pieces))
