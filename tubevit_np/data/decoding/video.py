"""Reading clips: frames spread evenly over a whole video, small, square and upright."""

import warnings
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from tubevit_np.data.decoding.images import (
    ANIMATION_SUFFIXES,
    is_animated,
    read_animation,
    reading,
    reason,
    scaled_size,
    squares,
)

VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".m2ts",
                  ".wmv", ".flv", ".3gp", ".ogv", ".gif", ".apng")


class ShortClip(UserWarning):
    """A video has fewer frames than a clip of it."""

    def __init__(self, path, count, frames):
        super().__init__(f"{path}: only {count} of {frames} frames, the last repeats")
        self.path, self.count = path, count


def read_clip(path, frames, size, tell=warnings.warn):
    """uint8 (frames, size, size, 3) from the whole video; short side scaled by area, centre crop.

    Frame k is the one at the middle of the k-th of `frames` equal parts, counted in frames; a
    shorter video is taken whole and its last frame repeats.  Damaged part of the way: what came
    before is the video.  Both are told, to `tell`.  Rotation and pixel shape in the file are
    applied.  Raises ValueError, one line with the path, if there is no frame to be had."""
    return read_views(path, frames, size, size, tell=tell)[0]


def read_views(path, frames, short, size, times=1, places=1, tell=warnings.warn):
    """Several looks at one video: uint8 (times * places, frames, size, size, 3).

    View t of `times` takes the t-th part of each of the `frames` equal parts, and so other moments
    of the whole video;  places: so many squares of `size` along the longer side, of pictures whose
    short side is `short`.  Otherwise as read_clip, which looks once, at the centre."""
    def cut(picture):
        return squares(picture, size, places)

    if Path(path).suffix.lower() in ANIMATION_SUFFIXES:
        shown = read_animation(path, short, cut, tell)
        tell_short(path, len(shown), frames, tell)
        return views_of(dict(enumerate(shown)), positions(len(shown), frames, times))
    with reading("video", path):
        expected = count_frames(path)
        found, chosen, damage = decode(path, short, positions(expected, frames, times), cut)
        if found != expected:  # the header promised other than what the stream holds
            found, chosen, damage = decode(path, short, positions(found, frames, times), cut)
        if not found:
            raise damage or ValueError("no frame in it can be decoded")
    if damage:
        tell(f"{path}: damaged, only its first {found} frames are used: {reason(damage)}")
    tell_short(path, found, frames, tell)
    return views_of(chosen, positions(found, frames, times))


def tell_short(path, count, frames, tell):
    if count < frames:
        tell(ShortClip(path, count, frames))


def views_of(chosen, wanted):
    """Pictures (places, S, S, 3) at positions (times, frames) -> (times * places, frames, S, S, 3).
    """
    return places_apart(np.stack([[chosen[k] for k in moments] for moments in wanted]))


def places_apart(views):
    """(times, frames, places, S, S, 3) -> (times * places, frames, S, S, 3)."""
    return views.swapaxes(1, 2).reshape(-1, views.shape[1], *views.shape[3:])


def is_video(path):
    """Whether a file is to be read with `read_clip`; a GIF, PNG or WebP is if it is animated.

    By its suffix alone, but for those; raises ValueError if one of those cannot be read."""
    suffix = Path(path).suffix.lower()
    return is_animated(path) if suffix in ANIMATION_SUFFIXES else suffix in VIDEO_SUFFIXES


def positions(count, frames, times=1):
    """Which of `count` frames each view takes: (times, frames) integers, in a view never falling.
    """
    if frames < 1:
        raise ValueError(f"frames {frames}: a clip needs at least 1 frame")
    k = np.arange(frames)
    if count < frames:
        return np.tile(np.minimum(k, max(count - 1, 0)), (times, 1))
    part = 2 * (times * k + np.arange(times)[:, None]) + 1  # of 2 * times * frames
    return part * count // (2 * times * frames)


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


def decode(path, size, wanted, cut):
    """Decode to the end or the first damage: frames found, {position: picture}, error or None."""
    file, stream = open_stream(path)
    wanted, found, chosen, damage = set(wanted.flat), 0, {}, None
    shape = stream.sample_aspect_ratio or 1  # width / height of one pixel
    reformatter = VideoReformatter()  # a new one per frame costs 20 times as much
    with file:
        try:
            for frame in file.decode(stream):
                if found in wanted:
                    chosen[found] = cut(to_picture(frame, shape, size, reformatter))
                found += 1
        except av.FFmpegError as error:
            damage = error
    return found, chosen, damage


def to_picture(frame, shape, size, reformatter):
    """uint8 (H, W, 3), the short side `size`, of one frame, whose size may differ from the last."""
    height, width = scaled_size(frame.height, float(frame.width * shape), size)
    frame_rgb = reformatter.reformat(frame, width, height, "rgb24", interpolation="AREA", threads=1)
    return np.rot90(frame_rgb.to_ndarray(), round(frame.rotation / 90) % 4)
