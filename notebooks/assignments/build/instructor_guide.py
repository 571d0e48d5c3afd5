"""The instructor's guide to an assignment."""

HEAD = """# Instructor's guide

Made with the handouts; do not edit it here. `solutions/` holds the handouts with worked solutions,
`release/` what students get. Visible cases are worth half of the points of an exercise, cases that
students cannot see the other half. Feedback tells the likely mistake and a hint, never the values
that are wanted. Where an exercise is wrong and an earlier one is, too, it is tried once more with a
right function in place of the earlier one, and the better result counts; the feedback says so.
Written answers wait for you in nbgrader's formgrader.

Each student's code runs in a process of its own, which is stopped where it hangs, dies or prints
without end; the report names who did that. It is no sandbox: such code can read and write files, so
grade in a container or under an account of its own.

`python -m course.grading NAME` in this folder grades all that lies in `submitted/STUDENT/NAME/`.
"""


def guide(handout, kills):
    """kills: the rows of `exercises.kills`."""
    return "\n".join([HEAD, *_section(handout, kills)]) + "\n"


def _section(handout, rows):
    tasks, points = handout.tasks, handout.points
    minutes = sum(task["minutes"] for task in tasks.values())
    yield from (f"## {handout.title}", "", f"{minutes} minutes, {sum(points.values())} points.", "",
                "| exercise | minutes | difficulty (1-5) | points |", "| --- | --- | --- | --- |")
    yield from (f"| {name} | {task['minutes']} | {task['difficulty']} | {points[name]} |"
                for name, task in tasks.items())
    yield from ("", "### Wrong answers that the grader knows", "",
                "| exercise | mistake | points | hint | named |", "| --- | --- | --- | --- | --- |")
    yield from (f"| {name} | {_cell(mistake.name)} | {verdict.share * points[name]:g} of "
                f"{points[name]} | {_cell(mistake.hint)} | {_named(mistake, verdict)} |"
                for name, mistake, verdict in rows)
    yield from ("", "### Written answers", "", "\n\n".join(handout.tagged("rubric")), "")


def _named(mistake, verdict):
    """Whether the feedback gives the hint that belongs to the mistake."""
    return "yes" if mistake.hint in verdict.words else "no"


def _cell(text):
    return " ".join(text.split()).replace("|", "\\|")
