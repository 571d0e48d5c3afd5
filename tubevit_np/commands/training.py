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
    print_plan(run, engine)
    if tensorboard is not None:
        run.records.mirror = TensorBoard(tensorboard or run.folder / "tensorboard")
    params = engine.train(run)
    for line in ending(run):
        print(line)
    report(engine.predictor(params, run.cfg), run.sources, None, run.folder,
           draw=lambda: draw_run(run))  # the curves end at the scores of evaluation.json
    print_by_heart(run)
    print_results(run)


def print_plan(run, engine):
    """Print the length of a training that has not ended, and about what it takes."""
    from tubevit_np.commands.plan import summary
    from tubevit_np.runs.run_folder import MODEL, newest_checkpoint, step_of

    if not (run.folder / MODEL).exists():
        print(*summary(run, engine, step_of(newest_checkpoint(run.folder))), sep="\n")


def print_dry_run(recipe, engine):
    """Print what a training would take, and do not train."""
    from tubevit_np.commands.plan import details
    from tubevit_np.runs.open_run import planned

    run = planned(recipe)
    print_held_out(run.sources)
    print(*details(run, engine), sep="\n")
