"""What the server holds while it runs: the study, who may come in, each coder's sitting, work in the background."""

import secrets
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import AssistcodeError, StudyError

if TYPE_CHECKING:
    from ..queue import Sitting
    from ..study import Study

_N_SITTINGS = 12


@dataclass(slots=True)
class Precoding:
    """How far a precode in the background is."""

    step: str = ""
    done: int = 0
    total: int = 0
    is_running: bool = True
    error: str = ""
    made: dict[str, Any] = field(default_factory=dict)


class Desk:
    """One study for everybody at this server. Work on it happens one at a time, under its lock."""

    def __init__(self, path: Path, host: str, port: int) -> None:
        self.path, self.host, self.port = path, host, port
        self.precoding: Precoding | None = None
        self.uploads: dict[str, Path] = {}
        self.import_options: dict[str, Any] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="assistcode-")
        self._lock = threading.RLock()
        self._study: Study | None = None
        self._sittings: OrderedDict[tuple[object, ...], Sitting] = OrderedDict()
        self._invitations: set[str] = set()
        self.key = self._signing_key()

    def _signing_key(self) -> bytes:
        """Return what signs the cookies: the study's own key, so that a restart locks nobody out."""
        if not self.path.exists():
            return secrets.token_bytes(16)
        with self.study() as study:
            return study.facts.cache_key

    @property
    def origins(self) -> list[str]:
        """The addresses under which this server may be spoken to."""
        names = dict.fromkeys(["127.0.0.1", "localhost", self.host])
        return [f"http://{name}:{self.port}" for name in names]

    def invitation(self) -> str:
        """Return an address that lets one browser in, once."""
        token = secrets.token_urlsafe(24)
        self._invitations.add(token)
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104  it is replaced, not bound
        return f"http://{host}:{self.port}/?token={token}"

    def redeem(self, token: str) -> bool:
        """Whether the token lets somebody in; it does so once."""
        with self._lock:
            is_good = token in self._invitations
            self._invitations.discard(token)
            return is_good

    @property
    def folder(self) -> Path:
        """A folder for files on their way in or out; it goes when the server does."""
        return Path(self._folder.name)

    @contextmanager
    def study(self) -> Iterator["Study"]:
        """Hold the study; it is opened at first use. Raises StudyError when there is none."""
        from ..study import Study

        with self._lock:
            if self._study is None:
                self._study = Study.open(self.path, face="page")
            if self._study.catch_up():
                self._sittings.clear()
            yield self._study

    def create(self, **about: Any) -> None:  # noqa: ANN401  as Study.create
        """Make the study this server was started for."""
        from ..study import Study

        with self._lock:
            self._study = Study.create(self.path, face="page", **about)

    def sitting(
        self, coder: str, order: str | None, only: Mapping[str, str | None], *, is_anew: bool = False
    ) -> "Sitting":
        """Return the coder's sitting in this order and part of the study, begun and ranked anew if asked.

        The oldest ones are forgotten.
        """
        key = (coder.casefold(), order, *sorted(only.items()))
        with self.study() as study:
            if is_anew or key not in self._sittings:
                self._sittings[key] = study.sitting(coder, order, **only)
            self._sittings.move_to_end(key)
            while len(self._sittings) > _N_SITTINGS:
                self._sittings.popitem(last=False)
            return self._sittings[key]

    def precode(self, model: str | None) -> None:
        """Begin to precode in the background. Raises StudyError while it is under way."""
        if self.precoding is not None and self.precoding.is_running:
            raise StudyError("precode", "it is under way already", "Wait until it has ended.")
        self.precoding = Precoding()
        threading.Thread(target=self._precode, args=(self.precoding, model), daemon=True).start()

    def _precode(self, progress: Precoding, model: str | None) -> None:
        """Precode with a connection of its own, so that people go on working meanwhile."""
        from dataclasses import asdict

        from ..study import Study

        def report(step: str, done: int, total: int) -> None:
            progress.step, progress.done, progress.total = step, done, total

        try:
            with Study.open(self.path, face="page") as study:
                progress.made = asdict(study.precode(model=model, report=report))
        except AssistcodeError as error:
            progress.error = str(error)
        except BaseException:
            progress.error = "precode: it ended with an error of the program. See the terminal."
            raise
        finally:
            progress.is_running = False

    def close(self) -> None:
        """Close the study and drop the folder."""
        with self._lock:
            if self._study is not None:
                self._study.close()
        self._folder.cleanup()
