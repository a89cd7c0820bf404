"""Count excerpts, moments and dyads by theme and group, each beside its base."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..corpus import Excerpt
from ..evidence import Suggestion
from ..judgement import Coding
from .basis import Basis, Line

POLES = {"present": "present", "lacking": "spoken of as missing", None: "no pole given"}
EFFECTS = {"facilitating": "facilitating", "hindering": "hindering", "both": "both", None: "no effect given"}
OF_CODINGS: dict[str, dict[str | None, str]] = {"pole": POLES, "effect": EFFECTS}  # not places in the material
ALL = "all"
PEOPLE, MACHINE = "people", "machine"


@dataclass(frozen=True, slots=True)
class Base:
    """What the counts of one group rest on: interviewee words and moments, and the dyads that were interviewed."""

    group: str
    dyads: tuple[str, ...]
    n_passages: int
    n_words: int
    n_moments: int


@dataclass(frozen=True, slots=True)
class Count:
    """What was found of one theme or code in one group.

    ``excerpts`` are different places, in reading order; ``dyads`` and ``roles`` say who spoke there.
    ``n_reviewed`` of the group's passages are finished with for every code of the line.
    """

    line: str
    group: str
    excerpts: tuple[Excerpt, ...]
    dyads: tuple[str, ...]
    roles: tuple[str, ...]
    n_moments: int
    n_passages: int
    n_reviewed: int

    @property
    def state(self) -> str:
        """Say what stands here: coded, none, or that nobody can know because it is (partly) unreviewed."""
        if self.excerpts:
            return "coded"
        if not self.n_passages:
            return "no material"
        if not self.n_reviewed:
            return "unreviewed"
        return "none" if self.n_reviewed == self.n_passages else "partly unreviewed"


@dataclass(frozen=True, slots=True)
class Tally:
    """Lines by groups of one grouping; every pair has its count. ``source`` is people or machine."""

    by: str
    lines: tuple[str, ...]
    bases: tuple[Base, ...]
    counts: dict[tuple[str, str], Count]
    source: str = PEOPLE

    def records(self) -> Iterable[dict[str, Any]]:
        """Yield the counts as plain rows, each with its base."""
        bases = {base.group: base for base in self.bases}
        for (line, group), count in self.counts.items():
            base = bases[group]
            yield {
                "line": line,
                "by": self.by,
                "group": group,
                "source": self.source,
                "state": count.state,
                "n_excerpts": len(count.excerpts),
                "n_moments": count.n_moments,
                "n_dyads": len(count.dyads),
                "dyads": " ".join(count.dyads),
                "who": " ".join(count.roles),
                "of_dyads": len(base.dyads),
                "of_moments": base.n_moments,
                "of_words": base.n_words,
                "of_passages": base.n_passages,
                "n_reviewed": count.n_reviewed,
            }


RECORD = (
    "line", "by", "group", "source", "state", "n_excerpts", "n_moments", "n_dyads", "dyads", "who", "of_dyads",
    "of_moments", "of_words", "of_passages", "n_reviewed",
)  # fmt: skip


def tally(basis: Basis, lines: Sequence[Line], by: str, *, source: str = PEOPLE) -> Tally:
    """Count the codings (or the machine's suggestions) of every line in every group.

    ``by`` is dyad, session, perspective, role, transcript, pole, effect, all, or an attribute's name.
    """
    labels = _labels(basis, by)
    found = _sorted_out(basis, lines, by, basis.codings if source == PEOPLE else basis.suggestions)
    bases = _bases(basis, labels, _places(basis, by))
    if by in OF_CODINGS and bases:
        bases = tuple(replace(bases[0], group=group) for group in OF_CODINGS[by].values())
    index = {base.group: n for n, base in enumerate(bases)}
    column = np.array([index.get(label, 0) for label in labels], dtype=np.int64)
    counts = {}
    for line in lines:
        n_read = np.bincount(column[basis.reading.of(line.codes)], minlength=len(bases))
        for n, base in enumerate(bases):
            rows = found.get((line.name, base.group), ())
            counts[line.name, base.group] = _count(line.name, base, rows, int(n_read[0 if by in OF_CODINGS else n]))
    return Tally(by, tuple(line.name for line in lines), bases, counts, source)


def _places(basis: Basis, by: str) -> list[tuple[str, str | None]]:
    """Return (group, dyad) of everybody's talk; codings may lie where no interviewee speaks."""
    if by == ALL or by in OF_CODINGS:
        return [(ALL, one.placement.dyad) for one in basis.transcripts]
    talk = {(one.name, turn.speaker.role): one for one in basis.transcripts for turn in one.turns}
    return [(basis.group_of(by, one, role), one.placement.dyad) for (_, role), one in talk.items()]


def group_of(basis: Basis, by: str, row: Coding | Suggestion) -> str:
    """Return the group a coding or a suggestion belongs to."""
    if by in OF_CODINGS:
        return OF_CODINGS[by][getattr(row, by, None)]
    return ALL if by == ALL else basis.group_of(by, basis.material.by_name[row.excerpt.transcript], row.role)


def _labels(basis: Basis, by: str) -> list[str]:
    """Return the group of each passage."""
    if by == ALL or by in OF_CODINGS:
        return [ALL] * len(basis.passages)
    at = basis.material.by_id
    return [
        basis.group_of(by, at[passage.transcript_id], role)
        for passage, role in zip(basis.passages, basis.roles, strict=True)
    ]


def _bases(basis: Basis, labels: Sequence[str], places: Iterable[tuple[str, str | None]]) -> tuple[Base, ...]:
    """Return what each group holds, in reading order."""
    dyads: dict[str, dict[str, None]] = {}
    for group, dyad in places:
        dyads.setdefault(group, {}).update({dyad: None} if dyad else {})
    moments: dict[str, set[tuple[int, int]]] = {group: set() for group in dyads}
    n_words, n_passages = dict.fromkeys(dyads, 0), dict.fromkeys(dyads, 0)
    for label, passage, (words, moment) in zip(labels, basis.passages, basis.measured, strict=True):
        n_passages[label] += 1
        n_words[label] += words
        if moment is not None:
            moments[label].add((passage.transcript_id, moment))
    return tuple(Base(one, tuple(dyads[one]), n_passages[one], n_words[one], len(moments[one])) for one in dyads)


Rows = Sequence[Coding | Suggestion]


def _sorted_out(basis: Basis, lines: Sequence[Line], by: str, rows: Rows) -> dict[tuple[str, str], Rows]:
    """Return the rows of every (line, group)."""
    names: dict[str, list[str]] = {}
    for line in lines:
        for code in line.codes:
            names.setdefault(code.name, []).append(line.name)
    found: dict[tuple[str, str], list[Coding | Suggestion]] = {}
    for row in rows:
        if row.code in names:
            group = group_of(basis, by, row)
            for name in names[row.code]:
                found.setdefault((name, group), []).append(row)
    return dict(found)


def _count(line: str, base: Base, rows: Rows, n_reviewed: int) -> Count:
    return Count(
        line=line,
        group=base.group,
        excerpts=tuple(dict.fromkeys(row.excerpt for row in rows)),
        dyads=tuple(dict.fromkeys(row.dyad for row in rows if row.dyad)),
        roles=tuple(sorted({row.role for row in rows})),
        n_moments=len({(row.excerpt.transcript, row.moment) for row in rows if row.moment is not None}),
        n_passages=base.n_passages,
        n_reviewed=n_reviewed,
    )
