"""How the codebook changes: a candidate named, codes merged, split, grouped, defined, retired, members moved.

One action each, taken back by the same undo as a decision. No decision changes: codings made before a code was
worded anew, split or merged stand, and are listed to be looked at again.
"""

from collections.abc import Iterable

from . import deciding
from .candidates import Groups, find, member_at
from .codebook import Code
from .corpus import Excerpt
from .deciding import Hand
from .errors import InputError
from .judgement import AGREED, Decision
from .listing import Where, to_relook
from .store import judged


def name_candidate(hand: Hand, reference: int | str, name: str, *, definition: str = "") -> Code:
    """Make a code of a candidate; its members become seeds, which bring their cluster along in every later run.

    Raises UnknownName, and InputError for a name that is taken.
    """
    candidate = find(_groups(hand), reference)
    name = _free_name(hand, name)
    with hand.action() as action_id:
        code = deciding.new_code(hand, action_id, name, origin="candidate", definition=definition)
        _seed(hand, action_id, code.id, candidate.members)
    return code


def merge(hand: Hand, code: Code, into: Code, *, name: str | None = None) -> Code:
    """Let a code become part of another, which may take a new name, and is returned.

    Raises InputError for one code twice, and for a name that is taken.
    """
    if code.id == into.id:
        raise InputError(f"code '{code.name}'", "a code cannot be merged with itself", "Name two codes.")
    new_name = None if name is None or name == into.name else _free_name(hand, name, besides=(code, into))
    with hand.action() as action_id:
        judged.add_code_event(hand.db, action_id, "code", "merge", code.id, into=into.id)
        if new_name is not None:
            judged.add_code_event(hand.db, action_id, "code", "rename", into.id, name=new_name)
    return judged.codebook(hand.db).codes[into.id]


def split(hand: Hand, code: Code, members: Iterable[str], name: str, *, definition: str = "") -> Code:
    """Take members out of a code, by EXCERPT_ID, and make a new code of them; what is not named stays in the code.

    Raises InputError for an excerpt that is no member of the code, and for a name that is taken.
    """
    groups = _groups(hand)
    placed = _placed(groups, members)
    stranger = next((excerpt for excerpt, code_id in placed if code_id != code.id), None)
    if stranger is not None:
        remedy = f"See its members: assistcode codes show '{code.name}'."
        raise InputError(stranger.id, f"this excerpt is no member of '{code.name}'", remedy)
    name = _free_name(hand, name)
    leaving = [excerpt for excerpt, _ in placed]
    # what came with a cluster would go elsewhere when its founding seeds leave
    rest = [one.excerpt for one in groups.of_code(code.id).members if one.by == "machine"]
    with hand.action() as action_id:
        new = deciding.new_code(hand, action_id, name, origin="candidate", definition=definition)
        judged.add_code_event(hand.db, action_id, "code", "split", code.id, into=new.id)
        _seed(hand, action_id, code.id, rest)
        _seed(hand, action_id, code.id, leaving, is_in=False)
        _seed(hand, action_id, new.id, leaving)
    return new


def move(hand: Hand, members: Iterable[str], to: Code) -> None:
    """Put members, by EXCERPT_ID, under a code; they leave the code they were under.

    What came to the code with a cluster stays from now on because somebody put it there. Raises InputError for
    what people put there before.
    """
    groups = _groups(hand)
    placed = _placed(groups, members)
    put = {one.excerpt for one in groups.of_code(to.id).members if one.by == "person"}
    known = next((excerpt for excerpt, _ in placed if excerpt in put), None)
    if known is not None:
        raise InputError(known.id, f"somebody put it under '{to.name}' already", "Name another code.")
    with hand.action() as action_id:
        for excerpt, code_id in placed:
            if code_id not in {None, to.id}:
                _seed(hand, action_id, code_id, [excerpt], is_in=False)
            _seed(hand, action_id, to.id, [excerpt])


def set_aside(hand: Hand, members: Iterable[str]) -> None:
    """Write that members, by EXCERPT_ID, do not belong to their code. Raises InputError where they have none."""
    groups = _groups(hand)
    placed = _placed(groups, members)
    stranger = next((excerpt for excerpt, code_id in placed if code_id is None), None)
    if stranger is not None:
        raise _no_member(groups, stranger)
    with hand.action() as action_id:
        for excerpt, code_id in placed:
            if code_id is not None:
                _seed(hand, action_id, code_id, [excerpt], is_in=False)


def _no_member(groups: Groups, excerpt: Excerpt) -> InputError:
    """Return what is wrong with setting aside an excerpt that is under no code."""
    place = groups.place(excerpt)
    left = next((one for one, belonging in groups.left.of_code.items() if place in belonging.set_aside), None)
    if left is not None:
        what = f"it is set aside from '{groups.book.codes[left].name}' already"
        return InputError(excerpt.id, what, "To put it back: assistcode codes move.")
    remedy = "Name its candidate first; without a name it has no memory."
    return InputError(excerpt.id, "this excerpt is no member of a code", remedy)


def _placed(groups: Groups, members: Iterable[str]) -> list[tuple[Excerpt, int | None]]:
    """Return each member, named by its EXCERPT_ID, with the id of the code it belongs to."""
    placed = [member_at(groups, one) for one in dict.fromkeys(members)]
    if not placed:
        raise InputError("members", "no member is named", "Copy their ids from 'assistcode codes show'.")
    return placed


def _seed(hand: Hand, action_id: int, code_id: int, excerpts: Iterable[Excerpt], *, is_in: bool = True) -> None:
    judged.add_code_seeds(hand.db, action_id, code_id, map(hand.material.span, excerpts), is_in=is_in)


def _groups(hand: Hand) -> Groups:
    return Groups.read(hand.db, hand.material)


def _free_name(hand: Hand, name: str, besides: Iterable[Code] = ()) -> str:
    """Return a name without blanks around it. Raises InputError where it is empty or another code has it."""
    name = name.strip()
    if not name:
        raise deciding.nameless()
    other = judged.codebook(hand.db).by_name(name)
    if other is not None and other.id not in {code.id for code in besides}:
        raise InputError(f"code '{name}'", "there is a code of this name", "Choose another.")
    return name


def group(hand: Hand, codes: Iterable[Code], theme: str | None) -> None:
    """Put codes under a theme, made if there is none of this name; None takes them out of theirs."""
    name = None if theme is None else theme.strip()
    if name == "":
        raise InputError("theme", "a theme needs a name", "Type at least one letter.")
    known = {one.name.casefold(): one.id for one in judged.codebook(hand.db).themes.values()}
    with hand.action() as action_id:
        theme_id = 0 if name is None else known.get(name.casefold())
        if theme_id is None:
            theme_id = judged.add_code_event(hand.db, action_id, "theme", "create", name=name)
        for code in codes:
            judged.add_code_event(hand.db, action_id, "code", "group", code.id, theme_id=theme_id)


def change_code(hand: Hand, code: Code, **changed: str) -> Code:
    """Rename a code or define it anew; the history keeps what it was. Raises InputError for a name that is taken."""
    changed = {key: value.strip() for key, value in changed.items() if value.strip() != getattr(code, key)}
    if "name" in changed:
        _free_name(hand, changed["name"], besides=(code,))
    if not changed:
        return code
    with hand.action() as action_id:
        for kind, key in (("rename", "name"), ("define", "definition")):
            if key in changed:
                judged.add_code_event(hand.db, action_id, "code", kind, code.id, **{key: changed[key]})
    return judged.codebook(hand.db).codes[code.id]


def retire(hand: Hand, code: Code) -> None:
    """Take a code out of the codebook; its codings are kept, listed nowhere, and come back with an undo."""
    with hand.action() as action_id:
        judged.add_code_event(hand.db, action_id, "code", "retire", code.id)


def confirm(hand: Hand, excerpt: Excerpt, code: Code, *, agreed: bool = False) -> Decision:
    """Decide again as before on what is to be looked at again; ``agreed``: on a decision of the agreed set.

    Raises InputError for an excerpt with no such decision.
    """
    mine = Where(code=code.name, coder=AGREED if agreed else hand.coder.name)
    found = [one for one in to_relook(hand.db, hand.material, mine, every_verdict=True) if one.excerpt == excerpt]
    if not found:
        remedy = "See 'assistcode codes relook'."
        raise InputError(excerpt.id, f"no coding of '{code.name}' is to be looked at again here", remedy)
    again = deciding.agree if agreed else deciding.decide
    return again(hand, excerpt, code.name, found[0].verdict, pole=found[0].pole, effect=found[0].effect)
