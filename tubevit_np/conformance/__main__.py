"""The command that compares a port of TubeViT with the golden vectors.

`tubevit-conformance MODULE:ADAPTER`, or `python -m tubevit_np.conformance MODULE:ADAPTER`; --help
shows the options, README.md in this folder how to write an adapter.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from tubevit_np import __version__
from tubevit_np.conformance import SPEC, expected, port, report
from tubevit_np.conformance.case import FLOATS
from tubevit_np.conformance.mistakes import named
from tubevit_np.conformance.progress import progress
from tubevit_np.conformance.suite import FAILED, SKIPPED, Verdict, checks, judge
from tubevit_np.conformance.vectors import vectors
from tubevit_np.console import safe_output

DESCRIPTION = """\
Compare a port of TubeViT with golden vectors: stored inputs with exact answers.

The adapter of a port is a module or object whose functions have the names of
those of tubevit_np. They take and return NumPy arrays. Checks of missing
functions are skipped. README.md in tubevit_np/conformance lists them.

Errors and tolerances are in units of rounding: the spacing of floating-point
numbers near 1, relative to the size of the answer."""
EPILOG = """\
examples:
  %(prog)s my_port.adapter
  %(prog)s my_port:adapter --only 'model/*'
  %(prog)s my_port --expected-failures known.txt
  %(prog)s my_port --report results.json
  %(prog)s --list

exit status:
  0  every function of the adapter is correct
  1  a check failed
  2  no check ran, or an argument is wrong"""


def program() -> str:
    """Return the command as typed: the console script, or python -m with this package."""
    name = Path(sys.argv[0]).name
    return f"python -m {__package__}" if name == "__main__.py" else name


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    options = argparse.ArgumentParser(prog=program(), description=DESCRIPTION, epilog=EPILOG,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("adapter", nargs="?", metavar="MODULE:ADAPTER",
                         help="module with the functions, or an object in it")
    options.add_argument("--dtype", choices=FLOATS, help="check this dtype only (default: the "
                         "adapter's `dtypes`, or both)")
    options.add_argument("--only", metavar="PATTERN", default="*",
                         help="check these only, such as 'gradients/*'")
    options.add_argument("--expected-failures", metavar="FILE", help="checks known to fail, one "
                         "per line: [float32|float64] LEVEL/CASE  # why")
    options.add_argument("--report", metavar="FILE", help="write all results as JSON")
    options.add_argument("--quiet", action="store_true", help="print failures and the table only")
    options.add_argument("--list", action="store_true", help="print all checks and their purpose")
    options.add_argument("--version", action="version",
                         version=f"tubevit {__version__}, golden vectors {SPEC}")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command-line arguments; by default those of the process.

    Returns
    -------
    int
        Exit status: 0 if every function of the adapter is correct, 1 if a check failed, 2 if no
        check ran or an argument is wrong.
    """
    with safe_output():
        args = parser().parse_args(arguments)
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())  # as python -m does; a console script does not
    try:
        with safe_output():
            return list_checks() if args.list else run(args)
        return 0 if args.list else 2  # the reader of the output stopped early
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def list_checks() -> int:
    """Print the names and purposes of all checks."""
    for check in checks(vectors(), "float32"):  # float32 has all checks, float64 all but two
        only = "" if len(check.vector.dtypes) == len(FLOATS) else " (float32 only)"
        print(f"{check.id:52} {check.why}{only}")
    return 0


def run(args: argparse.Namespace) -> int:
    """Run the checks; print each result, the mistakes that failures match, and the totals."""
    if not args.adapter:
        raise ValueError("name the port's adapter, MODULE:ADAPTER (or use --list or --help)")
    port.check_place(args.report)
    adapter, stored = port.find(args.adapter), vectors()
    port.check_ops(adapter, args.adapter, stored)
    lines = expected.read(args.expected_failures, stored) if args.expected_failures else []
    verdicts = [show(expected.settle(judge(check, adapter, dtype), lines), args.quiet)
                for dtype in ([args.dtype] if args.dtype else port.dtypes(adapter))
                for check in checks(stored, dtype) if fnmatchcase(check.id, args.only)]
    if not verdicts:
        raise ValueError(f"no check matches {args.only!r}; --list prints all names")
    if all(verdict.status == SKIPPED for verdict in verdicts):
        raise ValueError(f"no check ran\n{report.missing(verdicts)}")
    mistakes = name_mistakes([verdict for verdict in verdicts if verdict.status == FAILED])
    print("", report.summary(verdicts), report.missing(verdicts), sep="\n")
    if args.report:
        Path(args.report).write_text(report.as_json(verdicts, args.adapter, mistakes) + "\n",
                                     encoding="utf-8")
    return int(any(verdict.status == FAILED for verdict in verdicts))


def show(verdict: Verdict, quiet: bool) -> Verdict:
    """Print the verdict, with quiet only if it failed; return it."""
    if not quiet or verdict.status == FAILED:
        print(report.line(verdict), flush=True)
    return verdict


def name_mistakes(failures: Iterable[Verdict]) -> dict[tuple[str, str], list[str]]:
    """Print the known mistakes with the same answer; return {(check id, dtype): mistakes}."""
    matches = {}
    for verdict in progress(failures, "comparing with known mistakes", unit="failure", leave=False,
                            disable=None if failures else True):
        if mistakes := named(verdict):
            matches[verdict.id, verdict.dtype] = mistakes
    for (check_id, dtype), mistakes in matches.items():
        print(f"{dtype}  {check_id}: {report.SAME} {', or '.join(mistakes)}")
    return matches


if __name__ == "__main__":
    sys.exit(main())
