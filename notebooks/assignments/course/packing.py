"""Pack numbers, text, arrays, tuples, lists and dicts as bytes, without pickle."""

import io
import json
import struct

import numpy as np

PLAIN = (bool, int, float, str, type(None))


def pack(value):
    """The bytes of an .npz file: every array, and the nesting as JSON.

    Raises TypeError, with the name of the type, for any other type."""
    arrays = []
    layout = json.dumps(_layout(value, arrays)).encode()
    file = io.BytesIO()
    np.savez_compressed(file, layout=np.frombuffer(layout, np.uint8),
                        **{str(k): array for k, array in enumerate(arrays)})
    return file.getvalue()


def pack_reply(reply):
    """Pack a reply of `calls.answer`; for an unsupported type, pack an error instead."""
    try:
        return pack(reply)
    except TypeError as error:
        return pack({"error": f"returns the type {error}, expected arrays or numbers"})


def send(pipe, data):
    """Write the number of bytes, then the bytes."""
    pipe.write(struct.pack("<Q", len(data)) + data)
    pipe.flush()


def receive(pipe, most):
    """Read the next bytes that `send` wrote; b"" if more than `most`, or at the pipe's end."""
    head = pipe.read(8)
    size = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
    return pipe.read(size) if size <= most else b""


def unpack(data):
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return _value(json.loads(file["layout"].tobytes()), file)


def _layout(value, arrays):
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, dict):
        return {"dict": [[str(key), _layout(part, arrays)] for key, part in value.items()]}
    if isinstance(value, (tuple, list)):
        return {type(value).__mro__[-2].__name__: [_layout(part, arrays) for part in value]}
    array = np.array(value, subok=False) if isinstance(value, (np.ndarray, np.generic)) else None
    if array is None or array.dtype.hasobject:
        raise TypeError(type(value).__name__)
    arrays.append(array)
    return {"array": len(arrays) - 1}


def _value(layout, file):
    if not isinstance(layout, dict):
        return layout
    (kind, parts), = layout.items()
    if kind == "array":
        return file[str(parts)]
    if kind == "dict":
        return {key: _value(part, file) for key, part in parts}
    return {"tuple": tuple, "list": list}[kind](_value(part, file) for part in parts)
