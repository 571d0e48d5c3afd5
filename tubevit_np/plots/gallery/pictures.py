"""All pictures of a run: their names, texts and requirements, and the page that shows them.

A picture whose requirements the run does not meet raises Missing and is left out.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from tubevit_np.plots.analysis.attention_weights import answers
from tubevit_np.plots.gallery.run_data import Missing, Opened
from tubevit_np.plots.gallery.run_plots import CURVES, KERNELS
from tubevit_np.plots.kernel_plots import (
    animation,
    color_axes,
    controls,
    grid,
    history,
    motion,
    score_histograms,
    slices,
    spectra,
    tuning_histograms,
)
from tubevit_np.plots.layout import Words, words
from tubevit_np.plots.model_plots import (
    architecture,
    attention,
    overlay,
    position_similarity,
    position_table,
    sampling,
)
from tubevit_np.plots.style import save
from tubevit_np.plots.training_plots import curves
from tubevit_np.runs.score_names import final_scores
from tubevit_np.storage.atomic_files import write_text

SCORES = words("scores").caption
COLUMNS = ("gabor", "gabor null", "gabor beat", "direction", "direction null", "direction beat",
           "separability", "orientedness", "color")
HEADING = "# Pictures of "


class Picture(NamedTuple):
    """A picture of a run.

    Parameters
    ----------
    name : str
        File name.
    words : Words
        Alternative text and caption.
    draw : callable
        draw(run), with an Opened run, returns a Figure, or a function that writes a given file.
    need : str, default "cfg"
        An attribute of Opened that raises Missing if the picture cannot be drawn.
    """

    name: str
    words: Words
    draw: Callable
    need: str = "cfg"


PICTURES = (
    Picture("clip.png", words("clip"),
            lambda run: partial(animation.write_frames, run.video, milliseconds=125)),
    Picture("architecture.png", architecture.WORDS,
            lambda run: architecture.draw_architecture(run.video, run.cfg)),
    Picture("kernels.png", grid.WORDS,
            lambda run: grid.draw_kernels(run.kernels, KERNELS.format(run.name))),
    Picture("tubes.png", animation.WORDS,
            lambda run: partial(animation.animate_kernels, run.kernels), "moving"),
    Picture("slices.png", slices.WORDS, lambda run: slices.draw_slices(run.measured), "moving"),
    Picture("spectra.png", spectra.WORDS, lambda run: spectra.draw_spectra(run.measured)),
    Picture("population.png", tuning_histograms.WORDS,
            lambda run: tuning_histograms.draw_population(run.measured, run.measured_untrained)),
    Picture("movement.png", motion.WORDS,
            lambda run: motion.draw_movements(run.measured, run.measured_untrained), "moving"),
    Picture("colors.png", color_axes.WORDS,
            lambda run: color_axes.draw_colors(run.measured), "colored"),
    Picture("distributions.png", score_histograms.WORDS,
            lambda run: score_histograms.draw_distributions(run.measured, run.measured_untrained)),
    Picture("controls.png", controls.WORDS, lambda run: controls.draw_controls(run.controls)),
    Picture("sampling.png", sampling.WORDS, lambda run: sampling.draw_sampling(run.cfg, run.shape)),
    Picture("overlay.png", overlay.WORDS,
            lambda run: overlay.draw_overlay(run.example.clip, run.cfg)),
    Picture("positions.png", position_similarity.WORDS,
            lambda run: position_similarity.draw_likeness(run.at, run.cfg, run.example.shape)),
    Picture("position-table.png", position_table.WORDS,
            lambda run: position_table.draw_table(run.at, run.cfg, run.example.shape)),
    Picture("pooling.png", attention.POOLING_WORDS, lambda run: attention.draw_pooling(
        run.example.clip, run.outputs[1], run.cfg, answers(run.outputs[0], run.notes["labels"]),
        note=run.example.name, labels=run.notes["labels"])),
    Picture("attention-first.png", attention.WORDS, lambda run: _draw_attention(run, 0)),
    Picture("attention-last.png", attention.WORDS, lambda run: _draw_attention(run, run.deep)),
    Picture("history.png", history.WORDS, lambda run: history.draw_history(run.history)),
    Picture("training.png", history.FILM_WORDS,
            lambda run: partial(history.animate_history, run.history)),
    Picture("curves.png", curves.WORDS, lambda run: curves.draw_curves(
        run.records, CURVES, run.chance, final_scores(run.folder))),
)


def draw_all(run: Opened, folder: Path, pictures: Sequence[Picture] = PICTURES,
             page_too: bool = True) -> dict[str, str]:
    """Write the pictures of a run, scores.json and README.md.

    Parameters
    ----------
    run : Opened
        The run.
    folder : Path
        An existing folder.
    pictures : sequence of Picture, optional
        The pictures to draw; all if not given.
    page_too : bool, default True
        If False, neither scores.json nor README.md is written.

    Returns
    -------
    dict of str
        {name: reason} of the pictures that were left out.

    Raises
    ------
    ValueError
        If the folder has a README.md that this function did not write.
    """
    readme, missing = folder / "README.md", {}
    if page_too and readme.exists() and not readme.read_text(encoding="utf-8").startswith(HEADING):
        raise ValueError(f"{readme} was written by somebody else and is kept; give another --out")
    for picture in tqdm(pictures, "drawing", unit="picture", disable=None):
        try:
            draw(picture, run, folder / picture.name)
        except Missing as error:
            missing[picture.name] = str(error)
    if not page_too:
        return missing
    write_text(folder / "scores.json", json.dumps(run.scores, indent=1) + "\n")
    write_text(readme, page(run, [picture for picture in pictures if picture.name not in missing]))
    return missing


def draw(picture: Picture, run: Opened, path: Path) -> None:
    """Write one picture of a run.

    Parameters
    ----------
    picture : Picture
        What to draw.
    run : Opened
        The run.
    path : Path
        The file to write.

    Raises
    ------
    ValueError
        `Missing`, if the run lacks what the picture needs.
    """
    getattr(run, picture.need)
    figure = picture.draw(run)
    if callable(figure):  # a function that writes the file
        figure(path)
    else:
        save(figure, path)


def page(run: Opened, pictures: Sequence[Picture]) -> str:
    """Return a page in Markdown that shows the pictures and the scores of a run.

    Parameters
    ----------
    run : Opened
        The run; only its name and scores are used.
    pictures : sequence of Picture
        The pictures to show.

    Returns
    -------
    str
        The text of README.md.
    """
    shown = [f"![{words.alt}]({name})\n\n{words.caption}" for name, words, *_ in pictures]
    return "\n\n".join([HEADING + run.name, *shown, table(run.scores)]) + "\n"


def table(scores: Mapping[str, Mapping[str, Mapping[str, float | None]]]) -> str:
    """Return the scores as a table in Markdown, learned and untrained kernels of each tube.

    Parameters
    ----------
    scores : dict
        {tube: {"learned" or "untrained": summary}}, as in scores.json.

    Returns
    -------
    str
        The table, below its explanation.
    """
    lines = [SCORES, "", f"| tube | {' | '.join(COLUMNS)} |", "| --- |" + " ---: |" * len(COLUMNS)]
    for tube, summaries in scores.items():
        for which, numbers in summaries.items():
            row = (numbers.get(column) for column in COLUMNS)
            cells = " | ".join("" if number is None else f"{number:.2f}" for number in row)
            lines.append(f"| {tube.replace('x', '×')}, {which} | {cells} |")
    return "\n".join(lines)


def _draw_attention(run, layer):
    """Return a Figure of where the token with the largest pooling weight attends."""
    return attention.draw_attention(run.example.clip, run.outputs[1], run.cfg, run.token, layer,
                                    "the pooling query attends to it most")
