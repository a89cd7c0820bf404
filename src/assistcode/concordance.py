"""Which words and lexicon terms stand where in what interviewees said, and how often."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from . import segment
from .corpus import Excerpt, Transcript, Turn, Utterance
from .errors import InputError, UnknownName
from .evidence import Hit, Lexicon, Term
from .finding import Finder, Place, find_hits
from .keyness import log_likelihood, log_ratio
from .listing import Listing, Where, hiding
from .material import Material, did_you_mean, transcript_id
from .pipeline import Report, segment_turns, silent
from .reading import BY, Attributes, Coverage, group_of
from .store import judged

WHOSE = ("partner", "third person", "general")  # flags of a hit; without one it is the speaker's own
OWN = "own"
SORTS = ("place", "left", "right")
_CONTEXT = 80
AT_LEAST = 5
Group = tuple[str, ...]
Word = tuple[str, str | None]  # a base form with no theme, or a term with its theme
_WORDS = ""  # stands for the theme of the words asked for; no lexicon has this name


@dataclass(frozen=True, slots=True)
class Spoken:
    """One utterance of an interviewee, with the terms found in it; a back-channel has none."""

    transcript: Transcript
    turn: Turn
    passage_id: int
    utterance: Utterance
    hits: list[Hit] = field(default_factory=list)

    @property
    def placed(self) -> Place:
        """The utterance as the pipeline places it."""
        return transcript_id(self.transcript), self.turn.n, self.passage_id, self.utterance


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a concordance. ``theme`` None: a word that was asked for, not a lexicon's.

    ``left`` and ``right`` are the up to 80 characters around the hit in the same turn, in one line.
    """

    excerpt: Excerpt
    left: str
    right: str
    theme: str | None
    term: str
    pole: str | None
    context: tuple[str, ...]
    turn: int
    moment: int | None
    role: str
    dyad: str | None
    session: str | None
    perspective: str | None


@dataclass(frozen=True, slots=True)
class Covered:
    """How often a theme's terms occur in one group; ``n_words`` were said there in the language of its lexicon."""

    theme: str
    group: Group
    n_hits: int
    n_utterances: int
    n_words: int

    @property
    def per_thousand(self) -> float | None:
        """Hits per 1,000 words; None where nothing was said in that language."""
        return 1000 * self.n_hits / self.n_words if self.n_words else None


@dataclass(frozen=True, slots=True)
class KeyWord:
    """A word (or term) in two parts A and B of the material; ``dyads`` are those it comes from."""

    word: str
    theme: str | None
    n_a: int
    n_b: int
    per_thousand_a: float
    per_thousand_b: float
    g2: float
    log_ratio: float
    dyads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contrast:
    """What sets A against B: the words in order of G2. ``n_dyads`` are there in A and B together."""

    by: str
    a: str
    b: str
    n_words_a: int
    n_words_b: int
    n_dyads: int
    rows: Listing[KeyWord]


def spoken(
    material: Material, lexicons: Mapping[str, Lexicon], where: Where, *, words: Sequence[Term] = (),
    report: Report = silent,
) -> list[Spoken]:  # fmt: skip
    """Cut what interviewees said into utterances, with the hits of the lexicons that speak the transcript's language.

    In reading order; ``where`` narrows by dyad, session, perspective and role. ``words`` are looked for in every
    language, as hits of a theme without a name.
    """
    found = []
    for number, turn_n, passage_id, utterance in segment_turns(material, report):
        transcript = material.by_id[number]
        turn = transcript.turns[turn_n - 1]
        if where.keeps(transcript.placement) and where.keeps(turn.speaker):
            found.append(Spoken(transcript, turn, passage_id, utterance, []))
    for language in {one.transcript.placement.language for one in found}:
        own = {name: one for name, one in lexicons.items() if one.language == language}
        finder = Finder.of(own | {_WORDS: Lexicon(_WORDS, "", "", language, tuple(words))})
        chosen = [one for one in found if one.transcript.placement.language == language]
        for one, hits in zip(chosen, find_hits(finder, material, [one.placed for one in chosen]), strict=True):
            one.hits.extend(hit for hit in hits if one.utterance.codable or hit.theme == _WORDS)
    return found


def word_term(text: str) -> Term:
    """Return a word, a phrase, or with * at its end the beginning of a word, as a term to look for.

    It is cut as transcripts are, so that "don't" is found. Raises InputError for what can never be found.
    """
    is_stem = text.endswith("*") and " " not in text
    runs = (text[:-1] if is_stem else text).split(" * ")
    words = " * ".join(" ".join(token.text for token in segment.words_of(run)) for run in runs)
    parts = words.lower().replace("’", "'").split()
    if not parts or "*" in {parts[0], parts[-1]} or (is_stem and len(parts) > 1):
        remedy = "Give a word, a phrase in quotation marks, or the beginning of a word with *."
        raise InputError(f"'{text}'", "no word can be found by it", remedy)
    return Term("stem" if is_stem else "phrase" if len(parts) > 1 else "word", " ".join(parts), 1.0)


@dataclass(frozen=True, slots=True)
class Query:
    """What a concordance looks for, and in which order.

    ``words`` are terms of no lexicon. Only hits with the ``flag`` are kept. ``sort`` is place (as read), or left or
    right: by the words nearest to the hit on that side.
    """

    themes: dict[str, Lexicon]
    words: tuple[Term, ...]
    flag: str | None = None
    sort: str = SORTS[0]

    @classmethod
    def of(
        cls, asked: Sequence[str], lexicons: Mapping[str, Lexicon], *, flag: str | None = None, sort: str = SORTS[0]
    ) -> "Query":
        """Take what is asked for as themes where a lexicon has the name, else as words. Raises UnknownName."""
        if sort not in SORTS:
            raise UnknownName(f"--sort {sort}", "there is no such order", f"Known: {', '.join(SORTS)}.")
        by_fold = {name.casefold(): name for name in lexicons}
        names = [by_fold[one.casefold()] for one in asked if one.casefold() in by_fold]
        words = tuple(word_term(one) for one in dict.fromkeys(asked) if one.casefold() not in by_fold)
        return cls({name: lexicons[name] for name in names}, words, flag, sort)

    def lines(self, one: Spoken) -> Iterator[Line]:
        """Yield the lines of one utterance, in the order of the text."""
        for hit in one.hits:
            if self.flag in {None, *hit.context}:
                yield _line(one, hit)

    def sorted(self, lines: Sequence[Line]) -> list[Line]:
        """Return lines that stand in reading order in the order asked for."""
        if self.sort == "right":
            return sorted(lines, key=lambda line: _bare_words(line.right))
        if self.sort == "left":
            return sorted(lines, key=lambda line: _bare_words(line.left)[::-1])
        return list(lines)


def _bare_words(text: str) -> list[str]:
    """Return the words of a text in small letters, without marks."""
    return re.findall(r"[\w'’]+", text.casefold())


def kwic(
    db: sqlite3.Connection, material: Material, query: Query, where: Where, report: Report = silent
) -> Listing[Line]:
    """Return the concordance of a query. A theme's lines on undecided unaided passages are left out and counted."""
    stays_hidden = hiding(material, Coverage(judged.reviews(db)), [coder.name for coder in judged.coders(db)])
    passages = {passage.id: passage for passage in material.passages}
    seen: list[Line] = []
    hidden: list[Line] = []
    for one in spoken(material, query.themes, where, words=query.words, report=report):
        for line in filter(where.keeps, query.lines(one)):
            is_hidden = line.theme is not None and stays_hidden(passages[one.passage_id])
            (hidden if is_hidden else seen).append(line)
    found = Listing(query.sorted(seen))
    found.hidden, found.n_withheld = hidden, len(hidden)
    return found


def _line(one: Spoken, hit: Hit) -> Line:
    text, turn, at = one.transcript.text, one.turn, one.transcript.placement
    left = " ".join(text[max(turn.start, hit.start - 2 * _CONTEXT) : hit.start].split())
    right = " ".join(text[hit.end : min(turn.end, hit.end + 2 * _CONTEXT)].split())
    return Line(
        excerpt=one.transcript.excerpt(hit.start, hit.end),
        left=left[-_CONTEXT:],
        right=right[:_CONTEXT],
        theme=hit.theme or None,
        term=hit.term.text,
        pole=hit.pole if hit.theme else None,
        context=hit.context,
        turn=turn.n,
        moment=turn.moment,
        role=turn.speaker.role,
        dyad=at.dyad,
        session=at.session,
        perspective=at.perspective,
    )


def coverage(
    said: Iterable[Spoken], lexicons: Mapping[str, Lexicon], by: Sequence[str], attributes: Attributes
) -> Listing[Covered]:
    """Count hits by theme and group, every theme in every group, groups in reading order.

    ``by``: dyad, session, perspective, role, transcript, an attribute, or whose: whose feeling or quality it is.
    Only words in a lexicon's language count for it; of whose, only what occurs is listed.
    """
    n_words: dict[Group, Counter[str]] = {}
    hits: Counter[tuple[str, Group]] = Counter()
    utterances: Counter[tuple[str, Group]] = Counter()
    for one in said:
        groups = _groups(one, by, attributes)
        for group in groups:
            words = n_words.setdefault(group, Counter())
            words[one.transcript.placement.language] += len(one.utterance.text.split())
        places = [(hit.theme, groups[_whose(hit) if len(groups) > 1 else 0]) for hit in one.hits]
        hits.update(places)
        utterances.update(set(places))
    return Listing(
        Covered(theme, group, hits[theme, group], utterances[theme, group], words[lexicon.language])
        for theme, lexicon in lexicons.items()
        for group, words in n_words.items()
        if "whose" not in by or hits[theme, group]
    )


def _groups(one: Spoken, by: Sequence[str], attributes: Attributes) -> list[Group]:
    """Return the group of an utterance; where it is asked whose, one for each of the answers."""
    told = {name: group_of(name, one.transcript, one.turn.speaker.role, attributes) for name in by if name != "whose"}
    answers = (OWN, *WHOSE) if "whose" in by else ("",)
    return [tuple((told | {"whose": answer})[name] for name in by) for answer in answers]


def _whose(hit: Hit) -> int:
    """Return the number of whose feeling or quality a hit is: 0 the speaker's own, then as in WHOSE."""
    return next((n for n, flag in enumerate(WHOSE, start=1) if flag in hit.context), 0)


@dataclass(slots=True)
class _Part:
    """What was counted in one part of the material, and the dyads each word comes from."""

    n_words: int = 0
    counts: Counter[Word] = field(default_factory=Counter)
    dyads: dict[Word, set[str]] = field(default_factory=dict)
    all_dyads: set[str] = field(default_factory=set)

    def add(self, one: Spoken, *, terms: bool) -> None:
        dyad = one.transcript.placement.dyad or one.transcript.name
        words: list[Word] = [(token.lemma, None) for token in one.utterance.tokens if any(map(str.isalpha, token.text))]
        found: list[Word] = [(hit.term.text, hit.theme) for hit in one.hits] if terms else words
        self.n_words += len(words)
        self.counts.update(found)
        self.all_dyads.add(dyad)
        for word in found:
            self.dyads.setdefault(word, set()).add(dyad)


def contrast(
    said: Iterable[Spoken], by: str, pair: tuple[str, str], attributes: Attributes, *, terms: bool = False,
    at_least: int = AT_LEAST,
) -> Contrast:  # fmt: skip
    """Set the words of group A against those of group B, in falling order of G2.

    Words are base forms with a letter; with ``terms`` lexicon terms with a hit. ``at_least`` is the fewest times a
    word occurs in A and B together. Raises UnknownName for a group in which nothing was said.
    """
    parts = {name.casefold(): _Part() for name in pair}
    groups: set[str] = set()
    for one in said:
        group = group_of(by, one.transcript, one.turn.speaker.role, attributes)
        groups.add(group)
        if group.casefold() in parts:
            parts[group.casefold()].add(one, terms=terms)
    for name in pair:
        if not parts[name.casefold()].n_words:
            raise UnknownName(f"{by} '{name}'", "nothing was said there", did_you_mean(name, groups))
    if len(parts) < 2:
        raise InputError(f"{by} '{pair[0]}'", "it cannot be set against itself", "Give two groups.")
    a, b = parts.values()
    rows = _key_words(a, b, at_least)
    return Contrast(by, *pair, a.n_words, b.n_words, len(a.all_dyads | b.all_dyads), Listing(rows))


def _key_words(a: _Part, b: _Part, at_least: int) -> list[KeyWord]:
    words = sorted((w for w in a.counts | b.counts if a.counts[w] + b.counts[w] >= at_least), key=str)
    n_a, n_b = [a.counts[word] for word in words], [b.counts[word] for word in words]
    g2 = log_likelihood(n_a, n_b, a.n_words, b.n_words)
    ratio = log_ratio(n_a, n_b, a.n_words, b.n_words)
    rows = [
        KeyWord(
            word=word[0],
            theme=word[1],
            n_a=n_a[i],
            n_b=n_b[i],
            per_thousand_a=1000 * n_a[i] / a.n_words,
            per_thousand_b=1000 * n_b[i] / b.n_words,
            g2=float(g2[i]),
            log_ratio=float(ratio[i]),
            dyads=tuple(sorted(a.dyads.get(word, set()) | b.dyads.get(word, set()))),
        )
        for i, word in enumerate(words)
    ]
    return sorted(rows, key=lambda row: -row.g2)


def check_groupings(by: Sequence[str], attributes: Attributes, *more: str) -> None:
    """Raise UnknownName for what the material cannot be grouped by."""
    known = (*BY, *attributes, *more)
    for name in by:
        if name not in known:
            raise UnknownName(f"--by {name}", "no such grouping", f"Known: {', '.join(known)}.")
