"""Count what can be counted in sample_data: ``python tests/check_sample.py`` prints it and fails on a shortfall."""

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from assistcode.corpus import Placement, Transcript
from assistcode.importing import Placing, plan
from assistcode.readers import parse_role_rule
from assistcode.resources import shipped
from assistcode.segment import segment

SAMPLE = shipped("sample_data")
ROLES = tuple(map(parse_role_rule, ("V-C=client/video", "V-T=therapist/video")))


def transcripts() -> list[Transcript]:
    """Return the sample's transcripts, placed by one pattern and one table."""
    placing = Placing("d{dyad}_s{session}_{perspective}", SAMPLE / "interviewers.csv")
    found = plan([SAMPLE / "transcripts"], [], placing=placing, roles=ROLES)
    if found.refused:
        raise found.refused[0]
    return found.transcripts


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the sample's tables."""
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def checks() -> Iterator[tuple[str, object, bool]]:
    """Yield (what, how many, whether it is as promised)."""
    found = transcripts()
    talk = {t.name: [t.text[u.start : u.end] for u in t.turns if u.is_codable] for t in found}
    words = {t.name: len(t.text.split()) for t in found}
    yield "interviews", len(found), len(found) == 47
    yield from _places([t.placement for t in found])
    formats = Counter(Path(t.source_name).suffix for t in found)
    yield "formats", dict(formats), set(formats) == {".txt", ".docx", ".csv", ".vtt"}
    yield "words", sum(words.values()), sum(words.values()) >= 30_000
    moments = {t.name: len({u.moment for u in t.turns if u.moment}) for t in found}
    yield "fewest moments in an interview", min(moments.values()), min(moments.values()) >= 4
    long = [t.name for t in found if t.placement.dyad == "10"]
    yield "fewest words in the dyad at real length", min(words[n] for n in long), all(words[n] >= 8000 for n in long)
    yield "moments in the dyad at real length", [moments[n] for n in long], {moments[n] for n in long} == {12}
    shared = _shared_moments(found)
    yield "dyad-sessions in which both stop at one minute", sum(n > 0 for n in shared), sum(n > 0 for n in shared) >= 20
    yield "marks", _marks(talk), True
    twice = _said_twice(talk)
    yield "sentences of five words or more said twice", twice or 0, not twice
    yield from _codings(found)
    yield from _seminar(found)


def _places(placed: list[Placement]) -> Iterator[tuple[str, object, bool]]:
    kinds = Counter((p.session, p.perspective) for p in placed)
    yield "dyads", len({p.dyad for p in placed}), len({p.dyad for p in placed}) == 12
    expected = {("3", "client"): 11, ("5", "client"): 12, ("3", "therapist"): 12, ("5", "therapist"): 12}
    yield "by session and perspective", {" ".join(map(str, k)): n for k, n in kinds.items()}, kinds == expected
    interviewers = Counter(p.interviewer for p in placed)
    yield "interviewers", dict(interviewers), sorted(interviewers.values()) == [7, 9, 31]


def _shared_moments(found: list[Transcript]) -> list[int]:
    """Per dyad and session with both interviews: how many quoted opening video lines both have."""
    opening: dict[tuple[str | None, str | None], list[set[str]]] = {}
    for t in found:
        firsts: dict[int | None, str] = {}
        for turn in t.turns:
            if turn.speaker.kind == "video":
                firsts.setdefault(turn.moment, t.text[turn.start : turn.end])
        opening.setdefault((t.placement.dyad, t.placement.session), []).append(set(firsts.values()))
    return [len(set.intersection(*both)) for both in opening.values() if len(both) == 2]


def _marks(talk: dict[str, list[str]]) -> dict[str, int]:
    text = "\n".join(turn for turns in talk.values() for turn in turns)
    return {mark: text.count(mark) for mark in ("[cries]", "[laughs]", "[clears throat]", "[long pause]", "…")}


def _said_twice(talk: dict[str, list[str]]) -> list[str]:
    turns = [turn for one in talk.values() for turn in one]
    said = Counter(
        " ".join(re.findall(r"[\w']+", re.sub(r"\[.*?\]", "", utterance.text.lower())))
        for cut in segment(turns)
        for utterance in cut
    )
    return sorted(sentence for sentence, n in said.items() if n > 1 and len(sentence.split()) >= 5)


def _codings(found: list[Transcript]) -> Iterator[tuple[str, object, bool]]:
    texts = {t.name: t.text for t in found}
    known = {row["code"] for row in rows("codebook.csv")} | {"fear", "shame", "safety", "togetherness", "competence"}
    for coder, n_read in (("kari", 47), ("jon", 12)):
        table = rows(f"codings_{coder}.csv")
        coded = [row for row in table if row["action"] == "accept"]
        read = {row["transcript"] for row in table if row["action"] == "reviewed"}
        lost = [row["quote"] for row in coded if texts[row["transcript"]].count(row["quote"]) != 1]
        yield f"interviews {coder} has read", len(read), len(read) == n_read
        yield f"codings of {coder}", len(coded), len(coded) > 0 and {row["code"] for row in coded} <= known
        yield f"quotes of {coder} not found exactly once", len(lost), not lost
        poles, effects = (Counter(row[name] or "none" for row in coded) for name in ("pole", "effect"))
        yield f"poles of {coder}", dict(poles), {"present", "lacking"} <= set(poles)
        yield f"effects of {coder}", dict(effects), {"facilitating", "hindering"} <= set(effects)


def _seminar(found: list[Transcript]) -> Iterator[tuple[str, object, bool]]:
    texts = {t.name: t.text for t in found}
    agreed = [row for row in rows("agreed.csv") if row["action"] == "accept"]
    lost = [row["quote"] for row in agreed if texts[row["transcript"]].count(row["quote"]) != 1]
    yield "agreed codings", len(agreed), len(agreed) >= 30 and not lost
    memos = Counter((row["coder"], row["kind"]) for row in rows("memos.csv"))
    yield "memos", {" ".join(key): n for key, n in memos.items()}, len(memos) == 4
    groups = Counter(row["group"] for row in rows("groups.csv"))
    yield "groups", dict(groups), groups == {"good": 7, "troubled": 5}
    clinics = Counter(row["clinic"] for row in rows("attributes.csv"))
    yield "clinics", dict(clinics), clinics == {"public": 7, "private": 5}
    notes = len(rows("field_notes.csv")) + sum("FIELD NOTE" in text.upper() for text in texts.values())
    yield "field notes", notes, notes == 15
    yield "people on the roster", len(rows("roster.csv")), len(rows("roster.csv")) == 24


def main() -> int:
    """Print every check; return 1 when one falls short."""
    results = list(checks())
    for what, how_many, is_met in results:
        print(f"{'ok ' if is_met else 'NOT'}  {what}: {how_many}")  # noqa: T201  this script prints
    return 0 if all(is_met for _, _, is_met in results) else 1


if __name__ == "__main__":
    sys.exit(main())
