"""``python -m tests.benchmarks``: how fast Aurora is, as ratios taken in one run.

    make bench                 # everything; an hour
    BENCH=quick make bench     # under five minutes
    python -m tests.benchmarks --quick encoding storing

The last line lists what falls short of the goals (`tests.benchmarks.goals`), and the exit code is 1
then. ``--keep`` adds the figures to docs/benchmarks/history.jsonl and draws the plot again.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
import warnings
from collections.abc import Sequence
from importlib import import_module

from tests.benchmarks.goals import judge
from tests.benchmarks.history import append, this_run
from tests.benchmarks.records import Record, values

PARTS = (
    "roofing",
    "encoding",
    "judging",
    "staging",
    "voicing",
    "turning",
    "widening",
    "conversing",
    "storing",
    "starting",
    "fleeting",
    "gpu",
)


# Read by libraries when they are first imported: a figure is one thread's unless it says otherwise.
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
}


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the parts that were asked for; return the exit code."""
    options = _parser().parse_args(argv)
    os.environ.update(_ENVIRONMENT)
    warnings.simplefilter("ignore")  # of libraries, among the figures
    load = os.getloadavg()[0]
    records: list[Record] = []
    failed: list[str] = []
    for name in options.parts or PARTS:
        began = time.perf_counter()
        try:
            found = import_module(f"tests.benchmarks.parts.{name}").measure(options.quick)
        except Exception:  # an hour's other figures are not thrown away for one part
            traceback.print_exc()
            failed.append(name)
            continue
        say(f"{name} ({time.perf_counter() - began:.0f} s)")
        for record in found:
            say(record.line)
        records += found
    figures = values(records)
    if options.keep:
        from tests.benchmarks.plot import draw  # noqa: PLC0415 - brings matplotlib in

        append(this_run(figures, quick=options.quick, load=load))
        draw()
    findings = judge(figures, failed=failed)
    say(findings.last_line)
    return findings.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; else all")
    quick = os.environ.get("BENCH") == "quick"
    parser.add_argument("--quick", action="store_true", default=quick, help="or BENCH=quick")
    parser.add_argument("--keep", action="store_true", help="add the figures to the history")
    return parser


if __name__ == "__main__":
    sys.exit(main())
