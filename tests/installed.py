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
own = ["--profile", "urn:uuid:0b6e6f0e-4b0e-5a43-9a39-1d6d9f0a7c55"]
for arguments in (
    ["validate", str(outcome.bag), *own, "--output", "report.html"],
    ["inspect", str(outcome.bag)],
    ["doctor"],
    ["--version"],
):
    subprocess.run([program, *arguments], check=True)
assert Path("report.html").stat().st_size > 10_000
