"""What the machine offers: suggestions and candidate codes."""

from collections.abc import Iterable

from .. import candidates, concordance, listing, pipeline, reading
from .. import compare as comparing
from ..candidates import Groups
from ..cluster import DEFAULT_MIN_CLUSTER_SIZE
from ..errors import InputError, StudyError
from ..evidence import CandidateCode, Change, Suggestion
from ..judgement import AGREED
from ..lexicons import read_sources, resolved
from ..listing import Listing, Where
from ..store import database, given, judged, made
from .said import Said

NOBODY = "nobody"


class Offered(Said):
    """The made rows of a study."""

    def precode(
        self,
        *,
        model: str | None = None,
        min_cluster_size: int | None = None,
        learn_from: str | None = None,
        report: pipeline.Report = pipeline.silent,
    ) -> pipeline.Precoded:
        """Make suggestions and candidate codes anew. Nothing is coded; no judged row is touched.

        The suggester learns from ``learn_from``: a coder's name, "agreed" or "nobody"; by default the agreed set
        where it exists, else the only coder's codes.
        """
        self.check_precode()
        options = pipeline.Options(
            model or default_model(),
            DEFAULT_MIN_CLUSTER_SIZE if min_cluster_size is None else min_cluster_size,
            self._teacher(learn_from),
        )
        check_cluster_size(options.min_cluster_size)
        lexicons = self._code_the_lexicons()
        made_now = pipeline.precode(self._db, self._vectors(), lexicons, options, report)
        self._forget_material()
        return made_now

    def _teacher(self, asked: str | None) -> str | None:
        """Return the reading to learn from. Raises UnknownName."""
        readings = comparing.readings(self._db)
        if asked is None:
            return AGREED if AGREED in readings else readings[0] if len(readings) == 1 else None
        return None if asked == NOBODY else comparing.known_readings(self._db, [asked])[0]

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

    def groups(self) -> Groups:
        """Return the clusters of the current run as people left them: candidates, members of codes, the unclustered."""
        return Groups.read(self._db, self.material)

    def candidates(self) -> Listing[CandidateCode]:
        """List the candidate codes of the current run that nobody has named, by number, with all members."""
        return self.groups().candidates()

    def candidate(self, reference: int | str) -> CandidateCode:
        """Return a candidate by its number in the current run, or by a member's EXCERPT_ID. Raises UnknownName."""
        return candidates.find(self.groups(), reference)

    def changes(self) -> Listing[Change]:
        """List what the current run made of the groups of the one before it; nothing after a first run."""
        return candidates.changes(self._db)

    def use_lexicons(self, *sources: str) -> list[str]:
        """Suggest from other lexicons: five, none, folders, files; return their names. New themes get their code."""
        names = list(read_sources(resolved(sources)))
        with database.transaction(self._db):
            given.set_lexicons(self._db, resolved(sources))
            judged.log(self._db, "lexicons", sources=resolved(sources))
        self._code_the_lexicons()
        return names

    def kwic(
        self, *asked: str, as_words: bool = False, flag: str | None = None, sort: str = concordance.SORTS[0],
        report: pipeline.Report = pipeline.silent, **where: str | None,
    ) -> Listing[concordance.Line]:  # fmt: skip
        """Return a concordance of themes, words ("don't"), phrases and beginnings of words ("humiliat*").

        A theme's hits on undecided unaided passages are left out and counted. With ``as_words`` no name is a theme.
        ``flag`` is one of a hit's context; ``sort`` is place, left or right; ``where`` as in ``suggestions``.
        """
        query = concordance.Query.of(asked, {} if as_words else self.lexicons(), flag=flag, sort=sort)
        return concordance.kwic(self._db, self.material, query, self._where(where), report)

    def coverage(
        self, *by: str, report: pipeline.Report = pipeline.silent, **where: str | None
    ) -> Listing[concordance.Covered]:
        """Count the hits of every lexicon by dyad, session, role, perspective, transcript, an attribute, or whose."""
        attributes = reading.case_attributes(self._db)
        concordance.check_groupings(by, attributes, "whose")
        lexicons, narrow = self.lexicons(), self._where(where)
        said = concordance.spoken(self.material, lexicons, narrow, report=report)
        return concordance.coverage(said, lexicons, by, attributes)

    def keyness(
        self, by: str, a: str, b: str, *, terms: bool = False, at_least: int = concordance.AT_LEAST,
        report: pipeline.Report = pipeline.silent, **where: str | None,
    ) -> concordance.Contrast:  # fmt: skip
        """Set the words (or lexicon terms) of group A against those of group B; groupings as in ``coverage``."""
        attributes = reading.case_attributes(self._db)
        concordance.check_groupings([by], attributes)
        lexicons, narrow = self.lexicons() if terms else {}, self._where(where)
        said = concordance.spoken(self.material, lexicons, narrow, report=report)
        return concordance.contrast(said, by, (a, b), attributes, terms=terms, at_least=at_least)

    def forget_suggestions(self) -> None:
        """Delete every made row; what people decided stays as it is."""
        with database.transaction(self._db):
            made.delete_made(self._db)

    def _record_early_look(self, where: Where, found: Iterable[Suggestion]) -> None:
        if where.coder is None:
            raise InputError("--even-unaided", "who is looking is not known", "Add --coder NAME; the look is recorded.")
        with self._action(where.coder) as action_id:
            for one in found:
                judged.add_visit(self._db, action_id, "early look", self.material.span(one.excerpt))


def default_model() -> str:
    """Return minilm, or static where minilm's package is missing."""
    from ..embed import DEFAULT_MODEL, STATIC_MODEL, is_available

    return DEFAULT_MODEL if is_available(DEFAULT_MODEL) else STATIC_MODEL


def check_cluster_size(size: int) -> None:
    """Raise InputError for a smallest cluster of fewer than two."""
    if size < 2:
        raise InputError("--min-cluster-size", f"{size} is no group", "Give 2 or more.")
