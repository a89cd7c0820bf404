"""List what stands: suggestions, codings, each with its place in the study."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from .codebook import Codebook, Rewording
from .corpus import Excerpt, Passage, Transcript, overlaps_by_half
from .evidence import Evidence, Suggestion
from .judgement import Coding, Judgement, Relook
from .material import Material, transcript_id
from .reading import Coverage
from .store import judged, made

if TYPE_CHECKING:
    import pyarrow as pa

Row = TypeVar("Row")


class Listing(list[Row]):
    """A list of rows that can become a table.

    ``hidden`` are the suggestions on undecided unaided passages, ``n_withheld`` how many of them were left out.
    """

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        super().__init__(rows)
        self.hidden: list[Row] = []
        self.n_withheld = 0

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return the rows as plain values, with ``excerpt_id`` beside each excerpt's fields."""
        return [as_dict(row) for row in self]

    def to_arrow(self) -> "pa.Table":
        """Return the rows as a table; evidence and other lists as JSON text."""
        import pyarrow as pa

        rows = [
            {key: json.dumps(value) if isinstance(value, list | dict) else value for key, value in row.items()}
            for row in self.to_dicts()
        ]
        return pa.Table.from_pylist(rows)


def as_dict(row: Any) -> dict[str, Any]:  # noqa: ANN401  any row type
    """Return one row as plain values."""
    values: dict[str, Any] = {}
    for entry in fields(row):
        value = getattr(row, entry.name)
        if isinstance(value, Excerpt):
            values |= excerpt_dict(value)
        elif isinstance(value, tuple):
            values[entry.name] = [_plain(one) for one in value]
        else:
            values[entry.name] = value
    return values


def _plain(value: Any) -> Any:  # noqa: ANN401  any value of a row
    if isinstance(value, Excerpt):
        return excerpt_dict(value)
    if isinstance(value, Evidence):
        return evidence_dict(value)
    return as_dict(value) if is_dataclass(value) else value


def excerpt_dict(excerpt: Excerpt) -> dict[str, Any]:
    """Return an excerpt's fields with its id."""
    return {
        "excerpt_id": excerpt.id,
        "transcript": excerpt.transcript,
        "start": excerpt.start,
        "end": excerpt.end,
        "quote": excerpt.quote,
    }


def evidence_dict(evidence: Evidence) -> dict[str, Any]:
    """Return evidence in the contract's form: every key there, null where it does not apply."""
    return asdict(evidence) | {"context": list(evidence.context)}


@dataclass(frozen=True, slots=True)
class Where:
    """What to list; None does not narrow. ``since`` and ``until`` are days (2026-03-31), both included."""

    theme: str | None = None
    code: str | None = None
    pole: str | None = None
    coder: str | None = None
    dyad: str | None = None
    session: str | None = None
    perspective: str | None = None
    status: str | None = None
    role: str | None = None
    since: str | None = None
    until: str | None = None

    def keeps(self, row: Any) -> bool:  # noqa: ANN401  suggestions and codings share these fields
        """Whether a row has every value asked for; case ignored. What a row does not have does not narrow."""
        wanted = ((entry.name, getattr(self, entry.name)) for entry in fields(self))
        return all(
            value is None or str(getattr(row, name, "")).casefold() == value.casefold()
            for name, value in wanted
            if hasattr(row, name)
        ) and self._in_time(getattr(row, "at", None))

    def _in_time(self, at: str | None) -> bool:
        return at is None or ((self.since or at) <= at and at[:10] <= (self.until or at))


def suggestions(
    db: sqlite3.Connection, material: Material, where: Where, coders: Sequence[str], *, even_unaided: bool = False
) -> Listing[Suggestion]:
    """List the machine's suggestions in reading order, those on undecided unaided passages left out.

    An unaided passage is undecided until the coder asked for, or else every coder of the roster, has
    reviewed it.
    """
    book = judged.codebook(db)
    coverage = Coverage(judged.reviews(db))
    decided = _by_transcript(judged.judgements(db), where.coder)
    passages = {passage.id: passage for passage in material.passages}
    stays_hidden = hiding(material, coverage, [where.coder] if where.coder else coders)
    listing: Listing[Suggestion] = Listing()
    for stored in made.suggestions(db, theme=lexicon_of(where.theme, book)):
        if book.for_lexicon(stored.theme) is None:
            continue  # its code was retired: nobody could accept it
        passage = passages[stored.utterance.passage_id]
        row = placed_suggestion(stored, material, book, decided)
        if not where.keeps(row):
            continue
        is_hidden = stays_hidden(passage)
        if is_hidden:
            listing.hidden.append(row)
        if even_unaided or not is_hidden:
            listing.append(row)
    listing.n_withheld = 0 if even_unaided else len(listing.hidden)
    listing.sort(key=lambda row: (material.rank[row.excerpt.transcript], row.excerpt.start, -row.score, row.theme))
    return listing


def hiding(material: Material, coverage: Coverage, readers: Sequence[str]) -> Callable[[Passage], bool]:
    """Return what says of a passage whether suggestions stay hidden: it is unaided, and not read by all of these."""

    def stays_hidden(passage: Passage) -> bool:
        is_read = bool(readers) and all(coverage.passage(passage, reader) for reader in readers)
        return material.is_unaided(passage) and not is_read

    return stays_hidden


def placed_suggestion(
    stored: made.StoredSuggestion, material: Material, book: Codebook, decided: dict[str, list[Judgement]]
) -> Suggestion:
    """Return a stored suggestion with its excerpt, its place in the study and what people made of it."""
    transcript = material.by_id[stored.utterance.transcript_id]
    excerpt = transcript.excerpt(stored.utterance.start, stored.utterance.end)
    turn = transcript.turn_at(excerpt.start)
    code = book.for_lexicon(stored.theme)
    place = transcript.placement
    return Suggestion(
        excerpt=excerpt,
        theme=stored.theme,
        code=code.name if code else stored.theme,
        score=stored.score,
        pole=stored.pole,
        evidence=stored.evidence,
        turn=turn.n,
        moment=turn.moment,
        role=turn.speaker.role,
        dyad=place.dyad,
        session=place.session,
        perspective=place.perspective,
        status=_status(excerpt, code.id if code else None, book, decided),
    )


def _status(excerpt: Excerpt, code_id: int | None, book: Codebook, decided: dict[str, list[Judgement]]) -> str:
    """Return the latest verdict of a person on this place and code; "undecided" when there is none."""
    latest: Judgement | None = None
    for judgement in decided.get(excerpt.transcript, ()):
        standing = book.resolve(judgement.code_id)
        span = (judgement.excerpt.start, judgement.excerpt.end)
        if standing is None or standing.id != code_id or not overlaps_by_half(span, (excerpt.start, excerpt.end)):
            continue
        if latest is None or judgement.action_id >= latest.action_id:
            latest = judgement
    return latest.verdict if latest else "undecided"


def _by_transcript(judgements: Iterable[Judgement], coder: str | None) -> dict[str, list[Judgement]]:
    found: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        if coder is None or judgement.coder == coder:
            found.setdefault(judgement.excerpt.transcript, []).append(judgement)
    return found


def lexicon_of(theme: str | None, book: Codebook) -> str | None:
    """Return the name of the lexicon behind a theme, which people may have renamed."""
    for one in book.themes.values():
        if theme is not None and theme.casefold() in {one.name.casefold(), (one.lexicon or "").casefold()}:
            return one.lexicon or theme
    return theme


def codings(
    db: sqlite3.Connection,
    material: Material,
    where: Where,
    *,
    every_verdict: bool = False,
    transcript: Transcript | None = None,
) -> Listing[Coding]:
    """List the codings that stand (on one transcript), in reading order; with ``every_verdict`` rejections too."""
    book = judged.codebook(db)
    listing: Listing[Coding] = Listing()
    for judgement in judged.judgements(db, transcript_id(transcript) if transcript else None):
        row = _coding(judgement, material, book)
        if row is not None and (every_verdict or row.verdict == "fits") and where.keeps(row):
            listing.append(row)
    listing.sort(key=lambda c: (material.rank[c.excerpt.transcript], c.excerpt.start, c.excerpt.end, c.code, c.coder))
    return listing


def _coding(judgement: Judgement, material: Material, book: Codebook) -> Coding | None:
    code = book.resolve(judgement.code_id)
    if code is None:
        return None
    transcript = material.by_name[judgement.excerpt.transcript]
    turn = transcript.turn_at(judgement.excerpt.start)
    place = transcript.placement
    return Coding(
        excerpt=judgement.excerpt,
        code=code.name,
        theme=code.theme,
        coder=judgement.reading,
        pole=judgement.pole,
        effect=judgement.effect,
        verdict=judgement.verdict,
        arm=judgement.arm,
        at=judgement.at,
        agreed=judgement.agreed,
        turn=turn.n,
        moment=turn.moment,
        role=turn.speaker.role,
        dyad=place.dyad,
        session=place.session,
        perspective=place.perspective,
        action_id=judgement.action_id,
    )


def to_relook(
    db: sqlite3.Connection, material: Material, where: Where, *, every_verdict: bool = False
) -> Listing[Relook]:
    """List the codings made before their code was defined anew, split or merged into another, in reading order.

    Deciding again takes one off the list, also when it is decided as before.
    """
    book = judged.codebook(db)
    since = {
        (one.action_id, one.excerpt, one.code_id): book.reworded_since(one.decided_code_id, one.action_id)
        for one in judged.judgements(db)
    }
    ids = {code.name: code.id for code in book.codes.values()}
    listing: Listing[Relook] = Listing()
    for row in codings(db, material, where, every_verdict=every_verdict):
        if changes := since[row.action_id, row.excerpt, ids[row.code]]:
            listing.append(_relook(row, changes, book))
    return listing


def _relook(coding: Coding, changes: Sequence[Rewording], book: Codebook) -> Relook:
    split_off = [book.resolve(one.into) for one in changes if one.kind == "split" and one.into is not None]
    names = dict.fromkeys(code.name for code in split_off if code is not None and code.name != coding.code)
    code = book.by_name(coding.code)
    return Relook(
        **{entry.name: getattr(coding, entry.name) for entry in fields(coding)},
        changed=tuple(one.kind for one in changes),
        changed_at=changes[-1].at,
        changed_by=changes[-1].coder,
        code_then=changes[0].name,
        definition_then=changes[0].definition,
        definition=code.definition if code else "",
        split_off=tuple(names),
    )


@dataclass(frozen=True, slots=True)
class Finished:
    """A span a reading has finished with; ``code`` None is every code of today's codebook."""

    excerpt: Excerpt
    coder: str
    code: str | None


def finished(db: sqlite3.Connection, material: Material) -> list[Finished]:
    """List what was reviewed, by whom and for which codes, so that it can be read back without widening it."""
    codes = judged.codebook(db).codes.values()
    rows = []
    for review in judged.reviews(db):
        if review.transcript_id not in material.by_id:
            continue
        excerpt = material.by_id[review.transcript_id].excerpt(review.start, review.end)
        covered = [code.name for code in codes if review.covers(code.id, code.created)]
        scope = [None] if len(covered) == len(codes) else covered
        rows += [Finished(excerpt, review.coder, name) for name in scope]
    return rows
