"""Key presses in, plain values out. Every write answers with what the coder's next undo would take back."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..corpus import Excerpt
from ..errors import InputError, StudyError
from ..evidence import Suggestion
from ..judgement import Judgement
from ..study import Study
from .desk import Desk
from .values import NARROWS_BY, card_values, code_values, interview_values, suggestion_values

_MOST_CARDS = 20
Given = Mapping[str, Any]
Work = Callable[[Study, str, Given], dict[str, Any]]


class Answers:
    """The page's questions and writes, each as (study, coder, what was sent) to plain values."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[Route]:
        """Return the addresses under /api."""
        asked = {
            "cards": self.cards, "card": self.card, "interview": self.interview, "codes": self.codes,
            "alike": self.alike, "afterwards": self.afterwards, "last": self.last, "precode": self.precoding,
        }  # fmt: skip
        written = {
            "decide": self.decide, "finish": self.finish, "finish-to": self.finish_to, "later": self.later,
            "read": self.read, "look": self.look, "undo": self.undo, "take-off": self.take_off, "code": self.code,
            "define": self.define, "memo": self.memo, "name": self.name, "agree": self.agree,
            "quotation": self.quotation, "members": self.members, "merge": self.merge, "group": self.group,
            "retire": self.retire, "relook": self.relook,
        }  # fmt: skip
        return [Route(f"/api/{name}", self._endpoint(work), methods=["GET"]) for name, work in asked.items()] + [
            Route(f"/api/{name}", self._endpoint(work, writes=True), methods=["POST"]) for name, work in written.items()
        ]

    def _endpoint(self, work: Work, *, writes: bool = False) -> Callable[[Request], Any]:
        def answer(coder: str, given: Given) -> Response:
            with self.desk.study() as study:
                values = work(study, coder, given)
                if writes:
                    values["last"] = study.last_action(coder)
                return JSONResponse(values)

        async def endpoint(request: Request) -> Response:
            given = await request.json() if writes else dict(request.query_params)
            coder = unquote(request.headers.get("x-coder", ""))
            return await run_in_threadpool(answer, coder, given)

        return endpoint

    # ------------------------------------------------------------------ asked

    def cards(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Deal the next cards beyond those the page holds; dealt is not seen."""
        held = {int(number) for number in given.get("held", "").split(",") if number}
        only = {name: given[name] for name in ("transcript", *NARROWS_BY) if given.get(name)}
        sitting = self.desk.sitting(coder, given.get("order") or None, only, is_anew="anew" in given)
        n = min(int(given.get("n", _MOST_CARDS)), _MOST_CARDS)
        return {"cards": [self._card(study, card, coder, given) for card in sitting.cards(n, held)]}

    def card(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Deal the passage that holds a place, whatever comes next in line."""
        transcript = study.material.transcript(given["transcript"])
        start = int(given["start"])
        passages = study.material.passages_over(transcript, start, start + 1)
        if not passages:
            raise InputError(f"{transcript.name}:{start}", "no passage is there", "Choose a place in an interview.")
        sitting = self.desk.sitting(coder, given.get("order") or None, {})
        return {"card": self._card(study, sitting.card(passages[0]), coder, given)}

    def _card(self, study: Study, card: Any, coder: str, given: Given) -> dict[str, Any]:  # noqa: ANN401  a Card
        own = study.codings_on(card.excerpt, coder)
        return card_values(card, own, study.newest_action(), with_score=bool(given.get("scores")))

    def interview(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Return codings, finished passages and, once unlocked, suggestions of one interview."""
        interview = study.interview(given["transcript"], coder)
        return interview_values(interview, study.newest_action(), with_score=bool(given.get("scores")))

    def codes(self, study: Study, _coder: str, _given: Given) -> dict[str, Any]:
        """Return the codebook."""
        return {"codes": [code_values(code) for code in study.codebook.codes.values()]}

    def alike(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Say what the coder made of suggestions of a code so far."""
        n, n_fits = study.decided_alike(given["code"], coder)
        return {"n": n, "n_fits": n_fits}

    def last(self, study: Study, coder: str, _given: Given) -> dict[str, Any]:
        """Say what the coder's next undo would take back."""
        return {"last": study.last_action(coder)}

    def afterwards(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Return what was suggested on a passage the coder has finished with."""
        excerpt = study.material.excerpt(given["excerpt_id"])
        found = study.suggestions_after(excerpt, coder)
        return {"suggestions": [suggestion_values(one, with_score=bool(given.get("scores"))) for one in found]}

    def precoding(self, _study: Study, _coder: str, _given: Given) -> dict[str, Any]:
        """Say how far a precode in the background is."""
        now = self.desk.precoding
        if now is None:
            return {"is_running": False, "error": "", "made": {}}
        return {
            "is_running": now.is_running, "step": now.step, "done": now.done, "total": now.total,
            "error": now.error, "made": now.made,
        }  # fmt: skip

    # ------------------------------------------------------------------ written

    def decide(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Write a verdict. One sent twice is written once; one that another window has overtaken is refused."""
        excerpt = study.material.excerpt(given["excerpt_id"])
        newer = _newer(study, excerpt, coder, given)
        done = next((one for one in newer if _is_same(study, one, excerpt, given)), None)
        if done is not None:
            return {"action_id": done.action_id}
        clash = next((one for one in newer if _is_about(study, one, excerpt, given["code"])), None)
        if clash is not None:
            what = f"you decided '{clash.verdict}' on it in another window meanwhile"
            raise StudyError(given["code"], what, "That stands. Decide again if you want to change it.")
        shown = _shown(study, excerpt, coder, given.get("shown", []))
        study.decide(
            excerpt, given["code"], given["verdict"], coder, shown=shown,
            **{name: given.get(name) for name in ("pole", "effect", "memo", "instead_of", "origin")},
        )  # fmt: skip
        return {"action_id": study.newest_action(), "code": code_values(study.code(given["code"]))}

    def finish(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Write that the coder has finished with a passage; finished twice is finished once."""
        return {"n": study.finish(study.material.excerpt(given["excerpt_id"]), coder)}

    def finish_to(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Write that the coder has finished with everything up to a place."""
        return {"n": study.finish_to(given["transcript"], int(given["place"]), coder)}

    def later(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Put a passage off."""
        study.put_off(study.material.excerpt(given["excerpt_id"]), coder)
        return {}

    def read(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Mark an interview as read."""
        study.mark_read(given["transcript"], coder)
        return {}

    def look(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Open suggestions early."""
        study.look_early(given["transcript"], coder, even_unaided=bool(given.get("even_unaided")))
        return {}

    def undo(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Take back the action named, or the latest; say where it was."""
        named = given.get("action_id")
        taken = study.undo(coder, None if named is None else int(named))
        place = taken.excerpt if taken else None
        return {
            "taken": taken.what if taken else None,
            "place": {"transcript": place.transcript, "start": place.start} if place else None,
        }

    def take_off(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Take one coding off, with all its revisions."""
        return {"n": study.take_off(study.material.excerpt(given["excerpt_id"]), given["code"], coder)}

    def code(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Make a code."""
        made = study.add_code(given["name"], coder, definition=given.get("definition", ""))
        return {"code": code_values(made)}

    def define(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Give a code another name or definition, if what is changed is still what the page shows."""
        code = study.code(given["code"])
        changed = {key: given[key] for key in ("name", "definition") if given[key] != given[f"{key}_shown"]}
        newer = next((key for key in changed if getattr(code, key) != given[f"{key}_shown"]), None)
        if newer is not None:
            remedy = f"It is '{getattr(code, newer)}' now. Open the codebook again and change that."
            raise StudyError(f"code '{code.name}'", f"somebody changed its {newer} meanwhile", remedy)
        return {"code": code_values(study.change_code(code.name, coder, **changed))}

    def memo(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Write a memo; the same words sent twice are one memo."""
        about, subject = given.get("about"), given["subject"]
        if about is None:  # as the page of memos names it: "study", "dyad 3"
            about, _, subject = subject.partition(" ")
        mine = [memo for memo in study.memos() if memo.coder == study.coder(coder).name]
        is_again = bool(mine) and (mine[-1].text, mine[-1].subject) == (given["text"], f"{about} {subject}".strip())
        if not is_again:
            study.add_memo(given["text"], coder, about=about, subject=subject)
        return {}

    def agree(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Write what a group made of a place; "unsure" keeps both readings, with the reason."""
        excerpt_id, code, verdict, memo = (given[name] for name in ("excerpt_id", "code", "verdict", "memo"))
        if verdict == "unsure":
            study.keep_both(excerpt_id, code, coder, memo)
        else:
            study.agree(excerpt_id, code, verdict, coder, memo=memo.strip() or None)
        return {}

    def quotation(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Put a quotation into the basket, edit it, put it first, or take it out."""
        excerpt_id, wanted = given["excerpt_id"], given["do"]
        if wanted == "drop":
            study.drop_quotation(excerpt_id, coder)
        elif wanted == "first":
            study.order_quotations([excerpt_id], coder)
        else:
            study.keep_quotation(excerpt_id, coder, edited=given.get("edited"))
            if given.get("translation"):
                study.translate_quotation(excerpt_id, given["translation"], coder)
        return {}

    def name(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Make a code of a candidate, if it is still the one the page shows; its own page becomes that of the code."""
        run = study.run()
        if run is None or run[1] != given["run"]:
            remedy = "Open the candidates again and look at its members."
            raise StudyError(given["name"], "the candidates were made anew meanwhile", remedy)
        made = study.name_candidate(given["candidate"], given["name"], coder, definition=given.get("definition", ""))
        go = f"/members?code={quote(made.name)}" if given.get("then") == "members" else None
        return {"code": code_values(made), "go": go}

    def members(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Move members under a code, keep them in theirs, set them aside, or split them off as a new code."""
        chosen = given.get("member", [])
        chosen = [chosen] if isinstance(chosen, str) else chosen
        if given["do"] == "move":
            study.move_members(chosen, given["code"], coder)
        elif given["do"] == "keep":
            study.move_members(chosen, given["from"], coder)
        elif given["do"] == "aside":
            study.set_aside(chosen, coder)
        else:
            study.split_code(given["from"], chosen, given["name"], coder)
        return {}

    def merge(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Let a code become part of another."""
        study.merge_codes(given["code"], given["into"], coder)
        return {}

    def group(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Put a code under a theme; an empty one takes it out of its theme."""
        study.group_codes([given["code"]], given["theme"].strip() or None, coder)
        return {}

    def retire(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Take a code out of the codebook."""
        study.retire_code(given["code"], coder)
        return {}

    def relook(self, study: Study, coder: str, given: Given) -> dict[str, Any]:
        """Decide again on a coding made under another wording: as before, not any more, or a code split off instead."""
        if "instead" in given:
            study.decide(given["excerpt_id"], given["instead"], "fits", coder, instead_of=given["code"])
        elif given["verdict"] == "fits":
            study.confirm(given["excerpt_id"], given["code"], coder)
        else:
            study.decide(given["excerpt_id"], given["code"], given["verdict"], coder)
        return {}


def _newer(study: Study, excerpt: Excerpt, coder: str, given: Given) -> list[Judgement]:
    """Return the coder's judgements on these words that the page has neither been dealt nor written itself."""
    own = set(given.get("own", ()))
    found = study.judged_since(excerpt, coder, int(given.get("dealt", study.newest_action())))
    return [one for one in found if one.action_id not in own]


def _is_about(study: Study, one: Judgement, excerpt: Excerpt, code: str) -> bool:
    known = study.codebook.by_name(code)
    return known is not None and one.code_id == known.id and one.excerpt == excerpt


def _is_same(study: Study, one: Judgement, excerpt: Excerpt, given: Given) -> bool:
    wanted = (given["verdict"], given.get("effect"))
    is_pole = given.get("pole") in {None, one.pole}
    return _is_about(study, one, excerpt, given["code"]) and (one.verdict, one.effect) == wanted and is_pole


def _shown(study: Study, excerpt: Excerpt, coder: str, keys: list[dict[str, str]]) -> list[Suggestion]:
    """Return the suggestions the page had shown. Raises StudyError when they have been made anew since."""
    offered = {(one.excerpt.id, one.theme): one for one in (study.suggestions_after(excerpt, coder) if keys else ())}
    wanted = [(key["excerpt_id"], key["theme"]) for key in keys]
    if any(key not in offered for key in wanted):
        what = "the suggestions were made anew meanwhile"
        raise StudyError(excerpt.transcript, what, "The card is dealt again; decide there.")
    return [offered[key] for key in wanted]
