"""The command `archiver`, which is `python -m archiver` too."""

from __future__ import annotations

import gc


def main() -> None:
    """Run the command line, whose modules, which stay to the end, are never looked through for garbage."""
    gc.disable()
    from archiver.cli import main as run

    gc.freeze()
    gc.enable()
    run()


if __name__ == "__main__":
    main()
