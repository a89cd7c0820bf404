"""The data protection sheet: one page for an ethics committee."""

from ..discretion import CONSENT, QUOTE
from ..store import database, judged, made
from .basis import Basis
from .document import Prose, Section, listed, plural

RECORD = ("heading", "text")


def protection(basis: Basis) -> Section:
    """Return what is stored where, which models are used, that nothing is sent, and how withdrawal works."""
    parts = (
        Prose("What is stored, and where", _stored(basis)),
        Prose("What is sent", (
            "Nothing. The program opens no connection to other computers. It has no telemetry, and its log of actions"
            " holds places and names of codes, no words of an interview.",
        )),
        Prose("Models", _models(basis)),
        Prose("Who is named", _named(basis)),
        Prose("What may be quoted", _quoted(basis)),
        Prose("Withdrawal", (
            "'assistcode transcripts remove NAME' takes an interview and all that was decided on it out of every list,"
            " table and report. Its words stay in the study file, so that a mistake can be taken back. To erase them,"
            " import the other interviews into a new study and delete the old file, its vectors, its backups and what"
            " was exported from it. A participant's words also stand in the partner's interview where the session video"
            " is quoted, and the partner speaks about them: both interviews have to be looked at.",
        )),
        Prose("To be filled in by the team", (
            "[Whose computer and disk hold the file; who may open it; how long it is kept and who deletes it; where"
            " recordings, the key of names and the consent forms are; the legal basis.]",
        )),
    )  # fmt: skip
    records = [{"heading": part.heading, "text": text} for part in parts for text in part.paragraphs]
    return Section("data-protection", "Data protection sheet", parts, RECORD, records)


def _stored(basis: Basis) -> tuple[str, ...]:
    transcripts = basis.material.transcripts
    file = database.file_name(basis.db)
    return (
        f"One file, {file}, on the computer of the researchers, made so that its owner alone can read it. It holds the"
        f" words of {plural(len(transcripts), 'interview')}, who spoke them, what the machine suggested, and what the"
        " researchers decided, with their names and the time.",
        f"Beside it {file.removesuffix('.study')}.study-cache may lie: numbers computed from sentences, without the"
        " words. It can be deleted at any time.",
    )


def _models(basis: Basis) -> tuple[str, ...]:
    run = made.current_run(basis.db)
    if run is None:
        return (
            "None has been used. Those the program carries run on this computer and learn nothing from the interviews.",
        )
    lexicons = f", and the word lists {listed(sorted(run[1].lexicons))}" if run[1].lexicons else ""
    return (
        f"{run[1].model} (sha256 {run[1].model_sha256[:16]}){lexicons}. They run on this computer and learn nothing"
        " that leaves it. No large language model is used. People decide on every suggestion.",
    )


def _named(basis: Basis) -> tuple[str, ...]:
    coders = [coder.name for coder in judged.coders(basis.db)]
    return (
        f"Researchers, by the names they chose: {listed(coders)}. Participants are known to the study as client or"
        " therapist of a dyad with a number. Names said in an interview stand in it unless they were replaced before"
        " the import.",
    )


def _quoted(basis: Basis) -> tuple[str, ...]:
    n_marks = len(basis.discretion.cases) + sum(map(len, basis.discretion.places.values()))
    rule = (
        f"Words are kept out of reports where a dyad, an interview or a person has the attribute '{QUOTE}' no, or a"
        f" '{CONSENT}' other than quote, and where an excerpt is marked 'do not quote'. They are still counted."
    )
    return (rule, f"{plural(n_marks, 'mark')} of this kind stand now." if n_marks else "No such mark stands now.")
