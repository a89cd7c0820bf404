"""What the suggester learns from: sentences of the lexicons and the language, and a study's final human codes."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from . import embed, lexicon, suggest
from .agreement import MISSING
from .evidence import Labelled
from .finding import Lexicons, Place, by_language, rules_of
from .material import Material
from .units import UTTERANCE, Grid, Unit

Embed = Callable[[Sequence[str]], embed.Vectors]


def learn_sentences(lexicons: Lexicons, model: embed.Embedder, embed_new: Embed) -> suggest.Learned:
    """Learn from the sentences of lexicons of one language; ``embed_new`` is asked for vectors that are not shipped."""
    labelled = _labelled(lexicons)
    known = suggest.shipped_sentences(model.name, model.sha256)
    vectors = _vectors(labelled, known, embed_new)
    return suggest.learn_from(lexicons, labelled, vectors, known.weights_of(labelled))


def build(lexicons: Lexicons, model: embed.Embedder, folder: Path) -> Path:
    """Write vectors and weights of lexicons of one language into a folder, to be shipped; return the file.

    Sentences that are shipped already keep their vectors.
    """
    labelled = _labelled(lexicons)
    vectors = _vectors(labelled, suggest.shipped_sentences(model.name, model.sha256), model.embed)
    learned = suggest.learn_from(lexicons, labelled, vectors)
    return suggest.write_sentences(folder, model.name, model.sha256, learned)


def _labelled(lexicons: Lexicons) -> tuple[Labelled, ...]:
    neutral = neutral_of(lexicons)
    return suggest.labelled_sentences(lexicons, neutral.texts if neutral else ())


def _vectors(labelled: Sequence[Labelled], known: suggest.Sentences, embed_new: Embed) -> embed.Vectors:
    new = list(dict.fromkeys(one.text for one in labelled if one.text not in known))
    fresh = dict(zip(new, _rounded(embed_new(new)), strict=True))
    rows = [fresh[one.text] if one.text in fresh else known[one.text] for one in labelled]
    return np.stack(rows) if rows else embed_new([])


def _rounded(vectors: embed.Vectors) -> embed.Vectors:
    return vectors.astype(np.float16).astype(np.float32)


def neutral_of(lexicons: Lexicons) -> lexicon.Neutral | None:
    """Return the neutral sentences for lexicons of one language: from their folder, else the shipped ones."""
    one = next(iter(lexicons.values()))
    return lexicon.read_neutral(one.language, one.folder)


def files_beside(lexicons: Lexicons) -> dict[str, str]:
    """Return the sha256 of the rules of context and the neutral sentences that go with lexicons, by language."""
    found: dict[str, str] = {}
    for language, own in by_language(lexicons).items():
        rules, neutral = rules_of(own), neutral_of(own)
        found |= {f"context ({language})": rules.sha256} if rules else {}
        found |= {f"neutral ({language})": neutral.sha256} if neutral else {}
    return found


def decided(
    db: sqlite3.Connection, material: Material, places: Sequence[Place], themes: Sequence[str], reading: str | None
) -> list[Labelled | None]:
    """Return what a reading says of each utterance on the codes of the lexicons; None where it says nothing."""
    if reading is None:
        return [None] * len(places)
    units = [Unit(place[0], place[3].start, place[3].end) for place in places]
    grid = Grid.over_units(db, material, UTTERANCE, units)
    answers, poles = grid.answers(reading), grid.poles(reading)
    column = {code.id: j for j, code in enumerate(grid.codes)}
    codes = {theme: grid.book.for_lexicon(theme) for theme in themes}
    columns = {theme: column[code.id] for theme, code in codes.items() if code is not None}
    found: list[Labelled | None] = []
    for i, place in enumerate(places):
        carries = {theme: bool(answers[i, j]) for theme, j in columns.items() if answers[i, j] != MISSING}
        own = {theme: poles[i, j] for theme, j in columns.items() if carries.get(theme) and (i, j) in poles}
        found.append(Labelled(place[3].text, carries, own) if carries else None)
    return found
