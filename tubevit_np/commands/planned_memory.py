"""How much memory a training needs, beside how much there is."""

import os
import warnings
from dataclasses import replace

from tubevit_np.commands.units import in_bytes

PROGRAM = 130e6  # bytes of Python with its packages, in this process and in a worker process
BATCHES = 2  # in memory: one that is trained on, and the next one
ACCUMULATE = (2, 4, 8, 16, 32, 64, 128, 256)  # numbers of micro-batches to propose


def other_memory(run):
    """{what for: bytes} on this machine beside the training step."""
    recipe = run.recipe
    pixels = sum(frames * height * width * count
                 for (frames, height, width), count in recipe.inputs)
    worker = any(has_worker(source, recipe) for source in run.sources)
    decoded = sum(decoded_bytes(source, recipe) for source in run.sources)
    return {"decoded files": decoded, "batches": BATCHES * pixels * run.cfg.channels,
            "program": int(PROGRAM * (1 + worker))}


def decoded_bytes(source, recipe):
    """Bytes of the decoded files that a source will hold; 0 if it decodes them on the fly."""
    of_files = hasattr(source, "bytes_in_memory")
    return source.bytes_in_memory(recipe.fps, recipe.memory) if of_files else 0


def has_worker(source, recipe):
    """Whether a worker process makes the batches of a source: except files that lie in memory."""
    return hasattr(source, "pictures") or not decoded_bytes(source, recipe)


def in_total(run, engine, step, rest):
    """The memory of a training in one phrase."""
    if device := engine.plan.device():
        return (f"about {in_bytes(sum(step.values()))} on each {device} device, "
                f"{in_bytes(sum(rest.values()))} on this machine")
    there = machine_memory()
    return (f"about {in_bytes(on_this_machine(run, engine, step, rest))}"
            + (f" of {in_bytes(there)}" if there else ""))


def on_this_machine(run, engine, step, rest):
    """Bytes on this machine: several devices of a CPU share its memory."""
    devices = 0 if engine.plan.device() else run.recipe.devices
    return devices * sum(step.values()) + sum(rest.values())


def machine_memory():
    """Bytes of memory of this machine; None if it is not known."""
    names = ("SC_PAGE_SIZE", "SC_PHYS_PAGES")
    if not set(names) <= getattr(os, "sysconf_names", {}).keys():
        return None
    page, pages = map(os.sysconf, names)
    return page * pages


def warn_of_memory(run, engine, step, rest):
    """Warn if the memory of this machine is too small, with the way out."""
    needed, there = on_this_machine(run, engine, step, rest), machine_memory()
    if there is None or needed <= there:
        return
    way_out = "use a smaller --batch, --size, --frames or --memory"
    for accumulate in (k for k in ACCUMULATE if k > run.recipe.accumulate):
        less = step_of(run, engine, accumulate)
        if less and on_this_machine(run, engine, less, rest) <= there:
            way_out = f"--accumulate {accumulate} computes the same steps in less memory"
            break
    warnings.warn(f"the training needs about {in_bytes(needed)}, but this machine has "
                  f"{in_bytes(there)}: {way_out}", stacklevel=2)


def step_of(run, engine, accumulate):
    """The memory of a step with so many micro-batches; None if its batches cannot be cut so."""
    try:
        return engine.plan.step_memory(run.cfg, replace(run.recipe, accumulate=accumulate))
    except ValueError:
        return None
