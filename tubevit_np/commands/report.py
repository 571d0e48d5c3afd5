"""Scores as they are printed and kept, and, if asked, what they are made of."""

import json

from tubevit_np.commands.drawing import can_draw, draw_confusion
from tubevit_np.storage.atomic_files import make_folder, write_text


def parse_views(text):
    """"4x3" -> (4, 3)."""
    times, mark, places = text.partition("x")
    if not (mark and times.isdigit() and places.isdigit() and int(times) and int(places)):
        raise ValueError(f"views {text!r}: write moments x places, as 4x3")
    return int(times), int(places)


def report(predict, sources, count, folder, views=(1, 1), details=None, names=None):
    """Score every source, print a table, and keep it in the run folder as evaluation.json.

    names: of names_apart, where sources may share a head."""
    from tubevit_np.training.evaluate import predict_all, scores_of

    scores, drawn = {}, bool(details) and can_draw()
    for source, own in zip(sources, names or [""] * len(sources), strict=True):
        answers = predict_all(predict, source, count, views)
        found = scores_of(answers, source.labels)
        if details:
            place = make_folder(details, "--details")
            write_details(place, source, own, answers, source.examples(count), drawn)
        which = of_set(source, sources) + in_brackets(own)
        tell(found, source, which)
        scores[source.kind + which] = found | {"left out": len(source.skipped)}
    if folder:
        write_text(folder / "evaluation.json", json.dumps(scores, indent=2) + "\n")


def tell(found, source, which):
    """Print the accuracies of one source."""
    print(f"\n{found['count']} held-out {source.kind}s{which}"
          + (f", {len(source.skipped)} left out" if source.skipped else ""))
    width = max(14, *map(len, found))
    for name, fraction in found.items():
        if name != "count":
            print(f"  {name:{width}}  {fraction:7.1%}")


def of_set(source, sources):
    """Where there are several sets of its kind, " of " the source's head."""
    alone = [other.kind for other in sources].count(source.kind) == 1
    return "" if alone else f" of {' and '.join(source.labels)}"


def in_brackets(own):
    return f" ({own})" if own else ""


def write_details(folder, source, own, answers, examples, drawn=True):
    """Every answer and every class of each head as CSV, and a confusion matrix if drawn."""
    from tubevit_np.commands import per_class as details

    for head, found in answers.items():
        names = source.labels[head]
        title = f"{head}{in_brackets(own)}: what {source.kind}s are taken for"
        stem = "-".join(filter(None, (source.kind, head, own)))
        table = details.write_details(folder, stem, found, names, examples)
        if drawn:
            draw_confusion(folder / f"{stem}-confusion.png", table, names, title)
