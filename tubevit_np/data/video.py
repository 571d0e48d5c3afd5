"""Reading clips: frames spread evenly over a whole video, small, square and upright."""

import itertools
import warnings
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from tubevit_np.data.images import (
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


def read_clip(path, frames, size):
    """uint8 (frames, size, size, 3) from the whole video; short side scaled by area, centre crop.

    Frame k is the one at the middle of the k-th of `frames` equal parts, counted in frames; a
    shorter video is taken whole and its last frame repeats.  Damaged part of the way: what came
    before is the video, with a warning.  Rotation and pixel shape in the file are applied.
    Raises ValueError, one line with the path, if there is no frame to be had."""
    return read_views(path, frames, size, size)[0]


def read_views(path, frames, short, size, times=1, places=1):
    """Several looks at one video: uint8 (times * places, frames, size, size, 3).

    View t of `times` takes the t-th part of each of the `frames` equal parts, and so other moments
    of the whole video;  places: so many squares of `size` along the longer side, of pictures whose
    short side is `short`.  Otherwise as read_clip, which looks once, at the centre."""
    def cut(picture):
        return squares(picture, size, places)

    if Path(path).suffix.lower() in ANIMATION_SUFFIXES:
        shown = read_animation(path, short, cut)
        return views_of(dict(enumerate(shown)), positions(len(shown), frames, times))
    with reading("video", path):
        expected = count_frames(path)
        found, chosen, damage = decode(path, short, positions(expected, frames, times), cut)
        if found != expected:  # the header promised other than what the stream holds
            found, chosen, damage = decode(path, short, positions(found, frames, times), cut)
        if not found:
            raise damage or ValueError("no frame in it can be decoded")
    if damage:
        warnings.warn(f"{path}: damaged, only its first {found} frames are used: {reason(damage)}")
    return views_of(chosen, positions(found, frames, times))


def read_span(path, frames, fps, at, short, cut):
    """A clip at its own speed: (frames, ...) of cut(picture), `fps` a second, decoded no further.

    at in [0, 1]: from the beginning, to as late as it still fits.  By the clock, so that a variable
    frame rate is right: each picture is the one shown at its time.  A video shorter than the clip
    is shown from its beginning and its last frame repeats; damaged on the way likewise, with a
    warning.  Raises ValueError as read_clip does."""
    if Path(path).suffix.lower() in ANIMATION_SUFFIXES:  # small, and of no known speed
        shown = read_animation(path, short, cut)
        return np.stack([shown[k] for k in positions(len(shown), frames)[0]])
    with reading("video", path):
        start = at * max(0.0, duration(path) - frames / fps)
        found, damage = span(path, start + np.arange(frames) / fps, short, cut)
        if not found and start:  # damaged before it, or shorter than its headers say
            found, damage = span(path, np.arange(frames) / fps, short, cut)
        if not found:
            raise damage or ValueError("no frame in it can be decoded")
    if damage:
        warnings.warn(f"{path}: damaged, what comes before is used: {reason(damage)}")
    return np.stack(found + found[-1:] * (frames - len(found)))


def span(path, moments, short, cut):
    """The pictures at these moments, as far as they can be decoded, and the error that ended it."""
    found = []
    try:
        for picture in shown_at(path, moments, short):
            found.append(cut(picture))
    except av.FFmpegError as error:
        return found, error
    return found, None


def duration(path):
    """Seconds that the video lasts, by its headers, or by counting where they are silent."""
    file, stream = open_stream(path)
    with file:
        if stream.duration is not None:
            return float(stream.duration * stream.time_base)
        if file.duration is not None:
            return file.duration / av.time_base
        rate = float(stream.average_rate or 25)
    return count_frames(path) / rate


def shown_at(path, moments, size):
    """Yield the picture that is shown at each moment (seconds from the start, rising), upright."""
    file, stream = open_stream(path)
    shape, reformatter = stream.sample_aspect_ratio or 1, VideoReformatter()
    with file:
        frames = timed_frames(file, stream, moments[0])
        _, shown = next(frames, (0, None))
        for moment in moments:
            if shown is None:
                return
            damage = None
            try:
                for time, frame in frames:
                    if time > moment + 1e-6:
                        frames = itertools.chain([(time, frame)], frames)
                        break
                    shown = frame
            except av.FFmpegError as error:  # the picture before it is still a good one
                damage = error
            yield to_picture(shown, shape, size, reformatter)
            if damage:
                raise damage


def timed_frames(file, stream, moment):
    """(seconds from the start, frame), from the last key frame before a moment on.

    From the first frame where a file cannot seek, or lands behind the moment.  An AVI is counted
    from there: the times of its frames are often wrong by one or two."""
    begin = float((stream.start_time or 0) * stream.time_base)
    if file.format.name == "avi" and stream.average_rate:
        yield from ((k / float(stream.average_rate), frame)
                    for k, frame in enumerate(file.decode(stream)))
        return
    if moment > 0:
        file.seek(int((begin + moment) / stream.time_base), stream=stream)
    frames = file.decode(stream)
    first = next(frames, None)
    if moment > 0 and (first is None or (first.time or 0.0) - begin > moment):
        file.seek(0)
        frames, first = file.decode(stream), None
    for frame in frames if first is None else itertools.chain([first], frames):
        yield 0.0 if frame.time is None else frame.time - begin, frame


def views_of(chosen, wanted):
    """Pictures (places, S, S, 3) at positions (times, frames) -> (times * places, frames, S, S, 3).
    """
    views = np.stack([[chosen[k] for k in moments] for moments in wanted])
    return views.swapaxes(1, 2).reshape(-1, wanted.shape[1], *views.shape[3:])


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
