"""The façade of the Python API: open a study, import, precode, decide, list, compare, export.

>>> from assistcode import Study
>>> with Study.open("ipr.study") as study:                                        # doctest: +SKIP
...     study.import_transcripts(["transcripts/"], pattern="d{dyad}_s{session}_{perspective}")
...     study.precode()
...     study.suggestions(theme="shame")
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from . import codebooks, deciding, importing, incoming, interview, listing, mending, pipeline, projects, queue, reading
from . import compare as comparing
from . import estimate as estimating
from . import export as exporting
from .cluster import DEFAULT_MIN_CLUSTER_SIZE
from .codebook import Code, Codebook
from .corpus import ROLES, Excerpt, Placement, Transcript
from .differing import DIFFERING, Difference, differences
from .discretion import DISGUISE, disguise_text
from .errors import InputError, StudyError, UnknownName
from .estimate import WANTED, Estimation
from .evidence import POLES, CandidateCode, Lexicon, Suggestion
from .export import Exported
from .export import Options as ExportOptions
from .export.units import write_units
from .interview import Interview, Progress
from .judgement import AGREED, VERDICTS, Coder, Coding, Decision, Judgement, LastAction, Memo, Span
from .lexicon import read_lexicons
from .listing import Listing, Where
from .material import Material, did_you_mean, transcript_id
from .readers import parse_role_rule, read_transcript
from .report import PARTS, basket, part_names, writers
from .report.basis import Options as ReportOptions
from .report.basis import gather
from .report.basket import Kept
from .report.document import Section
from .report.writers import FORMATS, made_now
from .report.writers.html import html_page
from .resources import shipped
from .store import database, given, judged, made
from .store.cache import VectorCache
from .units import MACHINE, UTTERANCE

APPROACHES = ("reflexive", "codebook", "content")
LEXICONS = ("five", "none")


class Study:
    """One study file. Use it as a context manager; closed, it is one file."""

    def __init__(self, path: Path, face: str = "api") -> None:
        """Open an existing study; see ``open`` and ``create``."""
        self.path = path
        self.face = face
        self._db = database.open_study(path)
        self._cache: VectorCache | None = None
        self._seen_change = given.newest_change(self._db)

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, face: str = "api") -> Self:
        """Open an existing study. Raises StudyError naming the remedy."""
        return cls(Path(path), face)

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        *,
        title: str = "",
        approach: str = "reflexive",
        lexicons: str = "five",
        unaided: int | None = None,
        seed: int = 1,
        face: str = "api",
    ) -> Self:
        """Make a new study with a theme and a code for every lexicon.

        ``lexicons`` is five, none, or a folder; ``unaided`` the number of passages read without suggestions
        (None: the smaller of 400 and a fifth); ``seed`` draws which.
        """
        if approach not in APPROACHES:
            raise UnknownName(f"approach '{approach}'", "there is no such approach", f"Known: {', '.join(APPROACHES)}.")
        if unaided is not None and unaided < 0:
            raise InputError("unaided", f"{unaided} passages cannot be read", "Give 0 or more.")
        source = lexicons if lexicons in LEXICONS else str(Path(lexicons).resolve())
        read_lexicon_source(source)
        path = Path(path)
        database.create(
            path, title=title or path.stem, approach=approach, lexicons=source, seed=seed, n_unaided=unaided
        ).close()
        study = cls(path, face)
        study._code_the_lexicons()
        return study

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        told = database.as_study_error(self.path, error)
        if told is not None:
            raise told from error

    def catch_up(self) -> bool:
        """Forget what was read of the material if somebody else has changed it since; return whether."""
        newest = given.newest_change(self._db)
        is_changed = newest != self._seen_change
        if is_changed:
            self._seen_change = newest
            self._forget_material()
        return is_changed

    def backup(self, path: str | os.PathLike[str]) -> None:
        """Write a copy of the whole study as it is now. Raises StudyError where a file stands already."""
        database.back_up(self._db, Path(path))

    def close(self) -> None:
        """Close the file; everything written is in it. Closing twice is no error."""
        if self._cache is not None:
            self._cache.close()
            self._cache = None
        database.close(self._db)

    # ------------------------------------------------------------------ given

    @cached_property
    def material(self) -> Material:
        """The transcripts, turns and passages."""
        return Material.read(self._db)

    @property
    def facts(self) -> given.StudyFacts:
        """Title, approach, seed and the like."""
        return given.study_facts(self._db)

    def plan_import(
        self,
        paths: Iterable[str | os.PathLike[str]],
        *,
        pattern: str | None = None,
        table: str | os.PathLike[str] | None = None,
        roles: Sequence[str] = (),
        columns: Mapping[str, str] | None = None,
    ) -> importing.Plan:
        """Say what an import of these files and folders would do; write nothing.

        ``pattern`` reads the place off the file name; ``table`` is a CSV file, dyad, session ...; ``roles`` are
        rules such as "I=interviewer" or "V=client/video".
        """
        return importing.plan(
            [Path(path) for path in paths],
            self.material.transcripts,
            placing=importing.Placing(pattern, Path(table) if table else None),
            roles=tuple(parse_role_rule(role) for role in roles),
            columns=columns,
        )

    def import_transcripts(
        self,
        paths: Iterable[str | os.PathLike[str]],
        *,
        keep_going: bool = False,
        **how: Any,  # noqa: ANN401  as plan_import
    ) -> importing.Plan:
        """Import files and folders as given rows; options as in ``plan_import``.

        With one file refused none is imported and the first refusal is raised, unless ``keep_going``.
        """
        plan = self.plan_import(paths, **how)
        if plan.refused and not keep_going:
            raise plan.refused[0]
        self.import_planned(plan)
        return plan

    def import_planned(self, plan: importing.Plan) -> None:
        """Write what a plan found."""
        if plan.transcripts:
            pipeline.import_transcripts(self._db, plan.transcripts)
            self._forget_material()

    def import_project(
        self, path: str | os.PathLike[str], *, roles: Sequence[str] = (), dry_run: bool = False
    ) -> projects.Brought:
        """Bring in a project of another program (.qdpx), all or nothing; the same again is merged by GUID.

        ``roles`` as in ``plan_import``; with ``dry_run`` nothing is written.
        """
        rules = tuple(parse_role_rule(role) for role in roles)
        brought = projects.import_project(self._db, Path(path), roles=rules, dry_run=dry_run)
        self._forget_material()
        return brought

    def set_placement(self, name: str, **values: str | None) -> Placement:
        """Correct a transcript's dyad, session, perspective, interviewer or language; logged."""
        placement = mending.set_placement(self._db, self.material.transcript(name), **values)
        self._forget_material()
        return placement

    def replace_transcript(
        self,
        name: str,
        path: str | os.PathLike[str],
        *,
        roles: Sequence[str] = (),
        columns: Mapping[str, str] | None = None,
    ) -> mending.Replaced:
        """Bring in a mended file for a transcript; judged rows are re-anchored by quote, the unplaceable returned."""
        old = self.material.transcript(name)
        rules = tuple(parse_role_rule(role) for role in roles)
        new = read_transcript(Path(path), old.placement, roles=rules, columns=columns)
        replaced = mending.replace_text(self._db, old, new)
        self._forget_material()
        return replaced

    def remove_transcript(self, name: str) -> int:
        """Take a transcript out of the study; return how many judgements on it are no longer seen."""
        n_judged = mending.remove(self._db, self.material.transcript(name))
        self._forget_material()
        return n_judged

    def import_attributes(self, path: str | os.PathLike[str], coder: str | None = None) -> int:
        """Bring in attributes from a table whose first column names the case; return how many values.

        With a coder they are that person's judgement (a column "why" holds the reason), else facts that came
        with the material.
        """
        return incoming.import_attributes(self._db, self.material, Path(path), self.coder(coder) if coder else None)

    def attributes(self) -> list[dict[str, str | None]]:
        """Return every attribute that stands: imported, and assigned by whom and why."""
        rows: list[dict[str, str | None]] = [
            {"of": kind, "subject": subject, "name": name, "value": value, "assigned_by": None, "why": None}
            for kind, subject, name, value in given.imported_attributes(self._db)
        ]
        return rows + [
            {"of": kind, "subject": subject, "name": name, "value": value, "assigned_by": coder, "why": why}
            for kind, subject, name, value, coder, why in judged.assigned_attributes(self._db)
        ]

    def transcripts(self) -> list[Transcript]:
        """Return the transcripts in reading order."""
        return self.material.transcripts

    # ------------------------------------------------------------------ made

    def precode(
        self,
        *,
        model: str | None = None,
        min_cluster_size: int | None = None,
        report: pipeline.Report = pipeline.silent,
    ) -> pipeline.Precoded:
        """Make suggestions and candidate codes anew. Nothing is coded; no judged row is touched."""
        self.check_precode()
        options = pipeline.Options(
            model or default_model(),
            DEFAULT_MIN_CLUSTER_SIZE if min_cluster_size is None else min_cluster_size,
        )
        check_cluster_size(options.min_cluster_size)
        lexicons = self._code_the_lexicons()
        made_now = pipeline.precode(self._db, self._vectors(), lexicons, options, report)
        self._forget_material()
        return made_now

    def check_precode(self) -> None:
        """Raise StudyError when there is nothing to precode."""
        if not self.material.passages:
            raise StudyError(str(self.path), "there is nothing to precode", "Import transcripts first.")

    def suggestions(self, *, even_unaided: bool = False, **where: str | None) -> Listing[Suggestion]:
        """List the machine's suggestions; narrow by theme, code, pole, coder, dyad, session, perspective, status.

        Those on undecided unaided passages are left out and counted. ``even_unaided`` shows them all the same
        and records the early look of the coder named.
        """
        narrow = self._where(where)
        names = [coder.name for coder in self.coders()]
        found = listing.suggestions(self._db, self.material, narrow, names, even_unaided=even_unaided)
        if even_unaided:
            self._record_early_look(narrow, found.hidden)
        return found

    def candidates(self) -> Listing[CandidateCode]:
        """List the candidate codes of the current run, largest first, with all members."""
        return listing.candidates(self._db, self.material)

    def candidate(self, number: int) -> CandidateCode:
        """Return a candidate code by its number in the current run. Raises UnknownName."""
        found = next((one for one in self.candidates() if one.number == number), None)
        if found is None:
            what = "the current run has none of this number"
            raise UnknownName(f"candidate {number}", what, "See 'assistcode codes list'.")
        return found

    def forget_suggestions(self) -> None:
        """Delete every made row; what people decided stays as it is."""
        with database.transaction(self._db):
            made.delete_made(self._db)

    def run(self) -> tuple[made.RunFacts, str] | None:
        """Return what the current run was, and when it ended; None before the first precode."""
        found = made.current_run(self._db)
        return (found[1], found[2]) if found else None

    def lexicons(self) -> dict[str, Lexicon]:
        """Return the lexicons of this study by name."""
        return read_lexicon_source(self.facts.lexicons)

    # ------------------------------------------------------------------ judged

    @property
    def codebook(self) -> Codebook:
        """The codes and themes that stand."""
        return judged.codebook(self._db)

    def code(self, name: str) -> Code:
        """Return a code by name. Raises UnknownName with near names."""
        return deciding.known_code(self._db, name)

    def add_code(self, name: str, coder: str, *, origin: str = "own", definition: str = "") -> Code:
        """Make a new code; one that exists already is returned as it is."""
        known = self.codebook.by_name(name.strip())
        if known is not None:
            return known
        hand = self._hand(coder)
        with hand.action() as action_id:
            return deciding.new_code(hand, action_id, name, origin=origin, definition=definition)

    def change_code(self, code: str, coder: str, *, name: str, definition: str) -> None:
        """Give a code another name or definition; its history keeps what it was."""
        deciding.change_code(self._hand(coder), self.code(code), name=name, definition=definition)

    def name_candidate(self, number: int, name: str, coder: str) -> Code:
        """Make a code of a candidate: its members become seeds, which outlive every re-run."""
        candidate, hand = self.candidate(number), self._hand(coder)
        with hand.action() as action_id:
            code = deciding.new_code(hand, action_id, name, origin="candidate")
            judged.add_code_seeds(self._db, action_id, code.id, map(self.material.span, candidate.members))
        return code

    def import_codebook(self, path: str | os.PathLike[str], coder: str | None = None) -> tuple[int, int]:
        """Bring in codes and themes (.csv, .yaml, .qdc); return how many codes were new and how many known."""
        return codebooks.import_codebook(self._db, Path(path), self.coder(coder) if coder else None)

    def coders(self) -> list[Coder]:
        """Return the roster."""
        return judged.coders(self._db)

    def coder(self, name: str) -> Coder:
        """Return a coder by name, case ignored. Raises UnknownName: a mistyped coder is refused, not made."""
        found = next((coder for coder in self.coders() if coder.name.casefold() == name.casefold()), None)
        if found is None:
            remedy = did_you_mean(name, [coder.name for coder in self.coders()])
            what = "is not on the roster"
            raise UnknownName(f"coder '{name}'", what, f"{remedy} Add somebody with 'assistcode coders add NAME'.")
        return found

    def add_coder(self, name: str) -> Coder:
        """Put a person on the roster. Raises InputError for a name that is taken or empty."""
        name = name.strip()
        if not name or name.casefold() in {"suggestions", "agreed"}:
            raise InputError("coder", f"'{name}' cannot be a coder's name", "Choose another.")
        if any(coder.name.casefold() == name.casefold() for coder in self.coders()):
            raise InputError(f"coder '{name}'", "is on the roster already", "Choose another name.")
        with database.transaction(self._db):
            return judged.add_coder(self._db, name)

    def decide(
        self,
        excerpt: str | Excerpt,
        code: str,
        verdict: str,
        coder: str,
        *,
        pole: str | None = None,
        effect: str | None = None,
        shown: Sequence[Suggestion] = (),
        memo: str | None = None,
        instead_of: str | None = None,
        origin: str | None = None,
    ) -> Decision:
        """Write one person's verdict (fits, does not fit, unsure) on an excerpt and a code, in one action.

        ``shown`` is what the person had seen of the machine on this place; "fits" without a pole then takes the
        suggestion's. The suggestion in force is kept with the decision even if it was not shown.
        ``instead_of`` names a code that does not fit there; with an ``origin`` (own, in vivo) a new code is made.
        """
        place = self.material.excerpt(excerpt) if isinstance(excerpt, str) else excerpt
        about: dict[str, Any] = {"shown": shown, "memo": memo, "instead_of": instead_of, "origin": origin}
        return deciding.decide(self._hand(coder), place, code, verdict, pole=pole, effect=effect, **about)

    def find_words(self, within: Excerpt, words: str) -> list[Excerpt]:
        """Return the places where words stand inside an excerpt."""
        transcript = self.material.by_name[within.transcript]
        places = incoming.find_quote(within.quote, words)
        return [transcript.excerpt(within.start + start, within.start + end) for start, end in places]

    def next_card(self, coder: str, order: str | None = None, **only: str | None) -> queue.Card | None:
        """Return the coder's next passage; None when all are reviewed. Reading order by default if reflexive.

        ``only`` narrows to a transcript, dyad, session or perspective.
        """
        cards = self.sitting(coder, order, **only).cards(1)
        return cards[0] if cards else None

    @property
    def default_order(self) -> str:
        """The order of passages unless another is asked for: as read if reflexive, else likely first."""
        return "reading" if self.facts.approach == "reflexive" else "likely"

    def sitting(self, coder: str, order: str | None = None, **only: str | None) -> queue.Sitting:
        """Return the coder's way through the passages: cards to come, dealt several at a time."""
        inside = self._inside(**only) if _narrows(only) else None
        person, cache = self.coder(coder), self._vectors() if order == "unlike" else None
        return queue.Sitting(self._db, self.material, person, order or self.default_order, inside=inside, cache=cache)

    def _inside(self, transcript: str | None = None, **values: str | None) -> set[int]:
        """Return the ids of the transcripts a sitting is narrowed to."""
        where = self._where(values)
        chosen = [self.material.transcript(transcript)] if transcript else self.transcripts()
        return {transcript_id(one) for one in chosen if where.keeps(one.placement)}

    def review(self, card: queue.Card, coder: str) -> None:
        """Write that the coder has finished with the card's passage, for the whole codebook of this moment."""
        deciding.finish(self._hand(coder), [card.passage])

    def finish(self, excerpt: Excerpt, coder: str) -> int:
        """Write that the coder has finished with the passages of an excerpt; return how many were not before."""
        return deciding.finish_new(self._hand(coder), excerpt)

    def put_off(self, excerpt: Excerpt, coder: str) -> None:
        """Write that the coder will come back to a passage later."""
        deciding.put_off(self._hand(coder), excerpt)

    def codings_on(self, excerpt: Excerpt, coder: str) -> list[Coding]:
        """Return the coder's own codings that share words with an excerpt."""
        return interview.codings_on(self._hand(coder), excerpt)

    def suggestions_after(self, excerpt: Excerpt, coder: str) -> list[Suggestion]:
        """Return the suggestions on the passages of an excerpt that the coder may see: unaided ones once finished."""
        return interview.suggestions_after(self._hand(coder), excerpt)

    def decided_alike(self, code: str, coder: str) -> tuple[int, int]:
        """Return how many shown suggestions of a code the coder decided on, and how many fitted."""
        return judged.decided_alike(self._db, self.code(code).id, self.coder(coder).id)

    def newest_action(self) -> int:
        """Return the number of the latest action of anybody."""
        return judged.newest_action(self._db)

    def interview(self, name: str, coder: str) -> Interview:
        """Return a transcript as the coder may see it: suggestions are locked until it is marked read."""
        return interview.read_interview(self._hand(coder), self.material.transcript(name))

    def progress(self, coder: str) -> list[Progress]:
        """Say of every interview how far the coder is in it."""
        return interview.progress(self._hand(coder))

    def mark_read(self, name: str, coder: str) -> None:
        """Write that the coder has read the interview from beginning to end; this unlocks its suggestions."""
        deciding.visit(self._hand(coder), "read", [deciding.whole(self.material.transcript(name))])

    def look_early(self, name: str, coder: str, *, even_unaided: bool = False) -> None:
        """Open an interview's suggestions before it is read; recorded, and not to be taken back."""
        hand = self._hand(coder)
        passages = interview.to_look_at(hand, self.interview(name, coder), even_unaided=even_unaided)
        deciding.visit(hand, "early look", [deciding.excerpt_of(self.material, one) for one in passages])

    def finish_to(self, name: str, place: int, coder: str) -> int:
        """Write that the coder has finished with all up to a place in the text; return how many passages.

        They are counted from the last finished passage before the place onwards.
        """
        passages = interview.to_finish(self.interview(name, coder), place)
        if passages:
            deciding.finish(self._hand(coder), passages)
        return len(passages)

    def last_action(self, coder: str) -> LastAction | None:
        """Return what the coder's next undo would take back."""
        return deciding.last_action(self._hand(coder))

    def undo(self, coder: str, action_id: int | None = None) -> LastAction | None:
        """Take back an action of the coder (the latest by default), also of another day; None when there is none."""
        return deciding.undo(self._hand(coder), action_id)

    def take_off(self, excerpt: Excerpt, code: str, coder: str) -> int:
        """Take back all that a coder decided about a code on an excerpt; return how many verdicts."""
        return deciding.take_off(self._hand(coder), excerpt, self.code(code))

    def judged_since(self, excerpt: Excerpt, coder: str, action_id: int) -> list[Judgement]:
        """Return what the coder judged on these words after an action, perhaps in another window."""
        return deciding.judged_since(self._hand(coder), excerpt, action_id)

    def add_memo(
        self, text: str, coder: str, *, about: str = "study", subject: str = "", kind: str = "analytic"
    ) -> None:
        """Write a memo about the study, a dyad, transcript, code, theme, or (by EXCERPT_ID) an excerpt."""
        span: Span | None = self.material.span(self.material.excerpt(subject)) if about == "excerpt" else None
        with self._action(coder) as action_id:
            judged.add_memo(self._db, action_id, kind=kind, subject_kind=about, subject=subject, text=text, span=span)

    def import_memos(self, path: str | os.PathLike[str], coder: str) -> int:
        """Bring in memos from a table (about, subject, kind, coder, text); return how many are this coder's."""
        return incoming.import_memos(self._db, self.material, Path(path), self.coder(coder))

    def memos(self) -> list[Memo]:
        """Return the memos, oldest first."""
        return judged.memos(self._db)

    def codings(self, *, every_verdict: bool = False, **where: str | None) -> Listing[Coding]:
        """List the codings that stand; narrow as in ``suggestions``. ``every_verdict`` adds rejections and doubts."""
        return listing.codings(self._db, self.material, self._where(where), every_verdict=every_verdict)

    def import_codings(
        self, path: str | os.PathLike[str], coder: str, *, all_reviewed: bool = False, agreed: bool = False
    ) -> incoming.Incoming:
        """Bring in codings from a table, all or nothing: a coder's, or the agreed set as the coder wrote it down."""
        return incoming.import_codings(
            self._db, self.material, Path(path), self.coder(coder), all_reviewed=all_reviewed, agreed=agreed
        )

    def unplaced(self) -> list[tuple[Excerpt, str, str, str]]:
        """Return (old excerpt, code, verdict, coder) of decisions without a place since a transcript was mended."""
        book = self.codebook
        rows = judged.unplaced(self._db)
        return [
            (one, found.name if (found := book.resolve(code)) else "-", verdict, who)
            for one, code, verdict, who in rows
        ]

    # ------------------------------------------------------------------ reports

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

    @property
    def shows_statistics(self) -> bool:
        """Whether coefficients, intervals and estimates are shown unasked: in a reflexive study they are not."""
        return self.facts.approach != "reflexive"

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

    def readings(self) -> list[str]:
        """Return the coding sets of people: every coder's, and the agreed one where it exists."""
        return comparing.readings(self._db)

    def _final_reading(self) -> str:
        """Return whose codes are final: the agreed set, else the only coder's. Raises StudyError when unclear."""
        names = comparing.readings(self._db)
        if AGREED in names or len(names) == 1:
            return AGREED if AGREED in names else names[0]
        what = "there are several coders" if names else "there is nobody to compare with"
        roster = ", ".join(names) or "nobody"
        raise StudyError("compare", what, f"Say 'assistcode compare suggestions NAME'; on the roster: {roster}.")

    def export(self, form: str, path: str | os.PathLike[str], options: ExportOptions | None = None) -> Exported:
        """Write the study in one of the forms of EXPORTERS to a new file or folder, and log it.

        Raises UnknownName for a form there is not, InputError where the path cannot be written.
        """
        return exporting.export(self._db, self.material, form, Path(path), options or ExportOptions())

    def export_codebook(self, form: str, path: str | os.PathLike[str]) -> Exported:
        """Write the codebook as csv, yaml, qdc or taguette to a new file, and log it."""
        return exporting.export_codes(self._db, form, Path(path))

    # ------------------------------------------------------------------ on paper

    def report(self, *parts: str, options: ReportOptions | None = None, **where: str | None) -> list[Section]:
        """Return parts of the report (or "all") as values: human codings only, narrowed as in ``codings``."""
        wanted, options = part_names(parts), options or ReportOptions()
        lead = self.coder(options.lead).name if options.lead else None
        basis = gather(self._db, self.material, self._where(where), replace(options, lead=lead))
        return [PARTS[name](basis) for name in wanted]

    def report_page(self, *parts: str, options: ReportOptions | None = None, **where: str | None) -> str:
        """Return the same as one page of HTML that needs nothing else."""
        return html_page(self.report(*parts, options=options, **where), self.facts.title, made_now())

    def write_report(self, sections: Sequence[Section], folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
        """Write parts of the report as html, csv, xlsx and docx into a folder; return the files. It is logged."""
        files = writers.write_report(sections, self.facts.title, folder, formats)
        with database.transaction(self._db):
            judged.log(self._db, "report", files=[path.name for path in files])
        return files

    def basket(self) -> list[Kept]:
        """Return the quotations chosen for the paper, in their order."""
        return basket.basket(self._db)

    def keep_quotation(self, excerpt_id: str, coder: str, *, edited: str | None = None) -> Kept:
        """Put an excerpt into the basket, or give it another form. Raises InputError for words that were not said."""
        place = self.material.excerpt(excerpt_id)
        form = basket.check_edit(place, place.quote if edited is None else edited)
        self.add_memo(form, coder, about="excerpt", subject=excerpt_id, kind=basket.QUOTATION)
        return basket.find(self._db, place)

    def shorten_quotation(self, excerpt_id: str, words: str, coder: str) -> Kept:
        """Cut words out of a quotation of the basket; […] marks the cut."""
        kept = basket.find(self._db, self.material.excerpt(excerpt_id))
        return self.keep_quotation(excerpt_id, coder, edited=basket.shortened(kept.edited, words))

    def translate_quotation(self, excerpt_id: str, translation: str, coder: str) -> Kept:
        """Write a translation beside a quotation of the basket."""
        kept = basket.find(self._db, self.material.excerpt(excerpt_id))
        self.add_memo(translation, coder, about="excerpt", subject=excerpt_id, kind=basket.TRANSLATION)
        return basket.find(self._db, kept.excerpt)

    def drop_quotation(self, excerpt_id: str, coder: str) -> None:
        """Take an excerpt out of the basket."""
        kept = basket.find(self._db, self.material.excerpt(excerpt_id))
        self.add_memo("", coder, about="excerpt", subject=kept.excerpt.id, kind=basket.QUOTATION)

    def order_quotations(self, excerpt_ids: Sequence[str], coder: str) -> list[Kept]:
        """Put these first in the basket, in this order."""
        order = basket.ordered(self._db, [self.material.excerpt(one) for one in excerpt_ids])
        self.add_memo(order, coder, kind=basket.ORDER)
        return self.basket()

    def disguise(self, words: str, instead: str, coder: str, *, about: str, subject: str) -> None:
        """Print ``[instead]`` for a detail in everything quoted from a dyad or a transcript."""
        self._check_case(about, subject)
        self.add_memo(disguise_text(words, instead), coder, about=about, subject=subject, kind=DISGUISE)

    def _check_case(self, about: str, subject: str) -> None:
        if about == "transcript":
            self.material.transcript(subject)
        elif subject not in self.material.dyads:
            raise UnknownName(
                f"{about} '{subject}'", "there is none in this study", did_you_mean(subject, self.material.dyads)
            )

    # ------------------------------------------------------------------ inside

    def _hand(self, coder: str) -> deciding.Hand:
        return deciding.Hand(self._db, self.material, self.coder(coder), self.face)

    def _action(self, coder: str) -> AbstractContextManager[int]:
        """One key press or command: a transaction with its action row."""
        return self._hand(coder).action()

    def _vectors(self) -> VectorCache:
        if self._cache is None:
            self._cache = VectorCache(self.path, self.facts.cache_key)
        return self._cache

    def _where(self, values: Mapping[str, str | None]) -> Where:
        where = Where(**values)
        if where.coder is not None and where.coder != AGREED:
            where = replace(where, coder=self.coder(where.coder).name)
        if where.code is not None:
            self.code(where.code)
        for name, known in self._known_values().items() if _narrows(values) else ():
            value = getattr(where, name)
            if value is not None and value.casefold() not in {one.casefold() for one in known}:
                raise UnknownName(f"{name} '{value}'", "there is none in this study", did_you_mean(value, known))
        return where

    def _known_values(self) -> dict[str, set[str]]:
        places = [transcript.placement for transcript in self.transcripts()]
        themes = {name for theme in self.codebook.themes.values() for name in (theme.name, theme.lexicon) if name}
        return {
            "theme": themes,
            "pole": set(POLES),
            "status": {*VERDICTS, "undecided"},
            "dyad": {place.dyad for place in places if place.dyad},
            "session": {place.session for place in places if place.session},
            "perspective": {place.perspective for place in places if place.perspective},
            "role": set(ROLES),
        }

    def _record_early_look(self, where: Where, found: Iterable[Suggestion]) -> None:
        if where.coder is None:
            raise InputError("--even-unaided", "who is looking is not known", "Add --coder NAME; the look is recorded.")
        with self._action(where.coder) as action_id:
            for one in found:
                judged.add_visit(self._db, action_id, "early look", self.material.span(one.excerpt))

    def _code_the_lexicons(self) -> dict[str, Lexicon]:
        """Make a theme and a code for every lexicon that has none yet; return the lexicons."""
        lexicons = self.lexicons()
        had = {event.payload.get("lexicon") for event in judged.code_events(self._db) if event.kind == "create"}
        new = [lexicon for name, lexicon in lexicons.items() if name not in had]
        if new:
            with database.transaction(self._db):
                action_id = judged.begin_action(self._db, None, self.face)
                for lexicon in new:
                    _code_lexicon(self._db, action_id, lexicon)
        return lexicons

    def _forget_material(self) -> None:
        self.__dict__.pop("material", None)


def _narrows(values: Mapping[str, str | None]) -> bool:
    return any(value is not None for value in values.values())


def read_lexicon_source(source: str) -> dict[str, Lexicon]:
    """Return the lexicons of a source: five, none, or a folder."""
    if source == "none":
        return {}
    return read_lexicons(shipped("lexicons") if source == "five" else Path(source))


def _code_lexicon(db: Any, action_id: int, lexicon: Lexicon) -> None:  # noqa: ANN401  a connection; only the store names it
    about: dict[str, Any] = {"name": lexicon.name, "definition": lexicon.definition, "lexicon": lexicon.name}
    theme_id = judged.add_code_event(db, action_id, "theme", "create", **about)
    code_id = judged.add_code_event(db, action_id, "code", "create", **about, origin="lexicon")
    judged.add_code_event(db, action_id, "code", "group", code_id, theme_id=theme_id)


def default_model() -> str:
    """Return minilm, or static where minilm's package is missing."""
    from .embed import DEFAULT_MODEL, STATIC_MODEL, is_available

    return DEFAULT_MODEL if is_available(DEFAULT_MODEL) else STATIC_MODEL


def check_cluster_size(size: int) -> None:
    """Raise InputError for a smallest cluster of fewer than two."""
    if size < 2:
        raise InputError("--min-cluster-size", f"{size} is no group", "Give 2 or more.")
