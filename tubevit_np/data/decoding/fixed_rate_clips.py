"""Clips at a speed of their own: found by the clock, and decoded no further than needed."""

import math
import warnings
from collections import deque
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from tubevit_np.data.decoding.images import ANIMATION_SUFFIXES, read_animation, reading, reason
from tubevit_np.data.decoding.timestamps import at_moments, duration, rate_of, rising, timed_frames
from tubevit_np.data.decoding.video import open_stream, positions, tell_short, to_picture


def read_span(path, frames, fps, at, short, cut, tell=warnings.warn):
    """A clip at its own speed: (frames, ...) of cut(picture), `fps` a second, decoded no further.

    at in [0, 1]: which of the clips that fit, from the first to the last;  clip k begins k / fps
    after the first frame.  By the clock, so that a variable frame rate is right: each picture is
    the one shown at its time.  A video shorter than the clip is shown from its beginning and its
    last picture repeats; one damaged on the way likewise.  `tell` is told.  Raises ValueError as
    read_clip does."""
    if Path(path).suffix.lower() in ANIMATION_SUFFIXES:  # small, and of no known speed
        shown = read_animation(path, short, cut, tell)
        tell_short(path, len(shown), frames, tell)
        return np.stack([shown[k] for k in positions(len(shown), frames)[0]])
    with reading("video", path):
        lasts = duration(path)
        first = first_of(pictures_in(lasts, fps), frames, at)
        found, damage = span(path, first, frames, fps, lasts, short, cut)
        if first and len(found) < frames:  # damaged, or shorter than its headers say
            again, other = span(path, 0, frames, fps, lasts, short, cut)
            found, damage = max(again, found, key=len), damage or other
        if not found:
            raise damage or ValueError("no frame in it can be decoded")
    if damage:
        tell(f"{path}: damaged, what comes before is used: {reason(damage)}")
    else:
        tell_short(path, len(found), frames, tell)
    return lengthened(found, frames)


def read_all(path, frames, fps, short, limit):
    """Yield every picture, uncut, that a clip of read_span can show: that of k / fps for each k.

    Raises ValueError where only read_span can tell what it shows: of damaged videos, of those
    that are not what their headers say, and of what would take more than `limit` bytes."""
    with reading("video", path):
        if Path(path).suffix.lower() in ANIMATION_SUFFIXES:
            raise ValueError("an animation, of no known speed")
        lasts, count = duration(path), 0
        total = pictures_in(lasts, fps)
        moments = np.arange(max(total, frames)) / fps
        for count, picture in enumerate(shown_at(path, moments, short, lasts, True), 1):
            if len(moments) * picture.nbytes > limit:
                raise ValueError("its pictures take too much")
            yield picture
        if count < total:
            raise ValueError("shorter than its headers say")


def pictures_in(lasts, fps):
    """How many moments k / fps there are in a video that lasts so many seconds; at least 1."""
    return max(1, math.ceil(lasts * fps - 1e-3))


def first_of(total, frames, at):
    """The first picture of a clip, of `total` in its video; at as in read_span."""
    room = max(0, total - frames)
    return min(int(at * (room + 1)), room)


def lengthened(found, frames):
    """So many pictures, stacked: the last one repeats."""
    return np.stack(found + found[-1:] * (frames - len(found)))


def span(path, first, frames, fps, lasts, short, cut):
    """The pictures of a clip, as far as they can be decoded, and the error that ended it."""
    found = []
    try:
        for picture in shown_at(path, np.arange(first, first + frames) / fps, short, lasts):
            found.append(cut(picture))
    except av.FFmpegError as error:
        return found, error
    return found, None


def shown_at(path, moments, size, lasts, strict=False):
    """Yield the picture that is shown at each moment (seconds from the start, rising), upright.

    strict: ValueError if a time jumps back, in all of the file."""
    file, stream = open_stream(path)
    shape, reformatter = stream.sample_aspect_ratio or 1, VideoReformatter()
    with file:
        frames = timed_frames(path, file, stream, moments[0])
        frames = rising(frames) if strict else frames
        for frame in at_moments(frames, moments, lasts, 1 / rate_of(stream)):
            yield to_picture(frame, shape, size, reformatter)
        if strict:
            deque(frames, 0)
