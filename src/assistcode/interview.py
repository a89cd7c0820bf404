"""One interview as one coder may see it: their codings, what they finished, and suggestions once they have read it."""

from collections.abc import Container
from dataclasses import dataclass

from .corpus import Passage, Transcript
from .deciding import Hand
from .evidence import Suggestion
from .judgement import Coding, Memo
from .listing import Where, codings, placed_suggestion
from .material import Material, transcript_id
from .queue import seen_early
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


def read_interview(hand: Hand, transcript: Transcript) -> Interview:
    """Return what the coder may see of a transcript."""
    db, material, coder = hand.db, hand.material, hand.coder
    coverage = Coverage(judged.reviews(db))
    passages = tuple((one, coverage.passage(one, coder.name)) for one in material.passages_of(transcript))
    seen = seen_early(db, material, coder)
    is_read = transcript_id(transcript) in judged.read_by(db, coder.id)
    withheld = {p.id for p, is_done in passages if material.is_unaided(p) and not is_done and p.id not in seen}
    shown, n_withheld = _suggestions(hand, transcript, withheld)
    own = codings(db, material, Where(coder=coder.name), transcript=transcript)
    return Interview(
        transcript,
        passages,
        tuple(coding for coding in own if not coding.agreed),
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


def to_finish(interview: Interview, place: int) -> list[Passage]:
    """Return the passages up to a place in the text that are not finished, from the last finished one onwards."""
    before = [(passage, is_done) for passage, is_done in interview.passages if passage.start <= place]
    last_done = max((n for n, (_, is_done) in enumerate(before) if is_done), default=-1)
    return [passage for passage, _ in before[last_done + 1 :]]


def to_look_at(hand: Hand, interview: Interview, *, even_unaided: bool) -> list[Passage]:
    """Return the passages an early look opens: those without the unaided ones not finished, unless asked for."""
    return [p for p, is_done in interview.passages if even_unaided or is_done or not hand.material.is_unaided(p)]
