"""Read lexicon files and find their terms in tokens. Themes are data: nothing here knows their names."""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .corpus import Token
from .errors import LexiconError
from .evidence import POLES, Example, Hit, Lexicon, Term

_KINDS = ("word", "stem", "phrase")
_CUES = ("named", "body", "behaviour")
_TERM_FIELDS = {*_KINDS, "weight", "pole", "cue", "note"}
_FIELDS = {
    "name", "language", "title", "definition", "sources", "threshold", "terms", "examples", "counter_examples",
}  # fmt: skip
_MAX_GAP = 3


def lexicon_files(source: Path) -> list[Path]:
    """Return every ``*.toml`` of a folder, sorted, or the one file named. Raises LexiconError when there is none."""
    paths = [source] if source.is_file() else sorted(source.glob("*.toml"))
    if not paths:
        raise LexiconError(str(source), "there is no lexicon (*.toml) here", "Name the folder that holds them.")
    return paths


def read_lexicons(source: Path) -> dict[str, Lexicon]:
    """Read the lexicons of a folder, or of one file, by name. Raises LexiconError naming file and line."""
    lexicons = [read_lexicon(path) for path in lexicon_files(source)]
    return {lexicon.name: lexicon for lexicon in lexicons}


def read_lexicon(path: Path) -> Lexicon:
    """Read one lexicon file. Raises LexiconError naming file and line."""
    try:
        source = path.read_bytes()
        table = tomllib.loads(source.decode("utf-8"))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        where = f"{path}:{line[1]}" if line else str(path)
        raise LexiconError(
            where, f"this is not TOML ({error})", "Mend the line; lexicons/README.md has the format."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(str(path), f"cannot be read ({error})", "Save it as UTF-8 text.") from None
    return _Parser(path, source.decode("utf-8"), table).lexicon(hashlib.sha256(source).hexdigest())


def line_of(lines: Sequence[str], needle: str, *, kind: str = "") -> int:
    """Return the number (from 1) of the line that has ``kind = "needle"``, else of the first that has ``needle``.

    1 when no line has it.
    """
    value = re.escape(needle)
    term = re.compile(rf"""\b{kind}\s*=\s*(?:(["']){value}\1|{value or " "}(?<=\w)(?!\w))""")
    places = [n for n, line in enumerate(lines, start=1) if kind and term.search(line)]
    places += [n for n, line in enumerate(lines, start=1) if needle in line]
    return (places or [1])[0]


class _Parser:
    """Turns one file's table into a Lexicon; knows the text so that errors can name the line."""

    def __init__(self, path: Path, text: str, table: dict[str, Any]) -> None:
        self.path, self.lines, self.table = path, text.splitlines(), table

    def lexicon(self, sha256: str) -> Lexicon:
        unknown = sorted(set(self.table) - _FIELDS)
        if unknown:
            raise self.error(unknown[0], f"unknown field '{unknown[0]}'", f"Fields: {', '.join(sorted(_FIELDS))}.")
        name = self.text("name")
        if name != self.path.stem:
            raise self.error("name", f"the name '{name}' is not the file's", f'Write name = "{self.path.stem}".')
        terms = tuple(self.term(entry) for entry in self.entries("terms"))
        if not terms:
            raise self.error("terms", "there are no terms", 'Add at least one { word = "...", weight = 0.5 }.')
        threshold = self.table.get("threshold", 0.5)
        if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0 < threshold <= 1:
            raise self.error("threshold", f"the threshold is {threshold}", "Give a number above 0 and at most 1.")
        self.refuse_twice([(term.kind, term.text) for term in terms])
        return Lexicon(
            name=name,
            title=self.text("title"),
            definition=self.text("definition"),
            language=self.text("language"),
            terms=terms,
            examples=tuple(self.example(entry) for entry in self.entries("examples")),
            counter_examples=tuple(self.example(entry) for entry in self.entries("counter_examples")),
            sources=self.sources(),
            threshold=float(threshold),
            sha256=sha256,
        )

    def error(self, needle: str, what: str, remedy: str, *, kind: str = "") -> LexiconError:
        """Return an error at the line that has ``kind = "needle"``, else at the first that has ``needle``."""
        return LexiconError(f"{self.path}:{line_of(self.lines, needle, kind=kind)}", what, remedy)

    def text(self, key: str) -> str:
        value = self.table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, f"'{key}' is missing", f'Write {key} = "...".')
        return value.strip()

    def sources(self) -> tuple[str, ...]:
        sources = self.table.get("sources", [])
        if not isinstance(sources, list):
            raise self.error("sources", "'sources' is not a list", 'Write sources = ["..."].')
        return tuple(map(str, sources))

    def entries(self, key: str) -> list[dict[str, Any]]:
        entries = self.table.get(key, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise self.error(key, f"'{key}' is not a list of {{ ... }}", "lexicons/README.md has the format.")
        return entries

    def term(self, entry: dict[str, Any]) -> Term:
        kinds = [kind for kind in _KINDS if kind in entry]
        needle = str(entry[kinds[0]]) if kinds else next(iter(map(str, entry.values())), "terms")
        kind = kinds[0] if kinds else ""
        unknown = sorted(set(entry) - _TERM_FIELDS)
        if unknown:
            raise self.error(unknown[0], f"unknown field '{unknown[0]}'", f"Fields: {', '.join(sorted(_TERM_FIELDS))}.")
        if len(kinds) != 1 or not isinstance(entry[kinds[0]], str) or not entry[kinds[0]].strip():
            raise self.error(
                needle, "a term needs one of word, stem, phrase", 'Write { word = "...", weight = 0.5 }.', kind=kind
            )
        words = entry[kinds[0]].split()
        if kinds[0] == "phrase" and (len(words) < 2 or "*" in {words[0], words[-1]} or "* *" in " ".join(words)):
            raise self.error(
                needle, f"the phrase '{needle}' can never match", "Use two or more words, * only between.", kind=kind
            )
        if kinds[0] != "phrase" and len(words) > 1:
            raise self.error(needle, f"the {kinds[0]} '{needle}' has several words", "Make it a phrase.", kind=kind)
        weight = entry.get("weight")
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= 1:
            raise self.error(
                needle, f"the weight of '{needle}' is {weight}", "Give a number above 0 and at most 1.", kind=kind
            )
        pole, cue = entry.get("pole", "present"), entry.get("cue", "named")
        if pole not in POLES or cue not in _CUES:
            remedy = f"Poles: {', '.join(POLES)}; cues: {', '.join(_CUES)}."
            raise self.error(needle, f"'{needle}' has pole '{pole}' and cue '{cue}'", remedy, kind=kind)
        return Term(
            kinds[0], " ".join(words).lower().replace("’", "'"), float(weight), pole, cue, str(entry.get("note", ""))
        )

    def example(self, entry: dict[str, Any]) -> Example:
        text, pole = entry.get("text"), entry.get("pole", "present")
        if not isinstance(text, str) or not text.strip() or pole not in POLES:
            needle = str(text or "examples")
            raise self.error(needle, "an example needs a text, and pole present or lacking", "Mend the line.")
        return Example(text, pole, str(entry.get("voice", "")), str(entry.get("why", "")))

    def refuse_twice(self, keys: list[tuple[str, str]]) -> None:
        seen: set[tuple[str, str]] = set()
        for kind, text in keys:
            if (kind, text) in seen:
                raise self.error(f'"{text}"', f"the {kind} '{text}' is there twice", "Keep one of them.")
            seen.add((kind, text))


@dataclass(slots=True)
class Matcher:
    """The terms of several lexicons laid out for finding: by word, by first letters, by first word of a phrase."""

    words: dict[str, list[tuple[str, Term]]] = field(default_factory=dict)
    stems: dict[str, list[tuple[str, Term]]] = field(default_factory=dict)
    stem_lengths: tuple[int, ...] = ()
    phrases: dict[str, list[tuple[str, Term, tuple[str, ...]]]] = field(default_factory=dict)

    @classmethod
    def of(cls, lexicons: Mapping[str, Lexicon]) -> "Matcher":
        """Lay out the terms of the lexicons, by theme."""
        matcher = cls()
        for theme, lexicon in lexicons.items():
            for term in lexicon.terms:
                if term.kind == "word":
                    matcher.words.setdefault(term.text, []).append((theme, term))
                elif term.kind == "stem":
                    matcher.stems.setdefault(term.text, []).append((theme, term))
                else:
                    parts = tuple(term.text.split())
                    matcher.phrases.setdefault(parts[0], []).append((theme, term, parts))
        matcher.stem_lengths = tuple(sorted({len(stem) for stem in matcher.stems}))
        return matcher

    def find(self, tokens: Sequence[Token]) -> list[Hit]:
        """Return the hits in one utterance, in order; of overlapping hits of a theme the weightiest is kept."""
        surfaces = [token.text.lower().replace("’", "'") for token in tokens]
        hits = [hit for i in range(len(tokens)) for hit in self._at(i, surfaces, tokens)]
        return _weightiest(hits)

    def _at(self, i: int, surfaces: list[str], tokens: Sequence[Token]) -> Iterator[Hit]:
        surface, token = surfaces[i], tokens[i]
        for form in {surface, token.lemma}:
            for theme, term in self.words.get(form, ()):
                yield Hit(theme, term, token.start, token.end, term.pole)
            for theme, term, parts in self.phrases.get(form, ()):
                last = _phrase_end(parts, i, surfaces, tokens)
                if last is not None:
                    yield Hit(theme, term, token.start, tokens[last].end, term.pole)
        for length in self.stem_lengths:
            for theme, term in self.stems.get(surface[:length], ()) if len(surface) >= length else ():
                yield Hit(theme, term, token.start, token.end, term.pole)


def _phrase_end(parts: tuple[str, ...], i: int, surfaces: list[str], tokens: Sequence[Token]) -> int | None:
    """Return the index of the token that ends the phrase begun at ``i``, or None. ``*`` skips up to three."""
    if len(parts) == 1:
        return i
    is_gap = parts[1] == "*"
    rest = parts[2:] if is_gap else parts[1:]
    for j in range(i + 1, min(i + 2 + _MAX_GAP * is_gap, len(tokens))):
        if rest[0] in {surfaces[j], tokens[j].lemma}:
            end = _phrase_end(rest, j, surfaces, tokens)
            if end is not None:
                return end
    return None


def _weightiest(hits: list[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    taken: dict[str, set[int]] = {}
    for hit in sorted(hits, key=lambda h: (-h.term.weight, h.start - h.end, h.start, h.term.text)):
        places, of_theme = range(hit.start, hit.end), taken.setdefault(hit.theme, set())
        if of_theme.isdisjoint(places):
            of_theme.update(places)
            kept.append(hit)
    return sorted(kept, key=lambda h: (h.start, h.theme))
