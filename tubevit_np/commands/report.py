"""Scores as they are printed and stored, and the details behind them."""

import json
import warnings

from tubevit_np.commands.drawing import can_draw
from tubevit_np.runs.chance import guessing, is_clearly_above, most_common, wilson_interval
from tubevit_np.storage.atomic_files import make_folder, write_text

RESULTS = {  # what a run folder holds after training, in the order in which it is printed
    "model.safetensors": "the trained model",
    "best.safetensors": "the model with the best score during training",
    "evaluation.json": "the scores above",
    "metrics.jsonl": "losses and scores during training", "curves.png": "the same as a picture",
    "kernels.png": "the tube kernels", "tubes.png": "the tube kernels, animated"}


def parse_views(text):
    """"4x3" -> (4, 3)."""
    temporal, mark, spatial = text.partition("x")
    if not (mark and temporal.isdigit() and spatial.isdigit() and int(temporal) and int(spatial)):
        raise ValueError(f"views {text!r}: write temporal x spatial crops, as 4x3")
    return int(temporal), int(spatial)


def report(predict, sources, count, folder, views=(1, 1), details=None, names=None,
           draw=None):
    """Score every source, write evaluation.json in a run folder, and print the tables.

    Returns the paths of the files that it wrote.
    names: as of names_apart, where sources may share a head;  draw: called when evaluation.json is
    there, before anything is printed."""
    from tubevit_np.training.evaluate import predict_all, scores_of

    scores, shown, written, drawn = {}, [], [], bool(details) and can_draw()
    kinds = [source.kind for source in sources]
    answers = [predict_all(predict, source, count, views) for source in sources]
    names = names or [""] * len(sources)  # nothing is written before all sources are predicted
    for source, name, results in zip(sources, names, answers, strict=True):
        scored = f"{'' if getattr(source, 'whole', False) else 'held-out '}{source.kind}s"
        mark = f" ({name})" if name else ""
        if details:
            folder_of_details = make_folder(details, "--details")
            written += write_details(folder_of_details, source, name, results, views,
                                     source.examples(count), drawn)
        which = "" if kinds.count(source.kind) == 1 else f" of {' and '.join(source.labels)}"
        found = scores_of(results, source.labels) | {"left out": len(source.skipped)}
        found |= trust(found, results, source.labels)
        shown.append((found, scored, which + mark))
        scores[source.kind + which + mark] = found
    if folder:  # before printing, which fails if the output was closed
        written = store(folder / "evaluation.json", scores) + written
    if draw:
        draw()
    for table in shown:
        print_scores(*table)
    return written


def store(path, scores):
    """Write evaluation.json, or warn that it cannot be written; returns the paths written."""
    try:
        write_text(path, json.dumps(scores, indent=2) + "\n")
    except OSError as error:
        warnings.warn(f"cannot write {path}: {error.strerror}; the scores are only printed")
        return []
    return [path]


def trust(scores, results, labels):
    """What evaluation.json holds beside the scores: intervals, chance, classes."""
    chance = guessing(labels)
    intervals = {name: wilson_interval(scores[name], scores["count"]) for name in chance}
    common = {head: most_common(results[head][1], names) for head, names in labels.items()}
    return {"95% interval": intervals, "chance level": chance,
            "number of classes": {head: len(names) for head, names in labels.items()},
            "most common class": {head: {"class": name, "fraction": fraction}
                                  for head, (name, fraction) in common.items()}}


def print_scores(found, scored, which):
    """Print the scores of one source, their intervals and chance.  scored: what, in words.

    The most common class is shown if answering it always is clearly better than chance."""
    count, chance = found["count"], found["chance level"]
    print(f"\n{count} {scored}{which}"
          + (f", {found['left out']} left out" if found["left out"] else ""))
    width = max(14, *map(len, chance))
    print(f"  {'':{width}}  correct   95% interval   chance")
    for name in chance:
        low, high = (f"{100 * bound:.1f}" for bound in found["95% interval"][name])
        line = (f"  {name:{width}}  {found[name]:7.1%}{f'{low} to {high}':>15}{chance[name]:9.1%}")
        common = found["most common class"].get(name)
        if common and is_clearly_above(common["fraction"], count,
                                       found["number of classes"][name]):
            line += f"  (always {common['class']}: {common['fraction']:.1%})"
        print(line)


def print_held_out(sources):
    """Print for each set of files which of them are held out, and by which rule."""
    for source in sources:
        if line := getattr(source, "held_out_line", None):
            print(line)


def print_results(run):
    """Print the classes of each head, and where the results of a training are."""
    heads = (f"{head} ({len(names)} classes)" for head, names in run.labels.items())
    print(f"\nheads: {', '.join(heads)}\n\nresults in {run.folder}")
    for name, what in RESULTS.items():
        if (run.folder / name).exists():
            print(f"  {name:17}  {what}")


def write_details(folder, source, own, answers, views, examples, drawn=True):
    """Write every prediction and every class of each head as CSV, and a confusion matrix.

    Yields the paths of the files."""
    from tubevit_np.commands import per_class as details
    from tubevit_np.training.evaluate import count_views, probabilities

    num_views = count_views(source.kind, views)
    for head, found in answers.items():
        stem = "-".join(filter(None, (source.kind, head, own)))
        paths, table = details.write_details(folder, stem, head, found,
                                             probabilities(found[0], num_views),
                                             source.labels[head], examples)
        yield from paths
        if drawn:
            from tubevit_np.plots import style
            from tubevit_np.plots.training_plots.confusion_matrix import draw_confusion

            title = f"{head}{f' ({own})' if own else ''}: what {source.kind}s are taken for"
            figure = draw_confusion(table, source.labels[head], title)
            style.save(figure, folder / f"{stem}-confusion.png")
            yield folder / f"{stem}-confusion.png"
