"""What an installed wheel must do away from its checkout; run by tox, in an empty folder."""

import subprocess
import sys
from pathlib import Path

import archiver

assert "site-packages" in archiver.__file__, archiver.__file__
Path("article.txt").write_text("A title\n\nAuthor: [A. Writer](#)\n\nOne paragraph of text.\n")
outcome = archiver.package("article.txt", output="packages", verapdf=False)
assert outcome.status == "packaged", outcome.report.findings
assert outcome.bag is not None
program = Path(sys.executable).parent / "archiver"
for arguments in (["validate", str(outcome.bag)], ["inspect", str(outcome.bag)], ["doctor"], ["--version"]):
    subprocess.run([program, *arguments], check=True)
