"""Judge an exercise: correct or wrong, and why; for notebooks, pytest, nbgrader and Gradescope.

An exercise is a dict: "points", "probe" (source of a function, or None), "tolerance", "hints" {name
of a mistake: hint} and "cases".  A case is a dict: "args" {name: value}, "wanted" (the expected
result), and "mistakes" {name of a mistake: its outcome}, without those mistakes that do not change
the result of the case."""

from dataclasses import dataclass

from .comparing import difference
from .picturing import error_map

VISIBLE_SHARE = 0.5  # of the points; the rest is for hidden cases


@dataclass
class Verdict:
    share: float  # of the points
    words: str
    picture: tuple | None = None  # PNG bytes and their alt text

    @property
    def right(self):
        return self.share == 1


def judge(name, exercise, hidden, ask):
    """The Verdict on an exercise.

    hidden: its hidden cases, tried only if all visible cases are correct.  ask(args) returns an
    answer like `calls.answer`."""
    seen = _asked(exercise["cases"], ask)
    wrong = _wrong(exercise, exercise["cases"], seen)
    if wrong is not None:
        return Verdict(0, *_visible(name, exercise, seen, wrong))
    unseen = _asked(hidden, ask)
    if _wrong(exercise, hidden, unseen) is None:
        return Verdict(1, f"{name}: correct")
    return Verdict(VISIBLE_SHARE, _unseen(name, exercise, hidden, seen, unseen))


def _asked(cases, ask):
    """Answers to cases, in order; stops after an answer that ended the student's process."""
    answers = []
    for case in cases:
        answers.append(ask(case["args"]))
        if answers[-1].get("lost"):
            break
    return answers


def _wrong(exercise, cases, answers):
    """The index of the first wrong answer, or None."""
    return next((k for k, (case, answer) in enumerate(zip(cases, answers))
                 if not _same(exercise, {"result": case["wanted"]}, answer)), None)


def _visible(name, exercise, answers, k):
    """The text and the picture for a wrong answer to the visible case k."""
    case, answer = exercise["cases"][k], answers[k]
    place = f"{name}, case {k + 1} ({describe(case['args'])})"
    if "error" in answer:
        words, picture = answer["error"], None
    else:
        words, wrong = difference(case["wanted"], answer["result"], exercise["tolerance"])
        picture = None if wrong is None else error_map(wrong)
    likely = mistake(exercise, exercise["cases"], answers, k)
    hint = f"\n{_hint(exercise, likely)}" if likely else ""
    return f"{place}: {words}{hint}", picture


def _unseen(name, exercise, hidden, seen, unseen):
    cases, answers = [*exercise["cases"], *hidden], [*seen, *unseen]
    likely = mistake(exercise, cases, answers, _wrong(exercise, cases, answers))
    error = next((f" ({answer['error'].split(':')[0]})" for answer in unseen if "error" in answer),
                 "")
    return (f"{name}: correct in the cases that you can see, but wrong in others{error}. "
            + (_hint(exercise, likely) if likely
               else "Try sizes that differ on every axis, and extreme values."))


def _hint(exercise, likely):
    """The sentences that name a mistake and give its hint."""
    return (f"Your result equals that of a common mistake: {likely}. "
            f"{exercise['hints'][likely]}")


def mistake(exercise, cases, answers, k):
    """The name of a known mistake that explains all answers, else one that explains the k-th.

    None if there is no such mistake.  A k-th answer of True or False alone is not enough, since
    nearly every mistake would explain it."""
    def explains(name, case, answer):
        made = case["mistakes"].get(name, {"result": case["wanted"]})
        return _same(exercise, made, answer)

    able = [name for name in exercise["hints"] if explains(name, cases[k], answers[k])]
    return next((name for name in able
                 if all(explains(name, *pair) for pair in zip(cases, answers))),
                able[0] if able and not isinstance(cases[k]["wanted"], bool) else None)


def _same(exercise, wanted, answer):
    if "error" in wanted or "error" in answer:
        return _message(wanted) == _message(answer)
    return difference(wanted["result"], answer["result"], exercise["tolerance"]) is None


def _message(answer):
    """The text of an error without its line number."""
    return answer.get("error", "").split(" (line ")[0]


def describe(args):
    """The arguments in a short text; arrays by their shapes."""
    words = [f"{key} {getattr(value, 'shape', None) or _short(value)}"
             for key, value in args.items()]
    return ", ".join(words) or "no arguments"


def _short(value):
    if isinstance(value, dict):
        return f"with {', '.join(value)}"
    return str(value) if len(str(value)) <= 60 else f"{str(value)[:57]}..."
