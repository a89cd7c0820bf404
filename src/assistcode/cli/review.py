"""Read and decide card after card in the terminal, one key each."""

from typing import TYPE_CHECKING

import click

from ..errors import InputError
from ..evidence import POLE_WORDS
from . import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..corpus import Excerpt
    from ..evidence import Suggestion
    from ..queue import Card, Neighbour
    from ..study import Study

POLES = {"p": "present", "-": "lacking", "n": None}
EFFECTS = (None, "facilitating", "hindering", "both")


@click.command()
@show.coder
@click.option(
    "--order",
    type=click.Choice(["reading", "dyad", "likely", "unlike", "contrary", "random"]),
    help="Which passage comes next: as read; both members of a dyad moment by moment; likely to carry a theme;"
    " unlike what you coded; contrary to what you found in the dyad; random."
    " [default: reading; in codebook and content studies likely]",
)
@click.option("--transcript", help="Only this interview.")
@click.option("--dyad", help="Only this dyad.")
@click.option("--session", help="Only this session.")
@click.option("--perspective", help="Only these interviews: client or therapist.")
@click.pass_context
def review(ctx: click.Context, /, coder: str, order: str | None, **only: str | None) -> None:
    """Read passage after passage and decide, one key each. Stop at any time; it goes on where you were.

    Your own codes come first, then what the machine suggests and why. One passage in five is unaided: no
    suggestion is shown before you are done with it. Nothing is chosen for you, and Enter never means yes.

    \b
    assistcode review --coder anna
    assistcode review --coder anna --dyad 4 --session 3
    """
    with show.opened(ctx) as study:
        Reader(study, study.coder(coder).name, order, **only).run()


class Reader:
    """One sitting at the terminal."""

    def __init__(self, study: "Study", coder: str, order: str | None, **only: str | None) -> None:
        self.study, self.coder = study, coder
        self.sitting = study.sitting(coder, order, **only)
        self.last_code: str | None = None

    def run(self) -> None:
        """Deal cards until none is left or the reader quits."""
        n_before: int | None = None
        while True:
            card = next(iter(self.sitting.cards(1)), None)
            n_before = card.n_reviewed if card and n_before is None else n_before
            if card is None:
                click.echo("Every passage is reviewed. See: assistcode unreviewed, assistcode compare")
                return
            _show_card(card)
            self.show_own(card)
            outcome = self.own_codes(card)
            if outcome == "finish" and card.suggestions:
                outcome = self.look_at(card, [one for one in card.suggestions if one.status == "undecided"])
            if outcome == "quit":
                n_done = card.n_reviewed - (n_before or 0)
                click.echo(
                    f"{n_done} passages reviewed in this sitting. Go on with: assistcode review --coder {self.coder}"
                )
                return
            if outcome == "finish":
                self.study.review(card, self.coder)

    def show_own(self, card: "Card") -> None:
        """Say what the reader has coded in this passage before."""
        own = [one for one in self.study.codings(coder=self.coder) if one.excerpt.touches(card.excerpt)]
        for one in own:
            click.echo(f'  your code: {one.code}, {POLE_WORDS[one.pole]}, on "{show.shorten(one.excerpt.quote, 60)}"')

    def own_codes(self, card: "Card") -> str:
        """Ask for the reader's own codes; return finish, next or quit."""
        goes_on = "see what is suggested" if card.suggestions else "nothing more here"
        keys = {
            "c": "code",
            "r": "repeat last",
            ".": goes_on,
            "l": "later",
            "m": "memo",
            "b": "codebook",
            "z": "undo",
            "q": "quit",
        }
        while True:
            key = _ask("Your own codes first.", keys)
            if key == ".":
                return "finish"
            outcome = self.act(key, card)
            if outcome:
                return outcome

    def act(self, key: str, card: "Card") -> str | None:
        """Do what a key of the own-codes step says; return an outcome when the card is left."""
        if key == "c":
            self.code(card)
        elif key == "r":
            self.repeat(card)
        elif key == "m":
            self.memo(card)
        elif key == "b":
            for code in self.study.codebook.codes.values():
                click.echo(f"  {code.name}: {show.shorten(code.definition, 150) or 'no definition yet'}")
        elif key == "l":
            self.study.put_off(card.excerpt, self.coder)
            return "next"
        elif key == "z":
            return self.undo()
        elif key == "q":
            return "quit"
        return None

    def repeat(self, card: "Card") -> None:
        """Code the whole passage with the last code; one whose making was taken back is gone."""
        if self.last_code is None or self.study.codebook.by_name(self.last_code) is None:
            click.echo("  There is no code to repeat yet.")
            return
        self.study.decide(card.excerpt, self.last_code, "fits", self.coder)
        click.echo(f"  coded: {self.last_code}")

    def look_at(self, card: "Card", suggestions: "Sequence[Suggestion]") -> str:
        """Show the suggestions one by one and take a verdict on each; return finish, next or quit."""
        for one in suggestions:
            outcome = self.verdict(card, one)
            if outcome != "decided":
                return outcome
        keys = {".": "nothing more here", "c": "code", "m": "memo", "z": "undo", "q": "quit"}
        while suggestions:
            key = _ask("Anything else in this passage?", keys)
            if key == ".":
                break
            left = self.act(key, card)
            if left:
                return left
        return "finish"

    def verdict(self, card: "Card", one: "Suggestion") -> str:
        """Take one verdict: decided, or where the reader goes instead."""
        chosen, effect = one.pole, EFFECTS[0]
        click.echo(f"\n  The machine suggests {click.style(one.code, bold=True)} on")
        show.paragraph(one.excerpt.quote, indent=4, marked=_matched(one))
        for reason in dict.fromkeys(e.reason(one.excerpt) for e in one.evidence if e.theme == one.theme):
            show.paragraph(f"because {reason}", indent=4)
        keys = {
            "f": "fits",
            "d": "does not fit",
            "n": "not this but ...",
            "u": "unsure",
            "p": "turn the pole",
            "e": "effect",
            "m": "memo",
            "l": "later",
            "z": "undo",
            "q": "quit",
        }
        while True:
            key = _ask(", ".join(filter(None, (one.code, POLE_WORDS[chosen], effect))) + ":", keys)
            if key in {"f", "d", "u"}:
                verdict = {"f": "fits", "d": "does not fit", "u": "unsure"}[key]
                judged = {"pole": chosen, "effect": effect} if key == "f" else {}
                self.study.decide(one.excerpt, one.code, verdict, self.coder, shown=[one], **judged)
                click.echo(f"  {one.code}: {verdict}")
                return "decided"
            if key == "n":
                better = self.ask_code()
                if better:
                    pole_of = _ask_pole()
                    self.study.decide(
                        one.excerpt, better, "fits", self.coder, pole=pole_of, shown=[one], instead_of=one.code
                    )
                    return "decided"
            elif key == "p":
                chosen = "lacking" if chosen == "present" else "present"
            elif key == "e":
                effect = EFFECTS[(EFFECTS.index(effect) + 1) % len(EFFECTS)]
            else:
                outcome = self.act(key, card)
                if outcome:
                    return outcome

    def code(self, card: "Card") -> None:
        """Code some words of the passage, or the whole of it."""
        words = click.prompt("  Which words (empty: the whole passage)", default="", show_default=False)
        excerpt = self.find(card, words)
        if excerpt is None:
            click.echo("  Nothing is coded: type words as they stand in the passage, once.")
            return
        name = self.ask_code()
        if name:
            self.study.decide(excerpt, name, "fits", self.coder, pole=_ask_pole())
            click.echo(f'  coded: {name} on "{show.shorten(excerpt.quote, 70)}"')

    def find(self, card: "Card", words: str) -> "Excerpt | None":
        """Return the words as an excerpt of the passage; None when they do not stand in it."""
        if not words.strip():
            return card.excerpt
        found = self.study.find_words(card.excerpt, words)
        if len(found) > 1:
            click.echo(f"  They stand {len(found)} times in it; type a word more before or after.")
        return found[0] if len(found) == 1 else None

    def ask_code(self) -> str | None:
        """Ask for a code; an unknown name becomes a new code only when the reader says so."""
        names = [code.name for code in self.study.codebook.codes.values()]
        typed = click.prompt("  Code (first letters are enough)", default="", show_default=False).strip()
        near = [name for name in names if name.casefold().startswith(typed.casefold())]
        exact = [name for name in names if name.casefold() == typed.casefold()]
        if not typed:
            return None
        if exact or len(near) == 1:
            self.last_code = (exact or near)[0]
        elif near:
            click.echo(f"  Several begin so: {', '.join(near)}")
            return None
        else:
            if _ask(f"There is no code '{typed}'.", {"y": "make it a new code", "n": "leave it"}) == "n":
                return None
            self.last_code = self.study.add_code(typed, self.coder).name
        return self.last_code

    def memo(self, card: "Card") -> None:
        """Write a memo on the passage."""
        text = click.prompt("  Memo", default="", show_default=False)
        if text.strip():
            self.study.add_memo(text, self.coder, about="excerpt", subject=card.excerpt.id)

    def undo(self) -> str:
        """Take back the latest action and deal again."""
        taken = self.study.undo(self.coder)
        click.echo(f"  taken back: {taken.what}" if taken else "  nothing left to take back")
        return "next"


def _ask(question: str, keys: dict[str, str]) -> str:
    """Wait for one of the keys; every other key, Enter among them, does nothing."""
    click.echo(f"\n  {question}")
    show.side_by_side([f"[{key}] {name}" for key, name in keys.items()])
    while True:
        try:
            key = click.getchar().lower()
        except OSError as error:
            raise InputError("review", "there is no terminal to read keys from", "Run it in a terminal.") from error
        if key in keys:
            return key
        if key in {"\x03", "\x04", ""}:
            raise click.Abort


def _ask_pole() -> str | None:
    return POLES[_ask("Pole?", {"p": "present", "-": "spoken of as missing", "n": "none"})]


def _show_card(card: "Card") -> None:
    place = card.transcript.placement
    where = [card.transcript.name, f"turn {card.turn.n}"]
    where += [f"moment {card.turn.moment}"] if card.turn.moment else []
    where += [f"dyad {place.dyad}"] if place.dyad else []
    where += [f"session {place.session}"] if place.session else []
    click.echo("\n" + "─" * 78)
    click.echo(f"{', '.join(where)}   ({card.n_reviewed:,} of {card.n_passages:,} passages reviewed)")
    click.secho(f"{card.why}\n", dim=True)
    for neighbour in card.before:
        _neighbour(neighbour)
    show.paragraph(f"» {card.turn.speaker.role}: {card.excerpt.quote}", indent=0, style="bold")
    for neighbour in card.after:
        _neighbour(neighbour)


def _neighbour(neighbour: "Neighbour") -> None:
    speaker = neighbour.turn.speaker
    voice = f"{speaker.role} (video)" if speaker.kind == "video" else speaker.role
    show.paragraph(f"{voice}: {show.shorten(neighbour.text, 400)}", style="dim")


def _matched(one: "Suggestion") -> list[tuple[int, int]]:
    """Return the spans of the matched words within the quote."""
    shift = one.excerpt.start
    return [
        (e.start - shift, e.end - shift)
        for e in one.evidence
        if e.theme == one.theme and e.start is not None and e.end is not None
    ]


COMMANDS = [review]
