"""Builds the course of assignments, and grades what is handed in.

examples:
  python -m notebooks.assignments build --out course/           all assignments
  python -m notebooks.assignments build 01 --out course/        one of them
  python -m notebooks.assignments build --run --out course/     solutions with their outputs
  python -m notebooks.assignments grade course/ 01              what was handed in for it"""

import argparse
import subprocess
import sys

from tqdm import tqdm

from notebooks.assignments.build.course import beside_python, build
from notebooks.assignments.build.handout import handouts


def parser():
    made = argparse.ArgumentParser(prog="python -m notebooks.assignments", description=__doc__,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = made.add_subparsers(dest="command", required=True)
    new = commands.add_parser("build", help="releases, solutions, guide and graders")
    new.add_argument("names", nargs="*", metavar="NAME", help="assignments, by the start of their "
                     "names; all by default")
    new.add_argument("--out", required=True, metavar="FOLDER", help="the course's folder")
    new.add_argument("--run", action="store_true", help="run the solutions, so that they hold what "
                     "their cells show")
    grade = commands.add_parser("grade", help="grade submitted/STUDENT/NAME/ of a course's folder")
    grade.add_argument("folder", metavar="FOLDER")
    grade.add_argument("name", metavar="NAME", help="an assignment, by the start of its name")
    return made


def main(arguments=None):
    args = parser().parse_args(arguments)
    try:
        if args.command == "build":
            sources = handouts(args.names)
            for _ in tqdm(build(sources, args.out, args.run), "assignments", len(sources),
                          disable=None):
                pass
            return 0
        return subprocess.run([sys.executable, "-m", "course.grading", args.name],
                              cwd=args.folder, env=beside_python(), check=False).returncode
    except (ValueError, OSError) as error:
        print(f"notebooks.assignments: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
