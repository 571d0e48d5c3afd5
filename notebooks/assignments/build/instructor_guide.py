"""Write the instructor's guide to an assignment."""

HEAD = """# Instructor's guide

This guide is built together with the handouts, so do not edit it here. `release/` holds what
students get. `solutions/` holds the handouts with worked solutions.

Half of the points of an exercise are for visible cases, half for cases that students cannot see.
Feedback names the likely mistake and gives a hint, but never shows the expected values. If an
exercise is wrong and an earlier exercise is wrong too, the grader tries it once more with a correct
function in place of the earlier one. The better result counts, and the feedback says so. Written
answers have to be graded by hand, in nbgrader's formgrader.

Each student's code runs in its own process. The grader stops code that hangs, crashes or prints
without end, and names it in the report. This is not a sandbox: student code can read and write
files. So grade in a container or under a separate user account.

Run `python -m course.grading NAME` in the course folder to grade all of `submitted/STUDENT/NAME/`.
"""


def guide(handout, kills):
    """The text of the guide;  kills: the rows of `exercises.kills`."""
    return "\n".join([HEAD, *_section(handout, kills)]) + "\n"


def _section(handout, rows):
    tasks, points = handout.tasks, handout.points
    minutes = sum(task["minutes"] for task in tasks.values())
    yield from (f"## {handout.title}", "", f"{minutes} minutes, {sum(points.values())} points.", "",
                "| exercise | minutes | difficulty (1-5) | points |", "| --- | --- | --- | --- |")
    yield from (f"| {name} | {task['minutes']} | {task['difficulty']} | {points[name]} |"
                for name, task in tasks.items())
    yield from ("", "### Mistakes that the grader recognizes", "",
                "| exercise | mistake | points | hint | named |", "| --- | --- | --- | --- | --- |")
    yield from (f"| {name} | {_cell(mistake.name)} | {verdict.share * points[name]:g} of "
                f"{points[name]} | {_cell(mistake.hint)} | {_named(mistake, verdict)} |"
                for name, mistake, verdict in rows)
    yield from ("", "### Written answers", "", "\n\n".join(handout.tagged("rubric")), "")


def _named(mistake, verdict):
    """Whether the feedback contains the hint for the mistake."""
    return "yes" if mistake.hint in verdict.words else "no"


def _cell(text):
    return " ".join(text.split()).replace("|", "\\|")
