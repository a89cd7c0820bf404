"""What leaves the study: exports, the report, quotations."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from .. import export as exporting
from ..discretion import DISGUISE, disguise_text
from ..export import Exported
from ..export import Options as ExportOptions
from ..report import PARTS, basket, part_names, writers
from ..report.basis import Options as ReportOptions
from ..report.basis import gather
from ..report.basket import Kept
from ..report.document import Section
from ..report.writers import FORMATS, made_now
from ..report.writers.html import html_page
from ..store import database, judged
from .compared import Compared


class Printed(Compared):
    """A study on its way to other programs and to paper."""

    def export(self, form: str, path: str | os.PathLike[str], options: ExportOptions | None = None) -> Exported:
        """Write the study in one of the forms of EXPORTERS to a new file or folder, and log it.

        Raises UnknownName for a form there is not, InputError where the path cannot be written.
        """
        return exporting.export(self._db, self.material, form, Path(path), options or ExportOptions())

    def export_codebook(self, form: str, path: str | os.PathLike[str]) -> Exported:
        """Write the codebook as csv, yaml, qdc or taguette to a new file, and log it."""
        return exporting.export_codes(self._db, form, Path(path))

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
        self.add_memo(disguise_text(words, instead), coder, about=about, subject=subject, kind=DISGUISE)
