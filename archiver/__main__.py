"""The command `archiver`, which is `python -m archiver` too."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from types import FrameType

INTERRUPTED = 130
"""`errors.ExitCode.INTERRUPTED`, before that is loaded."""


def main() -> None:
    """Run the command line, whose modules, which stay to the end, are never looked through for garbage.

    An interrupt while they are loaded ends the process there, as nothing is begun yet. In the end they are
    not taken apart, which takes longer than to look at a small bag: all is written, and the process ends.
    """
    gc.disable()
    before = signal.signal(signal.SIGINT, _leave)
    from archiver.cli import main as run

    gc.freeze()
    gc.enable()
    signal.signal(signal.SIGINT, before)
    code = 0
    try:
        run()
    except SystemExit as ended:
        code = int(ended.code or 0)
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _leave(number: int, frame: FrameType | None) -> None:
    os.write(2, b"archiver: interrupted\n")
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
