"""What --help says of each field of a recipe that the command line can set."""

from pathlib import Path

from tubevit_np.model.presets import PRESETS
from tubevit_np.runs.recipe import PRECISIONS
from tubevit_np.variants.config import POSITIONS
from tubevit_np.variants.tube_sets import TUBE_SETS

HELP = {  # group: {option: (type, what it says)}
    "what is trained on": {
        "data": (Path, "folder or table of videos, NAME=PATH, or generated; again for another set"),
        "images": (Path, "folder or CSV of images, trained on jointly; again likewise"),
        "frames": (int, "frames of a clip"),
        "fps": (float, "frames a second of a clip (default: spread over the whole video)"),
        "size": (int, "pixels, of both sides"),
        "batch": (int, "videos in a step; of several sets one number, or one for each"),
        "image_batch": (int, "images in a step; likewise"),
        "weight": (float, "of the mean loss of videos; likewise"),
        "image_weight": (float, "of the mean loss of images; likewise"),
        "memory": (float, "gigabytes for decoded files; a larger set is decoded as training goes"),
        "cache": (Path, "folder that keeps what is decoded as training goes, for the next epoch"),
    },
    "the model": {
        "preset": (str, f"its size: {', '.join(PRESETS)}"),
        "tubes": (str, f"another tube set than the preset's: {', '.join(TUBE_SETS)}"),
        "position": (str, f"of tokens: {', '.join(POSITIONS)} (Table 7a)"),
        "start": (Path, "run or checkpoint to begin from: its model and parameters, new heads"),
    },
    "how it is trained": {
        "steps": (int, "training steps"),
        "frozen": (int, "how many first blocks do not train; above 0 the tubes do not either"),
        "lr": (float, "highest learning rate"),
        "accumulate": (int, "a step in so many times more pieces, for as much less memory"),
        "devices": (int, "devices that share every batch (tubevit_tg; on a CPU: threads)"),
        "precision": (str, f"of matrix products: {', '.join(PRECISIONS)} (tubevit_tg)"),
        "smoothing": (float, "label smoothing, 0 to below 1"),
        "mixup": (float, "parameter of the Beta distribution of mixed examples; 0: none"),
        "dropout": (float, "share of numbers dropped, 0 to below 1"),
        "flip": (bool, "mirror files at random, but for classes that tell left from right"),
        "randaugment": (int, "random changes of each file (paper: 2), not of generated clips"),
        "magnitude": (float, "of these changes, 0 to 10"),
        "smoothness": (float, "extra weight decay on the high frequencies of tube kernels"),
        "shuffled": (bool, "as a control, frames of each clip in random order, in training alone"),
        "seed": (int, "of parameters and batches"),
        "save_every": (int, "steps between checkpoints"),
    },
}
OPTIONS = {name: help_of for group in HELP.values() for name, help_of in group.items()}
