"""What was said: transcripts and attributes come in, are corrected, and go."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import importing, incoming, mending, pipeline, projects
from ..corpus import Placement
from ..readers import parse_role_rule, read_transcript
from ..store import given, judged
from .opened import Opened


class Said(Opened):
    """The given rows of a study."""

    def plan_import(
        self,
        paths: Iterable[str | os.PathLike[str]],
        *,
        pattern: str | None = None,
        table: str | os.PathLike[str] | None = None,
        roles: Sequence[str] = (),
        columns: Mapping[str, str] | None = None,
        language: str = "en",
    ) -> importing.Plan:
        """Say what an import of these files and folders would do; write nothing.

        ``pattern`` reads the place off the file name; ``table`` is a CSV file, dyad, session ...; ``roles`` are
        rules such as "I=interviewer" or "V=client/video"; ``language`` that of files that do not say theirs.
        """
        return importing.plan(
            [Path(path) for path in paths],
            self.material.transcripts,
            placing=importing.Placing(pattern, Path(table) if table else None, language),
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
