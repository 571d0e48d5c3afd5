"""What --help says about each field of a recipe that the command line can set."""

from pathlib import Path

from tubevit_np.model.presets import PRESETS
from tubevit_np.runs.recipe import PRECISIONS
from tubevit_np.variants.config import POSITIONS
from tubevit_np.variants.tube_sets import TUBE_SETS

EACH = "one number for all data sets, or one for each"

HELP: dict[str, dict[str, tuple[type, str]]] = {  # group: {option: (type, help text)}
    "data": {
        "data": (Path, """videos: a folder, a CSV, an annotation file, or the word generated.
            NAME=PATH names the head. Repeat the option for several data sets (default, if there are
            no --images either: generated videos and images)"""),
        "images": (Path, """images, trained jointly with the videos; as --data (default: see
            --data)"""),
        "frames": (int, "frames per clip"),
        "fps": (float, """frames per second of a clip, above 0; clips start at a random time and are
            decoded on the fly (default: the frames are spread over the whole video)"""),
        "size": (int, "height and width of frames and images, in pixels"),
        "batch": (int, f"videos per step; {EACH}"),
        "image_batch": (int, f"images per step; {EACH}"),
        "weight": (float, f"weight of the mean loss of videos, at least 0; {EACH}"),
        "image_weight": (float, f"weight of the mean loss of images, at least 0; {EACH}"),
        "memory": (float, """memory for decoded files, in GB. Larger data sets, and all videos with
            --fps, are decoded on the fly in a worker process"""),
        "cache": (Path, """folder for frames that are decoded on the fly: the first epoch fills it,
            later epochs decode nothing and get the same batches, bit for bit (default: no
            cache)"""),
    },
    "augmentation and regularization": {
        "flip": (bool, """mirror files at random, except classes whose name contains left or right
            (default: off)"""),
        "randaugment": (int, """number of random operations per clip, the same for all its frames;
            not on generated clips (paper: 2)"""),
        "magnitude": (float, "strength of these operations, 0 to 10"),
        "mixup": (float, """parameter of the Beta distribution for mixing pairs of examples, at
            least 0; 0: no mixup"""),
        "dropout": (float, "fraction of values that dropout sets to 0; at least 0, below 1"),
        "smoothing": (float, "label smoothing; at least 0, below 1"),
        "smoothness": (float, """extra weight decay on high spatial frequencies of tube kernels, at
            least 0; makes the kernels easier to look at"""),
        "shuffled": (bool, """control experiment: train on clips whose frames are in random order
            (default: off)"""),
    },
    "model": {
        "preset": (str, f"model size: {', '.join(PRESETS)}"),
        "tubes": (str, f"""tube set (default: that of the preset). Baselines: dense (tubelets, as in
            ViViT), frames (patches of every frame and divided attention, as in TimeSformer),
            patches (2D patches alone), plain (main without space-to-depth), shared (one kernel for
            all tubes); demo-... for generated clips. All: {", ".join(TUBE_SETS)}"""),
        "position": (str, f"position encoding of tokens: {', '.join(POSITIONS)} (Table 7a)"),
        "start": (Path, """run or checkpoint to start from: its model and parameters. Heads with
            other names or classes are new (default: new parameters). Excludes --preset, --tubes and
            --position"""),
    },
    "optimization": {
        "steps": (int, "number of training steps"),
        "frozen": (int, """number of leading blocks that are not trained; above 0, the tubes are not
            trained either"""),
        "lr": (float, "highest learning rate, at least 0"),
        "seed": (int, "seed of the initial parameters and of the batches, at least 0"),
    },
    "memory and speed": {
        "accumulate": (int, """gradient accumulation: number of micro-batches per step. 4 gives the
            same gradients in about a quarter of the memory"""),
        "devices": (int, """number of devices, data parallel (tubevit_tg): the model is replicated,
            each batch is split. Batch sizes must be multiples of --devices times --accumulate. On a
            CPU, devices are threads"""),
        "precision": (str, f"""format of matrix products: {", ".join(PRECISIONS)} (tubevit_tg). half
            scales the loss and adapts the scale. On a CPU, lower precision saves memory, not
            time"""),
    },
    "run folder": {
        "save_every": (int, "steps between checkpoints"),
    },
}
OPTIONS = {name: (kind, " ".join(text.split()))
           for group in HELP.values() for name, (kind, text) in group.items()}
CHOICES: dict[str, tuple[str, ...]] = {  # the values of an option, for completion
    "preset": tuple(PRESETS), "tubes": tuple(TUBE_SETS), "position": tuple(POSITIONS),
    "precision": PRECISIONS}
