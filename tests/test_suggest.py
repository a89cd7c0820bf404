"""``assistcode suggest``: the contract other people's scripts rely on, and how scores come about."""

import json
import subprocess
import sys

import pytest

from assistcode.evidence import FLAGS

THEMES = ["competence", "fear", "safety", "shame", "togetherness"]
EVIDENCE = ["theme", "source", "term", "start", "end", "pole", "context", "text", "similarity"]
FIVE = [
    {"id": 1, "text": "😀👩‍👧 I was so scared of him."},
    {"id": "b", "text": "No, I wasn't ashamed.", "role": "client"},
    {"id": None, "text": "The bus was late, so I walked.", "role": None},
    {"id": [1, {"x": 2.5}], "text": "I felt safe with him, and then I was afraid.", "role": "therapist"},
    {"id": {"a": True}, "text": "We laughed together at the end. I wasn’t scared."},
]


@pytest.fixture
def suggest(run):
    """Run ``suggest --model static`` on lines; return the answers."""

    def answer(*lines, **options):
        flags = [word for name, value in options.items() for word in (f"--{name}", value)]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        result = run("suggest", "--model", "static", *flags, input=text)
        assert (result.exit_code, result.stderr) == (0, "")
        return [json.loads(line) for line in result.stdout.splitlines()]

    return answer


# ---------------------------------------------------------------- the contract


def test_a_line_each_in_order(suggest):
    """Five lines in are five lines out, in order, the ids of any JSON type as they came."""
    assert [answer["id"] for answer in suggest(*FIVE)] == [line["id"] for line in FIVE]


def test_keys(suggest):
    """An answer has exactly the documented keys."""
    assert [list(answer) for answer in suggest(*FIVE)] == [["id", "scores", "suggested", "poles", "evidence"]] * 5


def test_a_score_for_every_theme(suggest):
    """Every theme has a score in 0..1 on every line."""
    for answer in suggest(*FIVE):
        assert sorted(answer["scores"]) == THEMES
        assert all(isinstance(score, float) and 0 <= score <= 1 for score in answer["scores"].values())


def test_suggested_are_the_themes_above_the_threshold(suggest):
    """Suggested are the themes with a score from the threshold upwards, the best first."""
    for answer in suggest(*FIVE):
        ranked = sorted(THEMES, key=lambda theme: -answer["scores"][theme])
        assert answer["suggested"] == [theme for theme in ranked if answer["scores"][theme] >= 0.5]


def test_poles_of_suggested_themes_alone(suggest):
    """Each suggested theme has a pole, present or lacking, and no other theme has one."""
    for answer in suggest(*FIVE):
        assert list(answer["poles"]) == answer["suggested"]
        assert set(answer["poles"].values()) <= {"present", "lacking"}


def test_evidence_keys(suggest):
    """Evidence has every documented key, in every kind of evidence."""
    found = [one for answer in suggest(*FIVE) for one in answer["evidence"]]
    assert {one["source"] for one in found} == {"lexicon", "example"}
    assert all(list(one) == EVIDENCE and one["theme"] in THEMES for one in found)


def test_lexicon_evidence(suggest):
    """Evidence from a lexicon has a term, a place, a pole and flags; text and similarity are null."""
    for one in (one for answer in suggest(*FIVE) for one in answer["evidence"] if one["source"] == "lexicon"):
        assert (one["text"], one["similarity"]) == (None, None)
        assert isinstance(one["term"], str)
        assert one["pole"] in {"present", "lacking"}
        assert type(one["start"]) is type(one["end"]) is int
        assert 0 <= one["start"] < one["end"]
        assert set(one["context"]) <= {flag for flags in FLAGS.values() for flag in flags}


def test_example_evidence(suggest):
    """Evidence from an example has its text, pole and similarity; term and place are null."""
    for one in (one for answer in suggest(*FIVE) for one in answer["evidence"] if one["source"] == "example"):
        assert (one["term"], one["start"], one["end"], one["context"]) == (None, None, None, [])
        assert isinstance(one["text"], str)
        assert -1 <= one["similarity"] <= 1
        assert one["pole"] in {"present", "lacking"}


@pytest.mark.parametrize("before", ["", "😀👩‍👧 ", "e\u0301\u0301 ", "  \n\n ", "\r\n", "𝔘\u2028", "One. Two! "])
def test_offsets_count_code_points_as_received(before, suggest):
    """Offsets slice the text as it came in, whatever stands before the hit."""
    text = f"{before}I was scared of him."
    (answer,) = suggest({"id": 1, "text": text})
    places = [text[one["start"] : one["end"]] for one in answer["evidence"] if one["source"] == "lexicon"]
    assert places == ["scared"]


def test_escaped_and_plain_text_are_one(run):
    """Text may come as UTF-8 or in JSON escapes, and goes out as UTF-8."""
    plain, escaped = (json.dumps({"id": "é😀", "text": "Ich war scared."}, ensure_ascii=flag) for flag in (False, True))
    answers = [run("suggest", "--model", "static", input=line).stdout for line in (plain, escaped)]
    assert answers[0] == answers[1]
    assert answers[0].startswith('{"id": "é😀", ')


SILENT = {"scores": dict.fromkeys(THEMES, 0), "suggested": [], "poles": {}, "evidence": []}


@pytest.mark.parametrize("role", ["interviewer", "note"])
def test_interviewer(role, suggest):
    """What an interviewer or a note says has scores of 0, and nothing is suggested on it."""
    line = {"id": 1, "text": "I was so scared of him.", "role": role}
    assert suggest(line) == [{"id": 1} | SILENT]


@pytest.mark.parametrize("text", ["", "   ", "\n", "Mm. Yeah.", "…", "😀"])
def test_no_words(text, suggest):
    """Empty text, and talk that only keeps the talk going, has scores of 0, and nothing is suggested on it."""
    assert suggest({"id": 1, "text": text}) == [{"id": 1} | SILENT]


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        ("😀🎉👩‍👧" * 20, []),
        ("Я боюсь, 我害怕, أنا خائف: I was scared.", ["fear"]),
        ("I was \0 so \0 scared of him.", ["fear"]),
        ("\x01\x02\x1f", []),
        ("\u202eI was scared\u202c of s\u0301o much.", ["fear"]),
        ("\n" * 2000 + "I was scared.", ["fear"]),
        ("." * 20_000, []),
        ("a-" * 20_000, []),
    ],
)
def test_odd_text(text, themes, suggest):
    """Emoji alone, mixed scripts, NUL and other controls get an answer, and spans still give the words."""
    (line,) = suggest({"id": 1, "text": text})
    assert line["suggested"] == themes
    assert {text[e["start"] : e["end"]] for e in line["evidence"] if e["term"] == "scared"} <= {"scared"}


@pytest.mark.parametrize("piece", ["a", "scared ", "I was so scared of him. "])
def test_a_megabyte_in_one_line(piece, suggest):
    """A megabyte in one line is answered, whether it is one word, one sentence, or many."""
    text = piece * (1_000_000 // len(piece))
    (line,) = suggest({"id": 1, "text": text})
    assert ("fear" in line["suggested"]) == ("scared" in piece)
    assert len([e for e in line["evidence"] if e["term"] == "scared"]) == text.count("scared")


def test_lines_do_not_influence_each_other(suggest):
    """Each line alone, and in another order, gives the answer it gives among others."""
    together = suggest(*FIVE)
    assert [suggest(line)[0] for line in FIVE] == together
    assert suggest(*FIVE[::-1]) == together[::-1]


def test_same_line_same_answer(suggest):
    """A line repeated is answered the same each time."""
    first, *others = suggest(*[FIVE[3]] * 50)
    assert others == [first] * 49


def test_other_keys_are_let_through(suggest):
    """Keys that mean nothing here change nothing."""
    assert suggest(FIVE[0] | {"speaker": "V", "scores": 7}) == suggest(FIVE[0])


def test_blank_lines_are_no_lines(run):
    """Blank lines between the lines are passed over."""
    line = json.dumps(FIVE[0])
    assert run("suggest", "--model", "static", input=f"\n{line}\n\n").stdout.count("\n") == 1


def test_nothing_in_nothing_out(suggest):
    """No lines give no lines."""
    assert suggest() == []


def test_file_instead_of_stdin(tmp_path, run):
    """A file is read like standard input."""
    text = "".join(json.dumps(line) + "\n" for line in FIVE)
    (tmp_path / "lines.jsonl").write_text(text, encoding="utf-8")
    from_file = run("suggest", "lines.jsonl", "--model", "static").stdout
    assert from_file == run("suggest", "-", "--model", "static", input=text).stdout != ""


# ---------------------------------------------------------------- what is refused

ONE_OBJECT = "Write one object a line with id and text."


@pytest.mark.parametrize("command", ["suggest", "cluster"])
@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("not json", "this is not JSON (Expecting value: line 1 column 1 (char 0))"),
        ('{"id": 3 "text": "a"}', "this is not JSON (Expecting ',' delimiter: line 1 column 10 (char 9))"),
        ("[3]", "this is not a JSON object"),
        ('"text"', "this is not a JSON object"),
        ("null", "this is not a JSON object"),
        ('{"id": 3}', "there is no 'text'"),
        ('{"text": "I was scared."}', "there is no 'id'"),
        ('{"id": 3, "text": null}', "text and role must be strings"),
        ('{"id": 3, "text": ["a"]}', "text and role must be strings"),
        ('{"id": 3, "text": "a", "role": 1}', "text and role must be strings"),
    ],
)
def test_malformed_line(command, line, what, run):
    """A malformed line is named by its number, exit 1, and nothing is printed for the good lines either."""
    good = json.dumps(FIVE[0])
    result = run(command, "--model", "static", input=f"{good}\n\n{line}\n{good}\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"stdin:3: {what}. {ONE_OBJECT}\n"


@pytest.mark.parametrize("command", ["suggest", "cluster"])
@pytest.mark.parametrize(
    "line",
    [
        pytest.param(r'{"id": 3, "text": "\ud83d scared"}', id="half a character in the text"),
        pytest.param(r'{"id": "\ud83d", "text": "I was scared."}', id="half a character in the id"),
        pytest.param('{"id": NaN, "text": "I was scared."}', id="NaN is no JSON"),
        pytest.param('{"id": ' + "7" * 5000 + ', "text": "I was scared."}', id="a number too long to read"),
        pytest.param('{"id": 3, "text": ' + "[" * 100_000, id="too deep"),
    ],
)
def test_odd_line(command, line, run):
    """What cannot be read or written again as JSON in UTF-8 is a malformed line too, not a crash."""
    good = json.dumps(FIVE[0])
    result = run(command, "--model", "static", input=f"{good}\n{good}\n{line}\n")
    assert (result.exit_code, result.stdout, result.stderr[:9]) == (1, "", "stdin:3: ")


def test_malformed_line_of_a_file(tmp_path, run):
    """In a file a malformed line is named with the file."""
    (tmp_path / "lines.jsonl").write_text("{}\n", encoding="utf-8")
    result = run("suggest", "lines.jsonl", "--model", "static")
    assert (result.exit_code, result.stderr) == (1, f"lines.jsonl:1: there is no 'id'. {ONE_OBJECT}\n")


def test_not_utf8(run):
    """Bytes that are not UTF-8 are refused in one line."""
    result = run("suggest", "--model", "static", input='{"id": 1, "text": "é"}'.encode("latin-1"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "stdin: this is not UTF-8 (invalid continuation byte). Save the lines as UTF-8.\n"


def test_program_itself():
    """The program, run as a program, names standard input and exits with 1."""
    call = [sys.executable, "-m", "assistcode", "suggest", "--model", "static"]
    done = subprocess.run(call, input=b"{}\n", capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode() == f"stdin:1: there is no 'id'. {ONE_OBJECT}\n"
