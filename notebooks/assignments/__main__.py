"""Build the course of assignments, and grade submissions.

examples:
  python -m notebooks.assignments build --out course/           all assignments
  python -m notebooks.assignments build 01 --out course/        one assignment
  python -m notebooks.assignments build --run --out course/     run the solutions, keep outputs
  python -m notebooks.assignments grade course/ 01              grade the submissions for 01"""

import argparse
import subprocess
import sys

from tqdm import tqdm

from notebooks.assignments.build.course import beside_python, build
from notebooks.assignments.build.handout import handouts
from tubevit_np.console import safe_output


def parser():
    result = argparse.ArgumentParser(prog="python -m notebooks.assignments", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = result.add_subparsers(dest="command", required=True)
    new = commands.add_parser("build", help="build releases, solutions, guides and graders")
    new.add_argument("names", nargs="*", metavar="NAME", help="assignments, by the start of their "
                     "names (default: all)")
    new.add_argument("--out", required=True, metavar="FOLDER", help="folder of the course")
    new.add_argument("--run", action="store_true", help="run the solution notebooks, so that they "
                     "contain their outputs")
    grade = commands.add_parser("grade", help="grade all submissions for an assignment")
    grade.add_argument("folder", metavar="FOLDER", help="folder of the course, with submissions "
                       "in submitted/STUDENT/NAME/")
    grade.add_argument("name", metavar="NAME", help="one assignment, by the start of its name")
    return result


def main(arguments=None):
    try:
        with safe_output():
            return run(parser().parse_args(arguments))
    except (ValueError, OSError) as error:
        print(f"notebooks.assignments: {error}", file=sys.stderr)
        return 2


def run(args):
    if args.command == "build":
        sources = handouts(args.names)
        for _ in tqdm(build(sources, args.out, args.run), "assignments", len(sources),
                      disable=None):
            pass
        return 0
    return subprocess.run([sys.executable, "-m", "course.grading", args.name],
                          cwd=args.folder, env=beside_python(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
