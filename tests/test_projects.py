"""Projects of other programs come in as they are; a study goes out as a project and comes back the same."""

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistcode import Study
from assistcode.errors import InputError
from assistcode.store import judged
from conftest import SHARED

Run = Callable[..., Result]
FIXTURES = SHARED / "data" / "formats" / "qdpx"
SCHEMAS = SHARED / "refi"
USER, CODE, SOURCE, NOTE = (f"{digit * 8}-0000-4000-8000-{digit * 12}" for digit in "1234")
TEXT = "Client: I was scared 😀 of him.\n\nTherapist: We sat, and he said nothing.\n\nClient: Nothing at all.\n"
needs_fixtures = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the shared material is not here")


def valid(path: Path, schema: str = "REFI_Project.xsd", member: str | None = "project.qde") -> None:
    """Validate a written file where the schemas are at hand."""
    from lxml import etree

    content = zipfile.ZipFile(path).read(member) if member else path.read_bytes()
    if SCHEMAS.is_dir():
        etree.XMLSchema(etree.parse(SCHEMAS / schema)).assertValid(etree.fromstring(content))


def facts(study: Study) -> dict[str, Any]:
    """Return all that has to come back: codes, codings, coders, memos, cases, attributes, turns."""
    book = study.codebook
    return {
        "codes": {(c.name, c.theme, c.definition, c.origin, c.level, c.colour) for c in book.codes.values()},
        "themes": {(theme.name, theme.definition) for theme in book.themes.values()},
        "codings": {(c.excerpt, c.code, c.coder, c.pole, c.effect, c.turn, c.role) for c in study.codings()},
        "coders": {coder.name for coder in study.coders()},
        "memos": sorted((memo.coder or "", memo.kind, memo.subject, memo.text) for memo in study.memos()),
        "attributes": sorted(map(str, study.attributes())),
        "transcripts": [(t.name, t.text, t.turns, t.placement) for t in study.transcripts()],
    }


def there_and_back(study: Study, folder: Path) -> dict[str, Any]:
    """Export a study, validate it, import it into an empty one; return what that one holds."""
    study.export("qdpx", folder / "out.qdpx")
    valid(folder / "out.qdpx")
    with Study.create(folder / "back.study", lexicons="none") as back:
        brought = back.import_project(folder / "out.qdpx")
        assert (brought.moved, brought.left_out, brought.readings) == ([], [], {})
        return facts(back)


# ---------------------------------------------------------------- out and back


@pytest.fixture
def rich(study: Study, tmp_path: Path) -> Study:
    """Fill the small study with one of everything."""
    client, therapist = study.transcripts()
    scared = client.excerpt(client.text.index("I was so scared"), client.text.index("scared of him") + 13)
    afraid = therapist.excerpt(therapist.text.index("I was afraid"), therapist.text.index(" that I would"))
    study.add_code("almost saying it", "anna", definition='"ready" & <turned>\ninto a joke')
    study.add_code("never used", "ben")
    study.decide(scared, "fear", "fits", "anna", pole="lacking", effect="both", memo="Why the jacket?")
    study.decide(scared, "almost saying it", "fits", "anna")
    study.decide(scared, "fear", "fits", "ben", pole="present")
    study.decide(afraid, "fear", "does not fit", "ben")
    study.add_memo("On its own.", "ben", about="excerpt", subject=afraid.id, kind="reflexive")
    study.add_memo("All of it.\r\nTwo lines.", "anna", kind="field note")
    for about, subject in (("dyad", "1"), ("transcript", client.name), ("code", "fear"), ("theme", "fear")):
        study.add_memo(f"About a {about}.", "ben", about=about, subject=subject)
    (tmp_path / "clinics.csv").write_text("dyad,clinic,group,why\n1,public,,\n")
    study.import_attributes(tmp_path / "clinics.csv")
    (tmp_path / "groups.csv").write_text("dyad,group,why\n1,good,they laugh\n")
    study.import_attributes(tmp_path / "groups.csv", "ben")
    (tmp_path / "agreed.csv").write_text(f"transcript,quote,code\n{client.name},{scared.quote},fear\n")
    study.import_codings(tmp_path / "agreed.csv", "ben", agreed=True)
    return study


def test_a_study_comes_back_the_same(rich: Study, tmp_path: Path):
    """Codes, themes, codings, poles, effects, coders, agreed set, memos, cases, attributes and turns are identical."""
    assert there_and_back(rich, tmp_path) == facts(rich)


def test_exporting_twice_gives_the_same_bytes(rich: Study, tmp_path: Path):
    """GUIDs are stable and nothing depends on the clock."""
    for name in ("one.qdpx", "two.qdpx"):
        rich.export("qdpx", tmp_path / name)
    assert (tmp_path / "one.qdpx").read_bytes() == (tmp_path / "two.qdpx").read_bytes()


def test_what_is_left_out_is_said(rich: Study, tmp_path: Path):
    """Rejections and suggestions do not leave; the export says so, and how to take suggestions along."""
    remarks = rich.export("qdpx", tmp_path / "out.qdpx").remarks
    assert "Left out: 1 verdicts that a code does not fit, or of doubt." in remarks
    assert "Left out: the machine's suggestions; --suggestions adds them, under a user of their own." in remarks


def test_suggestions_go_out_if_asked_and_never_come_back_as_codings(rich: Study, tmp_path: Path):
    """With them asked for they have a user of their own, and an import counts none of them as a coding."""
    from assistcode.export import Options

    rich.export("qdpx", tmp_path / "out.qdpx", Options(suggestions=True))
    valid(tmp_path / "out.qdpx")
    with Study.create(tmp_path / "back.study", lexicons="none") as back:
        brought = back.import_project(tmp_path / "out.qdpx")
        assert brought.left_out == [f"{len(rich.suggestions()):,} suggestions of a program, no codings"]
        assert facts(back)["codings"] == facts(rich)["codings"]


def test_the_same_project_again_changes_nothing(rich: Study, tmp_path: Path):
    """Everything is known by its GUID, also in the study it came from."""
    before = facts(rich)
    rich.export("qdpx", tmp_path / "out.qdpx")
    brought = rich.import_project(tmp_path / "out.qdpx")
    assert (brought.n_codings, brought.n_known_codings, brought.n_memos) == (0, len(before["codings"]), 0)
    assert (brought.new_codes, brought.new_coders, brought.new_transcripts, brought.left_out) == ([], [], [], [])
    assert facts(rich) == before


def test_a_code_renamed_elsewhere_is_known_and_told(rich: Study, tmp_path: Path):
    """A known GUID with another name keeps its name here; the difference is told."""
    rich.export("qdpx", tmp_path / "out.qdpx")
    renamed = rewrite(tmp_path / "out.qdpx", lambda qde: qde.replace(b'name="never used"', b'name="used once"'))
    brought = rich.import_project(renamed)
    assert brought.new_codes == []
    assert brought.left_out == ["'used once' is otherwise in the file; it stays as it is here"]


def test_what_was_decided_here_stays(rich: Study, tmp_path: Path):
    """A coding that its coder has taken back since is not brought in again; it is counted."""
    rich.export("qdpx", tmp_path / "out.qdpx")
    scared = rich.codings(code="almost saying it")[0].excerpt
    rich.decide(scared, "almost saying it", "does not fit", "anna")
    brought = rich.import_project(tmp_path / "out.qdpx")
    assert brought.left_out == ["1 codings decided otherwise here; they stay as they are"]
    assert not rich.codings(code="almost saying it")


def test_codings_find_their_words_in_a_mended_transcript(rich: Study, tmp_path: Path):
    """The project was exported before the transcript was mended: codings are placed by their words and told."""
    rich.export("qdpx", tmp_path / "out.qdpx")
    client = rich.transcripts()[0]
    (tmp_path / f"{client.name}.txt").write_text(client.text.replace("What was going on", "Tell me what was going on"))
    rich.replace_transcript(client.name, tmp_path / f"{client.name}.txt")
    brought = rich.import_project(tmp_path / "out.qdpx")
    assert brought.n_codings == 0
    assert {quote for _, _, quote in brought.moved} == {coding.excerpt.quote for coding in rich.codings()}


WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(lambda s: s.strip())
EXOTIC = st.sampled_from(
    ["😀", "e\u0301", "न\u093f", "{\\rtf1\\b bold}", "\u202e", "&amp;", "]]>", "'=1+1'", "\u2028", "ß"]
)
TALK = st.lists(st.one_of(WORDS, EXOTIC), min_size=1, max_size=6).map(" ".join)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(TALK, min_size=1, max_size=5), ends=st.sampled_from(["\n", "\r\n"]), data=st.data())
def test_any_words_come_back(turns: list[str], ends: str, data: st.DataObject, tmp_path_factory: Any):
    """Emoji, combining marks, RTL, RTF and markup in texts, codes, memos and attributes come back to the letter."""
    folder = tmp_path_factory.mktemp("any")
    text = ends.join(f"{'Client' if n % 2 else 'Therapist'}: {words}{ends}" for n, words in enumerate(turns))
    (folder / "d1_talk.txt").write_bytes(text.encode())
    with Study.create(folder / "made.study", lexicons="none") as made:
        try:
            made.import_transcripts([folder / "d1_talk.txt"], pattern="d{dyad}_talk")
        except InputError:
            return  # nothing but blanks was said
        made.add_coder("anna")
        transcript = made.transcripts()[0]
        for name in data.draw(st.lists(WORDS, min_size=1, max_size=3, unique_by=lambda s: s.strip().casefold())):
            made.add_code(name, "anna", definition=data.draw(TALK).strip())
            start = data.draw(st.integers(0, len(transcript.text) - 1))
            end = data.draw(st.integers(start + 1, len(transcript.text)))
            pole, effect = data.draw(st.sampled_from([(None, None), ("lacking", "both"), (None, "hindering")]))
            memo = data.draw(TALK)
            excerpt = transcript.excerpt(start, end)
            made.decide(excerpt, name.strip(), "fits", "anna", pole=pole, effect=effect, memo=memo)
        assert there_and_back(made, folder) == facts(made)


@pytest.mark.skipif(not SHARED.is_dir(), reason="a long test, run where the shared material is")
def test_the_sample_study_comes_back_identical(tmp_path: Path, run: Run):
    """47 interviews in four formats with two coders, an agreed set, memos and attributes."""
    assert run("demo", "made", "--model", "static").exit_code == 0
    with Study.open(tmp_path / "made" / "assistcode.study") as study:
        assert there_and_back(study, tmp_path) == facts(study)


def test_five_thousand_codings_take_seconds(tmp_path: Path):
    """50 transcripts with 5,000 codings go out, and come in, in less than 5 s each."""
    (tmp_path / "texts").mkdir()
    talk = "\n\n".join(
        f"{'Client' if n % 2 else 'Interviewer'}: {n} I was so scared of him 😀, naïvely." for n in range(400)
    )
    for n in range(50):
        (tmp_path / "texts" / f"d{n % 12}_p{n}.txt").write_text(f"Client: {n}\n\n{talk}\n", encoding="utf-8")
    rows = ["transcript,start,end,quote,code,pole,coder,action"]
    with Study.create(tmp_path / "big.study", lexicons="none") as study:
        study.import_transcripts([tmp_path / "texts"], pattern="d{dyad}_p{session}")
        study.add_coder("anna")
        for transcript in study.transcripts():
            places = range(20, 20 + 100 * 150, 150)
            rows += [f"{transcript.name},{start},{start + 9},,code {start % 7},,," for start in places]
        (tmp_path / "codings.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        study.import_codings(tmp_path / "codings.csv", "anna")
        began = time.process_time()
        assert study.export("qdpx", tmp_path / "big.qdpx").n == 5_000
        assert time.process_time() - began < 5
    with Study.create(tmp_path / "back.study", lexicons="none") as back:
        began = time.process_time()
        assert back.import_project(tmp_path / "big.qdpx").n_codings == 5_000
        assert time.process_time() - began < 5


# ---------------------------------------------------------------- from other programs


def qde(inside: str, attributes: str = "") -> str:
    """Return a project's XML."""
    return f'<?xml version="1.0"?><Project xmlns="urn:QDA-XML:project:1.0" name="p" {attributes}>{inside}</Project>'


def packed(path: Path, xml: str | bytes, files: dict[str, bytes] | None = None, *, name: str = "project.qde") -> Path:
    """Write a .qdpx file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, xml)
        for member, content in (files or {}).items():
            archive.writestr(member, content)
    return path


def with_text(folder: Path, xml: str, text: bytes = TEXT.encode()) -> Path:
    """Write a .qdpx file with the one text that ``project`` names."""
    return packed(folder / "p.qdpx", xml, {f"sources/{SOURCE}.txt": text})


def rewrite(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """Return a copy of a .qdpx file with its XML changed."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    xml = change(held.pop("project.qde"))
    return packed(path.with_name("changed.qdpx"), xml, held)


def coded(start: int, end: int, *, name: str = "", user: str = f'creatingUser="{USER}"', code: str = CODE) -> str:
    """Return a selection with one coding."""
    return (
        f'<PlainTextSelection guid="{NOTE}" name="{name}" startPosition="{start}" endPosition="{end}" {user}>'
        f'<Coding guid="{NOTE}"><CodeRef targetGUID="{code}"/></Coding></PlainTextSelection>'
    )


USERS = f'<Users><User guid="{USER}" name="anna"/></Users>'
CODES = f'<CodeBook><Codes><Code guid="{CODE}" name="fear" isCodable="true"/></Codes></CodeBook>'


def project(selections: str, *, users: str = USERS, codes: str = CODES, source: str = 'name="talk.docx"') -> str:
    """Return a project with one text source."""
    path = "" if "plainTextPath" in source else f'plainTextPath="internal://{SOURCE}.txt"'
    return qde(
        f'{users}{codes}<Sources><TextSource guid="{SOURCE}" {source} {path}>{selections}</TextSource></Sources>'
    )


@pytest.fixture
def empty(tmp_path: Path):
    """Make an empty study."""
    with Study.create(tmp_path / "empty.study", lexicons="none") as made:
        yield made


def quotes(study: Study) -> list[tuple[str, str, str]]:
    """Return (coder, code, quote) of every coding; each quote stands at its place."""
    for coding in study.codings():
        excerpt = coding.excerpt
        assert study.material.by_name[excerpt.transcript].text[excerpt.start : excerpt.end] == excerpt.quote
    return [(coding.coder, coding.code, coding.excerpt.quote) for coding in study.codings()]


SCARED = (TEXT.index("scared"), TEXT.index("him"))


@pytest.mark.parametrize("folder", ["sources/", "Sources/", ""])
@pytest.mark.parametrize("name", ["project.qde", "Project.qde", "my study.QDE"])
def test_a_project_is_found_under_any_name(empty: Study, tmp_path: Path, name: str, folder: str):
    """Programs name the project and its folder as they like."""
    path = packed(tmp_path / "p.qdpx", project(coded(*SCARED)), {f"{folder}{SOURCE}.txt": TEXT.encode()}, name=name)
    brought = empty.import_project(path)
    assert (brought.n_codes, brought.new_coders, brought.new_transcripts) == (1, ["anna"], ["talk"])
    assert quotes(empty) == [("anna", "fear", "scared 😀 of ")]


def test_utf_16_offsets_over_crlf_are_found(empty: Study, tmp_path: Path):
    """NVivo counts UTF-16 units over text with CRLF kept; the codings stand on their words and it is told."""
    text = TEXT.replace("\n", "\r\n")
    words = ["of him", "he said nothing", "Nothing at all"]
    spans = [(len(text[: text.index(word)].encode("utf-16-le")) // 2, len(word)) for word in words]
    marks = "".join(coded(start, start + length) for start, length in spans)
    path = with_text(tmp_path, project(marks), text.encode())
    brought = empty.import_project(path)
    assert brought.readings == {"talk": "UTF-16 units"}
    assert [quote for _, _, quote in quotes(empty)] == words
    assert empty.transcripts()[0].text == TEXT


def test_a_byte_order_mark_shifts_nothing(empty: Study, tmp_path: Path):
    """A mark at the start of a text is no character of it."""
    empty.import_project(with_text(tmp_path, project(coded(*SCARED)), TEXT.encode("utf-8-sig")))
    assert quotes(empty) == [("anna", "fear", "scared 😀 of ")]


def test_a_selection_is_found_again_by_the_quote_in_its_name(empty: Study, tmp_path: Path):
    """Where the name holds the quote and it stands elsewhere, the coding goes there and is told."""
    path = with_text(tmp_path, project(coded(3, 9, name="of him")))
    brought = empty.import_project(path)
    assert brought.moved == [("talk", 3, "of him")]
    assert quotes(empty) == [("anna", "fear", "of him")]


def test_a_label_moves_nothing(empty: Study, tmp_path: Path):
    """A selection named "him" over a long span stays where the file says."""
    path = with_text(tmp_path, project(coded(8, 60, name="him")))
    assert empty.import_project(path).moved == []
    assert quotes(empty) == [("anna", "fear", TEXT[8:60])]


def test_a_place_beyond_the_text_is_told(empty: Study, tmp_path: Path):
    """A selection that can be found nowhere is counted with its codings."""
    path = with_text(tmp_path, project(coded(8, 9999)))
    brought = empty.import_project(path)
    assert brought.left_out == ["1 selections whose place and words are not in the text", "1 codings on them"]
    assert quotes(empty) == []


@pytest.mark.parametrize(
    ("users", "user", "coder"),
    [
        ("", "", "unnamed"),
        (f'<Users><User guid="{USER}"/></Users>', f'creatingUser="{USER}"', "user 1"),
        (f'<Users><User guid="{USER}" id="AK"/></Users>', f'creatingUser="{USER}"', "AK"),
        (f'<Users><User guid="{{{USER}}}" name="anna"/></Users>', f'creatingUser="{USER.upper()}"', "anna"),
        (f'<Users><User guid="{USER}" name="agreed"/></Users>', f'creatingUser="{USER}"', "user agreed"),
    ],
)
def test_every_coding_has_somebody(empty: Study, tmp_path: Path, users: str, user: str, coder: str):
    """Missing and nameless users get a name; GUIDs may have braces and capitals."""
    xml = project(coded(*SCARED, user=user), users=users)
    empty.import_project(with_text(tmp_path, xml))
    assert quotes(empty) == [(coder, "fear", "scared 😀 of ")]


def test_inline_text_is_read(empty: Study, tmp_path: Path):
    """A source may carry its words in the XML."""
    xml = project(f"<PlainTextContent>{TEXT}</PlainTextContent>{coded(*SCARED)}", source='name="t" plainTextPath=""')
    empty.import_project(packed(tmp_path / "p.qdpx", xml))
    assert quotes(empty) == [("anna", "fear", "scared 😀 of ")]


def test_a_path_without_internal_is_read(empty: Study, tmp_path: Path):
    """Qc writes the bare file name, and no name of the source."""
    xml = project(coded(*SCARED), source='plainTextPath="board_2017.txt"')
    brought = empty.import_project(packed(tmp_path / "p.qdpx", xml, {"sources/board_2017.txt": TEXT.encode()}))
    assert brought.new_transcripts == ["board_2017"]


def test_a_text_without_speakers_comes_in_by_paragraphs(empty: Study, tmp_path: Path):
    """A half-coded project is not refused for its unmarked texts; it is told."""
    text = "I was scared.\n\nNobody spoke.\n"
    brought = empty.import_project(with_text(tmp_path, project(coded(0, 5)), text.encode()))
    assert brought.unmarked == ["talk"]
    assert [turn.speaker.role for turn in empty.transcripts()[0].turns] == ["participant", "participant"]


def test_a_role_rule_reaches_the_texts_of_a_project(empty: Study, tmp_path: Path):
    """--role says whose voice a label is, as with files."""
    text = "P1: I was scared.\n\nP2: Nobody spoke.\n"
    path = with_text(tmp_path, project(""), text.encode())
    empty.import_project(path, roles=["P1=client"])
    assert [turn.speaker.role for turn in empty.transcripts()[0].turns] == ["client", "participant"]


def test_missing_texts_are_listed_and_the_rest_comes_in(empty: Study, tmp_path: Path):
    """Without its sources a project still brings codes and coders."""
    brought = empty.import_project(packed(tmp_path / "p.qdpx", project(coded(*SCARED))))
    assert brought.left_out == ["source 'talk': its text is not in the file", "1 codings on sources without words"]
    assert (brought.n_codes, brought.new_coders, brought.new_transcripts) == (1, ["anna"], [])


def test_cases_tied_as_nvivo_does_give_the_dyad(empty: Study, tmp_path: Path):
    """A code with the GUID of a case says which sources belong to it, and is no code."""
    codes = CODES.replace("</Codes>", f'<Code guid="{NOTE}" name="Anna" isCodable="true"/></Codes>')
    xml = project(coded(*SCARED) + coded(0, 10, code=NOTE), codes=codes).replace(
        "<Sources>", f'<Cases><Case guid="{NOTE}" name="Anna"/></Cases><Sources>'
    )
    empty.import_project(with_text(tmp_path, xml))
    assert [t.placement.dyad for t in empty.transcripts()] == ["Anna"]
    assert [code.name for code in empty.codebook.codes.values()] == ["fear"]
    assert len(quotes(empty)) == 1


def test_codes_of_one_name_are_told_apart_and_folders_are_themes(empty: Study, tmp_path: Path):
    """Names are unique in a study: the code above goes before; colours of three digits are doubled."""
    a, b, c, d = (f"{n}0000000-0000-4000-8000-000000000000" for n in range(5, 9))
    codes = (
        f'<CodeBook><Codes><Code guid="{a}" name="T" isCodable="false"><Code guid="{b}" name="go" isCodable="true"'
        f' color="#F80"/></Code><Code guid="{c}" name="up" isCodable="true"><Code guid="{d}" name="go"'
        ' isCodable="true" color="#11223344"/></Code></Codes></CodeBook>'
    )
    empty.import_project(packed(tmp_path / "p.qdpx", project("", codes=codes)))
    assert {(code.name, code.theme, code.colour) for code in empty.codebook.codes.values()} == {
        ("T: go", "T", "#ff8800"),
        ("up", "up", None),
        ("up: go", "up", "#112233"),
    }


def test_notes_find_their_places(empty: Study, tmp_path: Path):
    """Descriptions and notes on selections become memos on the excerpt; notes on nothing are about the study."""
    selection = coded(*SCARED).replace("<Coding", "<Description>Why?</Description><Coding", 1)
    xml = project(selection).replace(
        "</Project>",
        f'<Notes><Note guid="{NOTE}" name="plan" creatingUser="{USER}"><PlainTextContent>All of it.'
        "</PlainTextContent></Note></Notes></Project>",
    )
    empty.import_project(with_text(tmp_path, xml))
    found = [(memo.coder, memo.kind, memo.subject.split()[0], memo.text) for memo in empty.memos()]
    assert found == [("anna", "analytic", "excerpt", "Why?"), ("anna", "plan", "study", "All of it.")]


def test_a_link_ties_a_note_to_a_selection(empty: Study, tmp_path: Path):
    """ATLAS.ti says by links what a memo is about."""
    note = NOTE.replace("4", "9")
    more = (
        f'<Notes><Note guid="{note}" name="why"><PlainTextContent>He waited.</PlainTextContent></Note></Notes>'
        f'<Links><Link guid="{SOURCE}" originGUID="{note}" targetGUID="{NOTE}"/></Links></Project>'
    )
    empty.import_project(with_text(tmp_path, project(coded(*SCARED)).replace("</Project>", more)))
    memo = empty.memos()[0]
    assert (memo.kind, memo.text, memo.excerpt.quote if memo.excerpt else "") == ("why", "He waited.", "scared 😀 of ")


def test_the_transcript_of_a_recording_is_placed_by_its_sync_points(empty: Study, tmp_path: Path):
    """Selections of a recording's transcript name points, and those have places in the text."""
    points = [f"{n}0000000-0000-4000-8000-000000000000" for n in (5, 6)]
    syncs = "".join(f'<SyncPoint guid="{p}" position="{n}"/>' for p, n in zip(points, SCARED, strict=True))
    selection = (
        f'<TranscriptSelection guid="{NOTE}" fromSyncPoint="{points[0]}" toSyncPoint="{points[1]}"'
        f' creatingUser="{USER}"><Coding guid="{NOTE}"><CodeRef targetGUID="{CODE}"/></Coding></TranscriptSelection>'
    )
    held = f'<Transcript guid="{CODE}" plainTextPath="internal://{SOURCE}.txt">{syncs}{selection}</Transcript>'
    xml = qde(f'{USERS}{CODES}<Sources><AudioSource guid="{SOURCE}" name="talk.mp3">{held}</AudioSource></Sources>')
    empty.import_project(with_text(tmp_path, xml))
    assert quotes(empty) == [("anna", "fear", "scared 😀 of ")]


def test_the_description_of_a_project_is_a_memo(empty: Study, tmp_path: Path):
    """It stands beside the descriptions of selections, under the user who made the project."""
    selection = coded(*SCARED).replace("<Coding", "<Description>Why?</Description><Coding", 1)
    xml = project(selection).replace("</Project>", "<Description>Our pilot.</Description></Project>")
    empty.import_project(with_text(tmp_path, xml.replace('name="p"', f'name="p" creatingUserGUID="{USER}"')))
    assert [(memo.coder, memo.text) for memo in empty.memos()] == [("anna", "Why?"), ("anna", "Our pilot.")]


def test_codings_without_a_code_are_counted(empty: Study, tmp_path: Path):
    """A code the file does not define, or one retired here, takes no coding."""
    path = with_text(tmp_path, project(coded(*SCARED) + coded(0, 5, code=NOTE)))
    assert empty.import_project(path).left_out == ["1 codings with a code the file does not define"]
    with empty._action("anna") as action_id:  # there is no command that retires a code yet
        judged.add_code_event(empty._db, action_id, "code", "retire", empty.code("fear").id)
    left_out = empty.import_project(path).left_out
    assert left_out == ["1 codings with a code retired here", "1 codings with a code the file does not define"]


def test_a_source_of_several_cases_has_no_dyad(empty: Study, tmp_path: Path):
    """Which one it belongs to is for a person to say."""
    cases = "".join(
        f'<Case guid="{guid}" name="{name}"><SourceRef targetGUID="{SOURCE}"/></Case>'
        for guid, name in ((NOTE, "Anna"), (CODE.replace("2", "8"), "Ben"))
    )
    xml = project("").replace("<Sources>", f"<Cases>{cases}</Cases><Sources>")
    brought = empty.import_project(with_text(tmp_path, xml))
    told = "1 sources belong to several cases; say which with 'assistcode transcripts set'"
    assert (brought.left_out, empty.transcripts()[0].placement.dyad) == ([told], None)


def test_an_attribute_that_would_move_a_transcript_stays_here(rich: Study, tmp_path: Path):
    """An attribute called "session" is no session; it does not leave, and that is said."""
    (tmp_path / "odd.csv").write_text(f"transcript,session\n{rich.transcripts()[0].name},second\n")
    rich.import_attributes(tmp_path / "odd.csv")
    remarks = rich.export("qdpx", tmp_path / "out.qdpx").remarks
    assert "Left out: 1 attributes named like a place variable." in remarks


def test_a_code_known_by_its_name_is_known_by_its_guid_from_then_on(empty: Study, tmp_path: Path):
    """It gets the file's GUID, so a code renamed in the other program makes no second one, and leaves under it."""
    empty.add_coder("anna")
    empty.add_code("Fear", "anna")
    empty.import_project(packed(tmp_path / "a.qdpx", project("")))
    renamed = project("", codes=CODES.replace('name="fear"', 'name="dread"'))
    assert empty.import_project(packed(tmp_path / "b.qdpx", renamed)).new_codes == []
    empty.export("qdpx", tmp_path / "out.qdpx")
    assert f'guid="{CODE}" name="Fear"'.encode() in zipfile.ZipFile(tmp_path / "out.qdpx").read("project.qde")


def test_unknown_things_are_counted(empty: Study, tmp_path: Path):
    """Elements and sets that have no place here are named with their number."""
    inside = '<Martian/><Martian/><Sets><Set guid="{0}" name="x"/></Sets><Sources><AudioSource guid="{0}"/></Sources>'
    brought = empty.import_project(packed(tmp_path / "p.qdpx", qde(inside.replace("{0}", SOURCE))))
    assert brought.left_out == ["1 AudioSource without words", "1 sets", "2 unknown elements 'Martian'"]


def test_a_dry_run_writes_nothing(empty: Study, tmp_path: Path):
    """It tells what would come in."""
    path = with_text(tmp_path, project(coded(*SCARED)))
    assert empty.import_project(path, dry_run=True).n_codings == 1
    assert (empty.transcripts(), empty.coders(), len(empty.codebook.codes)) == ([], [], 0)


@needs_fixtures
@pytest.mark.parametrize(
    ("name", "counts", "coders"),
    [
        ("nvivo_project", (262, 252, 2, 0), ["chrisp", "cp"]),
        ("qc_demo", (262, 252, 2, 205), ["cp"]),
        ("skyloom_TestProject", (14, 14, 10, 0), ["ATLAS.ti", "Friedrich Markgraf", "Sebastian Petrausch"]),
    ],
)
def test_real_projects_come_in(empty: Study, name: str, counts: tuple[int, ...], coders: list[str]):
    """Codes, their distinct names, sources, codings and coders are as counted in the files."""
    brought = empty.import_project(FIXTURES / f"{name}.qdpx")
    names = {code.name.rpartition(": ")[2] for code in empty.codebook.codes.values()}
    assert (brought.n_codes, len(names), brought.n_sources, brought.n_codings) == counts
    assert brought.new_coders == coders
    assert len(quotes(empty)) == brought.n_codings


# ---------------------------------------------------------------- bad input


def bomb() -> bytes:
    """Return a zip whose text unpacks to 300 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", project(""))
        with archive.open(f"sources/{SOURCE}.txt", "w") as member:
            for _ in range(300):
                member.write(bytes(1_000_000))
    return out.getvalue()


def zipped(xml: str | bytes, name: str = "project.qde") -> bytes:
    """Return a zip that holds one member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, xml)
    return out.getvalue()


ENTITY = '<!DOCTYPE p [<!ENTITY x "{}">]>'
OUTSIDE = '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no zip", "the project file is damaged (File is not a zip file). Export the project again."),
        (zipped(project(""))[:-30], "the project file is damaged (File is not a zip file). Export the project again."),
        (zipped("x", "a.txt"), "no project file (.qde) is in it. Export the project again, as REFI-QDA project."),
        (zipped("<a>"), "its XML is broken (no element found: line 1, column 3). Export it again."),
        (zipped("<a/>"), "its project file holds 'a', no project. Export the project again."),
        (zipped(ENTITY + "<p>&x;</p>"), "its XML declares entities or a document type, which no project file needs."),
        (zipped(OUTSIDE + "<p>&x;</p>"), "its XML declares entities or a document type, which no project file needs."),
        (bomb(), f"'sources/{SOURCE}.txt' unpacks to 300,000,000 bytes, more than this program takes."),
        (zipped(b"<a>" + b"<b/>" * 2_000_001 + b"</a>"), "its XML is larger than this program takes."),
    ],
)
def test_what_is_no_sound_project_is_refused_in_one_line(empty: Study, tmp_path: Path, content: bytes, message: str):
    """The line names file, reason and remedy; the study is unchanged."""
    path = tmp_path / "bad.qdpx"
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        empty.import_project(path)
    assert str(refused.value).startswith(f"{path}: {message}")
    assert "\n" not in str(refused.value)
    assert (empty.transcripts(), empty.coders(), len(empty.codebook.codes)) == ([], [], 0)


def test_a_text_of_endless_lines_is_refused(empty: Study, tmp_path: Path):
    """Lines cost memory; half a million of them are no study."""
    path = with_text(tmp_path, project(""), b"a\n" * 500_001)
    with pytest.raises(InputError, match=r"its texts have over 500,000 lines\. Export the project in parts\."):
        empty.import_project(path)


def test_two_projects_in_one_file_are_refused(empty: Study, tmp_path: Path):
    """It is not known which one is meant."""
    path = packed(tmp_path / "p.qdpx", project(""), {"other.qde": b"<a/>"})
    with pytest.raises(InputError, match=r"there are 2 project files \(\.qde\) in it\. Export the project again"):
        empty.import_project(path)


def test_a_missing_file_is_refused(empty: Study, tmp_path: Path):
    """The line says so."""
    with pytest.raises(InputError, match=r"gone\.qdpx: there is no such file\. Check the name\."):
        empty.import_project(tmp_path / "gone.qdpx")


def test_a_path_that_climbs_out_reads_nothing(empty: Study, tmp_path: Path):
    """Texts are looked for among the members of the file alone."""
    (tmp_path / "secret.txt").write_text(TEXT)
    xml = project(coded(*SCARED), source=f'name="t" plainTextPath="internal://../../..{tmp_path}/secret.txt"')
    brought = empty.import_project(packed(tmp_path / "p.qdpx", xml))
    assert brought.left_out[0] == "source 't': its text is not in the file"


def test_codes_too_deep_in_each_other_are_refused(empty: Study, tmp_path: Path):
    """Fifty levels come in; five hundred are no codebook."""
    for n_levels in (50, 500):
        guids = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(n_levels)]
        opened = "".join(f'<Code guid="{guid}" name="c{guid[:8]}" isCodable="true">' for guid in guids)
        codes = f"<CodeBook><Codes>{opened}{'</Code>' * n_levels}</Codes></CodeBook>"
        packed(tmp_path / f"{n_levels}.qdpx", project("", codes=codes))
    assert empty.import_project(tmp_path / "50.qdpx").n_codes == 50
    with pytest.raises(InputError, match=r"its elements lie more than 100 levels deep\. Flatten the codes where it"):
        empty.import_project(tmp_path / "500.qdpx")


def test_many_codes_of_one_name_take_no_time(empty: Study, tmp_path: Path):
    """Two thousand codes of one name without anything above them are numbered."""
    guids = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(2_000)]
    codes = "".join(f'<Code guid="{guid}" name="c" isCodable="true"/>' for guid in guids)
    began = time.process_time()
    empty.import_project(packed(tmp_path / "p.qdpx", project("", codes=f"<CodeBook><Codes>{codes}</Codes></CodeBook>")))
    assert time.process_time() - began < 5
    names = {code.name for code in empty.codebook.codes.values()}
    assert (len(names), {"c", "c (2)", "c (2000)"} <= names) == (2_000, True)


def test_an_attribute_assigned_otherwise_here_stays(rich: Study, tmp_path: Path):
    """A person's later judgement about a case is not overwritten by an older project; it is told."""
    rich.export("qdpx", tmp_path / "out.qdpx")
    (tmp_path / "again.csv").write_text("dyad,group,why\n1,troubled,read again\n")
    rich.import_attributes(tmp_path / "again.csv", "ben")
    brought = rich.import_project(tmp_path / "out.qdpx")
    assert brought.left_out == ["1 attributes assigned otherwise here; they stay as they are"]
    assert [row["value"] for row in rich.attributes() if row["assigned_by"]] == ["troubled"]


# ---------------------------------------------------------------- the command


def test_the_command_tells_what_came_in(run: Run, tmp_path: Path):
    """Counts, new coders, moves, and what was left out are told; then the next step."""
    run("init", "--lexicons", "none")
    marks = coded(*SCARED) + coded(3, 9, name="of him") + coded(8, 9999)
    with_text(tmp_path, project(marks))
    result = run("import", "p.qdpx")
    assert result.exit_code == 0
    assert "1 codes (1 new), 1 sources (1 new transcripts), 2 codings, 0 memos." in result.stderr
    assert "New on the roster: anna." in result.stderr
    assert "1 codings or memos did not stand where the file said; found by their words:" in result.stderr
    assert "of him" in result.stdout
    assert "Left out: 1 codings on them." in result.stderr
    assert "The file does not say what was read: nothing in it counts as reviewed." in result.stderr
    assert "2 codings were here already." in run("import", "p.qdpx").stderr


def test_the_command_tells_how_places_were_counted(run: Run, tmp_path: Path):
    """The way of counting is named with the transcript; unmarked texts are named too."""
    run("init", "--lexicons", "none")
    text = "😀 I was scared.\r\n\r\nNobody spoke 😀 then.\r\n"
    start = len(text[: text.index("spoke")].encode("utf-16-le")) // 2
    xml = project(coded(start, start + 5, name="spoke"))
    with_text(tmp_path, xml, text.encode())
    told = run("import", "p.qdpx", "--dry-run").stderr
    assert told.startswith("Would bring in p.qdpx, a project of a program that does not give its name: ")
    assert "talk: places are counted in UTF-16 units there; they were turned into code points." in told
    assert "No speaker is marked in talk: each paragraph became a turn of a participant." in told


def test_the_command_exports_and_never_overwrites(run: Run, rich: Study):
    """The file is named with what it holds; a second export to it is refused."""
    path = rich.path
    rich.close()
    assert "codings on 2 transcripts to out.qdpx." in run("-s", path, "export", "qdpx", "out.qdpx").stderr
    result = run("-s", path, "export", "qdpx", "out.qdpx")
    assert (result.exit_code, result.stderr.startswith("out.qdpx: there is a file of this name already.")) == (1, True)
