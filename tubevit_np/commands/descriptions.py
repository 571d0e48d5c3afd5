"""What --help says about each command; options.py and recipe_help.py say it about each option."""

from typing import NamedTuple


class Description(NamedTuple):
    """usage: the required arguments;  summary: one line in the list of commands;  text: what the
    command does, needs and writes;  examples: arguments, one example a line."""

    usage: str
    summary: str
    text: str
    examples: tuple[str, ...]


PROGRAM = """TubeViT turns a video into tokens with a few large-stride 3D convolution kernels,
 "tubes", then runs a standard vision transformer. The same weights accept images. COMMAND --help
 explains a command and its options."""

COMMANDS = {
    "train": Description(
        "", "train a model on generated clips or on your videos and images",
        """Train a model, evaluate it on held-out examples and draw its kernels. Without --data and
 --images, the data are clips and images that the program generates. Each of your data sets has its
 own classification head, batch size and loss weight; generated videos have the heads verb and noun,
 and generated images share noun. With --data camera:PATH, a folder of pictures becomes a set of
 videos: a camera moves over each picture, and one head learns how it moves. All other parameters
 are shared. All results go into the run folder (--out): checkpoints, model.safetensors,
 metrics.jsonl, evaluation.json, curves.png, kernels.png and tubes.png. Ctrl-C saves
 the step and stops; --resume continues from there.

The PATH of --data and --images can be a folder with train/CLASS/FILE and val/CLASS/FILE, a folder
 with CLASS/FILE, a CSV file with the columns path and label, or an annotation file of Kinetics,
 Something-Something V2, UCF101 or HMDB51. tubevit_np/data/README.md describes all formats.""",
        ("--out runs/demo",
         "--data videos/ --size 64 --out runs/mine",
         "--data videos/ --patience 5 --out runs/short",
         "--data videos/ --preset B --dry-run",
         "--data a=one/ --data two/ --batch 24 8 --out runs/2",
         "--data camera:pictures/ --out runs/camera",
         "--start runs/demo --data videos/ --out runs/tuned",
         "--recipe k400 --data kinetics/ --out runs/k400",
         "--data videos/ --print-recipe > my.toml",
         "--recipe my.toml --seed 1 --out runs/again",
         "--data videos/ --seeds 0 1 2 --out runs/seeds",
         "--data videos/ --group-by person.. --out runs/p",
         "--resume runs/mine --data /new/videos",
         "--resume runs/mine --steps 5000",
         "--resume runs/mine")),
    "evaluate": Description(
        "RUN", "compute a model's accuracy on held-out examples",
        """Compute the accuracy of a model on held-out examples, with its 95% interval and the
 accuracy of guessing. Without --data and --images, the data are the held-out parts of the run's
 data sets, and the scores are also written to evaluation.json in the run folder.""",
        ("runs/mine", "runs/mine --views 4x3 --details answers/")),
    "predict": Description(
        "RUN FILE ...", "classify videos and images",
        """Print the most likely classes of each file and their probabilities. Videos get a
 prediction from each head that was trained on videos, images from each head that was trained on
 images. In folders, hidden files are skipped, and files that are neither videos nor images are
 counted. With --out, all probabilities are written to a table, in the order of the files. The
 README.md of tubevit_np/runs describes its columns. A file that cannot be read gets a row with its
 error.

The exit status is 0 if every file has a prediction, 3 if one or more files could not be read, and 2
 for a mistake in the command.""",
        ("runs/demo clip.mp4", "runs/demo clips/ --out predictions.csv",
         "runs/demo 'clips/*.mp4' --views 4x3 --top 3",
         "runs/demo a.mp4 b.jpg --out - > all.jsonl")),
    "kernels": Description(
        "RUN", "draw the tube kernels, as a picture and an animation",
        """Draw the tube kernels of a run or checkpoint: kernels.png and the animation tubes.png.
 Needs matplotlib.""",
        ("runs/demo --out pictures/",)),
    "figures": Description(
        "RUN", "draw all pictures of a run",
        """Draw all pictures of a run: kernels, the motion that they respond to, the places that the
 tubes read, position encodings, attention maps and training curves. Also writes scores.json, with
 the values that are drawn, and README.md, which shows the pictures. Can also draw them as
 figures for a paper, at the width of a column. Needs matplotlib.""",
        ("runs/demo --out pictures/", "runs/demo --clip clip.mp4 --out pictures/",
         "runs/demo --only slices --width 3.5 --out paper/")),
    "subset": Description(
        "(--data|--images) PATH --out FOLDER", "choose a small part of a labeled data set",
        """Choose some classes and some files of each class at random. The same --seed gives the
 same choice. Writes two lists of the files, train.csv and val.csv, into the folder --out. Give this
 folder to the command train, as --data or --images. No file is copied.""",
        ("--data k400/ --classes 9 --per-class 50 --out k9/",)),
    "pretrained": Description(
        "FILE --out FILE", "make a checkpoint from a pretrained image ViT",
        """Convert an image ViT into a TubeViT checkpoint to start training from. Reads .npz files
 (original ViT, big_vision) and safetensors files (timm, Hugging Face). Safetensors weights can be
 split over several files. It never loads pickle files, which can run code. The command lists which
 weights are read, derived or new, and which are not used. tubevit_np/transfer/README.md has the
 details.""",
        ("vit/ --classes k400=400 --out new.safetensors",
         "vit.npz --start random --out new.safetensors")),
    "scale": Description(
        "SMALL LARGE --out FILE", "combine a small model's tubes with a large image model",
        """Put the tubes of a small model into a large image model (Section 3.6 of the paper). With
 --gate, the input tokens of the encoder are multiplied by a learned factor (the gate) and added to
 the output of one block. This factor is 0 at first, so that at first the outputs for images equal
 those of the large model. Writes a checkpoint and prints the command that trains it.""",
        ("runs/small runs/big --gate 8 --out new.safetensors",)),
    "export": Description(
        "RUN --format NAME --out FOLDER", "write a model for PyTorch, ONNX, timm or Hugging Face",
        """Write a model for another library. Two formats hold the whole model, for videos and
 images, with all heads. torch: model.py, which needs only torch and safetensors, and
 model.safetensors. onnx: model-video.onnx and model-image.onnx, for one size of input and any
 batch; needs the package onnx.

The formats timm and hf hold the image part (2D patches, positions, blocks), as model.safetensors
 and config.json. The command prints which parameters are not exported: the video tubes, and all
 heads (with their pooling) except the one that --head names. Hugging Face's ViT always adds a class
 token, which TubeViT does not have. tubevit_np/transfer/README.md has the details.""",
        ("runs/demo --format torch --out model/",
         "runs/demo --format onnx --out model/",
         "new.safetensors --format hf --size 224 --out vit/",
         "runs/demo --format timm --head noun --out vit/")),
    "share": Description(
        "RUN FOLDER", "write a folder to upload to the Hugging Face Hub",
        """Write a new folder with everything that others need to use a model: model.safetensors
 without the optimizer's state, config.json, kernels.png, and README.md. This is the model card: the
 model, its data, its scores with 95% intervals and the accuracy of guessing, its limits and how to
 load it. Data sets appear with their names only, without the paths of this machine. Fill in the
 license and what only you can know. Prints the command that uploads the folder; nothing is
 uploaded. After that, everybody can type USER/REPO in place of RUN.""",
        ("runs/mine mine/",)),
    "export-log": Description(
        "RUN", "write the log of a run for TensorBoard or as CSV",
        """Write the log of a run for other programs. The log, metrics.jsonl, holds the loss, the
 learning rate and the training accuracies every few steps, and the held-out scores of each
 evaluation. To see the curves in TensorBoard while the model trains, use train --tensorboard.""",
        ("runs/mine --csv log.csv", "runs/mine --tensorboard board/")),
    "ablate": Description(
        "STUDY", "repeat one of the paper's ablations at a small size",
        """Train every variant of a study on generated clips (the set something-moves), with several
 seeds, and compare their accuracies. These are the studies. positions: position encodings left
 out, learned or fixed (Table 7a). tubes: 1 to 8 tubes (Table 7b). space-to-depth: neighboring
 outputs of a kernel are joined to one token (Table 7c). tokens: more tokens at evaluation (Table
 7d). views: several crops at evaluation (Table 7f). baselines: other models (Table 5). scaling: a
 small model's tubes in a large model (Table 6). Writes STUDY.csv and STUDY.png. Trained variants
 stay in --out: run the same command again to continue.""",
        ("positions --steps 500 --batch 16 --image-batch 16",
         "views --steps 500 --seeds 1 --out runs/views")),
    "info": Description(
        "", "print tokens, parameters, operations and memory of a model",
        """Print what a model costs: tokens, parameters, floating-point operations and memory, for
 inference and training. --all compares all sizes with the numbers printed in the paper, and
 explains why some of them cannot be reproduced. Nothing is written.""",
        ("--preset B --frames 32 --size 224", "--all")),
    "completion": Description(
        "SHELL", "print a script that completes commands in a shell",
        """Print a completion script for a shell: the Tab key then completes commands, options,
 their values and file names. Needs shtab.

First install TubeViT, so that the command tubevit exists.

bash: add this line to ~/.bashrc: eval "$(tubevit completion bash)"

zsh: write the script to a file named _tubevit in a folder of $fpath.

tcsh: write the script to a file, and add to ~/.tcshrc: source FILE

For tubevit-tg, write tubevit-tg in place of tubevit, and name the file _tubevit-tg.""",
        ("bash", "zsh > ~/.zfunc/_tubevit")),
}
