"""Read lexicon files and find their terms in tokens. Themes are data: nothing here knows their names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .corpus import Token
from .errors import LexiconError
from .evidence import POLES, Example, Hit, Lexicon, Term
from .resources import of_language
from .toml_file import TomlFile

_KINDS = ("word", "stem", "phrase")
_CUES = ("named", "body", "behaviour")
_TERM_FIELDS = {*_KINDS, "weight", "pole", "cue", "note"}
_FIELDS = {
    "name", "language", "title", "definition", "sources", "threshold", "terms", "examples", "counter_examples",
}  # fmt: skip
_GAP, _MAX_GAP = "*", 3

Start = tuple[str, Term, tuple[str, ...]]  # a theme, its term, and the words that must follow the first


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
    return _Parser(TomlFile(path)).lexicon()


@dataclass(frozen=True, slots=True)
class Neutral:
    """Sentences of one language that are about nothing a lexicon looks for, and the sha256 of their file."""

    texts: tuple[str, ...]
    sha256: str


def read_neutral(language: str, folder: Path | None = None) -> Neutral | None:
    """Read the neutral sentences of a language from a folder of lexicons, else the shipped ones; None where none are.

    Raises LexiconError naming file and line.
    """
    path = of_language("neutral.toml", language, folder)
    if path is None:
        return None
    file = TomlFile(path)
    file.refuse_unknown(file.table, {"language", "description", "texts"})
    texts = file.table.get("texts")
    if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
        raise file.error("texts", "'texts' is not a list of sentences", 'Write texts = ["...", "..."].')
    return Neutral(tuple(texts), file.sha256)


class _Parser:
    """Turns one file's table into a Lexicon."""

    def __init__(self, file: TomlFile) -> None:
        self.file, self.table, self.error = file, file.table, file.error

    def lexicon(self) -> Lexicon:
        self.file.refuse_unknown(self.table, _FIELDS)
        name = self.file.text("name")
        if name != self.file.path.stem:
            raise self.error("name", f"the name '{name}' is not the file's", f'Write name = "{self.file.path.stem}".')
        terms = tuple(self.term(entry) for entry in self.file.entries("terms"))
        if not terms:
            raise self.error("terms", "there are no terms", 'Add at least one { word = "...", weight = 0.5 }.')
        threshold = self.table.get("threshold", 0.5)
        if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0 < threshold <= 1:
            raise self.error("threshold", f"the threshold is {threshold}", "Give a number above 0 and at most 1.")
        self.refuse_twice([(term.kind, term.text) for term in terms])
        return Lexicon(
            name=name,
            title=self.file.text("title"),
            definition=self.file.text("definition"),
            language=self.file.text("language"),
            terms=terms,
            examples=tuple(self.example(entry) for entry in self.file.entries("examples")),
            counter_examples=tuple(self.example(entry) for entry in self.file.entries("counter_examples")),
            sources=self.sources(),
            threshold=float(threshold),
            sha256=self.file.sha256,
            folder=self.file.path.parent,
        )

    def sources(self) -> tuple[str, ...]:
        sources = self.table.get("sources", [])
        if not isinstance(sources, list):
            raise self.error("sources", "'sources' is not a list", 'Write sources = ["..."].')
        return tuple(map(str, sources))

    def term(self, entry: dict[str, Any]) -> Term:
        kinds = [kind for kind in _KINDS if kind in entry]
        needle = str(entry[kinds[0]]) if kinds else next(iter(map(str, entry.values())), "terms")
        kind = kinds[0] if kinds else ""
        self.file.refuse_unknown(entry, _TERM_FIELDS)
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
    """The terms of several lexicons laid out for finding: by first word, and stems by first letters."""

    terms: dict[str, list[Start]] = field(default_factory=dict)
    stems: dict[str, list[Start]] = field(default_factory=dict)
    stem_lengths: tuple[int, ...] = ()
    _known: dict[tuple[str, str], tuple[Start, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, lexicons: Mapping[str, Lexicon]) -> "Matcher":
        """Lay out the terms of the lexicons, by theme."""
        matcher = cls()
        for theme, lexicon in lexicons.items():
            for term in lexicon.terms:
                first, *rest = term.text.split()
                table = matcher.stems if term.kind == "stem" else matcher.terms
                table.setdefault(first, []).append((theme, term, tuple(rest)))
        matcher.stem_lengths = tuple(sorted({len(stem) for stem in matcher.stems}))
        return matcher

    def find(self, tokens: Sequence[Token]) -> list[Hit]:
        """Return the hits in one utterance, in order; of overlapping hits of a theme the weightiest is kept."""
        hits: list[Hit] = []
        known, after = self._known, len(tokens) - 1
        for i, token in enumerate(tokens):
            starts = known.get(token[1:3])
            if starts is None:
                starts = known[token[1:3]] = self._starting(token.lower, token.lemma)
            if not starts:
                continue
            follows = tokens[i + 1][1:3] if i < after else ()
            for theme, term, rest in starts:
                if rest and rest[0] not in follows and rest[0] != _GAP:
                    continue
                last = _phrase_end(rest, i, tokens)
                if last is not None:
                    hits.append(Hit(theme, term, token.start, tokens[last].end, term.pole))
        return _weightiest(hits) if len(hits) > 1 else hits

    def _starting(self, lower: str, lemma: str) -> tuple[Start, ...]:
        """Return the terms that may begin with a word; looked up once for each distinct word."""
        stems = (self.stems.get(lower[:length], ()) for length in self.stem_lengths if len(lower) >= length)
        forms = (self.terms.get(form, ()) for form in sorted({lower, lemma}))
        return tuple(start for starts in (*forms, *stems) for start in starts)


def _phrase_end(rest: Sequence[str], i: int, tokens: Sequence[Token]) -> int | None:
    """Return the index of the token that ends the phrase whose ``rest`` follows ``i``, or None.

    ``*`` skips up to three.
    """
    if not rest:
        return i
    is_gap = rest[0] == _GAP
    word = rest[is_gap]
    for j in range(i + 1, min(i + 2 + _MAX_GAP * is_gap, len(tokens))):
        if word in {tokens[j].lower, tokens[j].lemma}:
            end = _phrase_end(rest[is_gap + 1 :], j, tokens)
            if end is not None:
                return end
    return None


def _weightiest(hits: list[Hit]) -> list[Hit]:
    kept = [hit for group in _overlapping(hits) for hit in _heaviest_apart(group)]
    return sorted(kept, key=lambda hit: (hit.start, hit.theme))


def _overlapping(hits: list[Hit]) -> Iterator[list[Hit]]:
    """Yield the hits of each theme in groups that share no words with each other."""
    group: list[Hit] = []
    end = 0
    for hit in sorted(hits, key=lambda hit: (hit.theme, hit.start)):
        if group and (hit.theme != group[0].theme or hit.start >= end):
            yield group
            group = []
        end = max(end, hit.end) if group else hit.end
        group.append(hit)
    yield group


def _heaviest_apart(group: list[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    for hit in sorted(group, key=lambda h: (-h.term.weight, h.start - h.end, h.start, h.term.text)):
        if not any(hit.start < other.end and other.start < hit.end for other in kept):
            kept.append(hit)
    return kept
