"""What train does with an open run: train it, evaluate it, draw it, and print its scores."""

from tubevit_np.commands.drawing import draw_run
from tubevit_np.commands.ending import ending, print_by_heart
from tubevit_np.commands.report import print_held_out, print_results, report
from tubevit_np.runs.tensorboard import TensorBoard


def train_and_report(run, engine, tensorboard=None):
    """Train a run to its end, draw its curves and kernels, and print its final scores.

    tensorboard: folder of the log for TensorBoard; "" is the folder tensorboard of the run, None
    none at all."""
    print_held_out(run.sources)
    if tensorboard is not None:
        run.records.mirror = TensorBoard(tensorboard or run.folder / "tensorboard")
    params = engine.train(run)
    for line in ending(run):
        print(line)
    report(engine.predictor(params, run.cfg), run.sources, None, run.folder,
           draw=lambda: draw_run(run))  # the curves end at the scores of evaluation.json
    print_by_heart(run)
    print_results(run)
