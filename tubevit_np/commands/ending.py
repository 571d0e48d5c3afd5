"""Lines about the end of a training: whether it was early, and which checkpoint is the best."""

from tubevit_np.runs.by_heart import by_heart
from tubevit_np.runs.run_folder import BEST, read_metrics
from tubevit_np.runs.score_names import final_scores


def ending(run):
    """Yield lines about the end of a run whose training is over."""
    best, name = run.best(), " and ".join(run.best_scores)
    done = best.last if best and run.stopped else run.recipe.steps
    if run.stopped:
        yield (f"stopped early after step {done} of {run.recipe.steps}: {name} has not improved in "
               f"the last {best.since} evaluations (--patience {run.recipe.patience})")
    if run.first == done:
        yield (f"{run.folder} has already done all its {done} steps; evaluating and drawing it "
               "again")
    if best and best.step < done:
        yield (f"best score during training: {name} {best.score:.1%} after step {best.step}; this "
               f"model is {run.folder / BEST}")


def print_by_heart(run):
    """Print a line for each head whose training examples the model knows by heart."""
    remarks = by_heart(read_metrics(run.records.path), run.sources, final_scores(run.folder))
    print(*(f"\n{remark}" for remark in remarks.values()), sep="", end="\n" if remarks else "")
