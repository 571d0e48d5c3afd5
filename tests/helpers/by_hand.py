"""Safetensors files written byte by byte, also in number formats that NumPy lacks."""

import json

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file


def write(path, entries, metadata=None):
    """Write {name: (format, shape, bytes)}; returns the path."""
    header, start = {"__metadata__": metadata} if metadata else {}, 0
    for name, (kind, shape, content) in entries.items():
        header[name] = {"dtype": kind, "shape": shape,
                        "data_offsets": [start, start + len(content)]}
        start += len(content)
    text = json.dumps(header).encode()
    content = b"".join(content for *_, content in entries.values())
    path.write_bytes(len(text).to_bytes(8, "little") + text + content)
    return path


def halve(source, kind, path):
    """Copy a float32 file to `path` in F16 or BF16; returns {name: the values as float32}."""
    arrays = load_file(source)
    with safe_open(source, "numpy") as file:
        metadata = file.metadata()
    if kind == "F16":
        small = {name: x.astype(np.float16) for name, x in arrays.items()}
        kept = {name: x.astype(np.float32) for name, x in small.items()}
    else:  # the upper half of each float32
        small = {name: (x.view("<u4") >> 16).astype("<u2") for name, x in arrays.items()}
        kept = {name: (x.view("<u4") & 0xFFFF0000).view(np.float32) for name, x in arrays.items()}
    write(path, {name: (kind, x.shape, x.tobytes()) for name, x in small.items()}, metadata)
    return kept
