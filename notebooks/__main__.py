"""Runs the lessons NN_topic.py and writes what they show into NN_topic.ipynb beside them.

examples:
  python -m notebooks                     all of them, two at a time
  python -m notebooks 02 03               two of them
  python -m notebooks --check             build them elsewhere: are the stored ones up to date?
  python -m notebooks --html lessons/     the stored ones as pages to read without a server"""

import argparse
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

from notebooks.build.cells import FOLDER, lessons
from notebooks.build.compare import differences
from notebooks.build.execute import build
from notebooks.build.html import write_pages


def parser():
    made = argparse.ArgumentParser(prog="python -m notebooks", description=__doc__,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("names", nargs="*", metavar="NAME", help="lessons, by the start of their "
                      "names: 02, or 02_tokens; all by default")
    made.add_argument("--jobs", type=int, default=2, help="how many run at a time (2)")
    what = made.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="compare, write nothing; ends with 1 "
                      "where a stored notebook does not show what its lesson shows")
    what.add_argument("--html", metavar="FOLDER", type=Path, help="pages of the stored notebooks")
    return made


def main(arguments=None):
    args = parser().parse_args(arguments)
    try:
        sources = lessons(args.names)
        if args.html:
            print(f"wrote {write_pages(sources, args.html)}")
            return 0
        return check(sources, args.jobs) if args.check else make(sources, FOLDER, args.jobs)
    except (ValueError, OSError) as error:
        print(f"notebooks: {error}", file=sys.stderr)
        return 2


def make(sources, folder, jobs):
    for _ in tqdm(build(sources, folder, jobs), "lessons", len(sources), disable=None):
        pass
    return 0


def check(sources, jobs):
    """1 where a stored notebook is not what its lesson gives, and which cells."""
    with tempfile.TemporaryDirectory() as folder:
        make(sources, Path(folder), jobs)
        lines = [f"{source.stem}.ipynb, {line}" for source in sources
                 for line in against_stored(source, Path(folder))]
    print("\n".join([*lines, "build them anew: python -m notebooks"]) if lines
          else f"{len(sources)} notebooks show what their lessons show")
    return bool(lines)


def against_stored(source, folder):
    stored = source.with_suffix(".ipynb")
    if not stored.exists():
        return ["there is none"]
    return differences(stored.read_text(encoding="utf-8"),
                       (folder / stored.name).read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main())
