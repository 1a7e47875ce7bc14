"""A `verapdf` program for the tests: the command line is this file's, all the rest is veraPDF's.

The jar of the extra holds veraPDF's processor and its writer of JSON reports, but not its command
line. This gives them one, with the options that archiver uses, so that what archiver reads is what
veraPDF writes.
"""

import argparse
import sys
from typing import Any

import archiver.rendition.verapdf.java as in_process
from archiver.rendition import verapdf
from archiver.rendition.verapdf import profiles


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--version", action="store_true")
    parser.add_argument("--format", choices=["json"])
    parser.add_argument("--maxfailuresdisplayed", type=int, default=100)
    parser.add_argument("--flavour", choices=profiles.PROFILES)
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    validator = verapdf.find(True)
    assert isinstance(validator, in_process.InProcess)
    if options.version:
        sys.stdout.write(f"veraPDF {validator.version}\nBuilt: Mon Jan 01 00:00:00 UTC 2024\n")
        return 0
    java = in_process._start(validator.jars)
    files = java("java.util.ArrayList")()
    for file in options.files:
        files.add(java("java.io.File")(file))
    factory = java("org.verapdf.processor.ProcessorFactory")
    handler = factory.getHandler(
        java("org.verapdf.processor.FormatOption").JSON, False, java("java.lang.System").out, False
    )
    summary = factory.fileBatchProcessor(_config(java, factory, options)).process(files, handler)
    return 0 if summary.getValidationSummary().getNonCompliantPdfaCount() == 0 else 1


def _config(java: Any, factory: Any, options: argparse.Namespace) -> object:
    task = java("org.verapdf.processor.TaskType").VALIDATE
    return factory.fromValues(
        java("org.verapdf.pdfa.validation.validators.ValidatorFactory").createConfig(
            None,
            java(profiles.FLAVOURS).valueOf(profiles.named(options.flavour).flavour),
            False,
            -1,
            False,
            True,
            java("java.util.logging.Level").OFF,
            options.maxfailuresdisplayed,
            True,
            "",
            False,
            False,
        ),
        java("org.verapdf.features.FeatureFactory").defaultConfig(),
        java("org.verapdf.processor.plugins.PluginsCollectionConfig").defaultConfig(),
        java("org.verapdf.metadata.fixer.FixerFactory").defaultConfig(),
        java("java.util.EnumSet").of(task),
        profiles.build(java, options.flavour),
    )


if __name__ == "__main__":
    sys.exit(main())
