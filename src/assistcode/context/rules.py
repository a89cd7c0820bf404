"""Read a language's rules of context. The file is for people; lexicons/README.md, "Context", explains its fields."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from ..corpus import KINDS, ROLES
from ..evidence import FLAGS
from ..resources import of_language
from ..toml_file import TomlFile
from .phrases import GAP, SLOTS, Element, Phrase, Tree

MAX_REACH = 60
SIDES = ("before", "over", "across", "after")
FROM_PERSON = ("whose", "toward")  # a rule may give these instead of a flag: the flag of the person it names
DIMENSION = {flag: name for name, flags in FLAGS.items() for flag in flags} | {name: name for name in FROM_PERSON}
PEOPLE = {  # whose a hit is, and toward whom, when this person is named; "" is the speaker's own
    "self": {"whose": ""},
    "partner": {"whose": "partner", "toward": "toward partner"},
    "former": {"whose": "third person", "toward": "toward former"},
    "other": {"whose": "third person", "toward": "toward others"},
    "everybody": {"whose": "general", "toward": "toward others"},
    "anyone": {"whose": "general"},
    "interviewer": {"toward": "toward interviewer"},
    "nobody": {},
}
_UNKNOWN = "unknown"  # the role of a line of which nothing is known
_FILE_FIELDS = {"language", "counts", "classes", "ends", "frames", "fillers", "people", "rules"}
_PEOPLE_FIELDS = {"are", "names", "who", "whom", "whose", "pronoun", "refers", "roles", "kinds"}
_RULE_FIELDS = {"flags", "words", "but_not", "stands", "reach", "ends", "person", "weak", "roles", "kinds", "note"}


@dataclass(frozen=True, slots=True)
class Scope:
    """The roles and kinds of turn that an entry of the file is for; empty for all."""

    roles: frozenset[str]
    kinds: frozenset[str]

    def holds(self, role: str | None, kind: str) -> bool:
        """Whether the entry is for turns of this role (None: not known) and kind."""
        return (not self.roles or (role or _UNKNOWN) in self.roles) and (not self.kinds or kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Person:
    """Who some words name, and in which slots they fit.

    ``pronoun`` is what the one named is called later on ("" for any); ``refers`` makes the words such a pronoun.
    """

    who: str
    slots: tuple[str, ...]
    pronoun: str
    refers: str
    scope: Scope

    @property
    def is_name(self) -> bool:
        """Whether a later pronoun may mean this person."""
        return not self.refers and {"WHO", "WHOM"} <= {*self.slots}


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """What some words make of a hit that they reach: on these sides, over fewer than ``reach`` tokens.

    A ``weak`` rule counts where no other rule of its dimension does.
    """

    flags: tuple[str, ...]
    stands: frozenset[str]
    reach: int
    ends: str
    person: str
    weak: bool
    scope: Scope


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one language, laid out for finding; ``sha256`` is of the file's bytes.

    ``words`` holds each rule with True for its words, and False for the words that it is not meant by. ``frames`` names
    two ends for a dimension: what parts a hit's clause from the frames before it, and these from what is further off.
    """

    counts: dict[str, float]
    sha256: str
    frames: dict[str, tuple[str, ...]] = field(default_factory=dict)
    people: Tree[Person] = field(default_factory=Tree)
    words: Tree[tuple[Rule, bool]] = field(default_factory=Tree)
    ends: Tree[str] = field(default_factory=Tree)
    fillers: Tree[bool] = field(default_factory=Tree)

    def share(self, context: Iterable[str]) -> float:
        """Return how much of its weight (0..1) a hit with these flags still counts: the product of their counts."""
        return prod(self.counts.get(flag, 1.0) for flag in context)


def read_rules(language: str, folder: Path | None = None) -> Rules | None:
    """Read the rules of a language from a folder of lexicons, else the shipped ones; None where there are none.

    Raises LexiconError naming file and line.
    """
    path = of_language("context.toml", language, folder)
    return _Parser(TomlFile(path)).rules(language) if path else None


class _Parser:
    """Turns one file's table into Rules."""

    def __init__(self, file: TomlFile) -> None:
        file.refuse_unknown(file.table, _FILE_FIELDS)
        self.file = file
        self.classes = {name: self.strings(self.section("classes"), name) for name in self.section("classes")}

    def rules(self, language: str) -> Rules:
        if self.file.text("language") != language:
            raise self.file.error("language", "the language is not the folder's", f'Write language = "{language}".')
        rules = Rules(self.counts(), self.file.sha256, self.frames())
        for name in self.section("ends"):
            for phrase in self.phrases(self.section("ends"), name):
                rules.ends.add(phrase, name)
        for key in ("words", "but_not"):
            for phrase in self.phrases(self.section("fillers"), key):
                rules.fillers.add(phrase, key == "words")
        for entry in self.file.entries("people"):
            self.add_people(entry, rules)
        for entry in self.file.entries("rules"):
            self.add_rule(entry, rules)
        return rules

    def counts(self) -> dict[str, float]:
        counts = self.section("counts")
        self.refuse_unknown(counts, DIMENSION.keys() - {*FROM_PERSON})
        for flag, share in counts.items():
            if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
                raise self.file.error(flag, f"'{flag}' counts {share}", "Give a number from 0 to 1.")
        return counts

    def frames(self) -> dict[str, tuple[str, ...]]:
        frames = {name: self.strings(self.section("frames"), name) for name in self.section("frames")}
        self.refuse_unknown(frames, FLAGS)
        for name, ends in frames.items():
            self.refuse_unknown(ends, self.section("ends"))
            if len(ends) != 2:
                raise self.file.error(name, f"'{name}' names {len(ends)} ends", "Name two.")
        return frames

    def add_people(self, entry: dict[str, Any], rules: Rules) -> None:
        self.file.refuse_unknown(entry, _PEOPLE_FIELDS)
        who, scope = str(entry.get("are")), self.scope(entry)
        self.refuse_unknown([who], PEOPLE)
        for key in ("names", "who", "whom", "whose"):
            slots = () if who == "nobody" else ("WHO", "WHOM") if key == "names" else (key.upper(),)
            person = Person(who, slots, str(entry.get("pronoun", "")), str(entry.get("refers", "")), scope)
            for phrase in self.phrases(entry, key):
                rules.people.add(phrase, person)

    def add_rule(self, entry: dict[str, Any], rules: Rules) -> None:
        self.file.refuse_unknown(entry, _RULE_FIELDS)
        flags, stands = self.strings(entry, "flags"), self.strings(entry, "stands")
        reach, ends, person = entry.get("reach", MAX_REACH), str(entry.get("ends", "")), str(entry.get("person", ""))
        if isinstance(reach, bool) or not isinstance(reach, int) or not 1 <= reach <= MAX_REACH:
            raise self.file.error(f"reach = {reach}", f"the reach is {reach}", f"Give 1 to {MAX_REACH} tokens.")
        weak = entry.get("weak", False)
        if not isinstance(weak, bool):
            raise self.file.error("weak", f"weak is {weak}", "Write weak = true, or leave it out.")
        for names, known in ((flags, DIMENSION), (stands, SIDES), ([person], ["", *PEOPLE])):
            self.refuse_unknown(names, known)
        self.refuse_unknown([ends], ["", *self.section("ends")])
        rule = Rule(flags, frozenset(stands), reach, ends, person, weak, self.scope(entry))
        for key in ("words", "but_not"):
            for phrase in self.phrases(entry, key):
                rules.words.add(phrase, (rule, key == "words"))

    def scope(self, entry: dict[str, Any]) -> Scope:
        roles, kinds = self.strings(entry, "roles"), self.strings(entry, "kinds")
        self.refuse_unknown(roles, [*ROLES, _UNKNOWN])
        self.refuse_unknown(kinds, KINDS)
        return Scope(frozenset(roles), frozenset(kinds))

    def section(self, key: str) -> dict[str, Any]:
        table = self.file.table.get(key, {})
        if not isinstance(table, dict):
            raise self.file.error(key, f"'{key}' is not a table", f"Write it under [{key}].")
        return table

    def strings(self, entry: dict[str, Any], key: str) -> tuple[str, ...]:
        texts = entry.get(key, [])
        if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
            raise self.file.error(key, f"'{key}' is not a list of texts", f'Write {key} = ["..."].')
        return tuple(texts)

    def refuse_unknown(self, names: Iterable[str], known: Collection[str]) -> None:
        for name in names:
            if name not in known:
                listed = ", ".join(sorted(filter(None, known)))
                raise self.file.error(name, f"'{name}' is not known here", f"Known: {listed}.")

    def phrases(self, entry: dict[str, Any], key: str) -> Iterator[Phrase]:
        """Yield the phrases of a field, with and without each word that may be missing ("the?")."""
        for text in self.strings(entry, key):
            choices = [self.choices(word) for word in text.replace("’", "'").split()]
            for choice in product(*choices):
                phrase = tuple(element for element in choice if element is not None)
                if not phrase or phrase[0] == GAP:
                    raise self.file.error(text, f"'{text}' may begin with nothing", "Begin with a word.")
                yield phrase

    def choices(self, word: str) -> list[Element | None]:
        """Return what may stand for a word of a phrase; None for nothing."""
        if len(word) > 1 and word.endswith("?"):
            return [self.element(word[:-1]), None]
        return [self.element(word)]

    def element(self, word: str) -> Element:
        if word == GAP or word in SLOTS:
            return word
        forms: set[str] = set()
        for part in word.split("|"):
            if part.startswith("<") and part.endswith(">"):
                self.refuse_unknown([part[1:-1]], self.classes)
                forms.update(self.classes[part[1:-1]])
            else:
                forms.add(part.lower())
        return frozenset(forms)
