"""The methods text: prose a paper can quote, written from what the study knows, with slots for what only people know.

Sources for what it must say: Levitt et al. 2018 (JARS-Qual), doi:10.1037/amp0000151; Braun and Clarke 2024
(RTARG, the reporting guidelines of reflexive thematic analysis), doi:10.1177/02692163241234800.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from ..corpus import Transcript
from ..judgement import AGREED, Coding
from ..reading import Coverage
from ..store import judged, made
from .basis import Basis
from .basket import KINDS
from .document import Prose, Section, listed, plural

RECORD = ("heading", "text")
POSITION = "positionality"  # the kind of memo about the study that fills the slot for the researchers
APPROACHES = {
    "reflexive": "The interviews were analysed with reflexive thematic analysis (Braun & Clarke, 2006, 2021). Codes and"
    " themes are interpretations the researchers made; the counts below say where they stand in the material and are"
    " no measure of their quality.",
    "codebook": "The interviews were analysed with codebook thematic analysis: codes were kept in a shared codebook"
    " that changed with the reading.",
    "content": "The interviews were analysed with qualitative content analysis: passages were coded with a shared"
    " codebook, and codes were counted.",
}
REFERENCES = {
    "reflexive": "Braun, V., & Clarke, V. (2006). Using thematic analysis in psychology. Qualitative Research in"
    " Psychology, 3(2), 77–101. Braun, V., & Clarke, V. (2021). Thematic analysis: A practical guide. Sage. Braun, V.,"
    " & Clarke, V. (2024). Supporting best practice in reflexive thematic analysis reporting in Palliative Medicine."
    " Palliative Medicine, 38(6), 608–616. ",
    "codebook": "",
    "content": "",
}
JARS = (
    "Levitt, H. M., Bamberg, M., Creswell, J. W., Frost, D. M., Josselson, R., & Suárez-Orozco, C. (2018). Journal"
    " article reporting standards for qualitative primary, qualitative meta-analytic, and mixed methods research in"
    " psychology. American Psychologist, 73(1), 26–46."
)


def methods(basis: Basis) -> Section:
    """Return the methods text, heading by heading. It tells of the whole study, whatever the filters."""
    verdicts = basis.verdicts
    parts = (
        Prose("Approach", (APPROACHES[basis.facts.approach],)),
        Prose("Material", _material(basis)),
        Prose("Researchers", _researchers(basis)),
        Prose("Suggestions by machine", _machine(basis)),
        Prose("Reading and coding", _reading(basis, verdicts)),
        Prose("Unaided passages", _unaided(basis, verdicts)),
        Prose("Codebook", _codebook(basis)),
        Prose("How the findings are shown", _shown(basis)),
        Prose("Still to be written", _open(basis)),
        Prose("References", (REFERENCES[basis.facts.approach] + JARS,)),
    )
    missing = () if verdicts else ("Nobody has decided on anything yet: the text tells of the preparations alone.",)
    records = [{"heading": part.heading, "text": text} for part in parts for text in part.paragraphs]
    return Section("methods", "Methods", parts, RECORD, records, missing)


def _material(basis: Basis) -> tuple[str, ...]:
    transcripts = basis.material.transcripts
    if not transcripts:
        return ("There are no interviews yet.",)
    at = basis.material.by_id
    words = sum(len(at[one.transcript_id].text[one.start : one.end].split()) for one in basis.material.passages)
    dyads = f" in {plural(len(basis.material.dyads), 'dyad')}" if basis.material.dyads else ""
    languages = sorted({one.placement.language for one in transcripts})
    said = (
        f"The material is {plural(len(transcripts), 'interview')}{dyads}: {_by(transcripts, 'perspective', 'with a ')};"
        f" {_by(transcripts, 'session', 'about session ')}; {_by(transcripts, 'interviewer', 'held by ')}."
        f" Interviewees speak {words:,} words. Language: {', '.join(languages)}."
    )
    return (said,)


def _by(transcripts: Iterable[Transcript], name: str, before: str) -> str:
    """Say how many interviews there are of each kind: "23 with a client, 24 with a therapist"."""
    counts = Counter(getattr(one.placement, name) for one in transcripts)
    told = [f"{counts[value]:,} {before}{value}" for value in sorted(value for value in counts if value)]
    return ", ".join([*told, *([f"{counts[None]:,} without a known {name}"] if counts[None] else [])])


def _researchers(basis: Basis) -> tuple[str, ...]:
    memos = judged.memos(basis.db)
    position = [f"{memo.coder}: {memo.text}" for memo in memos if memo.kind == POSITION]
    slot = (
        "[Who the researchers are, how they stand to the participants and the topic, and what that brought to the"
        f" reading: write it as a memo about the study of the kind '{POSITION}', and it stands here.]"
    )
    roster = [coder.name for coder in judged.coders(basis.db)]
    said = f"{plural(len(roster), 'person')} worked on the material: {listed(roster)}."
    n_notes = sum(memo.kind not in KINDS for memo in memos)
    return (said, *(position or [slot]), f"They wrote {plural(n_notes, 'memo')} on the way.")


def _machine(basis: Basis) -> tuple[str, ...]:
    run = made.current_run(basis.db)
    if run is None:
        return ("No suggestions by machine were made.",)
    facts = run[1]
    versions = ", ".join(f"{name} {version}" for name, version in sorted(facts.versions.items()))
    said = (
        "assistcode suggested places to look at, from the resemblance of utterances (candidate codes) and from"
        " lexicons. A suggestion never counted as coding; a person decided on every one that counts here."
        f" Embedding model: {facts.model} (sha256 {facts.model_sha256[:16]}). Versions: {versions}."
    )
    if facts.learned_from:
        said += f" The suggestions were learned from the codes of {facts.learned_from}, each utterance by the others."
    if not facts.lexicons:
        return (said, "No lexicon was used.")
    names = ", ".join(f"{name} (sha256 {sha[:16]})" for name, sha in sorted(facts.lexicons.items()))
    return (said, f"Lexicons: {names}. {_authors(basis.facts.lexicons)}")


def _authors(sources: Sequence[str]) -> str:
    if "five" not in sources:
        return "The researchers wrote these lexicons themselves."
    whose = "These lexicons come" if len(sources) == 1 else "The researchers wrote some of these lexicons; five come"
    return (
        f"{whose} with the program and were there before the reading, so the analysis is theory-informed:"
        " they are concepts to look with, not findings."
    )


def _reading(basis: Basis, verdicts: Iterable[Coding]) -> tuple[str, ...]:
    coverage = Coverage(judged.reviews(basis.db))
    n_codings = Counter(one.coder for one in verdicts if one.verdict == "fits")
    told = [_one_reader(basis, coverage, coder.name, n_codings[coder.name]) for coder in judged.coders(basis.db)]
    unread = sum(not coverage.passage(one) for one in basis.material.passages)
    told.append(
        f"Nobody has finished with {plural(unread, 'passage')}." if unread else "Every passage was read by somebody."
    )
    if AGREED in n_codings:
        told.append(f"In a seminar the researchers agreed on {plural(n_codings[AGREED], 'coding')}.")
    return (" ".join(told), f"Tables and quotations count {basis.chosen.label}.")


def _one_reader(basis: Basis, coverage: Coverage, name: str, n_codings: int) -> str:
    passages = basis.material.passages
    n_read = sum(coverage.passage(one, name) for one in passages)
    if not n_read and not n_codings:
        return f"{name} has read and coded nothing."
    whole = sum(
        bool(mine := basis.material.passages_of(one)) and all(coverage.passage(passage, name) for passage in mine)
        for one in basis.material.transcripts
    )
    return (
        f"{name} read {n_read:,} of {plural(len(passages), 'passage')} ({whole:,} of"
        f" {plural(len(basis.material.transcripts), 'interview')} to the end) and made {plural(n_codings, 'coding')}."
    )


def _unaided(basis: Basis, verdicts: Iterable[Coding]) -> tuple[str, ...]:
    n_unaided = sum(map(basis.material.is_unaided, basis.material.passages))
    if not n_unaided:
        return ("No passages were set apart to be read without suggestions.",)
    arms = Counter(one.arm for one in verdicts)
    looks = sum(len(judged.early_looks(basis.db, coder.id)) for coder in judged.coders(basis.db))
    said = (
        f"{n_unaided:,} of {plural(len(basis.material.passages), 'passage')}, drawn at random before the coding (seed"
        f" {basis.facts.seed}), were set apart to be read unaided: no suggestion was shown before the decision."
        f" Of the decisions that stand {arms['unaided']:,} were made unaided and {arms['assisted']:,} with suggestions"
        " in reach; codings brought in from elsewhere count as unaided."
    )
    return (said + (f" {plural(looks, 'suggestion')} on unaided passages were looked at early." if looks else ""),)


def _codebook(basis: Basis) -> tuple[str, ...]:
    codes = basis.book.codes.values()
    origins = ", ".join(f"{n} {origin}" for origin, n in sorted(Counter(code.origin for code in codes).items()))
    events = judged.code_events(basis.db)
    changes = Counter(f"{event.kind} {event.entity}" for event in events)
    told = ", ".join(f"{what} {n}" for what, n in sorted(changes.items()))
    return (
        f"The codebook holds {plural(len(codes), 'code')} (by origin: {origins}) in"
        f" {plural(len(basis.book.themes), 'theme')}.",
        f"Changes on the way: {told}. The audit trail names each of them with its day and its author.",
    )


def _shown(basis: Basis) -> tuple[str, ...]:
    moments = sum(moment is not None for _, moment in basis.measured) > 0
    stops = " Only some moments of a session were talked about, so what is not mentioned was not absent from it."
    return (
        "The tables say which dyads contributed to which theme; they make no claim about a population. What nobody has"
        f" read is called unreviewed, never absent.{stops if moments else ''}",
        "Quotations were chosen by the researchers, or for spread over dyads, speakers and sessions. […] marks a cut,"
        " square brackets what was added or disguised. What participants did not want quoted is counted, not quoted.",
    )


def _open(basis: Basis) -> tuple[str, ...]:
    slots = (
        "how participants were found and what they consented to", "the interview guide and the setting",
        "transcription and translation", "approval by an ethics committee",
        "how the themes were made, and what contradicts them", "how participants were heard again, if they were",
    )  # fmt: skip
    agreement = () if basis.facts.approach == "reflexive" else ("agreement between coders ('assistcode compare')",)
    return tuple(f"[{slot[0].upper()}{slot[1:]}.]" for slot in (*slots, *agreement))
