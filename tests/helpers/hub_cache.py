"""The cache of the Hugging Face Hub, made by hand."""

import hashlib
import os
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def add_model(cache, name, folder, commit=COMMIT, ref="main"):
    """Put the files of a folder into the cache as a model user/repo, as links to its blobs."""
    repo = cache / f"models--{name.replace('/', '--')}"
    for part in ("blobs", "refs", f"snapshots/{commit}"):
        (repo / part).mkdir(parents=True, exist_ok=True)
    (repo / "refs" / ref).write_text(commit, encoding="utf-8")
    for path in Path(folder).iterdir():
        blob = repo / "blobs" / hashlib.sha256(path.read_bytes()).hexdigest()
        blob.write_bytes(path.read_bytes())
        (repo / "snapshots" / commit / path.name).symlink_to(os.path.join("..", "..", "blobs",
                                                                          blob.name))
    return repo / "snapshots" / commit
