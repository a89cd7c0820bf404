"""The excerpts behind the numbers: every one in the plain rows, as many as can be read in the document."""

from typing import Any

from ..judgement import Coding
from .basis import Basis, Line
from .document import Quote, Quotes, Section, plural
from .quotations import printed

RECORD = (
    "lines", "line", "code", "excerpt_id", "transcript", "start", "end", "words", "dyad", "session", "perspective",
    "role", "pole", "effect", "coder", "not_quoted",
)  # fmt: skip
MOST = 4_000  # excerpts in the document


def excerpts(basis: Basis) -> Section:
    """Return the excerpts behind the tables, by theme or code, in reading order."""
    lines = basis.all_lines
    most = max(1, MOST // max(1, len(lines)))
    is_open = basis.options.attribution == "dyad"
    blocks, records, missing = [], [], []
    for line in lines:
        rows = basis.of_line(line)
        shown: dict[str, Quote] = {}
        for one in rows:
            why = basis.discretion.refusal(one)
            quote = printed(basis, one) if why is None else None
            records.append(_record(line, one, quote, why))
            if quote and len(shown) < most:
                shown.setdefault(quote.excerpt_id, quote)
        caption = f"{plural(len({one.excerpt for one in rows}), 'excerpt')}; {len(shown):,} shown."
        if is_open and rows:
            blocks.append(Quotes(line.name, caption, tuple(shown.values()), key=(line.kind, line.name)))
    if not is_open:
        missing.append(
            "Listing the excerpts would show which of them belong together, so with this way of naming speakers"
            " they stand in the plain rows alone (csv, xlsx), which are for the team."
        )
    return Section(
        "excerpts", "Excerpts behind the numbers", tuple(blocks), RECORD, records, tuple(missing), basis.caption("")
    )


def _record(line: Line, coding: Coding, quote: Quote | None, why: str | None) -> dict[str, Any]:
    excerpt = coding.excerpt
    about: dict[str, Any] = {
        "lines": line.kind,
        "line": line.name,
        "code": coding.code,
        "excerpt_id": excerpt.id,
        "transcript": excerpt.transcript,
    }
    about |= {"start": excerpt.start, "end": excerpt.end, "words": quote.words if quote else ""}
    places = {name: getattr(coding, name) for name in RECORD[8:15]}
    return about | places | {"not_quoted": why or ""}
