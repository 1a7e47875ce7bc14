"""Writes what the documentation takes from the code: `python docs/renew.py`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from archiver.bag.rules import RULES

RULES_HEAD = """\
# The rules of a bag

What `archiver validate` asks of a bag, by the code that its findings have. An error makes a bag
invalid; a warning does not; information is no more than that. A rule of RFC 8493 has its clause in
its code. Rules of 0.97 are what BagIt before 1.0 lets pass and 1.0 does not. Codes are stable.

This list is generated from `archiver/bag/rules.py` by `python docs/renew.py`.

| Rule | Weighs | What it asks | Clause |
|---|---|---|---|
"""


def rules() -> str:
    """The list of the rules, in Markdown."""
    rows = (
        f"| `{code}` | {rule.severity} | {rule.asks} | {rule.clause or '—'} |\n"
        for code, rule in RULES.items()
    )
    return RULES_HEAD + "".join(rows)


GENERATED: dict[str, Callable[[], str]] = {"docs/rules.md": rules}
"""What writes each file, whose path is below the project."""

if __name__ == "__main__":
    for name, text in GENERATED.items():
        Path(__file__).parent.parent.joinpath(name).write_text(text(), "utf-8")
