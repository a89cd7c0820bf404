"""Read the words around a hit. For now: negation, with its scope."""

from collections.abc import Sequence
from dataclasses import replace

from .corpus import Token
from .evidence import Hit

_NEGATORS = frozenset(
    {
        "not", "n't", "nt", "never", "no", "none", "nobody", "nothing", "neither", "nor", "without", "hardly", "barely",
        "scarcely", "cannot", "nowhere", "lack", "lacked",
    }
)  # fmt: skip
_STOPS = frozenset(
    {
        ",", ";", ":", ".", "!", "?", "…", "—", "–", "but", "because", "although",
        "though", "when", "if", "then", "so", "since",
    }
)  # fmt: skip
_NOT_NEGATING_AFTER = frozenset({"only", "just", "merely", "necessarily"})
_REACH = 6
_OTHER = {"present": "lacking", "lacking": "present"}


def with_context(tokens: Sequence[Token], hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits with their flags; a negated hit keeps its theme and changes its pole.

    A negator reaches over at most six tokens to its right and not past the end of its clause; "not only" and
    the like do not negate. A double negation cancels out.
    """
    surfaces = [token.text.lower().replace("’", "'") for token in tokens]
    index = {token.start: i for i, token in enumerate(tokens)}
    return [_flagged(hit, surfaces, index[hit.start]) for hit in hits]


def _flagged(hit: Hit, surfaces: list[str], at: int) -> Hit:
    if _n_negators(surfaces, at) % 2 == 0:
        return hit
    return replace(hit, pole=_OTHER[hit.pole], context=(*hit.context, "negated"))


def _n_negators(surfaces: list[str], at: int) -> int:
    n = 0
    for i in range(at - 1, max(-1, at - 1 - _REACH), -1):
        if surfaces[i] in _STOPS:
            break
        n += surfaces[i] in _NEGATORS and surfaces[i + 1] not in _NOT_NEGATING_AFTER
    return n
