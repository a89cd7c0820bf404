"""The basket of quotations: chosen, put in order, shortened, translated. Every change is a new judged memo.

A memo of kind "quotation" on an excerpt holds the form to print; the latest stands, and an empty one takes the
excerpt out. A memo "translation" holds the words in the language of the paper, one "quotation order" about the
study the EXCERPT_IDs in order. So the printed form never loses its link to the words said.
"""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from ..corpus import Excerpt
from ..errors import InputError
from ..store import judged

QUOTATION, TRANSLATION, ORDER = "quotation", "translation", "quotation order"
KINDS = (QUOTATION, TRANSLATION, ORDER)
CUT = "[…]"
_CUTS = re.compile(r"\[…\](?: \[…\])+")
_BRACKETED = re.compile(r"\[[^\[\]]*\]")
_NOT_IN = "is not in the basket"


@dataclass(frozen=True, slots=True)
class Kept:
    """One quotation of the basket: what was said (``excerpt.quote``) and what is printed (``edited``)."""

    excerpt: Excerpt
    edited: str
    translation: str
    coder: str | None
    at: str


def basket(db: sqlite3.Connection) -> list[Kept]:
    """Return the basket in the order people gave it; what is not ordered follows as it was put in."""
    latest = {memo.excerpt: memo for memo in judged.placed_memos(db, QUOTATION) if memo.excerpt}
    translated = {memo.excerpt: memo.text for memo in judged.placed_memos(db, TRANSLATION)}
    orders = [memo.text.split() for memo in judged.memos(db) if memo.kind == ORDER]
    rank = {name: n for n, name in enumerate(orders[-1] if orders else ())}
    kept = [
        Kept(place, memo.text, translated.get(place, ""), memo.coder, memo.at)
        for place, memo in latest.items()
        if memo.text
    ]
    return sorted(kept, key=lambda one: rank.get(one.excerpt.id, len(rank)))


def find(db: sqlite3.Connection, excerpt: Excerpt) -> Kept:
    """Return the excerpt as the basket holds it. Raises InputError where it does not."""
    found = next((one for one in basket(db) if one.excerpt == excerpt), None)
    if found is None:
        raise InputError(excerpt.id, _NOT_IN, f"Put it in with 'assistcode basket add {excerpt.id} --coder NAME'.")
    return found


def check_edit(excerpt: Excerpt, edited: str) -> str:
    """Return the form to print. Raises InputError unless every word outside [square brackets] was said, in order."""
    said, at = " ".join(excerpt.quote.split()), 0
    for piece in _BRACKETED.split(" ".join(edited.split())):
        words = piece.strip()
        found = said.find(words, at)
        if found < 0:
            remedy = f"Write {CUT} for what you cut, and put what you add or change in [square brackets]."
            raise InputError(excerpt.id, f"'{words}' was not said there, or not in this order", remedy)
        at = found + len(words)
    if not edited.strip():
        raise InputError(excerpt.id, "no words are left", "Take it out with 'assistcode basket drop'.")
    return _CUTS.sub(CUT, " ".join(edited.split()))


def shortened(edited: str, words: str) -> str:
    """Return the form without these words, […] in their place. Raises InputError where they do not stand."""
    if words not in edited:
        raise InputError(f"'{words}'", "the quotation does not have these words", f"It reads: {edited}")
    return edited.replace(words, CUT, 1)


def ordered(db: sqlite3.Connection, wanted: Sequence[Excerpt]) -> str:
    """Return the whole basket's order with the wanted excerpts first, as the text of a memo."""
    first = [find(db, one).excerpt for one in dict.fromkeys(wanted)]
    return "\n".join(one.id for one in [*first, *(kept.excerpt for kept in basket(db) if kept.excerpt not in first)])
