"""People's word holds over the clusters; what became of the groups of one clustering in the next."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from assistcode.candidates import Groups, changes_between
from assistcode.codebook import Codebook, Seed
from assistcode.seeds import Belonging, Left, leave, on_utterances
from assistcode.store.made import StoredCluster
from assistcode.transitions import transitions

A, B, C = 11, 12, 13  # codes


def places(*numbers):
    """Return places that are told apart by a number."""
    return [(1, 10 * n, 10 * n + 9) for n in numbers]


def seeds(code_id, *numbers, is_in=True, is_founding=True):
    """Return seeds of a code."""
    return [Seed(code_id, place, is_in, code_id if is_founding else None) for place in places(*numbers)]


def merged(seeds, code_id, into):
    """Return the seeds after a code was merged into another."""
    return [replace(one, code_id=into) if one.code_id == code_id else one for one in seeds]


def test_without_seeds_every_cluster_is_a_candidate():
    """Nobody has named anything: all stays as it was clustered."""
    left = leave({1: places(1, 2), 2: places(3)}, [])
    assert left.unnamed == {1: places(1, 2), 2: places(3)}
    assert left.of_code == {}


def test_a_named_cluster_brings_its_new_members():
    """What joined the cluster since it was named belongs to the code, by the machine's word."""
    left = leave({1: places(1, 2, 3, 4)}, seeds(A, 1, 2, 3))
    assert left.unnamed == {}
    assert (left.of_code[A].by_person, left.of_code[A].by_machine) == (set(places(1, 2, 3)), set(places(4)))


def test_a_code_keeps_what_left_its_cluster():
    """A seed outside of all clusters, or in one that does not follow the code, stays a member."""
    left = leave({1: places(1, 2, 3), 2: places(4, 5, 6, 7)}, seeds(A, 1, 2, 3, 4, 9))
    assert left.of_code[A].places == set(places(1, 2, 3, 4, 9))
    assert left.of_code[A].numbers == [1]
    assert left.unnamed == {2: places(5, 6, 7)}


def test_a_code_keeps_a_cluster_that_grew_beyond_it():
    """Most of what founded the code lies in one large cluster: it follows the code though most of it is new."""
    left = leave({1: places(*range(20))}, seeds(A, 1, 2, 3))
    assert left.of_code[A].numbers == [1]
    assert len(left.of_code[A].by_machine) == 17


def test_a_cluster_with_two_codes_follows_the_larger():
    """The code with most seeds gets the others; the other one keeps its own seeds."""
    left = leave({1: places(1, 2, 3, 4, 5, 6)}, seeds(A, 1, 2) + seeds(B, 3, 4, 5))
    assert left.of_code[B].places == set(places(3, 4, 5, 6))
    assert left.of_code[A].places == set(places(1, 2))


def test_a_tie_goes_to_the_older_code():
    """With as many seeds of two codes a cluster follows the older one, whatever the order of the seeds."""
    for order in (seeds(A, 1) + seeds(B, 2), seeds(B, 2) + seeds(A, 1)):
        assert leave({1: places(1, 2)}, order).of_code[A].numbers == [1]


def test_a_moved_member_comes_alone():
    """Moving a member to a code does not bring the cluster it lies in."""
    left = leave({1: places(1, 2, 3)}, seeds(A, 1, is_founding=False))
    assert left.of_code[A].places == set(places(1))
    assert left.unnamed == {1: places(2, 3)}


def test_what_is_set_aside_stays_out():
    """A member set aside does not come back with its cluster; put back, it does."""
    named = seeds(A, 1, 2, 3)
    aside = seeds(A, 4, is_in=False)
    left = leave({1: places(1, 2, 3, 4)}, named + aside)
    assert left.of_code[A].places == set(places(1, 2, 3))
    assert left.of_code[A].set_aside == set(places(4))
    again = leave({1: places(1, 2, 3, 4)}, named + aside + seeds(A, 4, is_founding=False))
    assert again.of_code[A].places == set(places(1, 2, 3, 4))
    assert again.of_code[A].set_aside == set()


def test_the_later_word_holds():
    """A place named under two codes belongs to the one named last."""
    left = leave({}, seeds(A, 1) + seeds(B, 1))
    assert (left.of_code[A].places, left.of_code[B].places) == (set(), set(places(1)))


def test_seeds_find_their_utterance():
    """A seed stands on the utterance that shares half of the shorter with it; else where it was."""
    found = on_utterances(seeds(A, 1, 2, 9), [(1, 8, 18), (1, 24, 50), (2, 90, 99)])
    assert [seed.place for seed in found] == [(1, 8, 18), (1, 24, 50), (1, 90, 99)]


def test_a_merge_loses_no_member():
    """What came with a cluster to a small code stays when that becomes part of a large one."""
    clusters = {1: places(*range(20)), 2: places(*range(100, 150))}
    said = seeds(A, 1, 2, 3) + seeds(B, *range(100, 150))
    assert leave(clusters, merged(said, A, B)).of_code[B].places == set(places(*range(20), *range(100, 150)))


numbers = st.integers(0, 30)


@given(
    st.lists(st.tuples(numbers, st.integers(1, 4)), unique_by=lambda pair: pair[0]),
    st.lists(st.tuples(st.sampled_from([A, B]), numbers, st.booleans(), st.booleans())),
)
def test_nothing_is_lost_and_nothing_twice(clustered, said):
    """A clustered place stands once, under a code or in a candidate, or was set aside from the code it would follow."""
    clusters = {n: places(*(p for p, number in clustered if number == n)) for n in range(1, 5)}
    left = leave(clusters, [Seed(code, places(p)[0], is_in, code if is_f else None) for code, p, is_in, is_f in said])
    stands = [place for group in left.unnamed.values() for place in group]
    stands += [place for one in left.of_code.values() for place in one.places]
    aside = {place for one in left.of_code.values() for place in one.set_aside}
    assert len(stands) == len(set(stands))
    assert {place for group in clusters.values() for place in group} <= set(stands) | aside


def kinds(before, after):
    """Return (kind, before, after, shared) of every transition."""
    return [(one.kind, one.before, one.after, one.n_shared) for one in transitions(before, after)]


def test_every_transition_has_its_name():
    """Kept, grown, shrunk, split, merged, gone and new are told apart."""
    assert kinds({1: {1, 2}}, {7: {1, 2}}) == [("kept", (1,), (7,), 2)]
    assert kinds({1: {1, 2}}, {7: {1, 2, 3}}) == [("grown", (1,), (7,), 2)]
    assert kinds({1: {1, 2, 3}}, {7: {1, 2}}) == [("shrunk", (1,), (7,), 2)]
    assert kinds({1: {1, 2}, 2: {3, 4}}, {7: {1, 2, 3, 4}}) == [("merged from", (1, 2), (7,), 4)]
    assert kinds({1: {1, 2}}, {}) == [("gone", (1,), (), 0)]
    assert kinds({}, {7: {1, 2}}) == [("new", (), (7,), 0)]


def test_a_group_is_split_when_no_part_holds_half():
    """Parts of a quarter and more that hold half together are a split; crumbs are not."""
    whole = set(range(10))
    assert kinds({1: whole}, {7: {0, 1, 2, 3}, 8: {4, 5, 6}}) == [("split into", (1,), (7, 8), 7)]
    assert kinds({1: whole}, {7: {0, 1}, 8: {2, 3}, 9: {4, 5}})[0] == ("gone", (1,), (), 0)


parts = st.lists(st.integers(1, 4), min_size=20, max_size=20)


@given(parts, parts)
def test_every_group_is_accounted_for(old, new):
    """Of any two clusterings every old group stands in one transition, every new one in at least one."""
    before, after = (
        {key: {n for n, k in enumerate(labels) if k == key} for key in set(labels)} for labels in (old, new)
    )
    found = transitions(before, after)
    assert sorted(key for one in found for key in one.before) == sorted(before)
    assert {key for one in found for key in one.after} == set(after)


@given(
    st.lists(st.tuples(numbers, st.integers(1, 4)), unique_by=lambda pair: pair[0]),
    st.lists(st.tuples(st.sampled_from([A, B, C]), numbers), unique_by=lambda pair: pair[1]),
    st.permutations([A, B, C]),
)
def test_a_merge_gives_one_code_all_that_two_had(clustered, named, codes):
    """Nothing that belonged to either of two codes is a candidate's, or nobody's, after they were merged."""
    clusters = {n: places(*(p for p, number in clustered if number == n)) for n in range(1, 5)}
    said = [one for code, number in named for one in seeds(code, number)]
    goes, stays, _ = codes
    before, after = (leave(clusters, one).of_code for one in (said, merged(said, goes, stays)))
    had = set().union(*(before[code].places for code in (goes, stays) if code in before))
    assert had <= after.get(stays, Belonging()).places


def groups(unnamed, of_code):
    """Return the groups of a run: candidates and codes by number, each a set of places."""
    clusters = {number: StoredCluster(number, ("bus",), ()) for number in unnamed}
    left = Left(unnamed, {code: Belonging(by_person=held, numbers=[code]) for code, held in of_code.items()})
    return Groups(None, Codebook(), clusters, (), left, {}, [])


def test_a_candidate_that_goes_into_a_code_is_no_change_of_the_code():
    """Whole or in part: what is told of a candidate is not told of the code it went into."""
    before = groups({5: places(1, 2, 3, 4, 5, 6, 7), 6: places(20, 21)}, {A: set(places(10))})
    after = groups({8: places(4, 5, 6)}, {A: set(places(1, 2, 3, 10, 20, 21))})
    found = changes_between(before, after)
    assert [(one.kind, one.is_of_code, one.code_id) for one in found] == [
        ("grown", True, A), ("split into", False, A), ("joined", False, A),
    ]  # fmt: skip
    assert [replace(one, code="x").what for one in found] == ["grown", "split into 'x'", "joined 'x'"]
