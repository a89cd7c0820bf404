"""Measure how fast words are read on one core: cut into utterances, terms found, the words around each read.

Prints words a second for each step (median of five), and what 1 MB in one line costs against ten lines of 100 kB.
The text is the synthetic study's; or name files of your own.

Run: PYTHONPATH=src python benchmarks/words.py [FILE...]
"""

import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import process_time

from assistcode.context import read_rules, with_context
from assistcode.lexicon import Matcher, read_lexicons
from assistcode.resources import shipped
from assistcode.segment import segment

GOAL = 150_000
MOST = 1.5
N_TIMES = 5
LEXICONS = read_lexicons(shipped("lexicons"))
MATCHER = Matcher.of(LEXICONS)
RULES = read_rules("en")


def read(lines: Sequence[str]) -> list[float]:
    """Read lines; return the seconds of processor time of each step."""
    times = [process_time()]
    cut = [utterance.tokens for utterances in segment(lines) for utterance in utterances]
    times.append(process_time())
    found = [(tokens, hits) for tokens in cut if (hits := MATCHER.find(tokens))]
    times.append(process_time())
    for tokens, hits in found:
        with_context(tokens, hits, RULES)
    times.append(process_time())
    return [after - before for before, after in pairwise(times)]


def middle(measure: Callable[[], list[float]]) -> list[float]:
    """Return the median of each figure, and of their sum at the end."""
    runs = [measure() for _ in range(N_TIMES)]
    return [median(step) for step in zip(*((*run, sum(run)) for run in runs), strict=True)]


def main(paths: Sequence[str]) -> int:
    """Print both measurements; return 1 when a goal is missed."""
    files = [Path(path) for path in paths] or sorted((shipped("sample_data") / "transcripts").glob("*.txt"))
    lines = [line for path in files for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    n_words = sum(len(line.split()) for line in lines)
    read(lines[:20])  # spaCy is loaded
    print(f"{n_words:,} words in {len(lines):,} lines, one core, median of {N_TIMES}\n")
    times = middle(lambda: read(lines))
    for step, time in zip(("tokens, utterances, lemmas", "terms", "context", "together"), times, strict=True):
        print(f"{step:<28}{time:>8.3f} s{n_words / time:>14,.0f} words/s")
    speed = n_words / times[-1]
    talk = " ".join(lines)
    talk = (talk * (1 + 1_000_000 // len(talk)))[:1_000_000]
    one = middle(lambda: read([talk]))[-1]
    ten = middle(lambda: read([talk[i : i + 100_000] for i in range(0, 1_000_000, 100_000)]))[-1]
    print(f"\n1 MB in one line {one:.2f} s, in ten lines {ten:.2f} s: {one / ten:.2f} times (at most {MOST})")
    missed = speed < GOAL or one > MOST * ten
    print(f"Goal: {GOAL:,} words/s, and one line as fast as ten. {'Missed.' if missed else 'Reached.'}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
