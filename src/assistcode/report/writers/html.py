"""Sections as one page of HTML that needs nothing else and prints well."""

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from ..document import Behind, Quotes, Section, Table, printable

if TYPE_CHECKING:
    from jinja2 import Template

WIDTH = 13  # columns beside the first that fit a printed page


def html_page(sections: Sequence[Section], title: str, made: str = "") -> str:
    """Return the page; ``made`` says when and with what it was made.

    Numbers lead to their excerpts where these are among the sections.
    """
    keys = [block.key for section in sections for block in section.blocks if isinstance(block, Quotes) and block.key]
    anchors = {key: f"x{n}" for n, key in enumerate(keys, 1)}

    def anchor(place: Behind | None) -> str:
        """Return where the excerpts behind a number stand; nothing where they are not in the page."""
        return anchors.get((place.kind, place.line), "") if place else ""

    return _template().render(
        sections=sections,
        title=title,
        made=made,
        anchors=anchors,
        anchor=anchor,
        width=WIDTH,
        kind_of=_kind_of,
        slug=_slug,
    )


def _slug(name: str) -> str:
    """Return an attribute's name as HTML takes it in the name of a "data-" attribute."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold())


def _kind_of(block: object) -> str:
    return "table" if isinstance(block, Table) else "quotes" if isinstance(block, Quotes) else "prose"


@cache
def _template() -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    pages = Environment(
        loader=PackageLoader("assistcode.report", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    return pages.get_template("report.html")
