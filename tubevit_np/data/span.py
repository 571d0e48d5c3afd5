"""Clips at a speed of their own: found by the clock, and decoded no further than needed."""

import itertools
import warnings
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from tubevit_np.data.images import ANIMATION_SUFFIXES, read_animation, reading, reason
from tubevit_np.data.video import count_frames, open_stream, positions, to_picture


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
