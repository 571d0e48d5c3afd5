"""Export a whole model for PyTorch: model.py, which is torch_model.py, and model.safetensors.

Nothing of this package is needed to use them. model.safetensors is a checkpoint, which tv.load
reads, too."""

from pathlib import Path

from tubevit_np.model.config import Config
from tubevit_np.storage.checkpoint import to_file
from tubevit_np.transfer.new_folder import write_new
from tubevit_np.variants.config import attention_of, position_of

CODE = Path(__file__).with_name("torch_model.py")


def export(folder, params, cfg, labels, **metadata):
    """Write model.py and model.safetensors; metadata: as of a checkpoint.

    Raises ValueError for a variant, which the code does not have, and as write_new does."""
    if type(cfg) is not Config:
        raise ValueError(f"the model has {attention_of(cfg)} attention and {position_of(cfg)} "
                         "positions; the format torch is only for TubeViT itself, with global "
                         "attention and fixed positions")
    write_new(folder, {"model.py": CODE.read_bytes(),
                       "model.safetensors": to_file(params, cfg, labels, **metadata)})
