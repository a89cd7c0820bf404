"""The labelled sets the suggester is measured on, read from a folder of real material; none of it is shipped."""

import csv
import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

THEMES = ("competence", "fear", "safety", "shame", "togetherness")
EMOTIONS = {  # strict, and what is added for broad; shares that really show the theme were read by hand
    "fear": ({"afraid", "terrified"}, {"anxious", "apprehensive"}),
    "shame": ({"ashamed", "embarrassed"}, {"guilty"}),
    "competence": ({"confident"}, {"prepared", "proud"}),
}
NOT_NEGATIVE = {"surprised", "grateful", "hopeful", "joyful"}
NEUTRAL = "27"

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Sets:
    """The folder of material; each set is read when it is asked for."""

    folder: Path

    @cached_property
    def gold(self) -> list[dict[str, str]]:
        """Utterances of counselling talk, each theme 1, -1 (lacking) or 0 by two coders."""
        return _rows(self.folder / "theme_gold_dev.csv")

    def gold_answers(self, theme: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where the two coders agree, and what they say there: 1, -1 or 0."""
        both = np.array([(int(row[f"{theme}_a"]), int(row[f"{theme}_b"])) for row in self.gold])
        rows = np.flatnonzero(both[:, 0] == both[:, 1])
        return rows, both[rows, 0]

    @cached_property
    def situations(self) -> list[dict[str, str]]:
        """First-person situations, each told for one of 32 emotions."""
        return _rows(self.folder / "empathetic_dialogues" / "situations_dev.csv")

    def situation_answers(self, theme: str, *, strict: bool) -> tuple[NDArray[np.int64], Flags]:
        """Return which situations count, and which of those are positive."""
        narrow, added = EMOTIONS[theme]
        wanted = narrow if strict else narrow | added
        left_out = NOT_NEGATIVE | (added if strict else set())
        emotions = np.array([row["emotion"] for row in self.situations])
        rows = np.flatnonzero(~np.isin(emotions, list(left_out)))
        return rows, np.isin(emotions[rows], list(wanted))

    def neutral(self, part: str) -> list[str]:
        """Return the one-liners that raters called neutral and nothing else, of train, dev or test."""
        text = (self.folder / "goemotions" / f"{part}.tsv").read_text(encoding="utf-8")
        return [line.split("\t")[0] for line in text.split("\n") if line.split("\t")[1:2] == [NEUTRAL]]

    def has_key_word(self, theme: str, texts: list[str]) -> Flags:
        """Whether texts hold one of a theme's key words."""
        pattern = re.compile(self._keywords["keywords"][theme], re.IGNORECASE)
        return np.array([pattern.search(text) is not None for text in texts])

    def empath_words(self, theme: str) -> set[str]:
        """Return the words of the Empath categories that stand for a theme."""
        lines = (self.folder / "lexicons" / "empath_categories.tsv").read_text(encoding="utf-8").splitlines()
        categories = {name: set(words) for name, *words in (line.split("\t") for line in lines)}
        return set().union(*(categories[name] for name in self._keywords["empath"][theme]))

    @cached_property
    def _keywords(self) -> dict[str, dict[str, str]]:
        return tomllib.loads((self.folder / "keywords.toml").read_text(encoding="utf-8"))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
