"""Find where a judged span of an old text stands in its mended text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from .corpus import Transcript, Turn


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which turns of two versions of a transcript belong together.

    ``same`` pairs turns with the same words, ``near`` pairs the spans of text that were mended.
    """

    old: Transcript
    new: Transcript
    same: tuple[tuple[Turn, Turn], ...]
    near: tuple[tuple[tuple[int, int], tuple[int, int]], ...]

    @classmethod
    def of(cls, old: Transcript, new: Transcript) -> "Alignment":
        """Align two versions turn by turn."""
        a = [old.text[turn.start : turn.end] for turn in old.turns]
        b = [new.text[turn.start : turn.end] for turn in new.turns]
        same: list[tuple[Turn, Turn]] = []
        near: list[tuple[tuple[int, int], tuple[int, int]]] = []
        for tag, i, j, k, n in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
            if tag == "equal":
                same += zip(old.turns[i:j], new.turns[k:n], strict=True)
            elif tag == "replace":
                near.append((_span(old.turns[i:j]), _span(new.turns[k:n])))
        return cls(old, new, tuple(same), tuple(near))

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Return where the words ``old[start:end]`` stand now, to the letter and in the same role's turn, or None.

        Inside an unchanged turn the span moves with it. Otherwise the quote is looked for in the mended place
        (the occurrence nearest to where it was), then in the whole text, where it must stand once.
        """
        for before, after in self.same:
            if before.start <= start and end <= before.end:
                return start - before.start + after.start, end - before.start + after.start
        quote = self.old.text[start:end]
        for before_span, after_span in self.near:
            if before_span[0] <= start and end <= before_span[1]:
                found = self._places(quote, start, *after_span)
                if found:
                    was = start - before_span[0]
                    return min(found, key=lambda span: (abs(span[0] - after_span[0] - was), span))
        found = self._places(quote, start, 0, len(self.new.text))
        return found[0] if len(found) == 1 else None

    def _places(self, quote: str, was: int, start: int, end: int) -> list[tuple[int, int]]:
        """Return where the quote stands in ``new[start:end]`` in the mouth of the one who said it before."""
        voice = self.old.turn_at(was).speaker.role
        found = re.finditer(re.escape(quote), self.new.text[start:end])
        places = [(match.start() + start, match.end() + start) for match in found]
        return [place for place in places if self.new.turn_at(place[0]).speaker.role == voice]

    def unchanged(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the parts of ``old[start:end]`` whose turns are unchanged, as spans of the new text."""
        kept = []
        for before, after in self.same:
            first, last = max(start, before.start), min(end, before.end)
            if first < last:
                kept.append((first - before.start + after.start, last - before.start + after.start))
        return kept


def _span(turns: Sequence[Turn]) -> tuple[int, int]:
    return turns[0].start, turns[-1].end
