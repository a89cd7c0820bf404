"""A made-up corpus of any size for the benchmarks: the lexicons' own example sentences, shuffled into interviews."""

import random
from pathlib import Path

from assistcode.study import read_lexicon_source

TURNS = 160
SENTENCES = 4


def write_corpus(folder: Path, n_utterances: int, share: float = 0.5, seed: int = 1) -> None:
    """Write about ``n_utterances`` sentences as interviews; a ``share`` of them carries a theme by its own example."""
    draw = random.Random(seed)
    lexicons = read_lexicon_source("five").values()
    telling = [example.text for lexicon in lexicons for example in lexicon.examples]
    plain = [example.text for lexicon in lexicons for example in lexicon.counter_examples]
    folder.mkdir(parents=True, exist_ok=True)
    n_left, n = n_utterances, 0
    while n_left > 0:
        n += 1
        turns = []
        for _ in range(TURNS):
            said = [draw.choice(telling if draw.random() < share else plain) for _ in range(SENTENCES)]
            turns.append(f"Interviewer: And then?\n\nClient: {' '.join(said)}\n")
        n_left -= TURNS * SENTENCES
        (folder / f"d{n % 40 + 1}_s{n // 40 + 1}_client.txt").write_text("\n".join(turns), encoding="utf-8")
