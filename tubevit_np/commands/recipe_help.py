"""What --help says about each field of a recipe that the command line can set."""

import re
from pathlib import Path

from tubevit_np.data.sources import CAMERA, GENERATED, SCENES
from tubevit_np.model.presets import PRESETS
from tubevit_np.runs.recipe import PRECISIONS
from tubevit_np.variants.config import POSITIONS
from tubevit_np.variants.tube_sets import TUBE_SETS

EACH = "one number for all data sets, or one for each"

HELP: dict[str, dict[str, tuple[type, str]]] = {  # group: {option: (type, help text)}
    "data": {
        "data": (Path, f"""videos: a folder, a CSV or an annotation file; {CAMERA}PATH, for clips
            of a camera that moves over the pictures in a folder; or the name of a generated data
            set: {" or ".join(GENERATED)}. With NAME=PATH, the head of this data set gets the name
            NAME. Repeat the option for several data sets (default: {SCENES}, as videos and as
            images, if neither --data nor --images is given)"""),
        "images": (Path, f"""images to train on together with the videos; same formats as --data
            (default: see --data; with --data {CAMERA}PATH, the pictures in PATH if they have
            classes)"""),
        "group_by": (str, """regular expression that finds the recording in the path of a file
            (below PATH): its first group, else the whole match. Where a fifth of the files is held
            out, files of one recording stay together. "(.*)" makes every file a recording by itself
            (default: the column "group" of a CSV, else names as in UCF101, Kinetics and KTH)"""),
        "frames": (int, "frames per clip"),
        "fps": (float, """frame rate of a clip, in frames per second, above 0. The clip begins at
            a random time of the video and is decoded on the fly (default: the frames are spread
            over the whole video)"""),
        "size": (int, "height and width of frames and images, in pixels"),
        "batch": (int, f"videos per step; {EACH}"),
        "image_batch": (int, f"images per step; {EACH}"),
        "weight": (float, f"""weight of the videos in the total loss: it multiplies their mean loss;
            at least 0; {EACH}"""),
        "image_weight": (float, f"""weight of the images in the total loss: it multiplies their
            mean loss; at least 0; {EACH}"""),
        "memory": (float, """memory for decoded files, in GB. A data set that does not fit is
            decoded on the fly by a worker process. With --fps, all videos are"""),
        "cache": (Path, """folder for frames that are decoded on the fly. The first epoch fills it,
            and later epochs decode nothing. The batches are the same as without a cache, bit for
            bit (default: no cache)"""),
        "loaders": (int, """number of processes that make batches, where files are decoded on the
            fly or clips are generated; the batches are the same for any number"""),
    },
    "augmentation and regularization": {
        "flip": (bool, """mirror videos and images from left to right at random, except in classes
            whose name contains "left" or "right" (default: off)"""),
        "randaugment": (int, """number of random changes (RandAugment: rotation, contrast, ...) per
            clip or image; all frames of a clip get the same ones. Generated clips get none. The
            paper uses 2"""),
        "magnitude": (float, "strength of the RandAugment changes, 0 to 10"),
        "mixup": (float, """parameter of the Beta distribution for mixing pairs of examples; 0 turns
            mixup off"""),
        "dropout": (float, "fraction of values that dropout sets to 0; at least 0, below 1"),
        "smoothing": (float, "label smoothing; at least 0, below 1"),
        "smoothness": (float, """extra weight decay on high spatial and temporal frequencies of tube
            kernels, at least 0; makes the kernels smoother"""),
        "shuffled": (bool, """control experiment: train on clips whose frames are in random order
            (default: off)"""),
    },
    "model": {
        "preset": (str, f"model size: {', '.join(PRESETS)}"),
        "tubes": (str, f"""tube set (default: that of the preset). main and core are the paper's,
            demo is for generated clips, and most others are baselines;
            tubevit_np/ablation/README.md explains each one. All: {", ".join(TUBE_SETS)}"""),
        "position": (str, f"""position encoding of tokens: {', '.join(POSITIONS)}; see Table 7a of
            the paper. strideless ignores the strides of the tubes"""),
        "start": (Path, """start the training from the model and parameters of this run or
            checkpoint, or of a model of the Hugging Face Hub (USER/REPO). A data set keeps its
            head if the checkpoint has one with the same name and classes. Otherwise it
            gets a new head. Cannot be combined with --preset, --tubes and --position (default:
            new parameters)"""),
    },
    "optimization": {
        "steps": (int, "number of training steps; for your own files, see also --epochs"),
        "frozen": (int, """keep the first N blocks fixed; if N is above 0, the tubes are fixed
            too"""),
        "lr": (float, "highest learning rate, at least 0"),
        "seed": (int, "seed of the initial parameters and of the batches, at least 0"),
    },
    "memory and speed": {
        "accumulate": (int, """gradient accumulation: number of micro-batches per step. 4 gives the
            same gradients in about a quarter of the memory"""),
        "devices": (int, """number of devices, only in tubevit_tg. Each device has a copy of the
            model and gets a part of each batch. Batch sizes must be multiples of --devices times
            --accumulate. On a CPU, devices are threads"""),
        "precision": (str, f"""number format of matrix products: {", ".join(PRECISIONS)}. Only in
            tubevit_tg. With "half", the loss is multiplied by a scale that is adapted during
            training. On a CPU, lower precision saves memory but no time"""),
    },
    "evaluation during training": {
        "eval_every": (int, """steps between evaluations. Each evaluation uses up to 256 held-out
            examples of every data set (default: an evaluation at each checkpoint)"""),
        "best": (str, """the score that chooses best.safetensors: the parameters with the highest
            score so far. A name as in metrics.jsonl: a head, or both (every head correct). Put
            image before a head of images: --best "image noun" (default: both if the videos have
            several heads, else their head; with several sets of videos, the mean of these)"""),
        "patience": (int, """early stopping: end the training after N evaluations in a row without
            a higher score (--best). 0 turns early stopping off"""),
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
UNLISTED = {  # fields that only a recipe file can set
    "warmup": "steps in which the learning rate rises from 0",
    "weight_decay": "decoupled weight decay, as in AdamW",
    "clip": "largest norm of all gradients together; larger ones are scaled down",
    "spectral": "update the tube kernels in a cosine basis",
    "kernel_rates": "learning rates of tube kernels depend on their size",
    "kernel_norm": "norm of new tube kernels",
    "log_every": "steps between records in metrics.jsonl"}
COMMENTS = {name: re.split(r"[.;] | \(default", text)[0].removesuffix(".")
            for name, (_, text) in OPTIONS.items()} | UNLISTED
