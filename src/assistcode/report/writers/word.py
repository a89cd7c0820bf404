"""A section as a Word document."""

import io
from typing import Any

from ..document import Prose, Quotes, Section, Table, printable

WIDTH = 13  # columns beside the first that fit a page


def word_document(section: Section) -> bytes:
    """Return the section as a .docx: headings, paragraphs, tables and quotations in Word's own styles."""
    import docx
    from docx.shared import Cm

    document = docx.Document()
    for page in document.sections:
        page.page_width, page.page_height = Cm(21), Cm(29.7)
        page.left_margin = page.right_margin = Cm(2)
    document.add_heading(section.title, level=1)
    if section.caption:
        document.add_paragraph(printable(section.caption))
    for text in section.missing:
        document.add_paragraph(printable(text), style="Intense Quote")
    for block in section.blocks:
        if isinstance(block, Table):
            _add_table(document, block)
        elif isinstance(block, Prose):
            document.add_heading(printable(block.heading), level=2)
            for text in block.paragraphs:
                document.add_paragraph(printable(text))
        else:
            _add_quotes(document, block)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _add_table(document: Any, table: Table) -> None:  # noqa: ANN401  docx has no types
    document.add_heading(printable(table.title), level=2)
    document.add_paragraph(printable(table.caption))
    for block in table.blocks(WIDTH):
        grid = document.add_table(rows=0, cols=len(block.header), style="Light List")
        rows = [[(one, False) for one in block.header]]
        rows += [[(cell.text, cell.is_machine) for cell in row] for row in block.rows]
        for row in rows:
            for place, (text, is_machine) in zip(grid.add_row().cells, row, strict=True):
                _write_cell(place, text, is_machine=is_machine)
        document.add_paragraph()
    for note in table.notes:
        document.add_paragraph(printable(note), style="List Bullet")


def _write_cell(place: Any, text: str, *, is_machine: bool) -> None:  # noqa: ANN401  docx has no types
    from docx.shared import Pt

    run = place.paragraphs[0].add_run(printable(text))
    run.font.size = Pt(8)
    run.italic = is_machine or None


def _add_quotes(document: Any, quotes: Quotes) -> None:  # noqa: ANN401  docx has no types
    document.add_heading(printable(quotes.heading), level=2)
    if quotes.caption:
        document.add_paragraph(printable(quotes.caption))
    for one in quotes.quotes:
        said = document.add_paragraph(style="Quote")
        said.add_run(f"“{printable(one.words)}” ")
        said.add_run(f"({printable(one.attribution)})").italic = False
        if one.translation:
            document.add_paragraph(f"“{printable(one.translation)}” (translation)", style="Quote")
