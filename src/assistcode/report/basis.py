"""What a report counts: the final human codings, what was read, and the material the filters keep."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from .. import listing
from ..codebook import Code, Codebook
from ..corpus import Excerpt, Passage, Transcript, overlaps_by_half
from ..discretion import Discretion, separate_labels
from ..errors import StudyError, UnknownName
from ..evidence import Suggestion
from ..judgement import AGREED, Coding, Review
from ..listing import Where
from ..material import Material, did_you_mean, transcript_id
from ..reading import Coverage, case_attributes, group_of
from ..store import given, judged
from .basket import Kept, basket

Shared = TypeVar("Shared")
LINES = ("themes", "lexicon", "codes")
ATTRIBUTIONS = ("dyad", "group", "role", "separate")
GROUP = "group"  # the attribute that holds the researchers' reading of a dyad


@dataclass(frozen=True, slots=True)
class Options:
    """How a report is made.

    ``lead`` is the coder whose codes are final where there is no agreed set; ``lines`` what the tables count:
    themes people made, lexicon themes, codes; ``by`` further attributes to count by; ``attribution`` how a speaker
    is named; ``n_quotations`` at most for each theme or code; ``with_suggestions`` sets the machine's beside the
    people's; ``cell_quotations`` adds one quotation for each cell of the frequency table.
    """

    lead: str | None = None
    lines: tuple[str, ...] = ("themes", "lexicon")
    by: tuple[str, ...] = ()
    attribution: str = "dyad"
    n_quotations: int = 4
    with_suggestions: bool = False
    cell_quotations: bool = False

    def __post_init__(self) -> None:
        for name, known in [*((one, LINES) for one in self.lines), (self.attribution, ATTRIBUTIONS)]:
            if name not in known:
                raise UnknownName(f"'{name}'", "a report knows no such choice", did_you_mean(name, known))


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: a theme or a code, with the codes that count for it. ``kind`` is themes, lexicon or codes."""

    kind: str
    name: str
    codes: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class CodingSet:
    """The human codings that count, and the reviews that say where they are complete.

    ``label`` stands in every caption.
    """

    label: str
    codings: list[Coding]
    reviews: list[Review]


class Reading:
    """Which passages a coding set has finished with, for which codes. Masks follow the order of the passages."""

    def __init__(self, passages: Sequence[Passage], reviews: Sequence[Review]) -> None:
        self._passages = passages
        self._reviews = reviews
        self._masks: dict[frozenset[int], NDArray[np.bool_]] = {}

    def of(self, codes: Iterable[Code]) -> NDArray[np.bool_]:
        """Return (n_passages,) whether each passage is finished with for all of the codes."""
        masks = [self._of_one(code) for code in codes]
        return np.logical_and.reduce(masks) if masks else np.zeros(len(self._passages), dtype=np.bool_)

    def _of_one(self, code: Code) -> NDArray[np.bool_]:
        """Return the mask of one code; codes left out of the same reviews share it."""
        left_out = frozenset(n for n, review in enumerate(self._reviews) if not review.covers(code.id, code.created))
        if left_out not in self._masks:
            coverage = Coverage(self._reviews, code=code)
            self._masks[left_out] = np.array([coverage.passage(one) for one in self._passages], dtype=np.bool_)
        return self._masks[left_out]


@dataclass(slots=False)
class Basis:
    """Everything the parts of one report look at. Transcripts, passages and codings are those the filters keep.

    ``verdicts`` are everybody's, also rejections and doubts, whatever the filters.
    """

    db: sqlite3.Connection
    facts: given.StudyFacts
    material: Material
    book: Codebook
    where: Where
    options: Options
    chosen: CodingSet
    transcripts: list[Transcript]
    passages: list[Passage]
    suggestions: Sequence[Suggestion]
    n_withheld: int
    attributes: Mapping[str, Mapping[str, str]]
    discretion: Discretion
    basket: list[Kept]
    verdicts: list[Coding]
    _shared: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], Shared]) -> Shared:
        """Return what ``make`` gives; computed once for all parts of the report that ask for ``name``."""
        if name not in self._shared:
            self._shared[name] = make()
        return cast("Shared", self._shared[name])

    @property
    def codings(self) -> list[Coding]:
        """The human codings that count, in reading order."""
        return self.chosen.codings

    @cached_property
    def by_code(self) -> dict[str, list[Coding]]:
        """The codings that count, by the name of their code, in reading order."""
        found: dict[str, list[Coding]] = {}
        for one in self.codings:
            found.setdefault(one.code, []).append(one)
        return found

    def of_line(self, line: Line) -> list[Coding]:
        """Return the codings that count for a line, in reading order."""
        rows = [one for code in line.codes for one in self.by_code.get(code.name, ())]
        return sorted(rows, key=lambda one: (self.material.rank[one.excerpt.transcript], one.excerpt.start))

    @cached_property
    def reading(self) -> Reading:
        """Which of the passages were read for which codes."""
        return Reading(self.passages, self.chosen.reviews)

    @cached_property
    def roles(self) -> list[str]:
        """Who speaks in each of the passages."""
        at = self.material.by_id
        return [at[one.transcript_id].turn_at(one.start).speaker.role for one in self.passages]

    @cached_property
    def measured(self) -> list[tuple[int, int | None]]:
        """The words of each of the passages, and the moment it belongs to."""
        rows = []
        for one in self.passages:
            transcript = self.material.by_id[one.transcript_id]
            words = transcript.text[one.start : one.end].split()
            rows.append((len(words), transcript.turn_at(one.start).moment))
        return rows

    @cached_property
    def dyads(self) -> list[str]:
        """The labels of the dyads that the filters keep, in reading order."""
        return list(dict.fromkeys(one.placement.dyad for one in self.transcripts if one.placement.dyad))

    @cached_property
    def kept(self) -> dict[Excerpt, Kept]:
        """The basket by excerpt."""
        return {one.excerpt: one for one in self.basket}

    @cached_property
    def separate_labels(self) -> dict[tuple[str, str], str]:
        """A label for each (dyad, role) that does not tell who the partner is."""
        return separate_labels(self.material.dyads, self.facts.cache_key)

    @property
    def all_lines(self) -> list[Line]:
        """The rows of all tables asked for, table by table."""
        return [line for kind in self.options.lines for line in self.lines(kind)]

    def lines(self, kind: str) -> list[Line]:
        """Return the rows of a table of themes, lexicon themes or codes; the filters narrow them."""
        codes = [code for code in self.book.codes.values() if _same(self.where.code, code.name)]
        if kind == "codes":
            return [Line(kind, code.name, (code,)) for code in codes if _same(self.where.theme, code.theme)]
        found = [
            Line(kind, theme.name, tuple(code for code in codes if code.theme == theme.name))
            for theme in self.book.themes.values()
            if (kind == "lexicon") == (theme.lexicon is not None) and _same(self.where.theme, theme.name)
        ]
        return [line for line in found if line.codes or self.where.code is None]

    @property
    def groupings(self) -> list[str]:
        """The attributes the tables count by: the group where there is one, then those asked for."""
        return list(dict.fromkeys(name for name in (GROUP, *self.options.by) if name in self.attributes))

    def group_of(self, by: str, transcript: Transcript, role: str) -> str:
        """Return the group of a place in the material; "-" where it is not known."""
        return group_of(by, transcript, role, self.attributes)

    def caption(self, what: str) -> str:
        """Say what is counted, whose codings they are, and which filters narrow them."""
        narrowed = [
            f"{one.name} {value}"
            for one in fields(self.where)
            if one.name != "coder" and (value := getattr(self.where, one.name)) is not None
        ]
        return f"{what} Counted: {self.chosen.label}.".lstrip() + (f" Only {', '.join(narrowed)}." if narrowed else "")


def gather(db: sqlite3.Connection, material: Material, where: Where, options: Options) -> Basis:
    """Read what a report counts.

    Raises StudyError where several people have coded and no lead is named, UnknownName for an attribute.
    """
    attributes = case_attributes(db)
    for name in options.by:
        if name not in attributes:
            raise UnknownName(f"--by {name}", "no dyad or interview has this attribute", did_you_mean(name, attributes))
    transcripts = [one for one in material.transcripts if where.keeps(one.placement)]
    kept = {transcript_id(one) for one in transcripts}
    passages = [one for one in material.reading_order if one.transcript_id in kept]
    if where.role:
        at = material.by_id
        passages = [one for one in passages if at[one.transcript_id].turn_at(one.start).speaker.role == where.role]
    offered: listing.Listing[Suggestion] = listing.Listing()
    if options.with_suggestions:
        offered = listing.suggestions(db, material, replace(where, coder=None), [one.name for one in judged.coders(db)])
    verdicts = listing.codings(db, material, Where(), every_verdict=True)
    return Basis(
        db=db,
        facts=given.study_facts(db),
        material=material,
        book=judged.codebook(db),
        where=where,
        options=options,
        chosen=coding_set(db, material, verdicts, where, options.lead),
        transcripts=transcripts,
        passages=passages,
        suggestions=offered,
        n_withheld=offered.n_withheld,
        attributes=attributes,
        discretion=Discretion.read(db),
        basket=basket(db),
        verdicts=verdicts,
    )


def coding_set(
    db: sqlite3.Connection, material: Material, verdicts: Sequence[Coding], where: Where, lead: str | None
) -> CodingSet:
    """Return one reading's codings (``where.coder``) out of all verdicts, or the final ones.

    Final is the agreed set at every place it has finished with or decided on, and the lead coder's elsewhere.
    """
    reviews = judged.reviews(db)
    if where.coder is not None:
        names = {where.coder}
        label = "the agreed set" if where.coder == AGREED else f"the codings of {where.coder}"
    else:
        lead = lead or _only_coder(verdicts, reviews)
        names = {AGREED, lead or AGREED}
        label = _label(material, verdicts, reviews, lead)
        settled = _Settled(judged.codebook(db), material, verdicts, reviews)
        verdicts = [one for one in verdicts if one.coder == AGREED or not settled.holds(one)]
    keeps = replace(where, coder=None).keeps
    return CodingSet(
        label,
        [one for one in verdicts if one.coder in names and one.verdict == "fits" and keeps(one)],
        [one for one in reviews if one.coder in names],
    )


class _Settled:
    """Where the agreed set has spoken: it read the place, or decided on it."""

    def __init__(
        self, book: Codebook, material: Material, verdicts: Iterable[Coding], reviews: Iterable[Review]
    ) -> None:
        self._material = material
        agreed = [review for review in reviews if review.coder == AGREED]
        self._read = {code.name: Coverage(agreed, code=code) for code in book.codes.values()} if agreed else {}
        self._decided: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for one in verdicts:
            if one.coder == AGREED:
                spans = self._decided.setdefault((one.excerpt.transcript, one.code), [])
                spans.append((one.excerpt.start, one.excerpt.end))

    def holds(self, coding: Coding) -> bool:
        excerpt = coding.excerpt
        number = transcript_id(self._material.by_name[excerpt.transcript])
        if coding.code in self._read and self._read[coding.code].holds(number, excerpt.start, excerpt.end):
            return True
        spans = self._decided.get((excerpt.transcript, coding.code), ())
        return any(overlaps_by_half((excerpt.start, excerpt.end), span) for span in spans)


def _only_coder(verdicts: Iterable[Coding], reviews: Iterable[Review]) -> str | None:
    names = sorted(({one.coder for one in verdicts} | {one.coder for one in reviews}) - {AGREED})
    if len(names) > 1:
        what = f"several people have coded ({', '.join(names)})"
        raise StudyError(
            "report", what, "Name the lead coder with --lead NAME; the agreed set counts where there is one."
        )
    return names[0] if names else None


def _label(material: Material, verdicts: Iterable[Coding], reviews: Iterable[Review], lead: str | None) -> str:
    at = material.by_id
    settled = {one.excerpt.transcript for one in verdicts if one.coder == AGREED}
    settled |= {at[one.transcript_id].name for one in reviews if one.coder == AGREED and one.transcript_id in at}
    others = f"the codings of {lead}" if lead else "nobody's codings, as there are none yet"
    if not settled:
        return others
    return f"the agreed set where there is one ({len(settled)} of {len(at)} interviews), elsewhere {others}"


def _same(wanted: str | None, value: str | None) -> bool:
    return wanted is None or wanted.casefold() == (value or "").casefold()
