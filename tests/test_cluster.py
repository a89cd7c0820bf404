"""Utterances that belong together become candidate codes, the same ones each time."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from assistcode.cluster import _jaccard, _nearest, as_said, can_found, cluster, keywords
from assistcode.errors import InputError
from assistcode.evidence import is_steady

TALK = {
    "dog": "The dog barked at {}.",
    "soup": "I cooked a pot of soup with {}.",
    "train": "The train to {} was late again.",
}
NAMES = ["Anna", "leeks", "Oslo", "the postman", "carrots", "Bergen", "the cat", "barley", "Lisbon", "Ben", "rice",
         "Rome", "the moon", "beans", "Paris", "him", "onions", "Berlin", "my sister", "fish"]  # fmt: skip


def groups(*sizes, seed=1, noise=0.5):
    """Return unit vectors in obvious groups of these sizes, one after the other, no two nearly alike."""
    centres = np.repeat(np.eye(len(sizes), 32), sizes, axis=0)
    vectors = centres + np.random.default_rng(seed).normal(0, noise / np.sqrt(32), centres.shape)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def lines():
    """Sixty lines about three things, as JSON lines."""
    texts = [template.format(name) for name in NAMES for template in TALK.values()]
    return "".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts))


def read(result):
    """Return the objects a command printed."""
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


# ---------------------------------------------------------------- the step


def test_two_obvious_groups():
    """Two obvious groups of vectors are the two clusters."""
    assert cluster(groups(40, 30)).numbers.tolist() == [1] * 40 + [2] * 30


@pytest.mark.parametrize("seed", range(5))
def test_no_cluster_mixes_obvious_groups(seed):
    """A cluster holds vectors of one obvious group alone."""
    vectors = groups(40, 30, 50, seed=seed, noise=0.5)
    owner = np.repeat([0, 1, 2], [40, 30, 50])
    numbers = cluster(vectors).numbers
    assert {len(set(owner[numbers == number])) for number in set(numbers[numbers > 0])} == {1}


def test_numbers_are_largest_first():
    """Clusters are numbered from 1, the largest first, wherever they stand."""
    found = cluster(groups(30, 50, 40))
    assert found.numbers.tolist() == [3] * 30 + [1] * 50 + [2] * 40
    assert found.n_clusters == 3


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 60), st.integers(2, 12), st.integers(0, 1000))
def test_numbers_and_strengths_are_in_range(n, min_cluster_size, seed):
    """Whatever the vectors: numbers are -1 or 1 to n_clusters, strengths in 0..1, 0 for the unclustered."""
    vectors = groups(n, seed=seed, noise=5) if n else np.zeros((0, 32), np.float32)
    found = cluster(vectors, min_cluster_size=min_cluster_size)
    assert len(found.numbers) == len(found.strengths) == n
    assert set(found.numbers.tolist()) - {-1} == set(range(1, found.n_clusters + 1))
    assert ((found.strengths >= 0) & (found.strengths <= 1)).all()
    assert not found.strengths[found.numbers == -1].any()
    sizes = [int((found.numbers == number).sum()) for number in range(1, found.n_clusters + 1)]
    assert sizes == sorted(sizes, reverse=True)
    assert all(size >= min_cluster_size for size in sizes)


def test_strength_is_the_cosine_with_the_middle():
    """A strength is the cosine between a vector and the mean of its cluster."""
    vectors = groups(40, 30, noise=0.5)
    found = cluster(vectors)
    members = vectors[found.numbers == 1]
    middle = members.mean(axis=0)
    cosines = members @ middle / np.linalg.norm(middle)
    np.testing.assert_allclose(found.strengths[found.numbers == 1], cosines, atol=1e-5)


def test_same_input_same_result():
    """The same vectors give the same clusters and strengths."""
    one, other = (cluster(groups(40, 30, 50, noise=0.5)) for _ in range(2))
    np.testing.assert_array_equal(one.numbers, other.numbers)
    np.testing.assert_array_equal(one.strengths, other.strengths)


@pytest.mark.parametrize(
    "vectors",
    [
        pytest.param(np.zeros((0, 32), np.float32), id="none"),
        pytest.param(groups(1), id="one"),
        pytest.param(groups(1, 1, 1), id="three"),
        pytest.param(groups(6, 5), id="fewer than two clusters' worth"),
        pytest.param(np.repeat(groups(1), 50, axis=0), id="all alike"),
        pytest.param(np.repeat(groups(1, 1), 25, axis=0), id="two kinds"),
        pytest.param(np.zeros((50, 32), np.float32), id="all zero"),
    ],
)
def test_nothing_to_group(vectors):
    """Too few vectors, or vectors all alike, give no clusters and no error."""
    found = cluster(vectors)
    assert (found.numbers.tolist(), found.n_clusters) == ([-1] * len(vectors), 0)


def test_smallest_cluster_larger_than_the_corpus():
    """A smallest cluster larger than the corpus gives no clusters."""
    assert cluster(groups(40, 30), min_cluster_size=71).n_clusters == 0


# ---------------------------------------------------------------- repetitions, founders, steadiness


def test_copies_count_once():
    """A thousand copies of one line are no cluster of their own, and part no others."""
    vectors = groups(40, 30)
    copies = np.repeat(groups(1, 1, 1, seed=9)[2:], 1000, axis=0)
    found = cluster(np.concatenate([vectors, copies]))
    assert found.n_clusters == 2
    assert [len(set(found.numbers[part].tolist())) for part in (slice(40), slice(40, 70))] == [1, 1]


def test_copies_share_a_cluster():
    """Copies of a clustered line are in its cluster."""
    vectors = groups(40, 30)
    found = cluster(np.concatenate([vectors, vectors[:5]]))
    assert found.numbers[70:].tolist() == [found.numbers[0]] * 5


def test_near_copies_found_no_cluster():
    """What all but repeats one line is no cluster of its own, however often it does so."""
    nearly = groups(*[1] * 3, seed=4)[2:] + np.random.default_rng(2).normal(0, 0.001, (300, 32)).astype(np.float32)
    assert cluster(np.concatenate([groups(40, 30), nearly])).n_clusters == 2


def test_only_founders_make_clusters():
    """Where a group may not found, there is no cluster of it; one who may not found can join."""
    vectors = groups(40, 30, 30, noise=0.5)
    may_found = np.ones(100, bool)
    may_found[70:] = False
    may_found[:3] = False
    found = cluster(vectors, may_found=may_found)
    assert found.n_clusters == 2
    assert (found.numbers[:3] == 1).any()
    assert (found.numbers[70:] < 0).all()


def test_what_everybody_says_is_no_cluster():
    """A group of more than a tenth of all and more than a hundred is no cluster; the smaller ones beside it are."""
    found = cluster(groups(300, 40, 30))
    sizes = np.bincount(found.numbers[found.numbers > 0])
    assert sizes.max() <= 100
    assert len(set(found.numbers[300:340].tolist())) == len(set(found.numbers[340:].tolist())) == 1
    assert (found.numbers[300:] > 0).all()


def test_zeros_belong_nowhere():
    """A vector of zeros, a text without meaning, is in no cluster and changes none."""
    found = cluster(np.concatenate([np.zeros((20, 32), np.float32), groups(40, 30)]))
    assert found.numbers.tolist() == [-1] * 20 + [1] * 40 + [2] * 30


def test_vectors_that_are_not_finite():
    """Vectors with nan or infinity are refused: a clear line, not a cluster."""
    vectors = groups(40, 30)
    vectors[3, 5], vectors[9, 0] = np.nan, np.inf
    with pytest.raises(InputError) as error:
        cluster(vectors)
    assert str(error.value) == "vectors: 2 of 70 are not finite numbers. Take another model."


def test_neighbours_are_exact():
    """The 15 nearest are those of a full sort, ties apart, whatever the number of vectors."""
    for n in (60, 100, 700, 1500):
        points = np.rint(2048 * groups(*[n // 4] * 4, noise=3)).astype(np.float32)
        near = _nearest(points, points)
        similar = points @ points.T
        best = -np.sort(-similar, axis=1)[:, : near.shape[1]]
        np.testing.assert_array_equal(-np.sort(-np.take_along_axis(similar, near, axis=1), axis=1), best)


@pytest.mark.parametrize("n_threads", [1, 2])
def test_threads_change_nothing(n_threads):
    """The number of threads changes no cluster and no strength."""
    vectors = groups(*[60] * 10, noise=2)
    with threadpool_limits(n_threads):
        found = cluster(vectors)
    np.testing.assert_array_equal(found.numbers, cluster(vectors).numbers)
    np.testing.assert_array_equal(found.steadiness, cluster(vectors).steadiness)


def test_more_than_may_found(monkeypatch):
    """Of a large corpus some found and all others join: the same clusters, as steady."""
    vectors = groups(200, 150, 100, noise=0.5)
    monkeypatch.setattr("assistcode.cluster._MOST_FOUNDERS", 150)
    found = cluster(vectors)
    owner = np.repeat([1, 2, 3], [200, 150, 100])
    assert (found.numbers == owner).mean() > 0.9
    assert set(found.numbers[found.numbers != owner].tolist()) <= {-1}
    assert all(map(is_steady, found.steadiness))


def test_steadiness_of_obvious_groups():
    """Obvious groups come back whole when a tenth is left out: steadiness 1, one value a cluster, called steady."""
    found = cluster(groups(40, 30, 50))
    assert found.steadiness.tolist() == [1.0, 1.0, 1.0]
    assert is_steady(found.steadiness[0])


def test_what_one_interview_holds_together_is_shifting():
    """A cluster that stands or falls with a tenth of the sources is less steady than one that all share."""
    vectors = groups(40, 8, 50, noise=0.3)
    sources = np.concatenate([np.arange(40) % 20, [0] * 4 + [1] * 4, np.arange(50) % 20])
    assert not is_steady(0.7499)
    everywhere, in_two = [], []
    found = cluster(vectors, sources=sources.tolist())
    for number, steadiness in enumerate(found.steadiness, start=1):
        (in_two if found.numbers[41] == number else everywhere).append(steadiness)
    assert max(in_two) < min(everywhere)


def test_jaccard():
    """A cluster's Jaccard similarity is that with the cluster most like it: worked by hand."""
    labels, others = np.array([0, 0, 0, 1, 1, -1]), np.array([1, 1, -1, 0, 1, 0])
    np.testing.assert_allclose(_jaccard(labels, others, 2), [2 / 4, 1 / 3])


@given(st.integers(0, 12).flatmap(lambda n: st.tuples(*[st.lists(st.integers(-1, 3), min_size=n, max_size=n)] * 2)))
def test_jaccard_of_any_labels(labellings):
    """Of any two labellings it is what sets give, 0 where the other one has no cluster."""
    labels, others = (np.array(one, int) for one in labellings)
    held, held_others = (
        [set(np.flatnonzero(one == number)) for number in range(int(one.max(initial=-1)) + 1)]
        for one in (labels, others)
    )
    best = [max((len(one & other) / max(1, len(one | other)) for other in held_others), default=0) for one in held]
    np.testing.assert_allclose(_jaccard(labels, others, len(held)), best)


def test_short_talk_founds_nothing():
    """Three words, words all talk is full of, and words said before may not found a cluster."""
    documents = [
        ["i", "do", "not", "know"],
        ["I", "be", "ashamed"],
        *[["he", "always", "look", "down", ","]] * 2,
        ["…"],
    ]
    assert can_found(documents).tolist() == [False, False, True, False, False]


# ---------------------------------------------------------------- keywords


def test_keywords_set_a_cluster_apart():
    """Keywords are the words of one cluster that the others lack, the best first."""
    documents = [["dog", "bark", "loud"], ["dog", "bark"], ["dog"], ["soup", "loud"], ["soup", "pot"], ["pot", "soup"]]
    first, second = keywords(documents, np.array([1, 1, 1, 2, 2, 2]), n_words=2)
    assert (first, second) == (["dog", "bark"], ["soup", "pot"])


def test_keywords_leave_out_what_talk_is_full_of():
    """Stop words, marks, numbers and single letters are no keywords."""
    documents = [["i", "be", "the", "dog", ".", "…", "7", "x", "not"]] * 3
    assert keywords(documents, np.array([1, 1, 1])) == [["dog"]]


def test_unclustered_words_are_no_keywords():
    """Words of the unclustered are nobody's keywords."""
    assert keywords([["dog"], ["dog"], ["cat"]], np.array([1, 1, -1])) == [["dog"]]


def test_keywords_as_they_are_said():
    """A base form is shown as the word that mostly stands in the text."""
    said = [("numb", "number"), ("numb", "numbers"), ("numb", "number"), ("sit", "sat")]
    assert as_said([["numb"], ["sit", "dog"]], said) == [["number"], ["sat", "dog"]]


def test_no_clusters_no_keywords():
    """Without clusters there are no keywords."""
    assert keywords([["dog"]], np.array([-1])) == []


# ---------------------------------------------------------------- the command


def test_command_prints_a_line_each(lines, run):
    """``cluster`` prints one line each, in order: id, cluster (-1 none) and strength in 0..1, and no other key."""
    answers = read(run("cluster", "--model", "static", input=lines))
    assert [answer["id"] for answer in answers] == list(range(60))
    assert {tuple(answer) for answer in answers} == {("id", "cluster", "strength")}
    assert all(type(answer["cluster"]) is int and 0 <= answer["strength"] <= 1 for answer in answers)
    assert {answer["cluster"] for answer in answers} <= {-1, *range(1, 61)}


def test_command_groups_what_is_about_one_thing(lines, run):
    """Lines about one thing share a cluster that no other line is in."""
    answers = read(run("cluster", "--model", "static", input=lines))
    topics = [{a["cluster"] for a in answers[i::3]} - {-1} for i in range(3)]
    assert all(topics)
    assert not (topics[0] & topics[1])
    assert not (topics[1] & topics[2])
    assert not (topics[0] & topics[2])


def test_command_is_deterministic(lines, run):
    """The same lines give the same output to the letter."""
    assert run("cluster", "--model", "static", input=lines).stdout == (
        run("cluster", "--model", "static", input=lines).stdout
    )


def test_command_keywords(lines, run):
    """``cluster --keywords`` prints the clusters instead: number, size, keywords and steadiness, the largest first."""
    clusters = read(run("cluster", "--model", "static", "--keywords", input=lines))
    assert [one["cluster"] for one in clusters] == list(range(1, len(clusters) + 1))
    assert {tuple(one) for one in clusters} == {("cluster", "size", "keywords", "steadiness", "steady")}
    assert all(one["steady"] is (one["steadiness"] >= 0.75) for one in clusters)
    assert {one["keywords"][0] for one in clusters} & {"dog", "bark", "soup", "train", "late"}
    assert [one["size"] for one in clusters] == sorted((one["size"] for one in clusters), reverse=True)


def test_command_with_three_lines(run):
    """Three lines are no clusters: -1 and strength 0."""
    three = "".join(json.dumps({"id": i, "text": "The dog."}) + "\n" for i in "abc")
    assert read(run("cluster", "--model", "static", input=three)) == [
        {"id": i, "cluster": -1, "strength": 0.0} for i in "abc"
    ]


def test_command_without_lines(run):
    """No lines give no lines."""
    assert read(run("cluster", "--model", "static", input="")) == []


@pytest.mark.parametrize("size", [-1, 0, 1])
@pytest.mark.parametrize("command", ["cluster", "precode"])
def test_no_group_of_one_on_the_command_line(command, size, study, lines, run):
    """A smallest cluster of fewer than two is refused by both commands."""
    before = () if command == "cluster" else ("-s", study.path)
    result = run(*before, command, "--model", "static", "--min-cluster-size", size, input=lines)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1] == f"--min-cluster-size: {size} is no group. Give 2 or more."


@pytest.mark.parametrize("size", [-1, 0, 1])
def test_no_group_of_one_in_a_study(size, study):
    """A smallest cluster of fewer than two is refused by ``Study.precode``, and the run before stands."""
    before = study.run()
    with pytest.raises(InputError) as error:
        study.precode(model="static", min_cluster_size=size)
    assert str(error.value) == f"--min-cluster-size: {size} is no group. Give 2 or more."
    assert study.run() == before


def test_study_smaller_than_a_cluster(study):
    """A smallest cluster larger than the study gives no candidate codes, and suggestions all the same."""
    made = study.precode(model="static", min_cluster_size=10_000)
    assert (made.n_candidates, made.n_clustered, study.candidates()) == (0, 0, [])
    assert made.n_suggestions > 0


def test_run_keeps_steadiness(study):
    """A run keeps one steadiness a candidate code, in 0..1, in their order."""
    made = study.precode(model="static", min_cluster_size=2)
    kept = study.run()[0].options["steadiness"]
    assert len(kept) == made.n_candidates > 0
    assert all(0 <= one <= 1 for one in kept)


@pytest.mark.parametrize(
    "text", ["", "...", "The dog barked at Anna and her sister."], ids=["empty", "marks", "copies"]
)
def test_command_with_a_thousand_copies(text, run):
    """A thousand copies of one line, or of none, are no cluster."""
    copies = "".join(json.dumps({"id": i, "text": text}) + "\n" for i in range(1000))
    assert {answer["cluster"] for answer in read(run("cluster", "--model", "static", input=copies))} == {-1}
    assert run("cluster", "--model", "static", "--keywords", input=copies).stdout == ""
