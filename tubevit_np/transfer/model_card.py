"""The model card of a shared model: README.md, with the fields that the Hugging Face Hub reads."""

import json

from tubevit_np.data.sources import GENERATED
from tubevit_np.model.config import format_size
from tubevit_np.runs.held_out import clip_fps
from tubevit_np.transfer.public_config import set_name, sets_of

LICENSE = "unknown"  # a value that the Hub accepts
MAX_CLASSES = 50  # to list by name
CITATION = """@inproceedings{piergiovanni2023tubevit,
  title     = {Rethinking Video {ViT}s: Sparse Video Tubes for Joint Image and Video Learning},
  author    = {Piergiovanni, AJ and Kuo, Weicheng and Angelova, Anelia},
  booktitle = {Proceedings of the IEEE/CVF Conference on Computer Vision and Pattern Recognition
               (CVPR)},
  year      = {2023}
}"""


def model_card(title, cfg, notes, count, recipe, data, scores, has_kernels):
    """The text of README.md.

    notes: metadata of the checkpoint;  count: number of parameters;  recipe, data, scores: what
    config.json, data.json and evaluation.json of the run hold, or None;  has_kernels: whether
    kernels.png is there."""
    picture = "\n![The tube kernels: one row for each kind of tube](kernels.png)\n" * has_kernels
    return "\n".join([
        front_matter(notes), f"# {title}\n", model_lines(cfg, notes, count), picture,
        "## How to use it\n", usage(title, notes),
        "## Training data\n", *data_lines(recipe, data),
        "\n## Scores\n", *score_lines(scores),
        "\n## Limits\n", *limit_lines(notes, recipe, scores),
        "\n## Citation\n", f"```bibtex\n{CITATION}\n```", ""])


def front_matter(notes):
    """The fields that the Hub reads."""
    kind = "video" if "video" in json.loads(notes["heads"]) else "image"
    return f"""---
library_name: tubevit
pipeline_tag: {kind}-classification
license: {LICENSE}  # fill in, for example apache-2.0 or cc-by-4.0
tags:
- tubevit
- sparse-video-tubes
metrics:
- accuracy
---
"""


def model_lines(cfg, notes, count):
    """What the model is, and what it takes."""
    tubes = ", ".join(tube.name for tube in cfg.tubes)
    fps = clip_fps(notes)
    spread = f"at {fps:g} frames per second" if fps else "spread over the whole video"
    size = format_size([notes["size"]] * 2)
    step = f", after {notes['step']} training steps" if "step" in notes else ""
    return f"""A TubeViT classifies videos and images with the same weights. A few large-stride 3D
convolution kernels ("tubes") turn a video into tokens for a vision transformer.

| | |
| --- | --- |
| parameters | {count:,}{step} |
| tubes | {tubes} (frames x rows x columns) |
| transformer | width {cfg.dim}, {cfg.depth} blocks, {cfg.heads} heads |
| input | {notes['frames']} frames of {size} pixels, {spread}; or one image of {size} pixels |
{head_rows(notes)}"""


def head_rows(notes):
    """One row for each head, with its classes, or the first of many."""
    return "\n".join(f"| {len(names)} classes of {head} | {cell(', '.join(names[:MAX_CLASSES]))}"
                     f"{', ... (all are in config.json)' * (len(names) > MAX_CLASSES)} |"
                     for head, names in notes["labels"].items())


def cell(text):
    """Text that stays in one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def usage(title, notes):
    """How to load the model and classify a file."""
    return f"""```bash
pip install 'tubevit[hub]'
tubevit predict USER/{title} clip.mp4
```

```python
import tubevit_np as tv

params, cfg, notes = tv.load("USER/{title}")
```
"""


def data_lines(recipe, data):
    """One row for each data set: its name, and its numbers of files."""
    sets = sets_in(recipe)
    yield ", ".join(f"{name} ({kind}s)" for kind, name in sets) + "." if sets else "Fill in."
    if data:
        yield "\n| head | kind | classes | files for training | held-out files | left out |"
        yield "| --- | --- | --- | --- | --- | --- |"
    for one in data or []:
        train, held_out = (sum(one[part].values()) for part in ("train", "val"))
        yield (f"| {one['head']} | {one['kind']}s | {len(one['train'])} | {train} | {held_out} | "
               f"{len(one.get('left out', []))} |")
    if recipe:
        yield "\nconfig.json holds all settings of the training."


def sets_in(recipe):
    """(kind, name) of each data set of a stored recipe, or of None."""
    return [(kind, set_name(one)) for kind, field in (("video", "data"), ("image", "images"))
            for one in sets_of(recipe or {}, field)]


def score_lines(scores):
    """One row for each score, with its 95% interval and the accuracy of guessing."""
    if not scores:
        yield "None were computed. Fill in."
        return
    yield "| held-out data | score | correct | 95% interval | guessing |"
    yield "| --- | --- | --- | --- | --- |"
    for group, found in scores.items():
        kind, *rest = group.split(" ", 1)  # "video", or "video of noun (name)"
        examples = cell(" ".join([f"{found['count']} {kind}s", *rest]))
        for name, chance in found["chance level"].items():
            low, high = found["95% interval"][name]
            yield (f"| {examples} | {cell(name)} | {found[name]:.1%} | "
                   f"{100 * low:.1f} to {100 * high:.1f} | {chance:.1%} |")


def limit_lines(notes, recipe, scores):
    """What the numbers do not show."""
    size = format_size([notes["size"]] * 2)
    yield (f"- The model always answers with one of its classes, even if a video shows something "
           f"else. It sees {notes['frames']} frames of {size} pixels.")
    yield ("- The scores are for held-out examples of the data above. For other videos they can be "
           "much lower. The intervals count only the chance in the choice of the examples."
           if scores else "- No scores are given here.")
    if recipe and all(name in GENERATED for _, name in sets_in(recipe)):
        yield ("- The training clips are made by a program. A model trained on them alone does "
               "not recognize real actions.")
    yield "- Probabilities are not calibrated."
    yield "- Fill in: who is in the data, and what the model must not be used for."
