"""What workers are forked from: to import this loads what they need, once for all of them.

There is no thread here but the first, and no JVM, as no fork survives them: numpy is told to start none.
"""

import os
from contextlib import suppress

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from archiver import batch, gathering  # noqa: F401 (which must not be sooner; what workers are given)
from archiver.rehearsal import rehearse
from archiver.settings import Settings

with suppress(Exception):  # which documents meet themselves
    rehearse(Settings(verapdf=False))
