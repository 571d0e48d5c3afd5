"""The commands that train and evaluate; options.py has their arguments."""

from pathlib import Path

from tubevit_np.commands.drawing import draw_study
from tubevit_np.commands.given_recipe import given_fields, print_recipe
from tubevit_np.commands.report import parse_views, print_held_out, report
from tubevit_np.commands.seeds import check_seeds, train_seeds
from tubevit_np.commands.training import print_dry_run, train_and_report
from tubevit_np.cost.table import model_lines, set_lines, size_lines
from tubevit_np.data.sources import CAMERA, pictures_of
from tubevit_np.model.config import format_size
from tubevit_np.model.presets import PRESETS
from tubevit_np.runs.recipe import at_least, given_at_least
from tubevit_np.runs.recipe_defaults import recipe_for
from tubevit_np.storage.atomic_files import check_folder

CHANGEABLE = ("steps", "data", "images")  # fields of a recipe that --resume may change


def train(options, engine):
    """Train a new or resumed run, draw its curves and kernels, and print its final scores."""
    from tubevit_np.runs.open_run import new_run, open_run

    given = given_fields(options)
    if options.seeds is not None:
        check_seeds(options)
    if options.resume is not None and options.print_recipe:
        raise ValueError(f"--resume keeps a run's recipe; print it with: train --recipe "
                         f"{options.resume} --print-recipe")
    if options.resume is not None and (kept := [name for name in given if name not in CHANGEABLE]):
        raise ValueError(f"a resumed run keeps its options, except --{', --'.join(CHANGEABLE)}; "
                         f"leave out --{kept[0].replace('_', '-')}")
    for name, folder in (("out", options.out), ("resume", options.resume)):
        if folder is not None and not folder.strip():
            raise ValueError(f"--{name} is empty; name a folder for the run")
    if options.dry_run and options.resume is not None:
        raise ValueError("--dry-run is for a new training; leave out --resume")
    if options.resume is not None:
        run = open_run(options.resume, **given)
    else:
        engine.check(recipe := recipe_for(**given))  # before there is a folder
        if options.print_recipe:
            return print_recipe(recipe)
        if options.dry_run:
            return print_dry_run(recipe, engine)
        if options.seeds is not None:
            return train_seeds(options, recipe, engine)
        run = new_run(options.out, recipe)
    train_and_report(run, engine, options.tensorboard)


def is_training(options):
    return getattr(options, "command", None) is train


def smaller(options):
    """How a command may need less memory, for its error line."""
    return "; use a smaller --size, --frames or --batch" if is_training(options) else ""


def evaluate(options, engine):
    from tubevit_np.commands.per_class import names_apart
    from tubevit_np.data.datasets.dataset import head_and_path
    from tubevit_np.runs.held_out import sources_for
    from tubevit_np.runs.run_folder import load_model

    views = parse_views(options.views)
    given_at_least(1, options, "count")
    path, params, cfg, notes = load_model(options.run)
    if options.details:
        check_folder(options.details, "--details")
    if options.group_by is not None and not (options.data or options.images):
        raise ValueError("the run's own data keep their split; leave out --group-by, or give "
                         "--data or --images")
    sources = sources_for(path, notes, options.data, options.images, options.group_by,
                          options.cache)
    print_held_out(sources)
    given = [head_and_path(pictures_of(str(one)) or one)[0]
             for one in (*options.data, *options.images)]
    folder = Path(options.run) if Path(options.run).is_dir() and not given else None
    written = report(engine.predictor(params, cfg), sources, options.count, folder, views,
                     options.details, names_apart(sources, given) if given else None)
    if written:
        print("", *(f"written: {path}" for path in written), sep="\n")


def subset(options, engine):
    """List a small part of a data set in a folder; print how many files each class has."""
    from tubevit_np.data.datasets.subset import make_subset, read_classes

    kind, path = ("video", options.data) if options.data else ("image", options.images)
    if pictures := pictures_of(path):
        raise ValueError(f"data {path}: choose pictures with --images {pictures}, then train on "
                         f"{CAMERA}{options.out}")
    given_at_least(1, options, "per_class")
    at_least(0, "seed", options.seed)
    check_folder(options.out, "--out")
    counts = make_subset(path, kind, options.out, read_classes(options.classes),
                         options.per_class, options.seed, options.group_by)
    names = next(iter(counts.values()))
    width = max(map(len, names))
    print(f"{'class':{width}}" + "".join(f"{part:>8}" for part in counts))
    for name in names:
        print(f"{name:{width}}" + "".join(f"{found[name]:8}" for found in counts.values()))
    print(f"{'all':{width}}" + "".join(f"{sum(found.values()):8}" for found in counts.values()))
    option = f"--{'data' if options.data else 'images'}"
    if "train" in counts:
        print(f"\ntrain on it with {option} {options.out}")
    else:
        print(f"\n{path} holds no files for training on this disk, so the subset has none; "
              f"evaluate on it with {option} {options.out}, or rename its val.csv to train.csv "
              "and train on it: a fifth is then held out")


def ablate(options, engine):
    """Train and evaluate all variants of a study; write and print their table."""
    from tubevit_np.ablation.runner import COLUMNS, ablate
    from tubevit_np.ablation.studies import STUDIES

    if options.study not in STUDIES:
        raise ValueError(f"no study {options.study!r}; there are {', '.join(STUDIES)}")
    at_least(1, "seeds", options.seeds)
    given = {name: getattr(options, name) for name in ("steps", "batch", "image_batch")
             if hasattr(options, name)}
    given_at_least(1, options, "base-steps")
    check_folder(options.out, "--out")
    folder = Path(options.out)
    rows = ablate(options.study, folder, options.seeds, given, engine, base=options.base_steps)
    draw_study(folder / f"{options.study}.png", COLUMNS, rows, f"Ablation: {options.study}")
    width = max(len(row[0]) for row in rows)
    print(f"\n{COLUMNS[0]:{width}}" + "".join(f"{column:>9}" for column in COLUMNS[1:]))
    for name, tokens, gflops, seconds, *fractions, paper in rows:
        print(f"{name:{width}}{tokens:9.0f}{gflops:9.3f}{seconds:9.0f}"
              + "".join(f"{fraction:9.1%}" for fraction in fractions) + f"{paper:>9}")


def info(options, engine):
    given = {name: getattr(options, name) for name in ("preset", "tubes", "frames", "size")
             if getattr(options, name) is not None}
    recipe = recipe_for(**({"preset": "B"} if options.all else {}) | given)
    shape = (recipe.frames, recipe.size, recipe.size)
    if options.all:
        lines = *size_lines(recipe.tubes or "main"), "", *set_lines(recipe.preset, shape)
    else:
        cfg = recipe.config(PRESETS[recipe.preset].classes)
        print(f"width {cfg.dim}, {cfg.depth} blocks, {cfg.heads} heads, MLP {cfg.mlp_dim}; "
              f"video of {format_size(shape)}, image of {recipe.size}x{recipe.size}\n")
        lines = model_lines(cfg, shape)
    print(*lines, sep="\n")
