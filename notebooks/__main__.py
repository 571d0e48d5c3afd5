"""Run the lessons NN_topic.py and write the notebooks NN_topic.ipynb, with all outputs.

examples:
  python -m notebooks                     all lessons, two at a time
  python -m notebooks 02 03               two lessons
  python -m notebooks --check             build in a temporary folder and compare, write nothing
  python -m notebooks --html lessons/     the stored notebooks as web pages to read offline"""

import argparse
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

from notebooks.build.cells import FOLDER, lessons
from notebooks.build.compare import differences
from notebooks.build.execute import build
from notebooks.build.html import write_pages
from tubevit_np.console import safe_output


def parser():
    options = argparse.ArgumentParser(prog="python -m notebooks", description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("names", nargs="*", metavar="NAME", help="lesson, by the start of its "
                         "name: 02 or 02_tokens (default: all lessons)")
    options.add_argument("--jobs", type=int, default=2,
                         help="lessons that run in parallel (default 2)")
    what = options.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="compare, write nothing; exit status 1 "
                      "if a stored notebook differs from its lesson")
    what.add_argument("--html", metavar="FOLDER", type=Path, help="write the stored "
                      "notebooks as web pages into FOLDER")
    return options


def main(arguments=None):
    try:
        with safe_output():
            return run(parser().parse_args(arguments))
    except (ValueError, OSError) as error:
        print(f"notebooks: {error}", file=sys.stderr)
        return 2


def run(args):
    sources = lessons(args.names)
    if args.html:
        print(f"wrote {write_pages(sources, args.html)}")
        return 0
    return check(sources, args.jobs) if args.check else make(sources, FOLDER, args.jobs)


def make(sources, folder, jobs):
    for _ in tqdm(build(sources, folder, jobs), "lessons", len(sources), disable=None):
        pass
    return 0


def check(sources, jobs):
    """Print the cells in which stored notebooks differ; 1 if any does."""
    with tempfile.TemporaryDirectory() as folder:
        make(sources, Path(folder), jobs)
        lines = [f"{source.stem}.ipynb, {line}" for source in sources
                 for line in against_stored(source, Path(folder))]
    print("\n".join([*lines, "to update them: python -m notebooks"]) if lines
          else f"{len(sources)} notebooks are up to date")
    return bool(lines)


def against_stored(source, folder):
    stored = source.with_suffix(".ipynb")
    if not stored.exists():
        return ["missing"]
    return differences(stored.read_text(encoding="utf-8"),
                       (folder / stored.name).read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main())
