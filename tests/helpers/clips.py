"""Small video and image files with known pixels; real videos where they are available."""

import struct
from pathlib import Path

import av
import imageio.v3 as iio
import numpy as np
import pytest
from av.stream import Disposition

SHARED = Path(__file__).resolve().parents[3] / "shared" / "videos"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="no real videos beside the checkout")
LOSSLESS = {"webp": {"lossless": True}}


def noise(rng, count=10, height=24, width=40):
    """Random uint8 (count, height, width, 3): all frames, rows and columns differ."""
    return rng.integers(0, 256, (count, height, width, 3), np.uint8)


def write_video(path, *films, codec="png", pixels="rgb24", rotation=0, aspect=1, title=""):
    """Write a stream of each film (T, H, W, 3) uint8, the last one the main stream.

    Exact with the codecs "png" and "qtrle", and with "ffv1" in the pixels "bgr0"."""
    with av.open(path, "w") as file:
        file.metadata["title"] = title
        streams = [file.add_stream(codec, rate=10) for _ in films]
        for stream, frames in zip(streams, films):
            stream.disposition = Disposition.default if frames is films[-1] else 0
            stream.height, stream.width = frames.shape[1:3]
            stream.pix_fmt, stream.codec_context.sample_aspect_ratio = pixels, aspect
            if rotation:
                stream.set_display_rotation(rotation)
        for stream, frames in zip(streams, films):
            pictures = [av.VideoFrame.from_ndarray(frame, "rgb24") for frame in frames]
            file.mux([packet for picture in [*pictures, None] for packet in stream.encode(picture)])


def smooth(rng, count):
    """Gray frames of different levels, which stay distinct in a lossy codec."""
    return np.broadcast_to(rng.permutation(np.arange(10, 250, 4))[:count, None, None, None],
                           (count, 32, 48, 3)).astype(np.uint8)


def write_ordinary(path, film, rate=10, codec="libx264", drop=0, begin=0, **options):
    """Write a video with a key frame every 8 frames and with B-frames, which need later frames.

    drop: number of packets left out at the start. begin: time of the first frame, in frames."""
    with av.open(path, "w", **options) as file:
        stream = file.add_stream(codec, rate=rate, options={"g": "8", "bf": "2"})
        stream.height, stream.width, stream.pix_fmt = 32, 48, "yuv420p"
        pictures = [av.VideoFrame.from_ndarray(frame, "rgb24") for frame in film]
        packets = [packet for picture in [*pictures, None] for packet in stream.encode(picture)]
        for packet in packets:
            packet.pts, packet.dts = packet.pts + begin, packet.dts + begin
        file.mux(packets[drop:])


def write_pictures(path, pictures, **options):
    """Write (H, W, ...) as an image, (T, H, W, ...) as an animation; exact except for JPEG."""
    suffix = path.suffix[1:].lower().replace("apng", "png")
    iio.imwrite(path, pictures, plugin="pillow", extension="." + suffix,
                **LOSSLESS.get(suffix, {}) | options)


def levels(count, height=6, width=8):
    """(count, height, width, 3): frame k is gray of level 20 k."""
    return np.broadcast_to(20 * np.arange(count, dtype=np.uint8)[:, None, None, None],
                           (count, height, width, 3)).copy()


def which(clip, frames):
    """Return for every frame of the clip the index of the equal one in `frames`."""
    return [next(k for k, frame in enumerate(frames) if np.array_equal(picture, frame))
            for picture in clip]


def set_display_matrix(path, a, b, c, d, x=0, y=0):
    """Write into an MP4 or MOV that a player moves pixel (x, y) to (ax + cy, bx + dy) + (x, y)."""
    matrix = [round(number * 2**16) for number in (a, b, 0, c, d, 0, x, y)]
    content = path.read_bytes()
    at = content.index(b"tkhd") + 44  # behind times, number, layer and volume of the track
    new = struct.pack(">8ii", *matrix, 2**30)
    path.write_bytes(content[:at] + new + content[at + len(new):])


def overwrite(path, old, new, nth=0):
    """Replace the nth occurrence of `old` by as many other bytes."""
    content, at = path.read_bytes(), -1
    for _ in range(nth + 1):
        at = content.index(old, at + 1)
    path.write_bytes(content[:at] + new + content[at + len(new):])
