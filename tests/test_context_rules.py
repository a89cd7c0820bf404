"""A file of rules is read as it is written: sides, reach, ends, people; a broken one is refused with its line."""

import json
import sqlite3
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistcode import Study
from assistcode.context import Setting, read_rules, with_context
from assistcode.errors import LexiconError
from assistcode.evidence import FLAGS, Lexicon, Term
from assistcode.lexicon import Matcher, read_lexicons
from assistcode.pipeline import Finder
from assistcode.resources import shipped
from assistcode.segment import segment

MATCHER = Matcher.of({"theme": Lexicon("theme", "Theme", "", "xx", (Term("word", "glad", 0.8),))})
PEOPLE = """
[[people]]
are = "self"
who = ["i"]
whom = ["me"]
[[people]]
are = "partner"
who = ["she"]
whom = ["her"]
refers = "she"
[[people]]
are = "other"
names = ["my? <kin>"]
pronoun = "she"
[[people]]
are = "nobody"
names = ["like a mother"]
[[rules]]
flags = ["whose"]
stands = ["before"]
words = ["WHO"]
but_not = ["with WHO"]
[[rules]]
flags = ["toward"]
stands = ["after"]
reach = 2
words = ["with WHOM"]
"""


@pytest.fixture
def folder(tmp_path):
    """Make a function that writes rules for the language xx and returns the folder of lexicons they lie in."""

    def write(text):
        (tmp_path / "xx").mkdir(exist_ok=True)
        head = (
            'language = "xx"\nclasses = { kin = ["mother", "father"] }\n[ends]\nclause = [",", ";"]\njoined = [";"]\n'
        )
        (tmp_path / "xx" / "context.toml").write_text(head + text, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def read(folder):
    """Make a function that reads a text with such rules and returns the flags of its first hit."""

    def flags(rules, text, matcher=MATCHER, **setting):
        found = read_rules("xx", folder(rules))
        (utterance, *_) = next(iter(segment([text])))
        return with_context(utterance.tokens, matcher.find(utterance.tokens), found, Setting(**setting))[0].context

    return flags


def rule(words, flag="hedged", **fields):
    """Return one rule as it is written."""
    fields = {"flags": [flag], "stands": ["before"], "words": words} | fields
    return "[[rules]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in fields.items())


# ---------------------------------------------------------------- where words stand, and how far they reach


@pytest.mark.parametrize(
    ("stands", "text", "flags"),
    [
        (["before"], "somehow glad", ("hedged",)), (["before"], "glad somehow", ()),
        (["after"], "glad somehow", ("hedged",)),
        (["after"], "somehow glad", ()), (["before", "after"], "somehow glad", ("hedged",)),
        (["over"], "somehow glad", ()),
    ],
)  # fmt: skip
def test_side(read, stands, text, flags):
    """A phrase counts on the sides of the hit that its rule names."""
    assert read(rule(["somehow"], stands=stands), text) == flags


def test_over(read):
    """A phrase that holds the hit stands over it."""
    assert read(rule(["glad to say"], "idiom", stands=["over"]), "I am glad to say so.") == ("idiom",)


def test_across(read):
    """A phrase that holds a part of the hit stands across it, where the rule says so."""
    term = Matcher.of({"theme": Lexicon("theme", "Theme", "", "xx", (Term("phrase", "so glad", 0.8),))})
    text = "I am glad so glad of it."
    assert read(rule(["glad of it"], "idiom", stands=["over"]), text, matcher=term) == ()
    assert read(rule(["glad of it"], "idiom", stands=["over", "across"]), text, matcher=term) == ("idiom",)


def test_reach(read):
    """A reach of two lets one token stand between."""
    assert read(rule(["somehow"], reach=2), "somehow one glad") == ("hedged",)
    assert read(rule(["somehow"], reach=2), "somehow one two glad") == ()


def test_end(read):
    """Nothing reaches past what ends it; a rule without an end is not stopped."""
    assert read(rule(["somehow"], ends="clause"), "somehow there, glad") == ()
    assert read(rule(["somehow"]), "somehow there, glad") == ("hedged",)


@pytest.mark.parametrize(
    ("phrase", "text", "is_found"),
    [
        ("a|one bit", "one bit glad", True), ("a|one bit", "a one bit glad", True), ("a? bit", "bit glad", True),
        ("a bit", "bit glad", False), ("~feel", "felt glad", True), ("feel", "felt glad", False),
        ("to * extent", "to some small extent glad", True), ("to * extent", "to one two three four extent glad", False),
        ("<kin> is", "mother is glad", True), ("I’m", "i'm glad", False),
        ("i 'm", "I’m glad", True), ("?", "? glad", True), ("-ed", "asked glad", True), ("-ed", "ask glad", False),
        ("to * extent", "to some, extent glad", False),
    ],
)  # fmt: skip
def test_phrase(read, phrase, text, is_found):
    """A phrase may have choices, words that may be missing, any form of a word, gaps and classes."""
    assert read(rule([phrase]), text) == (("hedged",) if is_found else ())


def test_but_not(read):
    """Words inside what the rule is not meant by do not count."""
    assert read(rule(["bit"], but_not=["quite a bit"]), "a bit glad") == ("hedged",)
    assert read(rule(["bit"], but_not=["quite a bit"]), "quite a bit glad") == ()


def test_the_nearest_wins(read):
    """Of several flags of a dimension the nearest phrase gives its own."""
    rules = rule(["childhood"], "life history") + rule(["hour"], "in the session")
    assert read(rules, "childhood and hour glad") == ("in the session",)
    assert read(rules, "hour and childhood glad") == ("life history",)


def test_a_weak_rule_yields(read):
    """A weak rule counts only where no other of its dimension does."""
    rules = rule(["childhood"], "life history") + rule(["there"], "in the session", weak=True)
    assert read(rules, "childhood there glad") == ("life history",)
    assert read(rules, "there glad") == ("in the session",)


def test_the_first_frames_what_follows(read):
    """Before a hit's clause the first phrase counts; in the clause, and past the second end, the nearest."""
    rules = rule(["childhood"], "life history") + rule(["hour"], "in the session")
    rules += '[frames]\nwhen = ["clause", "joined"]\n'
    assert read(rules, "hour, childhood, so glad") == ("in the session",)
    assert read(rules, "hour, childhood glad") == ("life history",)
    assert read(rules, "hour; childhood, so glad") == ("life history",)


def test_fillers(read):
    """Fillers are left out before anything is read, unless a hit is in them."""
    rules = rule(["not"], "negated", reach=1) + '[fillers]\nwords = [", um ,", ", glad ,"]\nbut_not = [", um , i"]\n'
    assert read(rules, "not, um, glad") == ("negated",)
    assert read(rules, "not, um, I glad") == ()
    assert read(rules, "he, glad, not") == ()


@pytest.mark.parametrize(("role", "flags"), [("client", ("hedged",)), ("therapist", ()), (None, ())])
def test_roles(read, role, flags):
    """A rule for some roles is silent in other turns, and where nothing is known of the role."""
    assert read(rule(["somehow"], roles=["client"]), "somehow glad", role=role) == flags


def test_unknown_role(read):
    """A rule may be for lines of which the role is not known."""
    assert read(rule(["somehow"], roles=["unknown"]), "somehow glad") == ("hedged",)


def test_kinds(read):
    """A rule may be for session video alone."""
    rules = rule(["somehow"], kinds=["video"])
    assert (read(rules, "somehow glad"), read(rules, "somehow glad", kind="video")) == ((), ("hedged",))


# ---------------------------------------------------------------- people


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("I was glad", ()), ("she was glad", ("partner",)), ("my mother was glad", ("third person",)),
        ("I was glad with her", ("toward partner",)), ("she was glad with me", ("partner", "toward partner")),
        ("mother came and she was glad", ("third person",)), ("like a mother she was glad", ("partner",)),
        ("I was with my mother and glad", ()), ("I was glad with father", ("toward others",)),
        ("mother came, I was glad with her", ("toward others",)),
        ("mother glad with her", ("third person", "toward partner")),
    ],
)  # fmt: skip
def test_people(read, text, flags):
    """Whose and toward whom follows from who is named; a pronoun means whoever was named last."""
    assert read(PEOPLE, text) == flags


def test_named_in_the_utterance_before(read):
    """A pronoun also means somebody named in the utterance before, in the same turn."""
    (before,) = next(iter(segment(["My mother came."])))
    assert read(PEOPLE, "She was glad.", earlier=before.tokens) == ("third person",)


@pytest.mark.parametrize(("asked", "flags"), [("At school?", ("life history",)), ("I was at school.", ())])
def test_question_of_ones_own(folder, asked, flags):
    """A question is read with the answer after it in the same turn; a statement is not."""
    rules = read_rules("xx", folder(rule(["at school"], "life history")))
    before, answer = next(iter(segment([f"{asked} Yes, glad."])))
    (hit,) = with_context(answer.tokens, MATCHER.find(answer.tokens), rules, Setting(earlier=before.tokens))
    assert hit.context == flags


def test_person(read):
    """A rule may be for one person alone."""
    rules = PEOPLE + rule(["when WHO"], "life history", person="other")
    assert "life history" in read(rules, "when mother came I was glad")
    assert "life history" not in read(rules, "when she came I was glad")


def test_prompted(read):
    """A hit is prompted when its theme was in the interviewer's turn before."""
    assert read("", "glad", prompted=frozenset({"theme"})) == ("prompted",)
    assert read("", "glad", prompted=frozenset({"other"})) == ()


def test_prompted_in_a_study(files, tmp_path):
    """In a study the interviewer's words in the turn just before count, and no earlier ones."""
    said = "Interviewer: Were you afraid?", "Client: I was afraid.", "Interviewer: Mm?", "Client: Very afraid."
    text = "\n\n".join(["INTERVIEW", *said])
    for path in files.iterdir():
        path.unlink()
    (files / "d01_s3_client.txt").write_text(text, encoding="utf-8")
    with Study.create(tmp_path / "s.study", unaided=0) as study:
        study.import_transcripts([files], pattern="d{dyad}_s{session}_{perspective}")
        study.precode(model="static")
        found = [(one.excerpt.quote, one.evidence[0].context) for one in study.suggestions(theme="fear")]
    assert found == [("I was afraid.", ("prompted",)), ("Very afraid.", ("intensified",))]


# ---------------------------------------------------------------- shares, languages


def test_share(folder):
    """A hit counts the product of what its flags count; a flag without a count takes nothing away."""
    rules = read_rules("xx", folder("[counts]\nhedged = 0.5\nidiom = 0\n"))
    assert [rules.share(flags) for flags in ((), ("negated",), ("hedged",), ("hedged", "idiom"))] == [1, 1, 0.5, 0]


def test_hit_carries_its_share(folder):
    """A hit says how much it still counts, and is never dropped."""
    rules = read_rules("xx", folder("[counts]\nidiom = 0\n" + rule(["glad to say"], "idiom", stands=["over"])))
    (utterance,) = next(iter(segment(["Glad to say so."])))
    (hit,) = with_context(utterance.tokens, MATCHER.find(utterance.tokens), rules)
    assert (hit.theme, hit.share, hit.pole) == ("theme", 0, "present")


def test_shipped_shares():
    """An idiom counts nothing; partner, negated and reflection count fully."""
    rules = read_rules("en")
    assert rules.share(["idiom"]) == 0
    assert rules.share(["partner", "negated", "reflection", "toward partner", "in the session"]) == 1


def test_language_without_rules(tmp_path):
    """Hits of a language without rules count as they stand."""
    (tmp_path / "hap.toml").write_text(
        'name = "hap"\nlanguage = "nb"\ntitle = "Håp"\ndefinition = "Å vente seg noe godt."\n'
        'terms = [{ word = "håp", weight = 0.7 }]\n',
        encoding="utf-8",
    )
    (utterance,) = next(iter(segment(["Jeg har not håp."])))
    (hit,) = Finder.of(read_lexicons(tmp_path)).hits(utterance.tokens)
    assert (hit.context, hit.pole, hit.share) == ((), "present", 1)


def test_folder_of_its_own(folder):
    """A folder of lexicons brings rules for its language, which count before the shipped ones."""
    assert read_rules("en", folder("")).sha256 == read_rules("en").sha256
    assert read_rules("xx", folder("")) is not None
    assert read_rules("xx", None) is None


def test_run_names_its_rules(precoded):
    """What a run was made with names the rules of context beside the lexicons."""
    with sqlite3.connect(precoded) as db:
        (lexicons,) = db.execute("SELECT lexicons FROM run").fetchone()
    assert json.loads(lexicons)["context (en)"] == read_rules("en").sha256


# ---------------------------------------------------------------- broken files


FIELDS = "but_not, ends, flags, kinds, note, person, reach, roles, stands, weak, words"
PLAIN_FLAGS = {flag for flags in FLAGS.values() for flag in flags}
KNOWN_FLAGS = sorted(PLAIN_FLAGS | {"whose", "toward"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (rule(["a"]) + "wrods = 1\n", f"10: unknown field 'wrods'. Fields: {FIELDS}."),
        ("[[peopel]]\n",
         "6: unknown field 'peopel'. Fields: classes, counts, ends, fillers, frames, language, people, rules."),
        (rule(["a"], "hedge d"), f"7: 'hedge d' is not known here. Known: {', '.join(KNOWN_FLAGS)}."),
        (rule(["a"], stands=["behind"]), "8: 'behind' is not known here. Known: across, after, before, over."),
        (rule(["a"], reach=0), "10: the reach is 0. Give 1 to 60 tokens."),
        (rule(["a"], weak=1), "10: weak is 1. Write weak = true, or leave it out."),
        ('[frames]\nwhen = ["clause"]\n', "7: 'when' names 1 ends. Name two."),
        ('[frames]\nthen = ["clause", "joined"]\n', f"7: 'then' is not known here. Known: {', '.join(sorted(FLAGS))}."),
        (rule(["a"], reach=True), "1: the reach is True. Give 1 to 60 tokens."),
        (rule(["a"], ends="phrase"), "10: 'phrase' is not known here. Known: clause, joined."),
        (rule(["a"], roles=["mother-in-law"]),
         "10: 'mother-in-law' is not known here. Known: client, interviewer, note, participant, therapist, unknown."),
        (rule(["a"], kinds=["film"]), "10: 'film' is not known here. Known: interview, video."),
        (rule(["<folk> came"]), "9: 'folk' is not known here. Known: kin."),
        (rule(["* came"]), "9: '* came' may begin with nothing. Begin with a word."),
        (rule(["a?"]), "9: 'a?' may begin with nothing. Begin with a word."),
        (rule("somehow"), "9: 'words' is not a list of texts. Write words = [\"...\"]."),
        (rule([" "]), "9: 'words' is not a list of texts. Write words = [\"...\"]."),
        ("rules = 7\n", "6: 'rules' is not a list of texts. Write rules = [\"...\"]."),
        ("[counts]\nhedged = 2\n", "7: 'hedged' counts 2. Give a number from 0 to 1."),
        ("[counts]\nhedgy = 1\n", f"7: 'hedgy' is not known here. Known: {', '.join(sorted(PLAIN_FLAGS))}."),
        ('[[people]]\nare = "enemy"\n',
         "7: 'enemy' is not known here. Known: anyone, everybody, former, interviewer, nobody, other, partner, self."),
        ("[[people]\n", "6: this is not TOML (Expected ']]' at the end of an array declaration (at line 6, column 9))."
         " Mend the line; lexicons/README.md has the format."),
    ],
)  # fmt: skip
def test_broken_rules(folder, text, message):
    """A file of rules that cannot be used is refused in one line: file, line, what, what to do."""
    where = folder(text)
    with pytest.raises(LexiconError) as error:
        read_rules("xx", where)
    assert str(error.value) == f"{where / 'xx' / 'context.toml'}:{message}"


def test_language_of_another_folder(folder):
    """Rules that say another language than their folder are refused."""
    where = folder("")
    (where / "nb").mkdir()
    (where / "xx" / "context.toml").rename(where / "nb" / "context.toml")
    with pytest.raises(LexiconError) as error:
        read_rules("nb", where)
    assert str(error.value).endswith(':1: the language is not the folder\'s. Write language = "nb".')


# ---------------------------------------------------------------- any text


FINDER = Finder.of(read_lexicons(shipped("lexicons")))
PIECES = [
    "afraid", "not", "never", "I’m", "I'm afraid", "my mother", "she", "with her", "ashamed", "so", "?", ".", ", ", "…",
    "é", "e\u0301", "😀", "👩‍👧", "\0", "страх", "恐れ", "İ", "ﬁ", "\n\n", "\u00a0", "don’t", "as a child", "safe",
    "[cries]", "together",
]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4)).map(" ".join) | st.text())
def test_hits_slice_back(text):
    """The place of every hit gives its words, whatever the text; its flags are known ones and its share is in 0..1."""
    known = {flag for flags in FLAGS.values() for flag in flags}
    for utterance in next(iter(segment([text]))):
        words = {token.start: token for token in utterance.tokens}
        for hit in FINDER.hits(utterance.tokens):
            first = words[hit.start]
            assert text[hit.start : hit.end].startswith(first.text)
            assert {first.lower, first.lemma} & {hit.term.text.split()[0], first.lower[: len(hit.term.text)]}
            assert utterance.start <= hit.start < hit.end <= utterance.end
            assert set(hit.context) <= known
            assert 0 <= hit.share <= 1


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES)).map(" ".join), st.integers(0, 1000))
def test_places_move_with_the_text(text, start):
    """Cut as a turn that begins later in its transcript, the same hits stand that much later."""
    here, there = next(iter(segment([text]))), next(iter(segment([text], starts=[start])))
    hits = [[hit for one in cut for hit in FINDER.hits(one.tokens)] for cut in (here, there)]
    assert [(h.start + start, h.end + start, h.context) for h in hits[0]] == [
        (h.start, h.end, h.context) for h in hits[1]
    ]


@pytest.mark.parametrize("piece", ["afraid ", "😀", "\\0", "my mother he ", "in the session ", "afraid’s "])
def test_odd_lines_come_to_an_end(piece):
    """A line of one thing repeated 20,000 times is read: the time does not multiply with each repetition.

    Nothing is timed here; the limit is far above what a linear pass takes, and ends a hang.
    """
    call = f"""if True:
        from assistcode.lexicon import read_lexicons
        from assistcode.pipeline import Finder
        from assistcode.resources import shipped
        from assistcode.segment import segment
        finder = Finder.of(read_lexicons(shipped("lexicons")))
        print(sum(len(finder.hits(u.tokens)) for us in segment(["{piece}" * 100_000]) for u in us))
    """
    subprocess.run([sys.executable, "-c", call], check=True, timeout=60)
