"""Clips at a speed of their own: found by the clock, and decoded no further than needed."""

import math
import warnings
from contextlib import suppress
from itertools import chain
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from tubevit_np.data.images import ANIMATION_SUFFIXES, read_animation, reading, reason
from tubevit_np.data.video import count_frames, open_stream, positions, tell_short, to_picture

RATE = 25.0  # frames a second of a video that does not say
HELD = 0.25  # seconds: so far past its last frame a video may say that it lasts


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
        for count, picture in enumerate(shown_at(path, moments, short, lasts, rising), 1):
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


def duration(path):
    """Seconds that the video lasts, by its headers, or by counting where they are silent."""
    file, stream = open_stream(path)
    with file:
        if stream.duration is not None:
            return float(stream.duration * stream.time_base)
        with suppress(KeyError, ValueError):  # of a Matroska file, whose sound may last longer
            hours, minutes, seconds = map(float, stream.metadata["DURATION"].split(":"))
            return 3600 * hours + 60 * minutes + seconds
        if file.duration is not None:
            return file.duration / av.time_base
        rate = rate_of(stream)
    return count_frames(path) / rate


def rate_of(stream):
    return float(stream.average_rate or RATE)


def shown_at(path, moments, size, lasts, check=iter):
    """Yield the picture that is shown at each moment (seconds from the start, rising), upright."""
    file, stream = open_stream(path)
    shape, reformatter = stream.sample_aspect_ratio or 1, VideoReformatter()
    with file:
        frames = check(timed_frames(path, file, stream, moments[0]))
        for frame in at_moments(frames, moments, lasts, 1 / rate_of(stream)):
            yield to_picture(frame, shape, size, reformatter)
        if check is not iter:  # to the end
            any(False for _ in frames)


def at_moments(frames, moments, lasts, step):
    """Yield which of (time, frame), times rising, is there at each moment, until the last is over.

    That is `step` seconds after it began, or when the video `lasts`, if that is soon.  An error of
    the decoder is raised where the last frame before it is over."""
    coming, shown, damage = next(frames, None), None, None
    for moment in moments:
        while coming and (shown is None or coming[0] <= moment + 1e-6):
            time, shown = coming
            try:
                coming = next(frames, None)
            except av.FFmpegError as error:
                coming, damage = None, error
        if shown is None or not coming and moment > over(time, step, lasts, damage) - 1e-6:
            break
        yield shown
    if damage:
        raise damage


def over(time, step, lasts, damage):
    """When the last frame is, which began at that time."""
    believed = not damage and lasts <= time + max(step, HELD)
    return max(time + step, lasts) if believed else time + step


def rising(frames):
    """The same (time, frame); ValueError where a time jumps back, as in files joined together."""
    last = -math.inf
    for time, frame in frames:
        if time < last:
            raise ValueError("its times jump back")
        last = time
        yield time, frame


def timed_frames(path, file, stream, moment):
    """(seconds from the start, frame), from the last key frame before a moment on.

    From the first frame where a file cannot seek, or lands behind the moment.  Frames without
    times are counted, and those of an AVI: their times are often wrong by one or two."""
    begin, rate = float((stream.start_time or 0) * stream.time_base), rate_of(stream)
    counted, first = file.format.name == "avi", None
    if moment > 0 and not counted:
        with suppress(av.FFmpegError):
            file.seek(int((begin + moment) / stream.time_base), stream=stream)
            first = next(file.decode(stream), None)
        if first is None or first.time is None or first.time - begin > moment:
            file, stream = open_stream(path)  # a file that cannot seek cannot go back either
            first = None
    frames = file.decode(stream)
    for k, frame in enumerate(frames if first is None else chain([first], frames)):
        yield (k / rate if counted or frame.time is None else frame.time - begin), frame
