"""Which picture of a run is laid out how: layout(run, width) returns a Box."""

from collections.abc import Callable

from tubevit_np.plots.analysis.attention_weights import answers
from tubevit_np.plots.gallery.run_data import Opened
from tubevit_np.plots.paper import (
    attention,
    film,
    kernel_sets,
    kernels,
    model,
    motion,
    positions,
    sampling,
    scores,
    training,
)
from tubevit_np.plots.paper.boxes import Box
from tubevit_np.runs.score_names import final_scores


def _attention(run, layer, width):
    """Return where the token with the largest pooling weight attends."""
    return attention.lay_attention(run.example.clip, run.outputs[1], run.cfg, run.token, layer,
                                   "the pooling query attends to it most", width)


LAYOUTS: dict[str, Callable[[Opened, float], Box]] = {  # all pictures except the animations
    "architecture": lambda run, width: model.lay_architecture(run.video, run.cfg, width),
    "kernels": lambda run, width: kernels.lay_kernels(run.kernels, width),
    "slices": lambda run, width: motion.lay_slices(run.measured, width),
    "spectra": lambda run, width: motion.lay_spectra(run.measured, width),
    "population": lambda run, width: scores.lay_population(
        run.measured, run.measured_untrained, width),
    "movement": lambda run, width: scores.lay_movements(
        run.measured, run.measured_untrained, width),
    "colors": lambda run, width: kernel_sets.lay_colors(run.measured, width),
    "distributions": lambda run, width: scores.lay_distributions(
        run.measured, run.measured_untrained, width),
    "controls": lambda run, width: kernel_sets.lay_controls(run.controls, width),
    "sampling": lambda run, width: sampling.lay_sampling(run.cfg, run.shape, width),
    "overlay": lambda run, width: film.lay_overlay(run.example.clip, run.cfg, width),
    "positions": lambda run, width: positions.lay_likeness(
        run.at, run.cfg, run.example.shape, width),
    "position-table": lambda run, width: positions.lay_table(
        run.at, run.cfg, run.example.shape, width),
    "pooling": lambda run, width: attention.lay_pooling(
        run.example.clip, run.outputs[1], run.cfg, answers(run.outputs[0], run.notes["labels"]),
        run.example.name, width, run.notes["labels"]),
    "attention-first": lambda run, width: _attention(run, 0, width),
    "attention-last": lambda run, width: _attention(run, run.deep, width),
    "history": lambda run, width: kernel_sets.lay_history(run.history, width),
    "curves": lambda run, width: training.lay_curves(
        run.records, run.chance, final_scores(run.folder), width),
}
