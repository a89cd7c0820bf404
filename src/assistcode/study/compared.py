"""How the study stands: what is unread, how readings agree and differ, what may still be unread."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import compare as comparing
from .. import deciding, listing, precision, reading
from .. import estimate as estimating
from ..corpus import Excerpt
from ..differing import DIFFERING, Difference, differences
from ..errors import InputError, StudyError, UnknownName
from ..estimate import WANTED, Estimation
from ..evidence import Suggestion
from ..export.units import write_units
from ..judgement import AGREED, Decision
from ..listing import Listing
from ..store import judged
from ..units import MACHINE, UTTERANCE
from .decided import Decided


class Compared(Decided):
    """What follows from all rows; nothing here decides on words, but what a group agrees on."""

    def status(self) -> dict[str, Any]:
        """Say how the study stands, as plain values."""
        facts, run = self.facts, self.run()
        counts: dict[str, dict[str, int]] = {"perspective": {}, "session": {}}
        for transcript in self.transcripts():
            for name, seen in counts.items():
                value = getattr(transcript.placement, name) or "not placed"
                seen[value] = seen.get(value, 0) + 1
        passages = self.material.passages
        coverage = reading.Coverage(judged.reviews(self._db))
        return {
            "title": facts.title,
            "approach": facts.approach,
            "n_transcripts": len(self.transcripts()),
            "n_dyads": len({t.placement.dyad for t in self.transcripts() if t.placement.dyad}),
            "perspectives": counts["perspective"],
            "sessions": counts["session"],
            "assigned": self._assigned_counts(),
            "n_passages": len(passages),
            "n_unaided": sum(map(self.material.is_unaided, passages)),
            "precoded": run[1][:16].replace("T", " ") + " UTC" if run else None,
            "model": run[0].model if run else None,
            "n_codes": len(self.codebook.codes),
            "n_codings": sum(not coding.agreed for coding in self.codings()),
            "reviewed_by": {
                coder.name: sum(coverage.passage(passage, coder.name) for passage in passages)
                for coder in self.coders()
            },
            "n_unreviewed_by_anybody": sum(not coverage.passage(passage) for passage in passages),
        }

    def _assigned_counts(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for _, _, name, value, _, _ in judged.assigned_attributes(self._db):
            counts[f"{name} {value}"] = counts.get(f"{name} {value}", 0) + 1
        return counts

    def unreviewed(
        self, *, by: Sequence[str] = (), coder: str | None = None, code: str | None = None
    ) -> list[reading.ReadShare]:
        """Count what nobody (or not this coder) has finished with, in groups; for one code or the whole codebook."""
        unknown = [one for one in by if one not in reading.BY]
        if unknown:
            raise UnknownName(f"--by {unknown[0]}", "no such grouping", f"Known: {', '.join(reading.BY)}.")
        coverage = reading.Coverage(judged.reviews(self._db), code=self.code(code) if code else None)
        name = self.coder(coder).name if coder else None
        return reading.read_shares(self.material, coverage, by, name)

    def term_precision(self, *, theme: str | None = None, coder: str | None = None) -> Listing[precision.Record]:
        """Say of every lexicon term what people decided where it was evidence; ``coder`` None is every coder."""
        lexicons, where = self.lexicons(), self._where({"theme": theme})
        chosen = {
            name: one
            for name, one in lexicons.items()
            if listing.lexicon_of(where.theme, self.codebook) in {None, name}
        }
        names = [self._reading(coder)] if coder else [one.name for one in self.coders()]
        return precision.records(self._db, self.material, chosen, names)

    def readings(self) -> list[str]:
        """Return the coding sets of people: every coder's, and the agreed one where it exists."""
        return comparing.readings(self._db)

    def compare(self, *readings: str, unit: str = UTTERANCE, by: str | None = None) -> comparing.Comparison:
        """Compare readings: coders' names, "agreed", or "suggestions" with one of them.

        By default the suggestions with the final human codes: the agreed set where it exists, else the only coder's.
        ``unit`` is utterance, passage or interview; ``by`` dyad, session, role, perspective or transcript.
        """
        named = readings
        if len(readings) < 2:
            named = MACHINE, next((name for name in readings if name != MACHINE), None) or self._final_reading()
        return comparing.compare(self._db, self.material, named, unit=unit, by=by)

    def export_units(self, compared: comparing.Comparison, path: str | os.PathLike[str]) -> int:
        """Write the table behind a comparison's figures to a new CSV file; return the number of rows."""
        return write_units(compared, Path(path))

    def differing(
        self, a: str, b: str, *, unit: str = UTTERANCE, cells: Sequence[str] = DIFFERING, code: str | None = None
    ) -> Listing[Difference]:
        """List where two readings differ, with both readings, memos, words and evidence; ``code`` None is all.

        ``cells`` of the 2 x 2 table: both, only-a, only-b, neither; by default the two on which they differ.
        """
        compared = self.compare(a, b, unit=unit)
        person = next((name for name in compared.readings if name != MACHINE and compared.with_machine), None)
        seen = self.suggestions(coder=person)
        found = differences(compared, self.codings(every_verdict=True), seen, self.memos(), cells=cells)
        wanted = self.code(code).name if code else None
        return Listing(one for one in found if wanted in {None, one.code})

    def agree(
        self, excerpt: str | Excerpt, code: str, verdict: str, coder: str, *, pole: str | None = None,
        effect: str | None = None, shown: Sequence[Suggestion] = (), memo: str | None = None,
    ) -> Decision:  # fmt: skip
        """Write what a group agreed on, fits or does not fit, into the agreed set; the coder writes it down.

        The place counts as reviewed by the group for this code. ``shown`` as in ``decide``. "unsure" keeps both
        readings, see ``keep_both``.
        """
        place = self.material.excerpt(excerpt) if isinstance(excerpt, str) else excerpt
        about: dict[str, Any] = {"pole": pole, "effect": effect, "shown": shown, "memo": memo}
        return deciding.agree(self._hand(coder), place, code, verdict, **about)

    def keep_both(self, excerpt: str | Excerpt, code: str, coder: str, why: str) -> Decision:
        """Write that a group keeps both readings of a place, and why: the agreed set leaves it open."""
        if not why.strip():
            raise InputError("keep both", "it is not said why", "Say in a few words what either reading sees.")
        return self.agree(excerpt, code, "unsure", coder, memo=why)

    def estimate(
        self, reading: str | None = None, *, theme: str | None = None, code: str | None = None, by: str | None = None,
        wanted: int = WANTED,
    ) -> Estimation:  # fmt: skip
        """Say of every code what was found and at most how much more there may be; ``by`` as in ``compare``.

        ``reading`` None is the coder who has read most. ``wanted``: the price is that of "at most so many left".
        """
        where = self._where({"theme": theme, "code": code})
        name = self._reading(reading) if reading else self._lead()
        return estimating.estimate(self._db, self.material, name, where, by=by, wanted=wanted)

    def extend_sample(self, n: int) -> None:
        """Draw ``n`` more passages into the unaided sample, which ``estimate`` walks through; logged."""
        estimating.extend_sample(self._db, n)
        self._forget_material()

    def new_codes(self, reading: str | None = None) -> estimating.NewCodes:
        """Say how often new codes still appear from interview to interview; ``reading`` as in ``estimate``."""
        return estimating.new_codes(self.codings(coder=self._reading(reading) if reading else self._lead()))

    def _reading(self, name: str) -> str:
        """Return a reading of people by its right name. Raises UnknownName."""
        return AGREED if name.casefold() == AGREED else self.coder(name).name

    def _lead(self) -> str:
        """Return the coder who has reviewed most passages. Raises StudyError when there is nobody."""
        read = self.status()["reviewed_by"]
        if not read:
            raise StudyError("estimate", "there is nobody who could have read", "See 'assistcode coders add NAME'.")
        return str(max(read, key=lambda name: int(read[name])))

    def _final_reading(self) -> str:
        """Return whose codes are final: the agreed set, else the only coder's. Raises StudyError when unclear."""
        names = comparing.readings(self._db)
        if AGREED in names or len(names) == 1:
            return AGREED if AGREED in names else names[0]
        what = "there are several coders" if names else "there is nobody to compare with"
        roster = ", ".join(names) or "nobody"
        raise StudyError("compare", what, f"Say 'assistcode compare suggestions NAME'; on the roster: {roster}.")
