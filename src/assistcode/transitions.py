"""What became of the groups of one clustering in the next one. Pure: sets in, transitions out."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
SURVIVES = 0.5  # at least this share of a group lies in one group of the next clustering
PART = 0.25  # at least this share of a split group lies in each of its parts


@dataclass(frozen=True, slots=True)
class Transition(Generic[Key]):
    """One transition: kept, grown, shrunk, split into, merged from, gone or new; ``n_shared`` members stayed."""

    kind: str
    before: tuple[Key, ...]
    after: tuple[Key, ...]
    n_before: int
    n_after: int
    n_shared: int


def transitions(before: Mapping[Key, Set[Hashable]], after: Mapping[Key, Set[Hashable]]) -> list[Transition[Key]]:
    """Return what became of every group, and which groups are new; groups share nothing and none is empty.

    A group survives in the one that holds at least half of it; several that survive in one were merged. One that
    does not survive was split if parts of at least a quarter hold half of it together; else it is gone.

    Source: MONIC, Spiliopoulou, Ntoutsi, Theodoridis & Schult (2006), with their thresholds .5 and .25.
    """
    owner = {member: key for key, members in after.items() for member in members}
    old_of: dict[tuple[Key, ...], list[Key]] = {}
    found: list[tuple[tuple[Key, ...], tuple[Key, ...]]] = []
    for key, members in before.items():
        heirs = _heirs(members, owner)
        if len(heirs) == 1:
            old_of.setdefault(heirs, []).append(key)
        else:
            found.append(((key,), heirs))
    found += [(tuple(old), heirs) for heirs, old in old_of.items()]
    known = {key for _, heirs in found for key in heirs}
    found += [((), (key,)) for key in after if key not in known]
    return [_transition(old, new, before, after) for old, new in found]


def _heirs(members: Set[Hashable], owner: Mapping[Hashable, Key]) -> tuple[Key, ...]:
    """Return the group that a group survives in, or its parts, largest first; nothing when it is gone."""
    shared = Counter(owner[member] for member in members if member in owner).most_common()
    if shared and shared[0][1] >= SURVIVES * len(members):
        return (shared[0][0],)
    parts = [(key, n) for key, n in shared if n >= PART * len(members)]
    return tuple(key for key, _ in parts) if sum(n for _, n in parts) >= SURVIVES * len(members) else ()


def _transition(
    old: tuple[Key, ...],
    new: tuple[Key, ...],
    before: Mapping[Key, Set[Hashable]],
    after: Mapping[Key, Set[Hashable]],
) -> Transition[Key]:
    was, now = _union(before[key] for key in old), _union(after[key] for key in new)
    kind = "gone" if not new else "new" if not old else ""
    kind = kind or ("merged from" if len(old) > 1 else "split into" if len(new) > 1 else grown(was, now))
    return Transition(kind, old, new, len(was), len(now), len(was & now))


def grown(was: Set[Hashable], now: Set[Hashable]) -> str:
    """Say whether a group that is still there was kept, grew or shrank; with one out and one in it was kept."""
    return "grown" if len(now) > len(was) else "shrunk" if len(now) < len(was) else "kept"


def _union(groups: Iterable[Set[Hashable]]) -> set[Hashable]:
    return set().union(*groups)
