"""An interview for paper: lines of one measure, numbered through, the same at every printing."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from ..corpus import Transcript, Turn

MEASURE = 64  # characters a line


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line; ``turn`` is set on the first line of a turn."""

    n: int
    text: str
    turn: Turn | None


def numbered_lines(transcript: Transcript) -> Iterator[Line]:
    """Yield the lines of all turns, numbered from 1."""
    n = 0
    for turn in transcript.turns:
        text = transcript.text[turn.start : turn.end]
        wrapped = [line for part in text.split("\n") for line in textwrap.wrap(part, MEASURE) or [""]]
        for i, line in enumerate(wrapped):
            n += 1
            yield Line(n, line, turn if i == 0 else None)
