"""Read a safetensors file as NumPy arrays, bfloat16 too."""

import json

import numpy as np
from safetensors import safe_open

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<V2", "I64": "<i8", "I32": "<i4",
          "I16": "<i2", "I8": "i1", "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1",
          "BOOL": "?"}


def read_safetensors(path):
    """({name: array}, metadata) of a file; arrays of bfloat16 are two raw bytes per value.

    The package safetensors checks the file.  Its own reader for NumPy stops at bfloat16, which
    NumPy lacks, so the arrays are read here.  Raises ValueError for any other format of numbers.
    """
    with safe_open(path, framework="numpy") as checked, open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        header.pop("__metadata__", None)
        start = file.tell()
        return ({name: _read_array(file, start, name, entry) for name, entry in header.items()},
                dict(checked.metadata() or {}))


def _read_array(file, start, name, entry):
    """One array of an open file whose numbers begin at byte `start`."""
    if entry["dtype"] not in DTYPES:
        raise ValueError(f"{name} is {entry['dtype']}; supported are {', '.join(DTYPES)}")
    dtype = np.dtype(DTYPES[entry["dtype"]])
    begin, end = entry["data_offsets"]
    file.seek(start + begin)
    return np.fromfile(file, dtype, (end - begin) // dtype.itemsize).reshape(entry["shape"])


def widen_half(x):
    """float16 and bfloat16 as float32, exactly; any other array unchanged.

    bfloat16 is the upper half of a float32, here two raw bytes.
    """
    if x.dtype.kind == "V" and x.dtype.itemsize == 2:
        return (x.view("<u2").astype("<u4") << 16).view("<f4")
    return x.astype(np.float32) if x.dtype == np.float16 else x
