"""Say what is wrong with a lexicon: what can never match, what never counts, what takes in too much."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from . import embed, segment
from .corpus import Token
from .errors import LexiconError
from .evidence import Lexicon, Term
from .lexicon import Matcher, read_lexicon
from .toml_file import TomlFile

ERROR, WARNING = "error", "warning"
WORDS_OF = "en"  # the language whose base forms and frequencies are known
_EVERYDAY = 1_500
_COMMON = 10_000
_N_SHOWN = 6
_CLITIC = re.compile(r"(?:(?<=\bca)n)? (?=n't\b)| (?=')")  # the blank before it; "can n't" is "can't" too
_BY_ENDING = re.compile(
    r"(?:e?[drsn]?|e?[rd]s|ings?|i?ly|ie[ds]?|i?er|i?es?t|st|e?ty|i?e?ties|th|(?:n|less|ous)?ness(?:es)?|ments?|ful|less"
    r"|[ai]b(?:le|ly|ility)|i?ous|i?ety|ity|ities|ally?|[aeiu]?tions?|[ai]?tors?|ions?|ors?|[ae]n(?:ce|t)s?|ancy|ency"
    r"|[ai]?t?ive|atory|ic|ical|is[mt]s?|i[sz](?:e[ds]?|ing)|en(?:ed|ing|s)|ees?|dom|ship|hood|ures?|y)*"
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend in a lexicon. ``level`` is error (it cannot work) or warning (look at it)."""

    level: str
    where: str
    lexicon: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Stem:
    """The English words that begin with a stem, the frequent ones first; ``strays`` do not follow by an ending."""

    lexicon: str
    stem: str
    words: tuple[str, ...]
    strays: tuple[str, ...]


@dataclass(slots=True)
class Proof:
    """What a check of several lexicon files found."""

    lexicons: dict[Path, Lexicon] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def n_errors(self) -> int:
        """How many problems keep a lexicon from working."""
        return sum(problem.level == ERROR for problem in self.problems)

    @property
    def faulty(self) -> set[str]:
        """The names of the lexicons with such a problem."""
        return {problem.lexicon for problem in self.problems if problem.level == ERROR}

    @property
    def stems(self) -> list[Stem]:
        """What every stem of an English lexicon takes in."""
        return [
            taken_in(one.name, term.text)
            for one in self.lexicons.values()
            for term in one.terms
            if term.kind == "stem" and one.language == WORDS_OF
        ]


def proof(paths: Sequence[Path]) -> Proof:
    """Read lexicon files and look for problems in each and between them; a refused file is a problem too."""
    found = Proof()
    for path in paths:
        try:
            found.lexicons[path] = read_lexicon(path)
        except LexiconError as error:
            found.problems.append(Problem(ERROR, error.where, path.stem, error.what, error.remedy))
    owners = _owners(found.lexicons.values())
    for path, lexicon in found.lexicons.items():
        found.problems += _Reader(path, lexicon, owners).problems()
    return found


def spelt_as_tokens(text: str, *, is_stem: bool = False) -> str | None:
    """Return how a term must be written to match ("do n't" for "don't"); None where it matches as it is.

    Each part of a phrase must be one token of the text; a lone ``*`` stands for any.
    """
    runs = [run.split() for run in re.split(r"(?:^|(?<=\s))\*(?=\s|$)", text)]
    cut = [_running(run) for run in runs]
    if (is_stem and len(cut[0]) == 1) or all(map(_fit, runs, cut)):
        return None
    return " * ".join(" ".join(token.text.lower() for token in tokens) for tokens in cut)


def _running(parts: Sequence[str]) -> list[Token]:
    """Return the tokens that these words are cut into where they stand in running text: "ca n't" is "can't" there."""
    before = "do" if parts[:1] == ["n't"] else "she"
    return segment.words_of(_CLITIC.sub("", f"{before} {' '.join(parts)}"))[1:]


def _fit(parts: Sequence[str], tokens: Sequence[Token]) -> bool:
    return len(parts) == len(tokens) and all(
        part in {token.text.lower(), token.lemma} for part, token in zip(parts, tokens, strict=True)
    )


def superseding(lexicon: Lexicon) -> Iterator[tuple[Term, Term]]:
    """Yield every term that never counts, with the term of the same theme that is found in its place.

    Of overlapping hits the weightiest counts, then the longest: a weightier word hides the phrases it stands in,
    and a base form with at least the same weight hides its inflected forms.
    """
    matcher = Matcher.of({lexicon.name: lexicon})
    for term in lexicon.terms:
        found = [hit.term for hit in matcher.find(_instance(term))]
        if found and term not in found:
            yield term, max(found, key=lambda other: other.weight)


def _instance(term: Term) -> list[Token]:
    """Return tokens as the term is found in; a gap holds one word that no lexicon has."""
    tokens, start = [], 0
    for part in term.text.split():
        text = "\0" if part == "*" else part
        base = text if term.kind == "stem" or part == "*" else _base_form(text)
        tokens.append(Token(text, text, base, start, start + len(text)))
        start += len(text) + 1
    return tokens


def _base_form(word: str) -> str:
    return next((token.lemma for token in segment.words_of(word)), word)


def taken_in(lexicon: str, stem: str) -> Stem:
    """Return the English words that a stem takes in, and the common ones among them that look unrelated.

    A word is related when the stem and endings make it ("humiliat": -ed, -ion).
    Source of the words: spaCy's table of base forms, and the static model's vocabulary.
    """
    rank = _ranks()
    words = sorted((word for word in _known_words() if word.startswith(stem)), key=lambda w: (rank.get(w, _COMMON), w))
    strays = [word for word in words if rank.get(word, _COMMON) < _COMMON and not _follows(word, stem)]
    return Stem(lexicon, stem, tuple(words), tuple(strays))


def _follows(word: str, stem: str) -> bool:
    """Whether endings alone make the word of the stem, also with its last letter doubled ("trapped")."""
    rest = word[len(stem) :]
    doubled = rest[1:] if rest[:1] in {stem[-1:], "k"} else rest
    return any(_BY_ENDING.fullmatch(one) is not None for one in (rest, doubled))


@cache
def _ranks() -> dict[str, int]:
    return {word: n for n, word in enumerate(embed.frequent_words(_COMMON))}


@cache
def _known_words() -> frozenset[str]:
    table = segment.base_forms()
    return frozenset(word for word in {*table, *table.values(), *_ranks()} if word.isalpha())


def _owners(lexicons: Iterable[Lexicon]) -> dict[tuple[str, str, str], list[str]]:
    """Return which lexicons have a term, by language, kind and text."""
    owners: dict[tuple[str, str, str], list[str]] = {}
    for lexicon in lexicons:
        for term in lexicon.terms:
            owners.setdefault((lexicon.language, term.kind, term.text), []).append(lexicon.name)
    return owners


class _Reader:
    """Looks through one lexicon; knows its lines."""

    def __init__(self, path: Path, lexicon: Lexicon, owners: dict[tuple[str, str, str], list[str]]) -> None:
        self.path, self.lexicon, self.owners = path, lexicon, owners
        self.file = TomlFile(path)

    def problems(self) -> list[Problem]:
        """Return what is wrong, in the order of the file."""
        found = [*self.unmatchable(), *self.hidden(), *self.shared(), *self.examples()]
        if self.lexicon.language == WORDS_OF:
            found += [*self.broad(), *self.heavy()]
        return sorted(found, key=lambda one: int(one.where.rsplit(":", 1)[1]))

    def problem(self, level: str, term: Term | str, what: str, remedy: str) -> Problem:
        text, kind = (term.text, term.kind) if isinstance(term, Term) else (term, "")
        return Problem(level, f"{self.path}:{self.file.line_of(text, kind=kind)}", self.lexicon.name, what, remedy)

    def unmatchable(self) -> Iterator[Problem]:
        for term in self.lexicon.terms:
            never = f"the {term.kind} '{term.text}' can never match"
            spelt = spelt_as_tokens(term.text, is_stem=term.kind == "stem")
            if any("*" in part and part != "*" for part in term.text.split()):
                form = f'Write {{ stem = "{term.text.strip("*")}" }}.' if term.kind != "phrase" else "Write * alone."
                yield self.problem(ERROR, term, f"{never}: * is no part of a word", form)
            elif spelt is not None:
                what = f"{never}: it is cut into {len(spelt.split())} tokens"
                yield self.problem(ERROR, term, what, f'Write {{ phrase = "{spelt}" }}.')

    def hidden(self) -> Iterator[Problem]:
        for term, other in superseding(self.lexicon):
            pole = f", as {other.pole}" if other.pole != term.pole else ""
            what = (
                f"'{term.text}' ({term.weight:g}) never counts: '{other.text}' ({other.weight:g}) is found there{pole}"
            )
            yield self.problem(WARNING, term, what, "Leave it out, or give it the higher weight.")

    def shared(self) -> Iterator[Problem]:
        for term in self.lexicon.terms:
            others = [n for n in self.owners[self.lexicon.language, term.kind, term.text] if n != self.lexicon.name]
            if others:
                what = f"'{term.text}' is also a term of {', '.join(others)}"
                yield self.problem(WARNING, term, what, "Both are suggested; give it to the one it speaks for.")

    def examples(self) -> Iterator[Problem]:
        lists = [[" ".join(one.text.casefold().split()) for one in entries]
                 for entries in (self.lexicon.examples, self.lexicon.counter_examples)]  # fmt: skip
        if not lists[0]:
            yield self.problem(WARNING, "examples", "there are no examples", "Write some: words alone miss much.")
        texts = {" ".join(one.text.casefold().split()): one.text
                 for one in (*self.lexicon.examples, *self.lexicon.counter_examples)}  # fmt: skip
        for key, text in texts.items():
            if key in lists[0] and key in lists[1]:
                yield self.problem(ERROR, text, f"the example '{text}' is a counter-example too", "Decide for one.")
            elif sum(one.count(key) for one in lists) > 1:
                yield self.problem(WARNING, text, f"the example '{text}' is there twice", "Keep one of them.")

    def broad(self) -> Iterator[Problem]:
        for term in self.lexicon.terms:
            if term.kind == "stem" and term.text.isalpha():
                stem = taken_in(self.lexicon.name, term.text)
                if stem.strays:
                    more = f" and {len(stem.strays) - _N_SHOWN} more" if len(stem.strays) > _N_SHOWN else ""
                    what = f"the stem '{term.text}' also takes in {', '.join(stem.strays[:_N_SHOWN])}{more}"
                    yield self.problem(WARNING, term, what, "Make it longer, or write the words you mean.")
                elif not stem.words:
                    what = f"no known word begins with '{term.text}'"
                    yield self.problem(WARNING, term, what, "Check the spelling.")

    def heavy(self) -> Iterator[Problem]:
        for term in self.lexicon.terms:
            is_everyday = term.kind == "word" and _ranks().get(term.text, _EVERYDAY) < _EVERYDAY
            if is_everyday and term.weight >= self.lexicon.threshold:
                what = f"the everyday word '{term.text}' suggests by itself ({term.weight:g})"
                yield self.problem(
                    WARNING, term, what, "Is it about the theme more often than not? Else weigh it less."
                )
