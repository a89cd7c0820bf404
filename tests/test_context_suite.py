"""The context suite: of sentences judged by hand, nearly all are read as a careful reader reads them."""

import tomllib
from pathlib import Path

import pytest

from assistcode.context import Setting
from assistcode.evidence import FLAGS
from assistcode.lexicon import read_lexicons
from assistcode.pipeline import Finder
from assistcode.resources import shipped
from assistcode.segment import segment

PARTS = ["context_suite.toml", *(f"context_suite_blind{n}.toml" for n in ("", "_2", "_3", "_4"))]
SUITES = {name: tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))["case"] for name in PARTS}
CASES = [case for cases in SUITES.values() for case in cases]
WANTED = 0.97
NAMED = {"whose": "self", "toward": "none", "when": "none"}  # dimensions of several flags, and what no flag means there
PLAIN = ["negated", "prompted", "reflection", "hypothetical", "question", "idiom", "hedged", "intensified"]


@pytest.fixture(scope="module")
def finder():
    """Lay out the shipped lexicons with their rules."""
    return Finder.of(read_lexicons(shipped("lexicons")))


def read(case, finder):
    """Return what the program makes of a case's word: pole and every dimension; None without a hit."""
    prompted = finder.themes(case["before"]) if "before" in case else frozenset()
    start = case["text"].index(case["word"])
    end = start + len(case["word"])
    earlier = ()
    for utterance in next(iter(segment([case["text"]]))):
        setting = Setting(None if case["role"] == "none" else case["role"], prompted=prompted, earlier=earlier)
        earlier = utterance.tokens
        for hit in finder.hits(utterance.tokens, lambda setting=setting: setting):
            if hit.theme == case["theme"] and hit.start < end and start < hit.end:
                said = {name: _one_of(FLAGS[name], hit.context, nothing) for name, nothing in NAMED.items()}
                return {"pole": hit.pole} | said | {flag: flag in hit.context for flag in PLAIN}
    return None


def _one_of(flags, context, nothing):
    return next((flag for flag in flags if flag in context), nothing)


def wrong(case, finder):
    """Return what is read otherwise than a careful reader does; empty when the case is right."""
    found = read(case, finder)
    if found is None:
        return {"hit": None}
    is_idiom = case["expect"].get("idiom")
    wanted = {"idiom": True} if is_idiom else {"pole": case["pole"]} | case["expect"]
    return {name: found[name] for name, value in wanted.items() if found[name] != value}


@pytest.mark.parametrize("name", PARTS)
def test_suite(finder, name):
    """At least 97 % of the cases of each part are right; the wrong ones are printed."""
    errors = [(case, found) for case in SUITES[name] if (found := wrong(case, finder))]
    for case, found in errors:
        print(f"{case['text']}  [{case['word']}, {case['role']}]  {found}")  # noqa: T201  shown when the test fails
    right = 1 - len(errors) / len(SUITES[name])
    assert right >= WANTED, f"{right:.1%} of {len(SUITES[name])}"


@pytest.mark.parametrize("name", ["whose", "toward", "when"])
def test_every_value_both_ways(name):
    """Each value of a dimension, and none, is what at least ten cases expect."""
    expected = [case["expect"][name] for case in CASES if name in case["expect"]]
    assert {value: expected.count(value) >= 10 for value in (*FLAGS[name], NAMED[name])} == dict.fromkeys(
        (*FLAGS[name], NAMED[name]), True
    )


@pytest.mark.parametrize("flag", PLAIN)
def test_every_flag_both_ways(flag):
    """Each flag is expected in at least ten cases and expected to be missing in ten."""
    expected = [case["expect"][flag] for case in CASES if flag in case["expect"]]
    assert min(expected.count(True), expected.count(False)) >= 10
