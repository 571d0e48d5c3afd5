"""Lines about the end of a training: whether it was early, and which checkpoint is the best."""

from tubevit_np.runs.run_folder import BEST


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
