"""Clusters as people left them: what they put under a code, moved or set aside holds in every clustering."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .codebook import Seed
from .corpus import overlaps_by_half

Place = tuple[int, int, int]  # transcript id, start, end
Votes = dict[int, Counter[int]]  # founding seeds in a cluster: code, then the code they founded


@dataclass(slots=True)
class Belonging:
    """What belongs to one code: by a person's word, and by the clusters that follow it; and what was set aside."""

    by_person: set[Place] = field(default_factory=set)
    numbers: list[int] = field(default_factory=list)
    by_machine: set[Place] = field(default_factory=set)
    set_aside: set[Place] = field(default_factory=set)

    @property
    def places(self) -> set[Place]:
        """All that belongs to it."""
        return self.by_person | self.by_machine


@dataclass(frozen=True, slots=True)
class Left:
    """Clusters as people left them: the unnamed by number, in the order given, and what belongs to codes by id."""

    unnamed: dict[int, list[Place]]
    of_code: dict[int, Belonging]


def leave(clusters: Mapping[int, Sequence[Place]], seeds: Iterable[Seed]) -> Left:
    """Return the clusters as people left them; ``seeds`` oldest first, a later word overrules an earlier one.

    A place somebody put under a code belongs to that code alone. A cluster follows the code that most of its founding
    seeds name, if these are more than half of the cluster, or more than half of what founded the code (or one merged
    into it) and is clustered at all; then its other members belong to the code too, but for those set aside. Every
    other cluster stays a candidate without a name, less what belongs to codes.
    """
    home, of_code = _homes(seeds)
    votes = {number: _votes(home[place] for place in places if place in home) for number, places in clusters.items()}
    n_clustered = Counter(one for named in votes.values() for own in named.values() for one in own.elements())
    for number, places in clusters.items():
        code_id = _followed(votes[number], n_clustered, len(places))
        if code_id is not None:
            belonging = of_code[code_id]
            belonging.numbers.append(number)
            belonging.by_machine |= {place for place in places if place not in home} - belonging.set_aside
    taken = set().union(*(one.places for one in of_code.values()))
    followed = {number for one in of_code.values() for number in one.numbers}
    rest = {number: [place for place in places if place not in taken] for number, places in clusters.items()}
    return Left({number: left for number, left in rest.items() if left and number not in followed}, of_code)


def _homes(seeds: Iterable[Seed]) -> tuple[dict[Place, Seed], dict[int, Belonging]]:
    """Return the seed that put each place under a code, and what belongs to codes by people's word."""
    home: dict[Place, Seed] = {}
    of_code: dict[int, Belonging] = {}
    for seed in seeds:
        belonging = of_code.setdefault(seed.code_id, Belonging())
        if seed.is_in:
            home[seed.place] = seed
            belonging.set_aside.discard(seed.place)
        else:
            belonging.set_aside.add(seed.place)
            if seed.place in home and home[seed.place].code_id == seed.code_id:
                del home[seed.place]
    for place, seed in home.items():
        of_code[seed.code_id].by_person.add(place)
    return home, of_code


def _votes(seeds: Iterable[Seed]) -> Votes:
    """Count founding seeds by the code they belong to, then by the one they founded."""
    votes: Votes = {}
    for seed in seeds:
        if seed.founded is not None:
            votes.setdefault(seed.code_id, Counter())[seed.founded] += 1
    return votes


def _followed(votes: Votes, n_clustered: Mapping[int, int], size: int) -> int | None:
    """Return the code a cluster follows, the older one if two have as many seeds in it; None: none."""
    if not votes:
        return None
    code_id = min(votes, key=lambda one: (-votes[one].total(), min(votes[one])))
    is_of_code = any(2 * n > n_clustered[founded] for founded, n in votes[code_id].items())
    return code_id if is_of_code or 2 * votes[code_id].total() > size else None


def on_utterances(seeds: Iterable[Seed], utterances: Iterable[Place]) -> list[Seed]:
    """Return each seed on the utterance that shares at least half of the shorter with it; else where it was."""
    ends: dict[int, list[tuple[int, int]]] = {}
    for transcript_id, start, end in sorted(utterances):
        ends.setdefault(transcript_id, []).append((end, start))
    return [replace(seed, place=_utterance_at(seed.place, ends.get(seed.place[0], []))) for seed in seeds]


def _utterance_at(place: Place, ends: Sequence[tuple[int, int]]) -> Place:
    transcript_id, start, end = place
    for other_end, other_start in ends[bisect_left(ends, (start + 1,)) :]:
        if other_start >= end:
            break
        if overlaps_by_half((start, end), (other_start, other_end)):
            return transcript_id, other_start, other_end
    return place
