"""Word lists of other programs: Empath's table of categories, LIWC's dictionary, a plain CSV of one theme."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError, UnknownName
from .table import read_rows
from .text import decode

_MARK = "%"
_CATEGORY = re.compile(r"(?P<id>\S+)\s+(?P<name>\S.*)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it stands in the file, unchecked; ``where`` is file and line. Empty: not said."""

    where: str
    text: str
    weight: str = ""
    pole: str = ""
    note: str = ""


@dataclass(slots=True)
class WordList:
    """One category of a file. A name of "" means that the file does not say what it is about."""

    name: str
    entries: list[Entry] = field(default_factory=list)


def read_word_lists(path: Path) -> list[WordList]:
    """Read every category of a file, in the file's order.

    Raises UnknownName for a format without a reader, InputError for a file that cannot be used.
    """
    reader = WORD_LISTS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(WORD_LISTS)
        raise UnknownName(str(path), f"no reader for '{path.suffix or 'files without a suffix'}'", f"Known: {known}.")
    lists = [one for one in reader(path) if one.entries]
    if not lists:
        raise InputError(str(path), "there is no word in it", "lexicons/README.md says how each format looks.")
    return lists


def _lines(path: Path) -> list[tuple[str, str]]:
    """Return (file and line number, line) of every line that is not blank."""
    try:
        text = decode(path.read_bytes(), str(path))
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})", "Check the name and your access.") from error
    return [(f"{path}:{n}", line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]


def read_empath(path: Path) -> list[WordList]:
    """Read a category a line: its name, then its words, separated by tabs; "_" stands for a blank.

    Source: the format of Fast, Chen & Bernstein (2016), Empath.
    """
    lists = []
    for where, line in _lines(path):
        name, *words = (cell.strip() for cell in line.split("\t"))
        if not words:
            raise InputError(where, "there is no tab between a category and its words", "Is it Empath's table?")
        lists.append(WordList(name, [Entry(where, word.replace("_", " ")) for word in words if word]))
    return lists


def read_liwc(path: Path) -> list[WordList]:
    """Read a dictionary: categories between two lines with "%", then an entry a line with its category numbers.

    Source: the .dic format of Pennebaker et al. (2007), LIWC.
    """
    lines = _lines(path)
    marks = [n for n, (_, line) in enumerate(lines) if line.strip() == _MARK]
    if len(marks) < 2 or marks[0] != 0:
        what = "the categories do not stand between two lines with %"
        raise InputError(str(path), what, "Export the dictionary in LIWC's .dic format.")
    lists: dict[str, WordList] = {}
    for where, line in lines[1 : marks[1]]:
        found = _CATEGORY.fullmatch(line.strip())
        if found is None:
            raise InputError(where, f"'{line.strip()}' is no category", "Write its number, a tab, its name.")
        lists[found["id"]] = WordList(found["name"].split("\t")[0].split(" (")[0].strip())
    for where, line in lines[marks[1] + 1 :]:
        word, ids = _entry(line)
        unknown = [one for one in ids if one not in lists]
        if unknown or not ids:
            what = f"'{word}' has the category '{unknown[0]}'" if unknown else f"'{word}' has no category"
            raise InputError(where, what, f"Categories above: {', '.join(lists)}.")
        for one in ids:
            lists[one].entries.append(Entry(where, word))
    return list(lists.values())


def _entry(line: str) -> tuple[str, list[str]]:
    """Return an entry's word and its category numbers, separated by tabs or, without any, by blanks."""
    cells = line.strip().split("\t") if "\t" in line.strip() else line.split()
    return cells[0].strip(), [number for cell in cells[1:] for number in cell.split()]


def read_terms(path: Path) -> list[WordList]:
    """Read a table of one theme: term, and if wanted weight, pole, note."""
    _, rows = read_rows(path, ("term",))
    told = [
        Entry(where, *(row.get(name, "").strip() for name in ("term", "weight", "pole", "note"))) for where, row in rows
    ]
    return [WordList("", [entry for entry in told if entry.text])]


WORD_LISTS: dict[str, Callable[[Path], list[WordList]]] = {".tsv": read_empath, ".dic": read_liwc, ".csv": read_terms}
