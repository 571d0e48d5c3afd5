"""Right or wrong, and why: the one judge that notebooks, pytest, nbgrader and Gradescope ask.

An exercise is a dict: "points", "probe" (source of a function, or None), "tolerance", "hints" {name
of a mistake: hint} and "cases".  A case: "args" {name: value}, "wanted", and "mistakes" {name:
what comes out if it is made}, but for those that do no harm in this case."""

from dataclasses import dataclass

from .comparing import difference
from .picturing import error_map

VISIBLE_SHARE = 0.5  # of the points; the rest is for cases that students cannot see


@dataclass
class Verdict:
    share: float  # of the points
    words: str
    picture: tuple | None = None  # PNG bytes and their alt text

    @property
    def right(self):
        return self.share == 1


def judge(name, exercise, hidden, ask):
    """The Verdict on an exercise;  hidden: its further cases, ask(args) -> an answer, as of
    `calls.answer`.  Further cases are tried only where all visible ones are right."""
    seen = _asked(exercise["cases"], ask)
    wrong = _wrong(exercise, exercise["cases"], seen)
    if wrong is not None:
        return Verdict(0, *_visible(name, exercise, seen, wrong))
    unseen = _asked(hidden, ask)
    if _wrong(exercise, hidden, unseen) is None:
        return Verdict(1, f"{name}: right")
    return Verdict(VISIBLE_SHARE, _unseen(name, exercise, hidden, seen, unseen))


def _asked(cases, ask):
    """Answers, up to the first after which the process is gone."""
    answers = []
    for case in cases:
        answers.append(ask(case["args"]))
        if answers[-1].get("lost"):
            break
    return answers


def _wrong(exercise, cases, answers):
    """The first that is wrong, or None."""
    return next((k for k, (case, answer) in enumerate(zip(cases, answers))
                 if not _same(exercise, {"result": case["wanted"]}, answer)), None)


def _visible(name, exercise, answers, k):
    """Words and a picture."""
    case, answer = exercise["cases"][k], answers[k]
    place = f"{name}, case {k + 1} ({describe(case['args'])})"
    if "error" in answer:
        words, picture = answer["error"], None
    else:
        words, wrong = difference(case["wanted"], answer["result"], exercise["tolerance"])
        picture = None if wrong is None else error_map(wrong)
    likely = mistake(exercise, exercise["cases"], answers, k)
    hint = f"\nLikely mistake: {likely}. {exercise['hints'][likely]}" if likely else ""
    return f"{place}: {words}{hint}", picture


def _unseen(name, exercise, hidden, seen, unseen):
    cases, answers = [*exercise["cases"], *hidden], [*seen, *unseen]
    likely = mistake(exercise, cases, answers, _wrong(exercise, cases, answers))
    error = next((f" ({answer['error'].split(':')[0]})" for answer in unseen if "error" in answer),
                 "")
    return (f"{name}: right where you can look, but not in other cases{error}. "
            + (f"Likely mistake: {likely}. {exercise['hints'][likely]}" if likely
               else "Try sizes that differ on every axis, and extreme ones."))


def mistake(exercise, cases, answers, k):
    """The name of the known mistake that explains all answers, or else the k-th, or None.

    Of a true or false k-th answer nearly every mistake would explain it, so this says nothing."""
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
    """An error without the line where it happened."""
    return answer.get("error", "").split(" (line ")[0]


def describe(args):
    """The arguments in a few words: arrays by their shape."""
    words = [f"{key} {getattr(value, 'shape', None) or _short(value)}"
             for key, value in args.items()]
    return ", ".join(words) or "no arguments"


def _short(value):
    if isinstance(value, dict):
        return f"with {', '.join(value)}"
    return str(value) if len(str(value)) <= 60 else f"{str(value)[:57]}..."
