"""Negation turns the pole of a hit, within its reach and its clause."""

import pytest

from assistcode.context import read_rules, with_context
from assistcode.evidence import Lexicon, Term
from assistcode.lexicon import Matcher
from assistcode.segment import segment

TERMS = (
    Term("word", "ashamed", 0.8),
    Term("word", "afraid", 0.8),
    Term("word", "unsafe", 0.8, "lacking"),
    Term("phrase", "no idea", 0.5, "lacking"),
)
RULES = read_rules("en")
MATCHER = Matcher.of({"theme": Lexicon("theme", "Theme", "", "en", TERMS)})


def read(text, rules=RULES, setting=None):
    """Return each hit's pole, and its flags as far as they tell of negation."""
    return [
        (hit.pole, tuple(flag for flag in hit.context if flag == "negated"))
        for utterances in segment([text])
        for utterance in utterances
        for hit in with_context(utterance.tokens, MATCHER.find(utterance.tokens), rules, setting)
    ]


PLAIN = [("present", ())]
NEGATED = [("lacking", ("negated",))]


@pytest.mark.parametrize(
    "text",
    [
        "I was not ashamed.", "I wasn't ashamed.", "I wasn’t ashamed.", "I cannot be ashamed.", "I can't be ashamed.",
        "I was never ashamed.", "Nobody was ashamed.", "I was hardly ashamed.", "I left without being ashamed.",
        "NOT ashamed!", "I have no reason to be ashamed.",
    ],
)  # fmt: skip
def test_negation_turns_the_pole(text):
    """A negator before a hit turns its pole and is named as a flag."""
    assert read(text) == NEGATED


@pytest.mark.parametrize("text", ["I wasnt ashamed.", "I dont feel ashamed."])
def test_negation_without_apostrophe(text):
    """A contraction typed without its apostrophe negates as well."""
    assert read(text) == NEGATED


def test_negation_of_what_is_lacking():
    """A negated hit that says the theme is missing says that it is present."""
    assert read("I did not feel unsafe.") == [("present", ("negated",))]


def test_no_negation_no_flag():
    """A hit without a negator keeps its pole and has no flags."""
    assert read("I was ashamed of it.") == PLAIN


def test_negator_after_the_hit():
    """A negator reaches to its right alone."""
    assert read("I was ashamed and did not speak.") == PLAIN


@pytest.mark.parametrize(
    "text",
    [
        "I did not speak, I was ashamed.", "I did not speak; I was ashamed.", "I did not speak but was ashamed.",
        "I did not speak because I was ashamed.", "No, I was ashamed.", "I did not speak … ashamed.",
        "I did not speak – ashamed.", "I do not know when I was ashamed.",
    ],
)  # fmt: skip
def test_clause_ends_the_negation(text):
    """A negator does not reach past the end of its clause."""
    assert read(text) == PLAIN


def test_sentence_ends_the_negation():
    """A negator does not reach into the next utterance."""
    assert read("Certainly not. Ashamed is the word.") == PLAIN


@pytest.mark.parametrize("word", ["only", "just", "merely"])
def test_not_only(word):
    """A "not only", "not just" or "not merely" negates nothing."""
    assert read(f"I was not {word} ashamed.") == PLAIN


@pytest.mark.parametrize("text", ["I was never not ashamed.", "Nobody wasn't ashamed."])
def test_double_negation(text):
    """Two negators cancel out."""
    assert read(text) == PLAIN


def test_reach_of_six_tokens():
    """A negator reaches over its sixth token to the right and not to the seventh."""
    assert read("not one two three four five ashamed") == NEGATED
    assert read("not one two three four five six ashamed") == PLAIN


def test_each_hit_by_itself():
    """Of two hits in an utterance only the negated one is turned."""
    assert read("I was not afraid but I was ashamed.") == NEGATED + PLAIN


def test_negator_inside_a_phrase():
    """A negator that belongs to the term itself does not negate it."""
    assert read("I had no idea.") == [("lacking", ())]


def test_hit_keeps_place_and_theme():
    """A negated hit keeps its theme, its term and its place."""
    (utterance,) = next(iter(segment(["I was not ashamed."])))
    found = MATCHER.find(utterance.tokens)
    (before,), (after,) = found, with_context(utterance.tokens, found, RULES)
    assert (after.theme, after.term, after.start, after.end) == (before.theme, before.term, before.start, before.end)
