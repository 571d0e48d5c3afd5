"""Scores as they are printed and kept, and, if asked, what they are made of."""

import json

from tubevit_np.commands.drawing import can_draw
from tubevit_np.storage.atomic_files import make_folder, write_text


def parse_views(text):
    """"4x3" -> (4, 3)."""
    temporal, mark, spatial = text.partition("x")
    if not (mark and temporal.isdigit() and spatial.isdigit() and int(temporal) and int(spatial)):
        raise ValueError(f"views {text!r}: write temporal x spatial crops, as 4x3")
    return int(temporal), int(spatial)


def report(predict, sources, count, folder, views=(1, 1), details=None, names=None):
    """Score every source, print a table, and keep it in the run folder as evaluation.json.

    names: of names_apart, where sources may share a head."""
    from tubevit_np.training.evaluate import predict_all, scores_of

    scores, drawn = {}, bool(details) and can_draw()
    kinds = [source.kind for source in sources]
    for source, own in zip(sources, names or [""] * len(sources), strict=True):
        answers = predict_all(predict, source, count, views)
        mark = f" ({own})" if own else ""
        if details:
            folder_of_details = make_folder(details, "--details")
            write_details(folder_of_details, source, own, answers, source.examples(count), drawn)
        which = "" if kinds.count(source.kind) == 1 else f" of {' and '.join(source.labels)}"
        found = scores_of(answers, source.labels)
        tell(found, source, which + mark)
        scores[source.kind + which + mark] = found | {"left out": len(source.skipped)}
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


def write_details(folder, source, own, answers, examples, drawn=True):
    """Every answer and every class of each head as CSV, and a confusion matrix if drawn."""
    from tubevit_np.commands import per_class as details

    for head, found in answers.items():
        stem = "-".join(filter(None, (source.kind, head, own)))
        table = details.write_details(folder, stem, found, source.labels[head], examples)
        if drawn:
            from tubevit_np.plots import style
            from tubevit_np.plots.training_plots.confusion_matrix import draw_confusion

            title = f"{head}{f' ({own})' if own else ''}: what {source.kind}s are taken for"
            figure = draw_confusion(table, source.labels[head], title)
            style.save(figure, folder / f"{stem}-confusion.png")
