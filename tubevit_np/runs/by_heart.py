"""A word about heads whose training examples the model knows by heart."""

from tubevit_np.runs.chance import wilson_interval
from tubevit_np.runs.score_names import named

BY_HEART = 0.99  # training accuracy
RECORDS = 2  # of the log: the last one alone may be that of a single step


def by_heart(records, sources, scores):
    """{name: remark} of the heads that are right in training and clearly worse on held-out files.

    records: the log;  scores: {name: (accuracy on held-out examples, number of examples)}.
    Generated examples are left out: each of them is new."""
    remarks = {}
    for source in (source for source in sources if hasattr(source, "description")):
        for name in (named(source.kind, head) for head in source.labels):
            trained = [record[f"train/{name}"] for record in records
                       if f"train/{name}" in record][-RECORDS:]
            if trained and name in scores and is_known(min(trained), *scores[name]):
                remarks[name] = remark(name, source.kind, trained[-1], *scores[name])
    return remarks


def is_known(trained, held_out, count):
    """Whether nearly all training examples are right, and clearly fewer held-out ones (95%)."""
    return trained >= BY_HEART > wilson_interval(held_out, count)[1]


def remark(name, kind, trained, held_out, count):
    """One line: what was found, and what may help."""
    return (f"{name}: the model knows its training {kind}s by heart ({trained:.0%} correct, but "
            f"{held_out:.0%} of {count} held-out {kind}s). What may help: more {kind}s, "
            "augmentation (--flip, --randaugment, --mixup), --dropout, or fewer steps "
            "(--patience)")
