"""What the clusters found, as people left it: candidate codes, members of codes, the unclustered, and changes."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any

from .codebook import Codebook
from .corpus import Excerpt
from .errors import InputError, UnknownName
from .evidence import CandidateCode, Change, CodeMembers, Member
from .listing import Listing
from .material import Material
from .seeds import Belonging, Left, Place, leave, on_utterances
from .store import judged, made
from .transitions import Transition, grown, transitions

N_EXEMPLARS = 3
_TELLING = 4  # words; shorter ones come near the middle by saying little
_WORD = re.compile(r"\[[^\]]*\]|[^\W_]+(?:['’][^\W_]+)*")
_HESITATIONS = frozenset("ah eh em er erm hm hmm mm uh uhm um".split())  # noqa: SIM905  a list of words
_Key = tuple[str, int]  # ("candidate", number) or ("code", id)


@dataclass(frozen=True)
class Groups:
    """The clusters of the current run as people left them."""

    material: Material
    book: Codebook
    clusters: dict[int, made.StoredCluster]
    steadiness: Sequence[float]
    left: Left
    where: dict[Place, tuple[int, float]]  # number and strength of what is clustered
    loose: list[Place]  # what lies in no cluster and under no code

    @classmethod
    def read(cls, db: sqlite3.Connection, material: Material) -> "Groups":
        """Read them from a study; without a run there are none, and codes keep what people put under them."""
        book, run = judged.codebook(db), made.current_run(db)
        clusters = {cluster.number: cluster for cluster in made.clusters(db)}
        places = {number: [_place(member) for member, _ in one.members] for number, one in clusters.items()}
        where = {
            _place(member): (one.number, strength) for one in clusters.values() for member, strength in one.members
        }
        utterances = [_place(utterance) for utterance in made.utterances(db)]
        standing = [(seed, book.resolve(seed.code_id)) for seed in judged.code_seeds(db)]
        seeds = [replace(seed, code_id=code.id) for seed, code in standing if code is not None]
        left = leave(places, on_utterances(seeds, utterances))
        taken = set(where).union(*(one.places for one in left.of_code.values()))
        loose = [place for place in utterances if place not in taken]
        return cls(material, book, clusters, run[1].steadiness if run else (), left, where, loose)

    def excerpt(self, place: Place) -> Excerpt:
        """Return the words at a place."""
        return self.material.by_id[place[0]].excerpt(*place[1:])

    def place(self, excerpt: Excerpt) -> Place:
        """Return where an excerpt's words stand."""
        span = self.material.span(excerpt)
        return span.transcript_id, span.start, span.end

    @property
    def followed(self) -> dict[int, int]:
        """The id of the code that each named cluster follows, by number."""
        return {number: code_id for code_id, one in self.left.of_code.items() for number in one.numbers}

    def candidates(self) -> Listing[CandidateCode]:
        """List the candidates nobody has named, by number, shifting ones last; members from typical to boundary."""
        found = map(self.candidate, self.left.unnamed)
        return Listing(sorted(found, key=lambda one: (one.steadiness_word == "shifting", one.number)))

    def candidate(self, number: int) -> CandidateCode:
        """Return a candidate nobody has named."""
        places = self.left.unnamed[number]
        members = tuple(map(self.excerpt, places))
        said = [said_words(one.quote) for one in members]
        telling = [one for one, words in zip(members, said, strict=True) if len(words) >= _TELLING]
        size = len(set(said))
        transcripts = [self.material.by_id[place[0]] for place in places]
        placements = [transcript.placement for transcript in transcripts]
        roles = Counter(t.turn_at(place[1]).speaker.role for t, place in zip(transcripts, places, strict=True))
        return CandidateCode(
            number=number,
            keywords=self.clusters[number].keywords,
            members=members,
            strengths=tuple(self.where[place][1] for place in places),
            size=size,
            n_copies=len(members) - size,
            n_dyads=len({one.dyad for one in placements if one.dyad}),
            n_transcripts=len({one.name for one in transcripts}),
            sessions=tuple(sorted({one.session for one in placements if one.session}, key=lambda one: (len(one), one))),
            roles=dict(roles.most_common()),
            steadiness=self.steadiness[number - 1] if number <= len(self.steadiness) else None,
            exemplars=tuple(telling or members)[:N_EXEMPLARS],
            boundary=members[-1],
        )

    def unclustered(self) -> Listing[Excerpt]:
        """List the utterances that lie in no cluster and under no code, in reading order."""
        return Listing(self._in_order(self.loose))

    def _in_order(self, places: Iterable[Place]) -> list[Excerpt]:
        rank = self.material.rank
        return sorted(map(self.excerpt, places), key=lambda one: (rank[one.transcript], one.start, one.end))

    @cached_property
    def code_at(self) -> dict[Place, int]:
        """The id of the code that each place belongs to."""
        return {place: code_id for code_id, one in self.left.of_code.items() for place in one.places}

    def n_members(self, code_id: int) -> int:
        """Return how many utterances belong to a code."""
        return len(self.left.of_code.get(code_id, Belonging()).places)

    def of_code(self, code_id: int) -> CodeMembers:
        """Return what belongs to a code: what came with a cluster, what people put there; each typical first."""
        belonging = self.left.of_code.get(code_id, Belonging())
        members = [self._member(one, belonging) for one in self._in_order(belonging.places)]
        members.sort(key=lambda one: (one.by, -(one.strength or 0)))
        set_aside = self._in_order(belonging.set_aside - self.code_at.keys())
        return CodeMembers(tuple(members), tuple(set_aside), tuple(belonging.numbers))

    def _member(self, excerpt: Excerpt, belonging: Belonging) -> Member:
        place = self.place(excerpt)
        number, strength = self.where.get(place, (None, None))
        return Member(excerpt, "person" if place in belonging.by_person else "machine", number, strength)

    def sets(self) -> dict[_Key, set[Place]]:
        """Return every group by what it is, for comparison with those of another run."""
        named: dict[_Key, set[Place]] = {("code", key): one.places for key, one in self.left.of_code.items()}
        return named | {("candidate", number): set(places) for number, places in self.left.unnamed.items()}


def find(groups: Groups, reference: int | str) -> CandidateCode:
    """Return a candidate by its number in the current run, or by the EXCERPT_ID of a member, which outlives the run.

    Raises UnknownName; InputError for an excerpt that is no member of anything.
    """
    if str(reference).isdecimal():
        number, code_id = int(reference), groups.followed.get(int(reference))
    elif ":" in str(reference):
        excerpt, code_id = member_at(groups, str(reference))
        number, _ = groups.where.get(groups.place(excerpt), (0, 0.0))
    else:
        what = "this is neither the number of a candidate nor the excerpt id of a member"
        raise UnknownName(f"candidate '{reference}'", what, "See 'assistcode codes list'.")
    if code_id is None and number in groups.left.unnamed:
        return groups.candidate(number)
    code = None if code_id is None else groups.book.resolve(code_id)
    what = f"it belongs to the code '{code.name}' by now" if code else "the current run has no such candidate"
    remedy = "See 'assistcode codes list'; every precode numbers anew, the excerpt id of a member stays."
    raise UnknownName(f"candidate {reference}", what, remedy)


def member_at(groups: Groups, excerpt_id: str) -> tuple[Excerpt, int | None]:
    """Return an utterance by its EXCERPT_ID, and the id of the code it belongs to.

    Raises InputError for an excerpt that is no utterance of the current run and belongs to no code.
    """
    excerpt = groups.material.excerpt(excerpt_id)
    place = groups.place(excerpt)
    code_id = groups.code_at.get(place)
    if code_id is None and place not in groups.where and place not in groups.loose:
        what = "this excerpt is no member of a candidate or a code"
        raise InputError(excerpt_id, what, "Copy the id of a member from 'assistcode codes show'.")
    return excerpt, code_id


def said_words(quote: str) -> tuple[str, ...]:
    """Return what makes two utterances near-duplicates: their words.

    Case, punctuation, marks in brackets, hesitations and a word said twice in a row do not count. Of an utterance
    that has no other words, the text itself.
    """
    words = [word.casefold().replace("’", "'") for word in _WORD.findall(quote) if not word.startswith("[")]
    return tuple(word for word, _ in groupby(word for word in words if word not in _HESITATIONS)) or (quote,)


def changes_between(before: Groups, after: Groups) -> list[Change]:
    """Return what became of the groups of one run in the next: codes first, then candidates."""
    old, new = before.sets(), after.sets()
    candidates = {key: places for key, places in old.items() if key[0] == "candidate"}
    found = [_code_change(number, before, after) for kind, number in old if kind == "code"]
    moved = [one for one in transitions(candidates, new) if one.before or one.after[0][0] == "candidate"]
    return found + [_candidate_change(one, before, after) for one in moved]


def _code_change(code_id: int, before: Groups, after: Groups) -> Change:
    old, new = before.left.of_code[code_id], after.left.of_code.get(code_id, Belonging())
    counts = len(old.places), len(new.places), len(old.places & new.places)
    return Change(_code_kind(old, new), code_id, None, tuple(old.numbers), tuple(new.numbers), *counts, ())


def _code_kind(old: Belonging, new: Belonging) -> str:
    """Say what became of a code: split or merged if more or fewer clusters follow it, gone if none does any more."""
    n_before, n_after = len(old.numbers), len(new.numbers)
    if n_before and not n_after:
        return "gone"
    if n_before and n_before != n_after:
        return "split into" if n_after > n_before else "merged from"
    return grown(old.places, new.places)


def _candidate_change(one: Transition[_Key], before: Groups, after: Groups) -> Change:
    codes = [number for kind, number in one.after if kind == "code"]
    numbers = tuple(number for kind, number in one.after if kind == "candidate")
    old = tuple(number for _, number in one.before)
    cluster = after.clusters[numbers[0]] if numbers else before.clusters[old[0]]
    kind = "joined" if codes and len(one.after) == 1 else one.kind
    counts = one.n_before, one.n_after, one.n_shared
    return Change(kind, next(iter(codes), None), None, old, numbers, *counts, cluster.keywords)


def changes(db: sqlite3.Connection) -> Listing[Change]:
    """List what the current run changed against the one before it, codes first; nothing after a first run."""
    run, book = made.current_run(db), judged.codebook(db)
    listing: Listing[Change] = Listing()
    for row in run[1].changes if run else ():
        values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
        one = Change(**values)
        code = None if one.code_id is None else book.resolve(one.code_id)
        if code is not None or one.code_id is None:
            listing.append(replace(one, code=code.name if code else None))
    return listing


def _place(utterance: made.StoredUtterance) -> Place:
    return utterance.transcript_id, utterance.start, utterance.end
