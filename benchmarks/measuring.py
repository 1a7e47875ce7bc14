"""What all benchmarks share: medians, tables, the machine they ran on."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path


def median(seconds: Iterable[float]) -> str:
    """The median in milliseconds, with the quartiles."""
    low, middle, high = statistics.quantiles(seconds, n=4)
    return f"{middle * 1000:.1f} ({low * 1000:.1f} to {high * 1000:.1f})"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table in Markdown."""
    print("|", " | ".join(header), "|")
    print("|---" * len(header) + "|")
    for row in rows:
        print("|", " | ".join(map(str, row)), "|")
    print(flush=True)


def machine(*distributions: str) -> None:
    """Print what it ran on."""
    versions = ", ".join(f"{name} {version(name)}" for name in distributions)
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, "
        f"load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}; {versions}\n"
    )


def peak_mib() -> float:
    """The most memory that this process has held at once, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024)
