"""The errors a user can cause. Each message reads "where: what. what to do."."""


class AssistcodeError(Exception):
    """Something the user can put right; faces print it as one line and exit with 1."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        super().__init__(f"{where}: {what}. {remedy}")
        self.where, self.what, self.remedy = where, what, remedy

    def __reduce__(self) -> tuple[type["AssistcodeError"], tuple[str, str, str]]:
        return type(self), (self.where, self.what, self.remedy)


class InputError(AssistcodeError):
    """A file or line handed in cannot be used."""


class StudyError(AssistcodeError):
    """The study file cannot be opened, written or is in the wrong state."""


class UnknownName(AssistcodeError):  # noqa: N818  it names what is wrong, not that something is
    """A name (coder, code, theme, model, format ...) is not known; the message lists what is."""


class ModelError(AssistcodeError):
    """A model is missing, altered or not allowed."""


class LexiconError(AssistcodeError):
    """A lexicon file cannot be used; the message names file and line."""
