"""Models of the Hugging Face Hub, by names such as user/repo or user/repo@revision.

The package huggingface_hub downloads them into its own cache. It obeys HF_HOME, HF_HUB_CACHE and
HF_HUB_OFFLINE. A file or folder of the same name always comes first.
"""

import re
from pathlib import Path

from tubevit_np.required import install

MODEL = "model.safetensors"
RUN_FILES = MODEL, "config.json"
VIT_FILES = (*RUN_FILES, f"{MODEL}.index.json", "model-*-of-*.safetensors",
             "preprocessor_config.json")
NAME = re.compile(r"\w[\w.-]*/(?!.*\.(safetensors|npz|json|bin|pth?|ckpt)$)\w[\w.-]*(@\w[\w./-]*)?")
PRETRAINED = "if it is an image ViT, convert it with the command pretrained"


def is_hub_name(path):
    """Whether a path looks like user/repo or user/repo@revision, and no such path exists."""
    return bool(NAME.fullmatch(Path(path).as_posix())) and not Path(path).exists()


def run_path(path):
    """Return the path of a run or checkpoint: the path itself, or a folder of the Hub's cache."""
    if not is_hub_name(path):
        return Path(path)
    folder = download(Path(path).as_posix(), RUN_FILES)
    if not (folder / MODEL).exists():
        raise ValueError(f"{path} on the Hugging Face Hub is not a TubeViT checkpoint: it has no "
                         f"{MODEL}; {PRETRAINED}")
    return folder


def vit_path(path):
    """Return the path of an image ViT: the path itself, or a folder of the Hub's cache."""
    if not is_hub_name(path):
        return Path(path)
    folder = download(Path(path).as_posix(), VIT_FILES)
    if not list(folder.glob("*.safetensors")):
        raise ValueError(f"{path} on the Hugging Face Hub has no weights in safetensors; other "
                         "files of weights are not read; choose another repo or revision")
    return folder


def with_commit(name):
    """Return a hub name as user/repo@commit, so that it always means the same weights."""
    return f"{Path(name).as_posix().partition('@')[0]}@{run_path(name).name}"


def title_of(path):
    """Return the name of the folder of a file; for the Hub's cache, user/repo."""
    folder = Path(path).parent.resolve()  # in the cache the file itself is a link
    repo = folder.parents[1] if len(folder.parents) > 1 else folder
    is_cache = folder.parent.name == "snapshots" and repo.name.startswith("models--")
    return repo.name.removeprefix("models--").replace("--", "/") if is_cache else folder.name


def download(name, patterns):
    """Return the cache's folder of a model after all files of these patterns are there."""
    try:
        import huggingface_hub
    except ModuleNotFoundError:
        raise ValueError(f"there is no file or folder {name}; to read a model of the Hugging Face "
                         f"Hub: {install('huggingface_hub')}") from None
    repo, _, revision = name.partition("@")
    try:
        return Path(huggingface_hub.snapshot_download(repo, revision=revision or None,
                                                      allow_patterns=list(patterns)))
    except (OSError, huggingface_hub.errors.HFValidationError) as error:
        raise ValueError(problem(error, name)) from None


def problem(error, name):
    """Return what to tell about an error of huggingface_hub, in one line."""
    from huggingface_hub import constants, errors

    repo, _, revision = name.partition("@")
    here, there = f"there is no file or folder {name}", "on the Hugging Face Hub"
    if isinstance(error, errors.GatedRepoError):
        return f"{repo} {there} is gated; ask for access on its page, then run: hf auth login"
    if isinstance(error, (errors.RepositoryNotFoundError, errors.HFValidationError)):
        return (f"{here}, and no model {repo} {there}; check the name; if the model is private, "
                "run: hf auth login")
    if isinstance(error, errors.RevisionNotFoundError):
        return f"{repo} {there} has no revision {revision}; leave out @{revision}"
    if isinstance(error, errors.LocalEntryNotFoundError):
        why = ("HF_HUB_OFFLINE is set, so nothing is downloaded" if constants.HF_HUB_OFFLINE else
               "the Hub does not answer")
        return (f"{here}, and the cache of the Hugging Face Hub does not hold the model {name}; "
                f"{why}")
    first = str(error).strip().partition("\n")[0]
    return f"cannot download {name} from the Hugging Face Hub: {first}"
