"""HTML: a survey as one page for people, whole in itself: it fetches nothing, and runs only its own script.

`page.html` is a template that escapes all that it is given. `page.css` and `page.js` become part of the
page, whose Content-Security-Policy (W3C CSP 3) allows these by their hashes, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from archiver import __version__
from archiver.findings import Report, Severity, Survey, Totals, counted
from archiver.reports.tally import duration
from archiver.reports.text import by_weight, printable, size, word, wrong_first

FEW_FINDINGS = 20
"""How many findings of a bag are shown; the rest is folded away."""

SHEAF = 200
"""How many bags are laid out together, when they come into sight; more that are right are folded."""

PIECES = 16
"""How many pieces of the template are handed on as one."""


def written(survey: Survey) -> Iterator[str]:
    """The page, part by part, so that no text holds all of it."""
    style, script = part("page.css"), part("page.js")
    reports, totals = wrong_first(survey.reports), survey.totals()
    parts = template().stream(
        archiver=__version__,
        policy=policy(style, script),
        style=Markup(style),  # noqa: S704 (ours, as it lies beside this module)
        script=Markup(script),  # noqa: S704
        verdict=verdict(totals),
        began=survey.began.astimezone(UTC),
        survey=survey,
        totals=totals,
        wrong=[report for report in reports if _has_more_than_notes(report)],
        right=[report for report in reports if not _has_more_than_notes(report)],
        largest=max((report.number("payload bytes") for report in reports), default=0),
        sizes=by_size(reports),
        algorithms=by_algorithm(reports),
        few_findings=FEW_FINDINGS,
        sheaf=SHEAF,
    )
    parts.enable_buffering(PIECES)
    return parts


def policy(style: str, script: str) -> str:
    """The Content-Security-Policy that allows this style and this script, and nothing else."""
    allowed = f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def verdict(totals: Totals) -> str:
    """What came of it all, in a sentence that never calls valid what was not verified."""
    if not totals.bags:
        return "No bag was validated"
    if totals.invalid:
        return f"{_share(totals.invalid, totals.bags, 'is', 'are')} invalid".capitalize()
    if totals.undecided:
        return (
            f"Nothing wrong found, but {_share(totals.undecided, totals.bags, 'was', 'were')} not verified"
        )
    return f"{_share(totals.valid, totals.bags, 'is', 'are')} valid".capitalize()


def _has_more_than_notes(report: Report) -> bool:
    return not report.valid or any(finding.severity is not Severity.INFO for finding in report.findings)


def _share(part: int, whole: int, is_: str, are: str) -> str:
    if whole == 1:
        return f"the bag {is_}"
    if part == whole:
        return f"all {whole:,} bags {are}"
    return f"{part:,} of {whole:,} bags {is_ if part == 1 else are}"


def by_size(reports: Iterable[Report]) -> dict[str, int]:
    """How many bags have a payload of which size, from the smallest to the largest, in steps of ten."""
    known = [report.number("payload bytes") for report in reports if "payload bytes" in report.facts]
    digits = Counter(len(str(count)) if count else 0 for count in known)
    steps = range(min(digits, default=0), max(digits, default=-1) + 1)
    return {_from(step): digits[step] for step in steps}


def _from(digits: int) -> str:
    return f"from {size(10 ** (digits - 1)).replace('.0', '')}" if digits else "empty"


def by_algorithm(reports: Iterable[Report]) -> dict[str, int]:
    """How many bags have a payload manifest of each algorithm, the most used first."""
    used = (report.facts.get("algorithms", ()) for report in reports)
    return dict(Counter(name for names in used if isinstance(names, list) for name in names).most_common())


@cache
def template(name: str = "page.html") -> Template:
    """A page of this folder, which escapes all that it is given."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_harmless, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "by_weight": by_weight, "counted": counted, "duration": duration, "size": size, "word": word
    }  # fmt: skip
    return environment.from_string(part(name))


def _harmless(value: object) -> object:
    """A value with the control characters and overrides of direction in it escaped, as in all reports."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def part(name: str) -> str:
    """A file of this folder."""
    return files(__package__).joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
