"""One interview as one coder may see it: their codings, what they finished, and suggestions once they have read it."""

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass

from .corpus import Excerpt, Passage, Transcript
from .deciding import Hand
from .evidence import Suggestion
from .judgement import Coding, Memo
from .listing import Where, codings, placed_suggestion
from .material import Material, transcript_id
from .queue import is_unaided_for, seen_early, suggestions_on
from .reading import Coverage
from .store import judged, made


@dataclass(frozen=True, slots=True)
class Interview:
    """A transcript from beginning to end. ``suggestions`` is None while they are locked for this coder.

    ``n_withheld`` are suggestions on unaided passages the coder has not finished with; ``passages`` says of each
    passage whether the coder has finished with it.
    """

    transcript: Transcript
    passages: tuple[tuple[Passage, bool], ...]
    codings: tuple[Coding, ...]
    memos: tuple[Memo, ...]
    is_read: bool
    suggestions: tuple[Suggestion, ...] | None
    n_withheld: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a coder is in one interview, in passages."""

    transcript: Transcript
    n_passages: int
    n_finished: int
    n_codings: int
    is_read: bool


def progress(hand: Hand) -> list[Progress]:
    """Say of every interview how far the coder is in it, in reading order."""
    coverage = Coverage(judged.reviews(hand.db))
    read = judged.read_by(hand.db, hand.coder.id)
    own = codings(hand.db, hand.material, Where(coder=hand.coder.name))
    n_codings = Counter(coding.excerpt.transcript for coding in own)
    rows = []
    for transcript in hand.material.transcripts:
        passages = hand.material.passages_of(transcript)
        n_finished = sum(coverage.passage(passage, hand.coder.name) for passage in passages)
        is_read = transcript_id(transcript) in read
        rows.append(Progress(transcript, len(passages), n_finished, n_codings[transcript.name], is_read))
    return rows


def read_interview(hand: Hand, transcript: Transcript) -> Interview:
    """Return what the coder may see of a transcript."""
    db, material, coder = hand.db, hand.material, hand.coder
    coverage = Coverage(judged.reviews(db, transcript_id(transcript)))
    passages = tuple((one, coverage.passage(one, coder.name)) for one in material.passages_of(transcript))
    seen = seen_early(db, material, coder)
    is_read = transcript_id(transcript) in judged.read_by(db, coder.id)
    withheld = {p.id for p, is_done in passages if material.is_unaided(p) and not is_done and p.id not in seen}
    shown, n_withheld = _suggestions(hand, transcript, withheld)
    own = codings(db, material, Where(coder=coder.name), transcript=transcript)
    return Interview(
        transcript,
        passages,
        tuple(own),
        tuple(memo for memo in judged.memos(db) if memo.coder == coder.name and _is_about(memo, transcript)),
        is_read,
        shown if is_read or _looked(material, passages, seen) else None,
        n_withheld,
    )


def _is_about(memo: Memo, transcript: Transcript) -> bool:
    return memo.excerpt is not None and memo.excerpt.transcript == transcript.name


def _looked(material: Material, passages: tuple[tuple[Passage, bool], ...], seen: set[int]) -> bool:
    """Whether the coder opened the suggestions of the whole interview early."""
    aided = {passage.id for passage, _ in passages if not material.is_unaided(passage)}
    return bool(aided) and aided <= seen


def _suggestions(hand: Hand, transcript: Transcript, withheld: Container[int]) -> tuple[tuple[Suggestion, ...], int]:
    """Return the suggestions outside withheld passages with this coder's verdicts, and how many are withheld."""
    db, material, number = hand.db, hand.material, transcript_id(transcript)
    book = judged.codebook(db)
    decided = {transcript.name: [j for j in judged.judgements(db, number) if j.reading == hand.coder.name]}
    stored = [one for one in made.suggestions(db, transcript_id=number) if book.for_lexicon(one.theme)]
    shown = [one for one in stored if one.utterance.passage_id not in withheld]
    return tuple(placed_suggestion(one, material, book, decided) for one in shown), len(stored) - len(shown)


def codings_on(hand: Hand, excerpt: Excerpt) -> list[Coding]:
    """Return the coder's own codings that share words with an excerpt."""
    transcript = hand.material.by_name[excerpt.transcript]
    own = codings(hand.db, hand.material, Where(coder=hand.coder.name), transcript=transcript)
    return [one for one in own if one.excerpt.touches(excerpt)]


def suggestions_after(hand: Hand, excerpt: Excerpt) -> list[Suggestion]:
    """Return the suggestions on an excerpt's passages, on an unaided one only once the coder has finished with it."""
    transcript = hand.material.by_name[excerpt.transcript]
    coverage = Coverage(judged.reviews(hand.db, transcript_id(transcript)))
    return [
        one
        for passage in hand.material.passages_over(transcript, excerpt.start, excerpt.end)
        if coverage.passage(passage, hand.coder.name) or not is_unaided_for(hand.db, hand.material, hand.coder, passage)
        for one in suggestions_on(hand.db, hand.material, passage, hand.coder.name)
    ]


def to_finish(interview: Interview, place: int) -> list[Passage]:
    """Return the passages up to a place in the text that are not finished, from the last finished one onwards."""
    before = [(passage, is_done) for passage, is_done in interview.passages if passage.start <= place]
    last_done = max((n for n, (_, is_done) in enumerate(before) if is_done), default=-1)
    return [passage for passage, _ in before[last_done + 1 :]]


def to_look_at(hand: Hand, interview: Interview, *, even_unaided: bool) -> list[Passage]:
    """Return the passages an early look opens: those without the unaided ones not finished, unless asked for."""
    return [p for p, is_done in interview.passages if even_unaided or is_done or not hand.material.is_unaided(p)]
