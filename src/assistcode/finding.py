"""Find the lexicons' terms in talk, each language with its own rules for the words around them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

from . import context, lexicon, segment
from .context import Setting
from .corpus import Token, Utterance
from .evidence import Hit, Lexicon
from .material import Material

Lexicons = dict[str, Lexicon]
Place = tuple[int, int, int, Utterance]  # transcript id, turn number, passage id, utterance


def by_language(lexicons: Lexicons) -> dict[str, Lexicons]:
    """Return the lexicons of each language, in their order."""
    languages: dict[str, Lexicons] = {}
    for name, one in lexicons.items():
        languages.setdefault(one.language, {})[name] = one
    return languages


@dataclass(frozen=True, slots=True)
class Finder:
    """The terms of several lexicons with the rules of context of their languages."""

    languages: tuple[tuple[lexicon.Matcher, context.Rules | None], ...]

    @classmethod
    def of(cls, lexicons: Lexicons) -> "Finder":
        """Lay out the lexicons, language by language; a language without rules has hits without flags."""
        return cls(tuple((lexicon.Matcher.of(own), rules_of(own)) for own in by_language(lexicons).values()))

    def hits(self, tokens: Sequence[Token], setting: Callable[[], Setting] = Setting) -> list[Hit]:
        """Find the terms in one utterance and read the words around each; ``setting`` is asked when there are any."""
        found = [(matcher.find(tokens), rules) for matcher, rules in self.languages]
        hits = [hit for own, rules in found if own for hit in context.with_context(tokens, own, rules, setting())]
        return sorted(hits, key=lambda hit: hit.start) if len(found) > 1 else hits

    def themes(self, text: str) -> frozenset[str]:
        """Return the themes a text has words of."""
        cut = next(iter(segment.segment([text])))
        return frozenset(hit.theme for u in cut for matcher, _ in self.languages for hit in matcher.find(u.tokens))


def rules_of(lexicons: Lexicons) -> context.Rules | None:
    """Read the rules of context for lexicons of one language: from their folder, else the shipped ones."""
    one = next(iter(lexicons.values()))
    return context.read_rules(one.language, one.folder)


def find_hits(finder: Finder, material: Material, places: Sequence[Place]) -> list[list[Hit]]:
    """Find the lexicons' terms in utterances of a study; who speaks, and what stood before, counts."""
    before = [None, *places]

    @cache
    def prompted(number: int, turn: int) -> frozenset[str]:
        """Return the themes the interviewer has words of in the turn before."""
        transcript = material.by_id[number]
        asked = transcript.turns[turn - 2] if turn > 1 else None
        if asked is None or (asked.speaker.role, asked.speaker.kind) != ("interviewer", "interview"):
            return frozenset()
        return finder.themes(transcript.text[asked.start : asked.end])

    def setting(place: Place, last: Place | None) -> Setting:
        speaker = material.by_id[place[0]].turns[place[1] - 1].speaker
        earlier = last[3].tokens if last and last[:2] == place[:2] else ()
        return Setting(speaker.role, speaker.kind, prompted(*place[:2]), earlier)

    return [finder.hits(p[3].tokens, partial(setting, p, last)) for p, last in zip(places, before, strict=False)]


def find_line_hits(finder: Finder, utterances: Sequence[Utterance], role: str | None = None) -> list[Hit]:
    """Find the lexicons' terms in one loose line: of its setting only the role is known."""
    earlier: list[Sequence[Token]] = [(), *(u.tokens for u in utterances)]
    read = zip(utterances, earlier, strict=False)
    return [hit for u, last in read for hit in finder.hits(u.tokens, partial(Setting, role, earlier=last))]
