"""The held-out score that chooses best.safetensors and may end a run early.

All of it is read from the log, so a resumed run decides as one that was never stopped."""

from typing import NamedTuple

from tubevit_np.runs.score_names import named


class Best(NamedTuple):
    """The best evaluation of a run, the first of several equal ones."""

    step: int
    score: float
    last: int  # step of the last evaluation
    since: int  # number of evaluations after the best one and after the run was extended


def logged_scores(source):
    """Names in the log of a source's scores: each head, and last "both" if there are several."""
    heads = list(source.labels)
    return [named(source.kind, name) for name in heads + ["both"] * (len(heads) > 1)]


def chosen_scores(best, sources):
    """Names of the scores whose mean chooses: `best`, or by default the last one of each source.

    Images count only if there are no videos: beside videos, they are there to help them.  Raises
    ValueError if the log will not hold `best`."""
    if best is None:
        videos = [source for source in sources if source.kind == "video"]
        return tuple(dict.fromkeys(logged_scores(source)[-1] for source in videos or sources))
    known = list(dict.fromkeys(name for source in sources for name in logged_scores(source)))
    if best not in known:
        raise ValueError(f"best is {best!r}; the scores of this run are {', '.join(known)}")
    return (best,)


def best_so_far(records, names, extended_at=0):
    """The Best evaluation in a log by the mean of these scores; None before the first one.

    extended_at: step at which the run was last extended."""
    evaluations = [(record["step"], sum(record[f"eval/{name}"] for name in names) / len(names))
                   for record in records if all(f"eval/{name}" in record for name in names)]
    if not evaluations:
        return None
    first = max(range(len(evaluations)), key=lambda i: evaluations[i][1])
    since = sum(step > extended_at for step, _ in evaluations[first + 1:])
    return Best(*evaluations[first], evaluations[-1][0], since)
