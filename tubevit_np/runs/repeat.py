"""Trainings in a folder that one command makes, and continues if it runs again: ablations, seeds.
"""

from dataclasses import asdict

from tubevit_np.runs.recipe_files import read_recipe


def refuse_others(folder, recipe):
    """Raise ValueError, with what differs, if a folder holds a run of another recipe."""
    if not (folder / "config.json").exists():
        return
    stored, wanted = asdict(read_recipe(folder / "config.json")[0]), asdict(recipe)
    if different := [f"{name} is {stored[name]!r} there and {wanted[name]!r} now"
                     for name in wanted if stored[name] != wanted[name]]:
        raise ValueError(f"{folder} was trained with other options ({', '.join(different)}); "
                         "give another --out")


def new_or_begun(folder, recipe):
    """The run of a recipe in a folder: a new one, or the one that was begun, to continue it."""
    from tubevit_np.runs.open_run import new_run, open_run  # imports the decoders

    refuse_others(folder, recipe)
    begun = (folder / "config.json").exists()
    return open_run(folder) if begun else new_run(folder, recipe)
