"""What the suggester learns from: sentences of the lexicons, and a study's final human codes."""

import pytest

from assistcode import Study, teaching
from assistcode.errors import LexiconError, UnknownName
from assistcode.lexicon import read_neutral
from assistcode.pipeline import segment_turns


@pytest.fixture
def places(study):
    """Return the codable utterances of the study."""
    return [place for place in segment_turns(study.material) if place[3].codable]


def excerpt(study, words):
    """Return the excerpt of some words."""
    for transcript in study.material.transcripts:
        start = transcript.text.find(words)
        if start >= 0:
            return transcript.excerpt(start, start + len(words))
    raise LookupError(words)


TEAM = "I felt we were a team, on the same side."
CHAIR = "The chair squeaks."


def test_what_was_decided_of_each_utterance(study, places):
    """An utterance carries what the reading says fits, with its pole; finished and not coded is no; else unknown."""
    study.decide(excerpt(study, TEAM), "togetherness", "fits", "anna", pole="present")
    study.finish(excerpt(study, CHAIR), "anna")
    said = teaching.decided(study._db, study.material, places, ["togetherness", "fear"], "anna")
    by_words = {place[3].text: one for place, one in zip(places, said, strict=True)}
    assert by_words[TEAM].carries["togetherness"]
    assert by_words[TEAM].poles == {"togetherness": "present"}
    assert by_words[CHAIR].carries == {"togetherness": False, "fear": False}
    assert by_words["She knows what she is doing, and I had no plan."] is None


def test_nobody_teaches_nothing(study, places):
    """Without a reading nothing is known of any utterance."""
    assert set(teaching.decided(study._db, study.material, places, ["fear"], None)) == {None}


def test_several_coders_teach_when_named(study):
    """Of several coders without an agreed set nobody teaches, until one is named."""
    study.decide(excerpt(study, TEAM), "togetherness", "fits", "ben")
    assert study.precode(model="static").learned.reading is None
    learned = study.precode(model="static", learn_from="BEN").learned
    assert (learned.reading, learned.n_utterances, learned.abstaining) == ("ben", 1, {})
    assert study.run()[0].learned_from == "ben"


def test_the_agreed_set_teaches(study):
    """The agreed set teaches where it exists; nobody when that is asked for."""
    study.agree(excerpt(study, TEAM), "togetherness", "fits", "ben")
    assert study.precode(model="static").learned.reading == "agreed"
    assert study.precode(model="static", learn_from="nobody").learned.reading is None


def test_the_only_coder_teaches(files, tmp_path):
    """The only coder of a study teaches without being named."""
    with Study.create(tmp_path / "one.study", unaided=0) as study:
        study.import_transcripts([files], pattern="d{dyad}_s{session}_{perspective}")
        study.add_coder("anna")
        assert study.precode(model="static").learned.reading == "anna"


def test_an_unknown_teacher(study):
    """To learn from somebody who is not on the roster is refused with near names."""
    with pytest.raises(UnknownName, match="reading 'bne': there is none of this name"):
        study.precode(model="static", learn_from="bne")


def test_nobody_is_no_name(study):
    """A coder cannot be called what means nobody."""
    with pytest.raises(Exception, match="'nobody' cannot be a coder's name"):
        study.add_coder("nobody")


def test_it_is_said(study, run):
    """Precode says whom it learned from, and the comparison that the readings are not independent."""
    study.decide(excerpt(study, TEAM), "togetherness", "fits", "ben")
    study.finish(excerpt(study, TEAM), "ben")
    path = study.path
    study.close()
    result = run("-s", path, "precode", "--model", "static", "--learn-from", "ben")
    assert result.exit_code == 0
    assert "ben: " in result.stdout.split("learned from")[1]
    assert "These suggestions were learned from ben" in run("-s", path, "compare", "suggestions", "ben").stdout


def test_neutral_sentences_of_a_folder_of_ones_own(tmp_path):
    """A folder of lexicons may bring neutral sentences; English has shipped ones, other languages none."""
    (tmp_path / "nb").mkdir()
    (tmp_path / "nb" / "neutral.toml").write_text('language = "nb"\ntexts = ["Bussen var sen."]\n', encoding="utf-8")
    assert read_neutral("nb", tmp_path).texts == ("Bussen var sen.",)
    assert len(read_neutral("en", tmp_path).texts) > 500
    assert read_neutral("nb") is None


def test_neutral_sentences_must_be_sentences(tmp_path):
    """A list of neutral sentences that holds something else is refused with file and line."""
    (tmp_path / "nb").mkdir()
    (tmp_path / "nb" / "neutral.toml").write_text('language = "nb"\ntexts = [3]\n', encoding="utf-8")
    with pytest.raises(LexiconError, match=r"neutral.toml:2: 'texts' is not a list of sentences\. Write texts = "):
        read_neutral("nb", tmp_path)
