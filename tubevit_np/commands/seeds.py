"""train --seeds: one training for each seed, and a table of their scores."""

from dataclasses import replace
from pathlib import Path

from tubevit_np.commands.training import train_and_report
from tubevit_np.runs import seeds
from tubevit_np.runs.repeat import new_or_begun, refuse_others


def check_seeds(options):
    """Raise ValueError if --seeds cannot be combined with the other options."""
    if options.resume is not None:
        raise ValueError("--resume continues one run; to continue the trainings of --seeds, repeat "
                         "their command with --out")
    if hasattr(options, "seed"):
        raise ValueError(f"--seed {options.seed} and --seeds are two choices; leave out --seed")
    if twice := [seed for seed in options.seeds if options.seeds.count(seed) > 1]:
        raise ValueError(f"--seeds: {twice[0]} is given twice, but two trainings with the same "
                         "seed are equal; leave one out")


def train_seeds(options, recipe, engine):
    """Train a recipe with each seed, except for what is done already; print and write the scores.
    """
    from tubevit_np.runs.open_run import refuse_run

    folder, recipes = Path(options.out), {seed: replace(recipe, seed=seed)
                                          for seed in options.seeds}
    refuse_run(folder)
    for seed, of_seed in recipes.items():  # before the first training
        refuse_others(seeds.folder_of(folder, seed), of_seed)
    scores = {}
    for k, (seed, of_seed) in enumerate(recipes.items()):
        print(f"\nseed {seed} ({k + 1} of {len(recipes)})")
        scores[seed] = scores_of(seeds.folder_of(folder, seed), of_seed, engine, options)
    found = seeds.statistics(scores)
    seeds.write_seeds(folder, recipe, found)
    print_table(found, folder)


def scores_of(folder, recipe, engine, options):
    """{score: fraction} of a seed, which is trained and evaluated if that is not yet done."""
    kept = seeds.kept_scores(folder, recipe)
    if kept is not None:
        print(f"{folder} is done already")
        return kept
    run = new_or_begun(folder, recipe)
    place = options.tensorboard and str(Path(options.tensorboard) / folder.name)
    train_and_report(run, engine, place)
    seeds.keep_scores(run)
    return seeds.kept_scores(folder, recipe)


def print_table(found, folder):
    """Print each score: of every seed, mean and standard deviation; and what they mean."""
    width, [first, *_] = max(map(len, found)), found.values()
    names = [f"seed {seed}" for seed in first["seeds"]]
    print(f"\n{'':{width}}" + "".join(f"{name:>9}" for name in (*names, "mean", "std.dev.", "n")))
    for name, of_score in found.items():
        deviation = of_score["standard deviation"]
        cells = [f"{value:.1%}" for value in (*of_score["seeds"].values(), of_score["mean"])]
        cells += ["-" if deviation is None else f"{deviation:.1%}", of_score["n"]]
        print(f"{name:{width}}" + "".join(f"{cell:>9}" for cell in cells))
    print(f"\n{meaning(first['n'])}\n\nwritten: {folder / 'seeds.csv'}\n"
          f"written: {folder / 'seeds.json'}")


def meaning(n):
    """A sentence about the numbers in the table."""
    if n == 1:
        return "A single seed does not show how much a score changes from seed to seed."
    return ("The standard deviation (n - 1) says how far the score of one training typically lies\n"
            f"from the mean, only because of its seed. The mean of {n} trainings is less\n"
            f"uncertain: divide the deviation by {n ** 0.5:.2g}.")
