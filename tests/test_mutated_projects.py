"""Whatever happens to a project file on its way, it comes in as far as sound or is refused in one clear line.

``ASSISTCODE_MUTATIONS=5000 pytest tests/test_mutated_projects.py`` tries more of them.
"""

import io
import os
import random
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from assistcode import Study
from assistcode.errors import AssistcodeError
from conftest import SHARED

N_MUTATIONS = int(os.environ.get("ASSISTCODE_MUTATIONS", "200"))
FIXTURES = SHARED / "data" / "formats" / "qdpx"
TAG = re.compile(rb"<[^>]*>")
VALUE = re.compile(rb'="([^"]*)"')
STRANGE = (
    b"", b"-1", b"9" * 30, b"&#0;", b"&x;", b"\xff", b"../../etc/passwd", b"internal://", b"{}" * 50, "😀".encode(),
    b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>", b"<?pi x?>", b"<![CDATA[", b"\0", b"<zzz a='1'>q</zzz>",
)  # fmt: skip


def unpacked(project: bytes) -> dict[str, bytes]:
    """Return the members of a project file."""
    with zipfile.ZipFile(io.BytesIO(project)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}


def packed(members: dict[str, bytes]) -> bytes:
    """Return a project file of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_flipped_bits(draw: random.Random, content: bytes) -> bytes:
    """Flip up to thirty bits."""
    flipped = bytearray(content)
    for _ in range(draw.randint(1, 30) if content else 0):
        flipped[draw.randrange(len(flipped))] ^= 1 << draw.randrange(8)
    return bytes(flipped)


def with_edited_xml(draw: random.Random, xml: bytes) -> bytes:
    """Drop, double, or overwrite a tag, or put something strange into it."""
    for _ in range(draw.randint(1, 3)):
        tags = list(TAG.finditer(xml))
        if not tags:
            return xml
        one, other = draw.choice(tags), draw.choice(tags)
        value = VALUE.search(one.group())
        start, end = (one.start() + value.start(1), one.start() + value.end(1)) if value else one.span()
        xml = draw.choice([
            xml[: one.start()] + xml[one.end() :],
            xml[: one.end()] + one.group() + xml[one.end() :],
            xml[: one.start()] + other.group() + xml[one.end() :],
            xml[:start] + draw.choice(STRANGE) + xml[end:],
            xml[: one.start()] + draw.choice(STRANGE) + xml[one.start() :],
        ])  # fmt: skip
    return xml


def mutated(draw: random.Random, project: bytes) -> bytes:
    """Return a project file after one accident."""
    accident = draw.choice(["flip", "cut", "swap", "lose", "rename", "inside", "xml", "xml"])
    if accident == "flip":
        return with_flipped_bits(draw, project)
    if accident == "cut":
        return project[: draw.randrange(len(project))]
    members = unpacked(project)
    name, other = draw.choice(list(members)), draw.choice(list(members))
    if accident == "swap":
        members[name], members[other] = members[other], members[name]
    elif accident == "lose":
        del members[name]
    elif accident == "rename":
        members[draw.choice(["../../x", name.upper(), f"Sources\\{name}"])] = members.pop(name)
    elif accident == "inside":
        members[name] = with_flipped_bits(draw, members[name])
    else:
        book = next(one for one in members if one.endswith(".qde"))
        members[book] = with_edited_xml(draw, members[book])
    return packed(members)


@pytest.fixture
def bases(study: Study, tmp_path: Path) -> list[bytes]:
    """Write a small project of our own; real ones join where they are at hand."""
    client = study.transcripts()[0]
    for start in (40, 80, 120):
        excerpt = client.excerpt(start, start + 30)
        study.decide(excerpt, "fear", "fits", "anna", pole="lacking", effect="both", memo=f"Why {start}?")
    study.add_memo("About it.", "ben", about="dyad", subject="1")
    study.export("qdpx", tmp_path / "own.qdpx")
    return [path.read_bytes() for path in (tmp_path / "own.qdpx", *sorted(FIXTURES.glob("*.qdpx")))]


def test_accidents_end_in_an_import_or_one_line(bases: list[bytes], tmp_path: Path):
    """No traceback; every coding that came in stands on its words; a refusal leaves the study as it was."""
    draw = random.Random(7)
    Study.create(tmp_path / "empty.study", lexicons="none").close()
    ended: dict[str, int] = {"imported": 0, "refused": 0}
    for _ in range(N_MUTATIONS):
        (tmp_path / "p.qdpx").write_bytes(mutated(draw, draw.choice(bases)))
        with Study.open(shutil.copy(tmp_path / "empty.study", tmp_path / "one.study")) as study:
            ended[attempt(study, tmp_path / "p.qdpx")] += 1
    assert min(ended.values()) > N_MUTATIONS // 5, ended


def refusal(study: Study, path: Path) -> str:
    """Import a file; return why it was refused, or nothing."""
    try:
        study.import_project(path)
    except AssistcodeError as error:
        return str(error)
    return ""


def attempt(study: Study, path: Path) -> str:
    """Import a file and check what must hold afterwards."""
    line = refusal(study, path)
    if line:
        assert len(line) < 400
        assert line.isprintable()
        assert (study.transcripts(), study.coders(), study.memos(), study.codebook.version) == ([], [], [], 0)
        return "refused"
    for coding in study.codings(every_verdict=True):
        excerpt = coding.excerpt
        assert study.material.by_name[excerpt.transcript].text[excerpt.start : excerpt.end] == excerpt.quote
    return "imported"
