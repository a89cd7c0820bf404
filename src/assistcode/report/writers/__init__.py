"""Write sections as files: one page of HTML for all of them; csv, xlsx and docx for each."""

from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from ...errors import InputError, UnknownName
from ...export.outgoing import write_whole
from ...material import did_you_mean
from ...store.database import now
from ..document import Section
from .html import html_page
from .sheets import csv_text, workbook
from .word import word_document

WRITERS: dict[str, Callable[[Section], str | bytes]] = {"csv": csv_text, "xlsx": workbook, "docx": word_document}
PAGE = "html"
FORMATS = (PAGE, *WRITERS)


def write_report(sections: Sequence[Section], title: str, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write the sections into a folder, which is made where it is missing; return the files in order.

    Nothing is overwritten: InputError names the first file that is there already, and then nothing is written.
    """
    for form in formats:
        if form not in FORMATS:
            raise UnknownName(f"format '{form}'", "a report has no such format", did_you_mean(form, FORMATS))
    page = folder / ("report.html" if len(sections) > 1 else f"{sections[0].name}.html")
    files = {folder / f"{one.name}.{form}": (form, one) for one in sections for form in WRITERS if form in formats}
    for path in (page, *files):
        if path.exists():
            remedy = "Name a new folder with --out, or move the old report away."
            raise InputError(str(path), "there is a file of this name already", remedy)
    _make(folder)
    if PAGE in formats:
        write_whole(page, html_page(sections, title, made_now()))
    for path, (form, section) in files.items():
        write_whole(path, WRITERS[form](section))
    return [page, *files] if PAGE in formats else [*files]


def made_now() -> str:
    """Say when, and with which program, a report is made."""
    return f"Made with assistcode {version('assistcode')} on {now()[:10]}."


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            str(folder), f"cannot be made ({error.strerror})", "Name another folder with --out."
        ) from error
