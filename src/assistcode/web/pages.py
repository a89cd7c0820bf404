"""Whole pages, and the forms on them. A form answers with where to go next, or with what is wrong."""

import csv
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from ..corpus import KINDS, ROLES, Placement, Transcript, Turn
from ..errors import InputError, UnknownName
from ..evidence import POLE_WORDS
from ..importing import Plan
from ..ordering import ORDERS
from ..report.basis import ATTRIBUTIONS, Options
from ..report.basket import KINDS as BASKET
from ..study import APPROACHES, Study
from .desk import Desk
from .printing import numbered_lines
from .values import NARROWS_BY, code_values

EXPORTS = {
    "csv": ("codings.csv", "every verdict as a table, to be read back"),
    "qdpx": ("study.qdpx", "the whole study for NVivo, ATLAS.ti, MAXQDA, QualCoder"),
    "tables": ("tables.zip", "codings, decisions, excerpt by code, with a page on each column"),
    "docx": ("coded.docx", "the transcripts in Word, codes and memos in the margin"),
    "excerpts": ("excerpts.docx", "the coded excerpts in Word, by theme"),
    "codebook": ("codebook.docx", "the codebook in Word"),
}
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'"
N_DIFFERENCES = 100  # on one page
FIELDS = tuple(entry.name for entry in fields(Placement))
TEMPLATES = Jinja2Templates(directory=Path(__file__).with_name("templates"))
NAV = {
    "/": "Overview", "/read": "Read", "/queue": "Queue", "/codebook": "Codebook", "/candidates": "Candidates",
    "/memos": "Memos", "/differing": "Differing", "/import": "Import", "/precode": "Pre-code", "/report": "Report",
    "/export": "Export",
}  # fmt: skip


class Pages:
    """Every page of a study."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[Route]:
        """Return the addresses of pages and forms."""
        shown = {
            "/": self.overview, "/new": self.new, "/coders": self.coders, "/invite": self.invite, "/keys": self.keys,
            "/read": self.interviews, "/read/{name}": self.read, "/print/{name}": self.print, "/queue": self.queue,
            "/codebook": self.codebook, "/candidates": self.candidates, "/members": self.members,
            "/relook": self.relook, "/memos": self.memos,
            "/differing": self.differing, "/quotations": self.quotations,
            "/report": self.report, "/report/page": self.report_page,
            "/import": self.importing, "/import/preview": self.preview, "/import/project": self.project,
            "/precode": self.precode,
            "/export": self.exports, "/export/{form}": self.download, "/backup": self.backup,
        }  # fmt: skip
        sent = {
            "/new": self.make_study, "/coders": self.choose_coder, "/import": self.upload,
            "/import/preview": self.bring_in, "/import/project": self.bring_project_in,
            "/precode": self.start_precode,
        }  # fmt: skip
        return [Route(path, page, methods=["GET"]) for path, page in shown.items()] + [
            Route(path, _form(take), methods=["POST"]) for path, take in sent.items()
        ]

    # ------------------------------------------------------------------ shown

    def overview(self, request: Request) -> Response:
        """How the study stands, and what may come next."""
        if not self.desk.path.exists():
            return RedirectResponse("/new", 303)
        coder = self._coder(request)
        with self.desk.study() as study:
            if coder is None and study.coders():
                return RedirectResponse("/coders", 303)
            return self._page(request, "overview", facts=study.status())

    def new(self, request: Request) -> Response:
        """Make a study."""
        if self.desk.path.exists():
            return RedirectResponse("/", 303)
        return self._page(request, "new", path=self.desk.path, approaches=APPROACHES, nav=())

    def coders(self, request: Request) -> Response:
        """Say who is reading."""
        with self.desk.study() as study:
            return self._page(request, "coders", coders=study.coders())

    def interviews(self, request: Request) -> Response:
        """All interviews, and how far this coder is in each."""
        return self._as_coder(request, lambda study, coder: self._page(
            request, "interviews", interviews=study.progress(coder)))  # fmt: skip

    def read(self, request: Request) -> Response:
        """One interview from beginning to end."""
        name = request.path_params["name"]

        def page(study: Study, _coder: str) -> Response:
            transcript = study.material.transcript(name)
            names = [one.name for one in study.transcripts()]
            at = names.index(name)
            return self._page(
                request, "read", transcript=transcript, turns=list(_turns(study, transcript)),
                before=names[at - 1] if at else None, after=names[at + 1] if at + 1 < len(names) else None,
            )  # fmt: skip

        return self._as_coder(request, page)

    def queue(self, request: Request) -> Response:
        """Passage after passage."""

        def page(study: Study, _coder: str) -> Response:
            places = [transcript.placement for transcript in study.transcripts()]
            values = {by: list(dict.fromkeys(v for p in places if (v := getattr(p, by)))) for by in NARROWS_BY}
            chosen = request.query_params.get("order") or study.default_order
            return self._page(request, "queue", orders=ORDERS, chosen=chosen, values=values)

        return self._as_coder(request, page)

    def codebook(self, request: Request) -> Response:
        """Codes with their definitions."""

        def page(study: Study, coder: str) -> Response:
            groups = study.groups()
            known = groups.book.codes.values()
            return self._page(
                request, "codebook", codes=[code_values(code) for code in known],
                themes=[theme.name for theme in groups.book.themes.values()],
                n_of=Counter(one.code for one in study.codings(coder=coder)),
                n_members={code.name: groups.n_members(code.id) for code in known},
                n_again=len(study.relook(coder=coder)), last=study.next_undo(coder),
            )  # fmt: skip

        return self._as_coder(request, page)

    def candidates(self, request: Request) -> Response:
        """Show what the clusters found, and what the last run changed."""

        def page(study: Study, coder: str) -> Response:
            groups = study.groups()
            return self._page(
                request, "candidates", candidates=groups.candidates(), named=bool(groups.followed),
                changes=study.changes(), n_unclustered=len(groups.loose), run=study.run(), last=study.next_undo(coder),
            )  # fmt: skip

        return self._as_coder(request, page)

    def members(self, request: Request) -> Response:
        """Show all members of a candidate or a code, or what is unclustered: to be moved, set aside, split off."""

        def page(study: Study, coder: str) -> Response:
            code = request.query_params.get("code")
            if (
                code is not None and study.codebook.by_name(code) is None
            ):  # its making was taken back, or it was renamed
                return RedirectResponse("/codebook", 303)
            return self._page(
                request, "members", codes=_code_names(study), run=study.run(), last=study.next_undo(coder),
                **_members(study, request.query_params),
            )  # fmt: skip

        return self._as_coder(request, page)

    def relook(self, request: Request) -> Response:
        """Show this coder's codings that are older than the wording of their code."""
        return self._as_coder(request, lambda study, coder: self._page(
            request, "relook", rows=study.relook(coder=coder), last=study.next_undo(coder)))  # fmt: skip

    def memos(self, request: Request) -> Response:
        """Show this coder's memos, and take one about anything."""

        def page(study: Study, coder: str) -> Response:
            memos = [memo for memo in study.memos() if memo.coder == coder and memo.kind not in BASKET]
            subjects = {
                "dyad": sorted(study.material.dyads, key=lambda name: (len(name), name)),
                "transcript": [transcript.name for transcript in study.transcripts()],
                "code": [code.name for code in study.codebook.codes.values()],
            }
            return self._page(request, "memos", memos=memos, subjects=subjects)

        return self._as_coder(request, page)

    def differing(self, request: Request) -> Response:
        """Show where two readings differ, to settle it or to keep both."""
        a, b, code = (request.query_params.get(name, "") for name in ("a", "b", "code"))

        def page(study: Study, _coder: str) -> Response:
            readings = study.readings()
            rows = study.differing(a, b, unit="passage", code=code or None) if a and b and a != b else None
            shown = sorted(rows or (), key=lambda row: row.settled is not None)[:N_DIFFERENCES]
            return self._page(
                request, "differing", readings=readings, a=a, b=b, code=code, codes=_code_names(study), rows=rows,
                shown=shown, limit=N_DIFFERENCES, poles=POLE_WORDS,
            )  # fmt: skip

        return self._as_coder(request, page)

    def quotations(self, request: Request) -> Response:
        """Choose quotations, put them in order, edit them."""

        def page(study: Study, _coder: str) -> Response:
            names = _code_names(study)
            code = request.query_params.get("code") or names[0] if names else ""
            codings = study.codings(code=code)[:N_DIFFERENCES] if code else []
            return self._page(request, "quotations", basket=study.basket(), codes=names, code=code, codings=codings)

        return self._as_coder(request, page)

    def report(self, request: Request) -> Response:
        """Ask how the report shall be made."""
        with self.desk.study() as study:
            return self._page(request, "report", coders=study.coders(), attributions=ATTRIBUTIONS)

    def report_page(self, request: Request) -> Response:
        """Show the whole report; it brings its own style and script, and a policy that allows these alone."""
        asked = request.query_params
        options = Options(
            lead=asked.get("lead") or None,
            attribution=asked.get("attribution") or ATTRIBUTIONS[0],
            with_suggestions="suggestions" in asked,
        )
        with self.desk.study() as study:
            page = study.report_page("all", options=options)
        return HTMLResponse(page, headers={"Content-Security-Policy": REPORT_POLICY})

    def importing(self, request: Request) -> Response:
        """Choose files."""
        with self.desk.study() as study:
            return self._page(request, "import", n_transcripts=len(study.transcripts()))

    def preview(self, request: Request) -> Response:
        """Say what an import of the chosen files would do."""
        if not self.desk.uploads:
            return RedirectResponse("/import", 303)
        with self.desk.study() as study:
            plan = self._plan(study)
        return self._page(
            request, "preview", plan=plan, speakers=_speakers(plan), fields=FIELDS, roles=ROLES, kinds=KINDS,
            needs_role=any("no speaker is marked" in str(one) for one in plan.refused),
        )  # fmt: skip

    def project(self, request: Request) -> Response:
        """Say what would come in with a project of another program."""
        path = next(iter(self.desk.uploads.values()), None)
        if path is None:
            return RedirectResponse("/import", 303)
        with self.desk.study() as study:
            brought = study.import_project(path, dry_run=True)
        return self._page(request, "project", file=path.name, brought=brought)

    def precode(self, request: Request) -> Response:
        """Make suggestions, and see how far it is."""
        with self.desk.study() as study:
            return self._page(request, "precode", facts=study.status())

    def exports(self, request: Request) -> Response:
        """Take results out."""
        with self.desk.study() as study:
            return self._page(request, "export", forms=EXPORTS, n=len(study.codings()))

    def download(self, request: Request) -> Response:
        """One export as a file."""
        form = request.path_params["form"]
        if form not in EXPORTS:
            raise UnknownName(f"export '{form}'", "there is none of this name", f"Known: {', '.join(EXPORTS)}.")
        path = _free(self.desk.folder, f"{self.desk.path.stem}-{EXPORTS[form][0]}")
        with self.desk.study() as study:
            study.export(form, path.with_suffix("") if path.suffix == ".zip" else path)
        if path.suffix == ".zip":
            shutil.make_archive(str(path.with_suffix("")), "zip", path.with_suffix(""))
            shutil.rmtree(path.with_suffix(""))
        return FileResponse(path, filename=path.name)

    def backup(self, request: Request) -> Response:  # noqa: ARG002  every page takes its request
        """Hand out a copy of the whole study."""
        path = _free(self.desk.folder, f"{self.desk.path.stem}-backup.study")
        with self.desk.study() as study:
            study.backup(path)
        return FileResponse(path, filename=path.name)

    def keys(self, request: Request) -> Response:
        """Which key does what."""
        return self._page(request, "keys")

    def print(self, request: Request) -> Response:
        """One interview for paper: numbered lines, a wide margin."""
        with self.desk.study() as study:
            transcript = study.material.transcript(request.path_params["name"])
        return self._page(request, "print", transcript=transcript, lines=list(numbered_lines(transcript)), nav=())

    def invite(self, request: Request) -> Response:
        """Make an address for one more browser."""
        return self._page(request, "invite", address=self.desk.invitation())

    def trouble(self, request: Request, error: Exception) -> Response:
        """Say what is wrong on a page of its own."""
        return self._page(request, "trouble", message=str(error), status=400)

    # ------------------------------------------------------------------ sent

    def make_study(self, form: FormData) -> Response:
        """Make the study and its first coder."""
        name = _text(form, "coder").strip()
        if not name:
            raise InputError("your name", "it is empty", "Type the name your codings shall carry.")
        self.desk.create(
            title=_text(form, "title"), approach=_text(form, "approach"), lexicons=_text(form, "lexicons") or "five"
        )
        with self.desk.study() as study:
            study.add_coder(name)
        return _go("/import", coder=name)

    def choose_coder(self, form: FormData) -> Response:
        """Remember who is reading in this browser; a new name joins the roster."""
        with self.desk.study() as study:
            if _text(form, "new").strip():
                name = study.add_coder(_text(form, "new")).name
            else:
                name = study.coder(_text(form, "coder")).name
        return _go("/", coder=name)

    def upload(self, form: FormData) -> Response:
        """Keep the chosen files until they are looked at."""
        files = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
        if not files:
            raise InputError("import", "no file is chosen", "Choose one or more transcripts.")
        folder = self.desk.folder / "uploads"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        self.desk.uploads = {}
        for file in files:
            path = folder / Path(str(file.filename)).name
            path.write_bytes(file.file.read())
            self.desk.uploads[path.name] = path
        self.desk.import_options = {"pattern": _text(form, "pattern").strip() or None}
        projects = [name for name in self.desk.uploads if name.lower().endswith(".qdpx")]
        if projects and len(self.desk.uploads) > 1:
            raise InputError(projects[0], "a project comes in alone", "Choose it without other files.")
        if projects:
            return _go("/import/project")
        return _go("/import/preview")

    def bring_in(self, form: FormData) -> Response:
        """Take the table and roles as they stand on the page; look again, or import."""
        table = self.desk.folder / "map.csv"
        names = [str(name) for name in form.getlist("file")]
        with table.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["file", *FIELDS])
            rows.writerows([[name, *(_text(form, f"{field}:{name}") for field in FIELDS)] for name in names])
        roles = [f"{label}={_text(form, f'role:{label}')}" for label in map(str, form.getlist("label"))]
        roles += ["*=participant"] if form.get("paragraphs") else []
        self.desk.import_options = {"table": table if names else None, "roles": roles,
                                    "pattern": None if names else self.desk.import_options.get("pattern")}  # fmt: skip
        if form.get("do") != "import":
            return _go("/import/preview")
        with self.desk.study() as study:
            plan = self._plan(study)
            study.import_planned(plan)
        if not plan.transcripts and plan.refused:
            raise plan.refused[0]
        self.desk.uploads = {}
        return _go("/precode")

    def bring_project_in(self, _form: FormData) -> Response:
        """Bring the project in that was looked at."""
        with self.desk.study() as study:
            study.import_project(next(iter(self.desk.uploads.values())))
        self.desk.uploads = {}
        return _go("/")

    def start_precode(self, form: FormData) -> Response:
        """Begin to precode."""
        with self.desk.study() as study:
            study.check_precode()
        self.desk.precode("static" if form.get("fast") else None)
        return _go("/precode")

    # ------------------------------------------------------------------ inside

    def _plan(self, study: Study) -> Plan:
        return study.plan_import(list(self.desk.uploads.values()), **self.desk.import_options)

    def _coder(self, request: Request) -> str | None:
        """Return the coder this browser reads as, if the roster knows them."""
        name = unquote(request.cookies.get("coder", ""))
        with self.desk.study() as study:
            return next((one.name for one in study.coders() if one.name == name), None)

    def _as_coder(self, request: Request, page: Callable[[Study, str], Response]) -> Response:
        """Show a page that needs a coder; ask who it is first."""
        with self.desk.study() as study:
            coder = self._coder(request)
            return RedirectResponse("/coders", 303) if coder is None else page(study, coder)

    def _page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:  # noqa: ANN401
        is_there = self.desk.path.exists()
        about = {
            "csrf": request.state.csrf,
            "coder": self._coder(request) if is_there else None,
            "nav": NAV if is_there else (),
            "here": request.url.path,
            "title": self._title() if is_there else "a new study",
        }
        return TEMPLATES.TemplateResponse(request, f"{template}.html", about | values, status_code=status)

    def _title(self) -> str:
        with self.desk.study() as study:
            return study.facts.title


def _form(take: Callable[[FormData], Response]) -> Callable[[Request], Any]:
    """Return an endpoint that reads a form, then works in a thread."""

    async def endpoint(request: Request) -> Response:
        async with request.form() as form:
            return await run_in_threadpool(take, form)

    return endpoint


def _go(path: str, *, coder: str | None = None) -> Response:
    answer = JSONResponse({"go": path})
    if coder is not None:
        answer.set_cookie("coder", quote(coder), max_age=400 * 86400, httponly=True, samesite="strict")
    return answer


def _code_names(study: Study) -> list[str]:
    return [code.name for code in study.codebook.codes.values()]


def _members(study: Study, asked: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page of members shows: of a code, a candidate, or what is unclustered."""
    if "code" in asked:
        code = study.code(asked["code"])
        found = study.groups().of_code(code.id)
        came, put = ([one.excerpt for one in found.members if one.by == by] for by in ("machine", "person"))
        about = {"heading": code.name, "about": code.definition, "code": code.name}
        return about | {"came": came, "members": put, "set_aside": found.set_aside}
    if "candidate" in asked:
        one = study.candidate(asked["candidate"])
        heading = f"Candidate {one.number}: {one.label}"
        return {"heading": heading, "one": one, "members": one.members}
    return {"heading": "Unclustered", "members": study.groups().unclustered()}


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _free(folder: Path, name: str) -> Path:
    """Return a path in the folder under this name, an older file of the name taken away."""
    path = folder / name
    path.unlink(missing_ok=True)
    return path


def _speakers(plan: Plan) -> list[dict[str, Any]]:
    """Return each speaker label of the files once: its role, kind, how often it speaks and a first line."""
    found: dict[str, dict[str, Any]] = {}
    for transcript in plan.transcripts:
        for turn in transcript.turns:
            speaker, says = turn.speaker, transcript.text[turn.start : turn.end][:80]
            first = {"label": speaker.name, "role": speaker.role, "kind": speaker.kind, "n": 0, "says": says}
            found.setdefault(speaker.name, first)["n"] += 1
    return list(found.values())


def _turns(study: Study, transcript: Transcript) -> Iterator[tuple[Turn, list[tuple[int, str, bool]]]]:
    """Yield each turn with its text in pieces (start, text, whether it is a passage), every character once."""
    passages = study.material.passages_of(transcript)
    for turn in transcript.turns:
        inside = [p for p in passages if turn.start <= p.start < turn.end]
        edges = sorted({turn.start, turn.end, *(p.start for p in inside), *(p.end for p in inside)})
        starts = {p.start for p in inside}
        yield turn, [(a, transcript.text[a:b], a in starts) for a, b in pairwise(edges)]
