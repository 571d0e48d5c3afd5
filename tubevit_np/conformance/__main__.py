"""Checks a port of TubeViT against the golden vectors.

MODULE:ADAPTER is an object whose functions are those of tubevit_np, with NumPy arrays in and out;
missing functions are skipped.  The README.md of this package says how to write one.  Exit status: 0
if every function that the port has is correct, 1 if a check failed, 2 if nothing was checked.

examples:
  python -m tubevit_np.conformance my_port.adapter
  python -m tubevit_np.conformance my_port:adapter --only 'model/*' --dtype float64
  python -m tubevit_np.conformance my_port:adapter --expected-failures known.txt --report out.json
  python -m tubevit_np.conformance --list"""

import argparse
import os
import sys
from fnmatch import fnmatchcase
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported

from tubevit_np.conformance import expected, port, report
from tubevit_np.conformance.case import FLOATS
from tubevit_np.conformance.mistakes import named
from tubevit_np.conformance.progress import progress
from tubevit_np.conformance.suite import FAILED, SKIPPED, checks, judge
from tubevit_np.conformance.vectors import vectors


def parser():
    options = argparse.ArgumentParser(prog="python -m tubevit_np.conformance", description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("adapter", nargs="?", metavar="MODULE:ADAPTER",
                         help="the object, or a module with these functions")
    options.add_argument("--dtype", choices=FLOATS, help="only this one; default: the adapter's "
                         "`dtypes`, or both")
    options.add_argument("--only", metavar="PATTERN", default="*", help="checks like 'gradients/*'")
    options.add_argument("--expected-failures", metavar="FILE", help="checks known to fail, one a "
                         "line: [float32|float64] LEVEL/CASE  # why")
    options.add_argument("--report", metavar="FILE", help="write all results as JSON")
    options.add_argument("--quiet", action="store_true", help="print only failures")
    options.add_argument("--list", action="store_true", help="print the names of all checks")
    return options


def main(arguments=None):
    args = parser().parse_args(arguments)
    try:
        return list_checks() if args.list else run(args)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def list_checks():
    for check in checks(vectors(), "float32"):  # the two that float64 lacks are among them
        only = "" if len(check.vector.dtypes) == len(FLOATS) else " (float32 alone)"
        print(f"{check.id:52} {check.why}{only}")
    return 0


def run(args):
    """Run all checks, print each result, the mistakes that failures equal, and the totals."""
    if not args.adapter:
        raise ValueError("name the port's adapter, MODULE:ADAPTER (or --list, or --help)")
    port.check_place(args.report)
    adapter, stored = port.find(args.adapter), vectors()
    port.check_ops(adapter, args.adapter, stored)
    lines = expected.read(args.expected_failures, stored) if args.expected_failures else []
    verdicts = [show(expected.settle(judge(check, adapter, dtype), lines), args.quiet)
                for dtype in ([args.dtype] if args.dtype else port.dtypes(adapter))
                for check in checks(stored, dtype) if fnmatchcase(check.id, args.only)]
    if not verdicts:
        raise ValueError(f"no check fits {args.only!r}; --list names them all")
    if all(verdict.status == SKIPPED for verdict in verdicts):
        raise ValueError(f"nothing was checked\n{report.missing(verdicts)}")
    mistakes = name_mistakes([verdict for verdict in verdicts if verdict.status == FAILED])
    print("", report.summary(verdicts), report.missing(verdicts), sep="\n")
    if args.report:
        Path(args.report).write_text(report.as_json(verdicts, args.adapter, mistakes) + "\n")
    return int(any(verdict.status == FAILED for verdict in verdicts))


def show(verdict, quiet):
    """Print the verdict; quiet: only if it failed.  Returns it."""
    if not quiet or verdict.status == FAILED:
        print(report.line(verdict), flush=True)
    return verdict


def name_mistakes(failures):
    """Print the known mistakes that failures equal; return {(check id, dtype): mistakes}."""
    found = {}
    for verdict in progress(failures, "comparing with known mistakes", unit="failure", leave=False,
                            disable=None if failures else True):
        if mistakes := named(verdict):
            found[verdict.id, verdict.dtype] = mistakes
    for (check_id, dtype), mistakes in found.items():
        print(f"{dtype}  {check_id} equals the answer with: {', or '.join(mistakes)}")
    return found


if __name__ == "__main__":
    sys.exit(main())
