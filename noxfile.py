"""Every check with one command: ``nox``."""

import nox

nox.options.default_venv_backend = "none"


@nox.session
def check(session: nox.Session) -> None:
    """Lint, types, documentation, tests."""
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("cog", "--check", "docs/cli.md")
    session.run("pytest", *session.posargs)
