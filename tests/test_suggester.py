"""How scores come about: words, meaning, neighbours, what was decided; and when a theme abstains."""

import numpy as np
import pytest

from assistcode import teaching
from assistcode.embed import load
from assistcode.evidence import Example, Hit, Labelled, Lexicon, Term, Verdict
from assistcode.lexicon import read_lexicons
from assistcode.resources import shipped
from assistcode.suggest import (
    Fusion,
    Talk,
    labelled_sentences,
    learn_decided,
    learn_from,
    nothing,
    shipped_fusion,
    shipped_sentences,
    verdicts,
    with_clusters,
    words_said,
)
from assistcode.suggest.meaning import learn

WEAK, STRONG, LACKING = Term("word", "weak", 0.3), Term("word", "strong", 0.6), Term("word", "none", 0.5, "lacking")
FUSION = Fusion(slopes=(10.0, 3.0))
SIDES = np.eye(2, 4, dtype=np.float32)  # one direction is like the examples, the other like the counter-examples


def lexicon(name, *, examples=(), counter_examples=(), threshold=0.5):
    """Make a lexicon."""
    return Lexicon(name, name, "", "en", (WEAK, STRONG, LACKING), examples, counter_examples, threshold=threshold)


def hit(term, theme="hope", share=1.0):
    """Make a hit."""
    return Hit(theme, term, 0, 1, term.pole, share=share)


def taught(n=20, pole="lacking"):
    """Learn a theme from examples on one side and counter-examples on the other."""
    examples = tuple(Example(f"e{i}", pole=pole) for i in range(n))
    lexicons = {"hope": lexicon("hope", examples=examples, counter_examples=tuple(Example(f"c{i}") for i in range(n)))}
    return learn_from(lexicons, labelled_sentences(lexicons), scattered(np.repeat(SIDES, n, axis=0)))


def scattered(vectors, seed=1):
    """Return unit vectors near the given ones."""
    near = vectors + np.random.default_rng(seed).normal(0, 0.1, vectors.shape)
    return (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)


def untaught(*names):
    """Learn lexicons that have terms alone."""
    lexicons = {name: lexicon(name) for name in names}
    return learn_from(lexicons, (), np.zeros((0, 4), np.float32))


def judge(hits, *names):
    """Return the verdict on one text with these hits, without meaning."""
    return verdicts(untaught(*(names or ("hope",))), FUSION, Talk(np.zeros((1, 4), np.float32), [hits]))[0][0]


# ---------------------------------------------------------------- words


def test_a_term_of_a_half_is_on_the_line():
    """In a lexicon without examples, terms whose chances make a half score a half, and are suggested."""
    verdict = judge([hit(LACKING)])
    assert verdict.scores == {"hope": 0.5}
    assert verdict.poles == {"hope": "lacking"}


def test_weights_add_up():
    """Terms join as independent chances: .3 alone is under the line, twice .3 makes .51 and is over it."""
    assert judge([hit(WEAK)]).suggested == []
    assert judge([hit(WEAK), hit(WEAK)]).suggested == ["hope"]
    assert words_said(["hope"], [[hit(WEAK), hit(STRONG)]])[0, 0] == pytest.approx(-np.log(0.7 * 0.4))


def test_context_takes_its_share():
    """A term counts by the share its context leaves it: an idiom nothing, half of .6 as .3."""
    assert judge([hit(STRONG, share=0.0)]).scores == judge([]).scores
    assert judge([hit(STRONG, share=0.5)]).scores == judge([hit(WEAK)]).scores


def test_hit_counts_for_its_theme_alone():
    """A hit of one theme leaves the others as they are."""
    scores = judge([hit(STRONG)], "hope", "fear").scores
    assert scores["fear"] == judge([], "fear").scores["fear"] < 0.5 < scores["hope"]


def test_pole_with_more_weight():
    """The pole is the one with more weight among the hits."""
    assert judge([hit(LACKING), hit(WEAK)]).poles == {"hope": "lacking"}
    assert judge([hit(LACKING), hit(STRONG)]).poles == {"hope": "present"}


def test_below_the_threshold_no_pole():
    """Below the threshold there is evidence, and no suggestion."""
    verdict = judge([hit(WEAK)])
    assert (verdict.suggested, [one.term for one in verdict.evidence]) == ([], ["weak"])


def test_nothing_is_said_for_every_theme():
    """The empty verdict has a score of 0 for every theme."""
    assert nothing({"hope": lexicon("hope"), "fear": lexicon("fear")}).scores == {"hope": 0.0, "fear": 0.0}


# ---------------------------------------------------------------- meaning


def test_meaning_tells_examples_apart():
    """A text like a theme's examples is suggested with their pole and the nearest of them; another is not."""
    found, _ = verdicts(taught(), FUSION, Talk(SIDES, [[], []]))
    assert (found[0].poles, found[1].poles) == ({"hope": "lacking"}, {})
    assert found[0].scores["hope"] > 0.9
    assert found[1].scores["hope"] < 0.1
    assert [(one.source, one.pole, one.context) for one in found[0].evidence] == [("example", "lacking", ())]
    assert found[0].evidence[0].text.startswith("e")
    assert found[1].evidence == ()


def test_held_out_is_what_leaving_out_gives():
    """What each labelled text would be given without itself is what learning without it gives."""
    rng = np.random.default_rng(3)
    vectors = scattered(rng.normal(size=(30, 8)))
    targets = rng.normal(size=(30, 2))
    whole = learn(vectors, targets)
    for i in (0, 7, 29):
        rest = learn(np.delete(vectors, i, axis=0), np.delete(targets, i, axis=0))
        assert rest.lean(vectors[i : i + 1] @ rest.vectors.T)[0] == pytest.approx(whole.held_out[i], abs=1e-4)


def test_a_long_text_means_what_a_sentence_of_it_means():
    """A text of several sentences has the meaning of the one that means most."""
    between = (SIDES.sum(axis=0) / np.sqrt(2)).astype(np.float32)[None]
    alone, _ = verdicts(taught(), FUSION, Talk(between, [[]]))
    parts = (SIDES, np.zeros(2, np.int64))
    together, _ = verdicts(taught(), FUSION, Talk(between, [[]], parts=parts))
    assert together[0].scores["hope"] > 0.9 > alone[0].scores["hope"]


# ---------------------------------------------------------------- what was decided


def decided(n, *, tells):
    """Return a talk of 2n utterances on both sides, decided so that meaning tells them apart, or not."""
    carries = np.arange(2 * n) < n if tells else np.arange(2 * n) % 2 == 0
    poles = {"hope": "present"}
    said = [Labelled(f"u{i}", {"hope": bool(yes)}, poles if yes else {}) for i, yes in enumerate(carries)]
    return Talk(scattered(np.repeat(SIDES[::-1], n, axis=0), seed=2), [[]] * (2 * n), decided=said)


def test_decisions_overrule_examples():
    """Where people decided otherwise than the examples say, the suggestions follow; the evidence says so."""
    talk = decided(40, tells=True)
    before, _ = verdicts(taught(n=5), FUSION, Talk(talk.vectors, talk.hits))
    after, silent = verdicts(taught(n=5), FUSION, talk)
    assert not any(one.suggested for one in before[:40])
    assert all(one.suggested == ["hope"] for one in after[:40])
    assert silent == {}
    assert after[0].evidence[-1].context == ("decided",)


def test_an_utterance_is_judged_by_the_others():
    """What was decided of an utterance itself is no evidence for it, and does not move its own score."""
    talk = decided(30, tells=True)
    odd = [*talk.decided]
    odd[0] = Labelled("u0", {"hope": False})
    told, _ = verdicts(taught(n=5), FUSION, Talk(talk.vectors, talk.hits, decided=odd))
    assert told[0].suggested == ["hope"]
    assert "u0" not in {one.text for one in told[0].evidence}


def test_a_theme_that_cannot_tell_abstains():
    """Where decisions have nothing to do with words or meaning, the theme says why it abstains and suggests nothing."""
    found, silent = verdicts(taught(), FUSION, decided(30, tells=False))
    assert not any(one.suggested for one in found)
    assert silent["hope"].startswith("of utterances people decided on, it does not tell the 30 that fit from the 30")


def test_few_decisions_make_nobody_abstain():
    """With fewer than twenty that fit nothing is concluded."""
    assert verdicts(taught(), FUSION, decided(19, tells=False))[1] == {}


def test_nothing_decided_nothing_learned():
    """Without decisions what was known stays as it was."""
    known = taught()
    assert learn_decided(known, SIDES, [None, None]) is known


def test_very_many_decisions_are_drawn_from():
    """Of very many decided utterances those that carry a theme are learned, and evenly spaced others."""
    n = 2000
    said = [Labelled(f"u{i}", {"hope": i % 10 == 0}) for i in range(n)]
    learned = learn_decided(untaught("hope"), scattered(np.zeros((n, 4), np.float32)), said)
    assert len(learned.rows) == 1500
    assert set(range(0, n, 10)) <= set(learned.rows)


# ---------------------------------------------------------------- clusters, and what is shipped


def test_the_cluster_is_evidence():
    """Where a quarter of a cluster is suggested a theme, its members suggested the theme have that as evidence."""
    yes, no = Verdict({"hope": 0.9}, {"hope": "present"}, ()), Verdict({"hope": 0.1}, {}, ())
    found = with_clusters([yes, no, no, yes, yes, *[no] * 4], np.array([1, 1, 1, -1, *[2] * 5]), [["sun"], ["rain"]])
    assert [(one.source, one.text, one.similarity) for one in found[0].evidence] == [("cluster", "sun", 0.3333)]
    assert all(one.evidence == () for one in found[1:])


def test_without_clusters_nothing_is_added():
    """Where there is no cluster the verdicts stay as they are."""
    one = Verdict({"hope": 0.9}, {"hope": "present"}, ())
    assert with_clusters([one], np.array([-1]), []) == [one]


@pytest.mark.parametrize("model", ["minilm", "static"])
def test_shipped_sentences_are_those_of_the_lexicons(model):
    """Vectors and weights are shipped for every sentence of the shipped lexicons: made again when one changes."""
    lexicons = read_lexicons(shipped("lexicons"))
    labelled = labelled_sentences(lexicons, teaching.neutral_of(lexicons).texts)
    known = shipped_sentences(model, load(model).sha256)
    missing = [one.text for one in labelled if one.text not in known]
    assert missing == [], "run: assistcode models build suggester --out models"
    assert known.weights_of(labelled) is not None, "run: assistcode models build suggester --out models"


def test_shipped_vectors_are_the_models():
    """Shipped vectors are those that the model gives."""
    model = load("static")
    lexicons = read_lexicons(shipped("lexicons"))
    texts = [one.text for one in labelled_sentences(lexicons)][::97]
    known = shipped_sentences("static", model.sha256)
    assert np.allclose(np.stack([known[text] for text in texts]), model.embed(texts), atol=2e-3)


def test_shipped_weights_are_what_is_learned():
    """Shipped weights say what learning the same sentences says."""
    lexicons = read_lexicons(shipped("lexicons"))
    model = load("static")
    known = teaching.learn_sentences(lexicons, model, model.embed)
    anew = learn_from(lexicons, known.labelled, known.meaning.vectors)
    similar = known.meaning.vectors[::50] @ known.meaning.vectors.T
    assert np.allclose(known.meaning.lean(similar), anew.meaning.lean(similar), atol=2e-3)


def test_other_bytes_of_a_model_have_nothing_shipped():
    """Vectors of another model under the same name are not used."""
    assert "I was scared." not in shipped_sentences("minilm", "0" * 64)


def test_fusion_of_an_unknown_model():
    """A model we do not know takes the fusion of the default one."""
    assert shipped_fusion("/some/folder") == shipped_fusion("minilm")
    assert set(shipped_fusion("static").lines) == {"competence", "fear", "safety", "shame", "togetherness"}
