"""Utterances that belong together become candidate codes, the same ones each time."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistcode.cluster import cluster, keywords
from assistcode.errors import InputError

TALK = {
    "dog": "The dog barked at {}.",
    "soup": "I cooked a pot of soup with {}.",
    "train": "The train to {} was late again.",
}
NAMES = ["Anna", "leeks", "Oslo", "the postman", "carrots", "Bergen", "the cat", "barley", "Lisbon", "Ben", "rice",
         "Rome", "the moon", "beans", "Paris", "him", "onions", "Berlin", "my sister", "fish"]  # fmt: skip


def groups(*sizes, seed=1, noise=0.05):
    """Return unit vectors in obvious groups of these sizes, one after the other."""
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
    """``cluster --keywords`` prints the clusters instead: number, size and keywords, the largest first."""
    clusters = read(run("cluster", "--model", "static", "--keywords", input=lines))
    assert [one["cluster"] for one in clusters] == list(range(1, len(clusters) + 1))
    assert {tuple(one) for one in clusters} == {("cluster", "size", "keywords")}
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
