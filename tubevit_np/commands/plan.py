"""What a training will take, printed before it begins: data, model, steps, memory and time.

run: a Run, or one that is only planned;  engine: check, train, predictor and plan of a package."""

from tubevit_np.commands.planned_memory import in_total, other_memory, warn_of_memory
from tubevit_np.commands.planned_time import duration
from tubevit_np.commands.units import in_bytes, in_flops, of_several
from tubevit_np.cost import count as cost
from tubevit_np.cost.step import step_flops
from tubevit_np.training.plan import num_trainable
from tubevit_np.variants.params import num_params


def summary(run, engine, done=0):
    """Yield the lines before a training of which `done` steps are done."""
    step, rest = engine.plan.step_memory(run.cfg, run.recipe), other_memory(run)
    yield length(run, done)
    yield f"memory: {in_total(run, engine, step, rest)}; time: {duration(run, engine, done)}"
    warn_of_memory(run, engine, step, rest)


def details(run, engine):
    """Yield the lines of a dry run."""
    step, rest = engine.plan.step_memory(run.cfg, run.recipe), other_memory(run)
    yield from map(data_line, run.sources)
    yield from token_lines(run)
    yield parameter_line(run)
    operations = step_flops(run.cfg, run.recipe.inputs, run.recipe.frozen)
    yield f"operations: {in_flops(operations)} per step, forward and backward"
    yield length(run)
    yield f"memory: {in_total(run, engine, step, rest)}"
    each = " on each device" * (run.recipe.devices > 1)
    yield from (f"  {what}: {in_bytes(size)}{each}" for what, size in step.items())
    yield from (f"  {what}: {in_bytes(size)}" for what, size in rest.items() if size)
    yield f"time: {duration(run, engine)}"
    warn_of_memory(run, engine, step, rest)


def data_line(source):
    """The classes of a set, and its number of files."""
    classes = ", ".join(f"{head} ({len(names)} classes)" for head, names in source.labels.items())
    if not is_of_files(source):
        return f"{source.kind}s: {classes}; generated"
    return f"{source.kind}s: {classes}; {source.num_training} files for training"


def token_lines(run):
    """Yield the tokens of a video and of an image, by tube."""
    for shape in run.recipe.shapes:
        counts = cost.tokens(run.cfg, shape)
        tubes = ", ".join(f"{tube.name} {count}" for tube, count
                          in zip(run.cfg.tubes, counts, strict=True) if count)
        kind = "a video" if shape[0] > 1 else "an image"
        yield f"tokens of {kind}: {sum(counts)} ({tubes})"


def parameter_line(run):
    """The number of parameters, and how many of them are trained."""
    total, trained = num_params(run.cfg), num_trainable(run.cfg, run.recipe.frozen)
    parts = f"{trained:,} trained, {total - trained:,} frozen" if trained < total else "all trained"
    return f"parameters: {total:,}, {parts}"


def length(run, done=0):
    """The steps of a training, and how many epochs of each set they are."""
    sets = [set_length(source, count, run.recipe.steps) for source, (*_, count, _)
            in zip(run.sources, run.recipe.sets, strict=True)]
    done = f", {done} of them done" if done else ""
    return f"{of_several(run.recipe.steps, 'step')}{done}: {', '.join(sets)}"


def set_length(source, count, steps):
    """The epochs of a set, or its examples per step if it has no epochs."""
    if not is_of_files(source):
        return f"{of_several(count, f'generated {source.kind}')} per step"
    name, total = getattr(source, "pictures", source).head, source.num_training
    return (f"{steps * count / total:.3g} epochs of {name} ({of_several(total, source.kind)}, "
            f"{count} per step)")


def is_of_files(source):
    """Whether a set is made of files: then it has epochs."""
    return hasattr(source, "num_training")
