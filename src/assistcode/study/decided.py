"""What people decided: codebook, coders, decisions, what was read, memos."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .. import codebooks, deciding, incoming, interview, listing, queue, revising
from ..codebook import Code
from ..corpus import Excerpt
from ..errors import InputError, UnknownName
from ..evidence import Suggestion
from ..interview import Interview, Progress
from ..judgement import Coder, Coding, Decision, Judgement, Memo, Relook, Span, TakenBack
from ..listing import Listing
from ..material import did_you_mean, transcript_id
from ..store import database, judged
from .offered import Offered
from .opened import narrows


class Decided(Offered):
    """The judged rows of a study."""

    def add_code(self, name: str, coder: str, *, origin: str = "own", definition: str = "") -> Code:
        """Make a new code; one that exists already is returned as it is."""
        known = self.codebook.by_name(name.strip())
        if known is not None:
            return known
        hand = self._hand(coder)
        with hand.action() as action_id:
            return deciding.new_code(hand, action_id, name, origin=origin, definition=definition)

    def change_code(self, code: str, coder: str, *, name: str | None = None, definition: str | None = None) -> Code:
        """Give a code another name or definition; its history keeps what it was."""
        changed = {key: value for key, value in (("name", name), ("definition", definition)) if value is not None}
        with self._at_once(coder) as hand:
            return revising.change_code(hand, self.code(code), **changed)

    def name_candidate(self, candidate: int | str, name: str, coder: str, *, definition: str = "") -> Code:
        """Make a code of a candidate (its number, or a member's EXCERPT_ID): its members outlive every re-run."""
        with self._at_once(coder) as hand:
            return revising.name_candidate(hand, candidate, name, definition=definition)

    def merge_codes(self, code: str, into: str, coder: str, *, name: str | None = None) -> Code:
        """Let a code become part of another, which may take a new name; codings of both count for it from now on."""
        with self._at_once(coder) as hand:
            return revising.merge(hand, self.code(code), self.code(into), name=name)

    def split_code(self, code: str, members: Sequence[str], name: str, coder: str, *, definition: str = "") -> Code:
        """Make a new code of members of a code, by EXCERPT_ID. Codings stay where they are, to be looked at again."""
        with self._at_once(coder) as hand:
            return revising.split(hand, self.code(code), members, name, definition=definition)

    def move_members(self, members: Sequence[str], code: str, coder: str) -> None:
        """Put members, by EXCERPT_ID, under a code, whatever a later clustering finds."""
        with self._at_once(coder) as hand:
            revising.move(hand, members, self.code(code))

    def set_aside(self, members: Sequence[str], coder: str) -> None:
        """Take members, by EXCERPT_ID, out of their code, whatever a later clustering finds."""
        with self._at_once(coder) as hand:
            revising.set_aside(hand, members)

    def group_codes(self, codes: Sequence[str], theme: str | None, coder: str) -> None:
        """Put codes under a theme, made if there is none of this name; None takes them out of theirs."""
        with self._at_once(coder) as hand:
            revising.group(hand, [self.code(code) for code in codes], theme)

    def retire_code(self, code: str, coder: str) -> None:
        """Take a code out of the codebook; its codings are kept and come back with an undo."""
        with self._at_once(coder) as hand:
            revising.retire(hand, self.code(code))

    @contextmanager
    def _at_once(self, coder: str) -> Iterator[deciding.Hand]:
        """Read and write in one transaction: nobody else changes the codebook or the clusters in between."""
        with database.transaction(self._db):
            yield self._hand(coder)

    def relook(self, *, every_verdict: bool = False, **where: str | None) -> Listing[Relook]:
        """List the codings made before their code was worded anew; narrow as in ``codings``."""
        return listing.to_relook(self._db, self.material, self._where(where), every_verdict=every_verdict)

    def confirm(self, excerpt_id: str, code: str, coder: str, *, agreed: bool = False) -> Decision:
        """Decide again as before on a coding that is to be looked at again; this takes it off the list."""
        with self._at_once(coder) as hand:
            return revising.confirm(hand, self.material.excerpt(excerpt_id), self.code(code), agreed=agreed)

    def import_codebook(self, path: str | os.PathLike[str], coder: str | None = None) -> tuple[int, int]:
        """Bring in codes and themes (.csv, .yaml, .qdc); return how many codes were new and how many known."""
        return codebooks.import_codebook(self._db, Path(path), self.coder(coder) if coder else None)

    def add_coder(self, name: str) -> Coder:
        """Put a person on the roster. Raises InputError for a name that is taken or empty."""
        name = name.strip()
        if not name or name.casefold() in {"suggestions", "agreed", "nobody"}:
            raise InputError("coder", f"'{name}' cannot be a coder's name", "Choose another.")
        if any(coder.name.casefold() == name.casefold() for coder in self.coders()):
            raise InputError(f"coder '{name}'", "is on the roster already", "Choose another name.")
        with database.transaction(self._db):
            return judged.add_coder(self._db, name)

    def decide(
        self,
        excerpt: str | Excerpt,
        code: str,
        verdict: str,
        coder: str,
        *,
        pole: str | None = None,
        effect: str | None = None,
        shown: Sequence[Suggestion] = (),
        memo: str | None = None,
        instead_of: str | None = None,
        origin: str | None = None,
    ) -> Decision:
        """Write one person's verdict (fits, does not fit, unsure) on an excerpt and a code, in one action.

        ``shown`` is what the person had seen of the machine on this place; "fits" without a pole then takes the
        suggestion's. The suggestion in force is kept with the decision even if it was not shown.
        ``instead_of`` names a code that does not fit there; with an ``origin`` (own, in vivo) a new code is made.
        """
        place = self.material.excerpt(excerpt) if isinstance(excerpt, str) else excerpt
        about: dict[str, Any] = {"shown": shown, "memo": memo, "instead_of": instead_of, "origin": origin}
        return deciding.decide(self._hand(coder), place, code, verdict, pole=pole, effect=effect, **about)

    def find_words(self, within: Excerpt, words: str) -> list[Excerpt]:
        """Return the places where words stand inside an excerpt."""
        transcript = self.material.by_name[within.transcript]
        places = incoming.find_quote(within.quote, words)
        return [transcript.excerpt(within.start + start, within.start + end) for start, end in places]

    def next_card(self, coder: str, order: str | None = None, **only: str | None) -> queue.Card | None:
        """Return the coder's next passage; None when all are reviewed. Reading order by default if reflexive.

        ``only`` narrows to a transcript, dyad, session or perspective.
        """
        cards = self.sitting(coder, order, **only).cards(1)
        return cards[0] if cards else None

    def sitting(self, coder: str, order: str | None = None, **only: str | None) -> queue.Sitting:
        """Return the coder's way through the passages: cards to come, dealt several at a time."""
        inside = self._inside(**only) if narrows(only) else None
        person, cache = self.coder(coder), self._vectors() if order == "unlike" else None
        return queue.Sitting(self._db, self.material, person, order or self.default_order, inside=inside, cache=cache)

    def _inside(self, transcript: str | None = None, **values: str | None) -> set[int]:
        """Return the ids of the transcripts a sitting is narrowed to."""
        where = self._where(values)
        chosen = [self.material.transcript(transcript)] if transcript else self.transcripts()
        return {transcript_id(one) for one in chosen if where.keeps(one.placement)}

    def review(self, card: queue.Card, coder: str) -> None:
        """Write that the coder has finished with the card's passage, for the whole codebook of this moment."""
        deciding.finish(self._hand(coder), [card.passage])

    def finish(self, excerpt: Excerpt, coder: str) -> int:
        """Write that the coder has finished with the passages of an excerpt; return how many were not before."""
        return deciding.finish_new(self._hand(coder), excerpt)

    def put_off(self, excerpt: Excerpt, coder: str) -> None:
        """Write that the coder will come back to a passage later."""
        deciding.put_off(self._hand(coder), excerpt)

    def codings_on(self, excerpt: Excerpt, coder: str) -> list[Coding]:
        """Return the coder's own codings that share words with an excerpt."""
        return interview.codings_on(self._hand(coder), excerpt)

    def suggestions_after(self, excerpt: Excerpt, coder: str) -> list[Suggestion]:
        """Return the suggestions on the passages of an excerpt that the coder may see: unaided ones once finished."""
        return interview.suggestions_after(self._hand(coder), excerpt)

    def decided_alike(self, code: str, coder: str) -> tuple[int, int]:
        """Return how many shown suggestions of a code the coder decided on, and how many fitted."""
        return judged.decided_alike(self._db, self.code(code).id, self.coder(coder).id)

    def newest_action(self) -> int:
        """Return the number of the latest action of anybody."""
        return judged.newest_action(self._db)

    def interview(self, name: str, coder: str) -> Interview:
        """Return a transcript as the coder may see it: suggestions are locked until it is marked read."""
        return interview.read_interview(self._hand(coder), self.material.transcript(name))

    def progress(self, coder: str) -> list[Progress]:
        """Say of every interview how far the coder is in it."""
        return interview.progress(self._hand(coder))

    def mark_read(self, name: str, coder: str) -> None:
        """Write that the coder has read the interview from beginning to end; this unlocks its suggestions."""
        deciding.visit(self._hand(coder), "read", [deciding.whole(self.material.transcript(name))])

    def look_early(self, name: str, coder: str, *, even_unaided: bool = False) -> None:
        """Open an interview's suggestions before it is read; recorded, and not to be taken back."""
        hand = self._hand(coder)
        passages = interview.to_look_at(hand, self.interview(name, coder), even_unaided=even_unaided)
        deciding.visit(hand, "early look", [deciding.excerpt_of(self.material, one) for one in passages])

    def finish_to(self, name: str, place: int, coder: str) -> int:
        """Write that the coder has finished with all up to a place in the text; return how many passages.

        They are counted from the last finished passage before the place onwards.
        """
        passages = interview.to_finish(self.interview(name, coder), place)
        if passages:
            deciding.finish(self._hand(coder), passages)
        return len(passages)

    def last_action(self, coder: str) -> int | None:
        """Return the action the coder's next undo would take back."""
        return deciding.last_action(self._hand(coder))

    def next_undo(self, coder: str) -> TakenBack | None:
        """Say what the coder's next undo would take back; None when there is nothing."""
        return deciding.next_undo(self._hand(coder))

    def undo(self, coder: str, action_id: int | None = None) -> TakenBack | None:
        """Take back an action of the coder (the latest by default), also of another day; None when there is none."""
        return deciding.undo(self._hand(coder), action_id)

    def take_off(self, excerpt: Excerpt, code: str, coder: str) -> int:
        """Take back all that a coder decided about a code on an excerpt; return how many verdicts."""
        return deciding.take_off(self._hand(coder), excerpt, self.code(code))

    def judged_since(self, excerpt: Excerpt, coder: str, action_id: int) -> list[Judgement]:
        """Return what the coder judged on these words after an action, perhaps in another window."""
        return deciding.judged_since(self._hand(coder), excerpt, action_id)

    def add_memo(
        self, text: str, coder: str, *, about: str = "study", subject: str = "", kind: str = "analytic"
    ) -> None:
        """Write a memo about the study, a dyad, transcript, code, theme, or (by EXCERPT_ID) an excerpt.

        Raises UnknownName for one that is not there.
        """
        self._check_subject(about, subject)
        span: Span | None = self.material.span(self.material.excerpt(subject)) if about == "excerpt" else None
        with self._action(coder) as action_id:
            judged.add_memo(self._db, action_id, kind=kind, subject_kind=about, subject=subject, text=text, span=span)

    def _check_subject(self, about: str, subject: str) -> None:
        """Raise UnknownName where a memo's subject is not in the study."""
        book = self.codebook
        known: dict[str, set[str]] = {
            "dyad": self.material.dyads,
            "transcript": set(self.material.by_name),
            "code": {code.name for code in book.codes.values()},
            "theme": {theme.name for theme in book.themes.values()},
        }
        if about in known and subject not in known[about]:
            what = "there is none in this study"
            raise UnknownName(f"{about} '{subject}'", what, did_you_mean(subject, known[about]))

    def import_memos(self, path: str | os.PathLike[str], coder: str) -> int:
        """Bring in memos from a table (about, subject, kind, coder, text); return how many are this coder's."""
        return incoming.import_memos(self._db, self.material, Path(path), self.coder(coder))

    def memos(self) -> list[Memo]:
        """Return the memos, oldest first."""
        return judged.memos(self._db)

    def codings(self, *, every_verdict: bool = False, **where: str | None) -> Listing[Coding]:
        """List the codings that stand; narrow as in ``suggestions``. ``every_verdict`` adds rejections and doubts."""
        return listing.codings(self._db, self.material, self._where(where), every_verdict=every_verdict)

    def import_codings(
        self, path: str | os.PathLike[str], coder: str, *, all_reviewed: bool = False, agreed: bool = False
    ) -> incoming.Incoming:
        """Bring in codings from a table, all or nothing: a coder's, or the agreed set as the coder wrote it down."""
        return incoming.import_codings(
            self._db, self.material, Path(path), self.coder(coder), all_reviewed=all_reviewed, agreed=agreed
        )

    def unplaced(self) -> list[tuple[Excerpt, str, str, str]]:
        """Return (old excerpt, code, verdict, coder) of decisions without a place since a transcript was mended."""
        book = self.codebook
        rows = judged.unplaced(self._db)
        return [
            (one, found.name if (found := book.resolve(code)) else "-", verdict, who)
            for one, code, verdict, who in rows
        ]
