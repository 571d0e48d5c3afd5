"""Reading clips: frames spread evenly over a whole video, small, square and upright."""

import warnings
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from tubevit_np.data.images import (
    ANIMATION_SUFFIXES,
    centre_crop,
    is_animated,
    read_animation,
    reading,
    reason,
    scaled_size,
)

VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".m2ts",
                  ".wmv", ".flv", ".3gp", ".ogv", ".gif", ".apng")


def read_clip(path, frames, size):
    """uint8 (frames, size, size, 3) from the whole video; short side scaled by area, centre crop.

    Frame k is the one at the middle of the k-th of `frames` equal parts, counted in frames; a
    shorter video is taken whole and its last frame repeats.  Damaged part of the way: what came
    before is the video, with a warning.  Rotation and pixel shape in the file are applied.
    Raises ValueError, one line with the path, if there is no frame to be had."""
    if Path(path).suffix.lower() in ANIMATION_SUFFIXES:
        shown = read_animation(path, size)
        return np.stack([shown[k] for k in positions(len(shown), frames)])
    with reading("video", path):
        expected = count_frames(path)
        found, chosen, damage = decode(path, size, positions(expected, frames))
        if found != expected:  # the header promised other than what the stream holds
            found, chosen, damage = decode(path, size, positions(found, frames))
        if not found:
            raise damage or ValueError("no frame in it can be decoded")
    if damage:
        warnings.warn(f"{path}: damaged, only its first {found} frames are used: {reason(damage)}")
    return np.stack([chosen[k] for k in positions(found, frames)])


def is_video(path):
    """Whether a file is to be read with `read_clip`; a GIF, PNG or WebP is if it is animated.

    By its suffix alone, but for those; raises ValueError if one of those cannot be read."""
    suffix = Path(path).suffix.lower()
    return is_animated(path) if suffix in ANIMATION_SUFFIXES else suffix in VIDEO_SUFFIXES


def positions(count, frames):
    """Which of `count` frames to take: `frames` integers, never falling."""
    if frames < 1:
        raise ValueError(f"frames {frames}: a clip needs at least 1 frame")
    k = np.arange(frames)
    if count < frames:
        return np.minimum(k, max(count - 1, 0))
    return (2 * k + 1) * count // (2 * frames)


def open_stream(path):
    """The open file and its main video stream, which an attached cover picture is not."""
    file = av.open(path, metadata_errors="ignore")  # real AVIs hold titles that are not UTF-8
    stream = file.streams.best("video")
    if stream is None or stream.codec_context is None:
        file.close()
        raise ValueError("there is no video stream in it, or none of a known kind")
    # One thread: for clips this small starting more costs more than they save.
    stream.thread_type, stream.codec_context.thread_count = "NONE", 1
    return file, stream


def count_frames(path):
    """Frames that the file should show, without decoding: headers are often wrong or silent."""
    file, stream = open_stream(path)
    with file:
        try:
            return sum(packet.size > 0 and not packet.is_discard for packet in file.demux(stream))
        except av.FFmpegError:
            return 0


def decode(path, size, wanted):
    """Decode to the end or the first damage: frames found, {position: picture}, error or None."""
    file, stream = open_stream(path)
    wanted, found, chosen, damage = set(wanted.tolist()), 0, {}, None
    shape = stream.sample_aspect_ratio or 1  # width / height of one pixel
    reformatter = VideoReformatter()  # a new one per frame costs 20 times as much
    with file:
        try:
            for frame in file.decode(stream):
                if found in wanted:
                    chosen[found] = to_picture(frame, shape, size, reformatter)
                found += 1
        except av.FFmpegError as error:
            damage = error
    return found, chosen, damage


def to_picture(frame, shape, size, reformatter):
    """uint8 (size, size, 3) of one decoded frame, whose size may differ from the one before."""
    height, width = scaled_size(frame.height, float(frame.width * shape), size)
    frame_rgb = reformatter.reformat(frame, width, height, "rgb24", interpolation="AREA", threads=1)
    upright = np.rot90(frame_rgb.to_ndarray(), round(frame.rotation / 90) % 4)
    return centre_crop(upright, size).copy()  # a view would keep the whole frame alive
