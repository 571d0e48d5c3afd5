"""About how long a training takes: its operations at the speed of this machine."""

from tubevit_np.commands.planned_memory import decoded_bytes
from tubevit_np.commands.units import in_time
from tubevit_np.cost import count as cost
from tubevit_np.cost.step import step_flops
from tubevit_np.runs.run import QUICK_EVAL_CLIPS
from tubevit_np.training.speed import product_rate
from tubevit_np.training.step import PARTS


def duration(run, engine, done=0):
    """About how long the training takes, in one phrase."""
    slowdown = engine.plan.slowdown(run.recipe)
    if slowdown is None:
        return "the progress bar tells it after the first steps"
    rows = max(sum(cost.tokens(run.cfg, shape)) * count for shape, count in run.recipe.inputs)
    rate = product_rate(rows // (PARTS * run.recipe.accumulate) or 1, run.cfg.dim, run.cfg.mlp_dim)
    decoding = any(hasattr(source, "num_training") and not decoded_bytes(source, run.recipe)
                   for source in run.sources)
    return (f"about {in_time(slowdown * operations(run, done) / rate)}"
            + (", or as long as it takes to decode the files" if decoding else ""))


def operations(run, done):
    """Operations of the steps that are left, and of all evaluations."""
    recipe, steps = run.recipe, run.recipe.steps - done
    evaluations = steps // (recipe.eval_every or recipe.save_every) + 1
    total = steps * step_flops(run.cfg, recipe.inputs, recipe.frozen)
    for source, (shape, _) in zip(run.sources, recipe.inputs, strict=True):
        examples = evaluations * len(source.examples(QUICK_EVAL_CLIPS)) + len(source.examples())
        total += examples * sum(cost.flops(run.cfg, shape).values())
    return total
