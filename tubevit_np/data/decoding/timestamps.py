"""Which frame of a video is shown at a given time, robust to wrong timestamps."""

import math
from contextlib import suppress
from itertools import chain

import av

from tubevit_np.data.decoding.open_video import open_stream
from tubevit_np.data.decoding.video import count_frames

DEFAULT_FPS = 25.0  # frames per second of a video without a frame rate
MAX_HOLD = 0.25  # seconds: the longest believable hold of the last frame


def duration(path):
    """The length of the video in seconds, from its headers, else by counting its frames."""
    file, stream = open_stream(path)
    with file:
        if stream.duration is not None:
            return float(stream.duration * stream.time_base)
        with suppress(KeyError, ValueError):  # Matroska: the audio may last longer
            hours, minutes, seconds = map(float, stream.metadata["DURATION"].split(":"))
            return 3600 * hours + 60 * minutes + seconds
        if file.duration is not None:
            return file.duration / av.time_base
        rate = frame_rate(stream)
    return count_frames(path) / rate


def frame_rate(stream):
    """Frames per second of a stream; DEFAULT_FPS if the file does not give it."""
    return float(stream.average_rate or DEFAULT_FPS)


def shown_at_times(frames, times, length, step):
    """Yield the frame that is shown at each of `times`, until the last frame ends.

    frames: yields (time, frame);  times: increasing, in seconds.  The last frame ends `step`
    seconds after it began, or at `length`, if that is plausible.  A decoder's error is raised
    when the last frame before it has ended."""
    upcoming, current, damage = next(frames, None), None, None
    for time in times:
        while upcoming and (current is None or upcoming[0] <= time + 1e-6):
            start, current = upcoming
            try:
                upcoming = next(frames, None)
            except av.FFmpegError as error:
                upcoming, damage = None, error
        if current is None or not upcoming and time > end_of(start, step, length, damage) - 1e-6:
            break
        yield current
    if damage:
        raise damage


def end_of(start, step, length, damage):
    """The time at which the last frame ends, which began at `start`."""
    trusted = not damage and length <= start + max(step, MAX_HOLD)
    return max(start + step, length) if trusted else start + step


def check_rising(frames):
    """Yield the same (time, frame).  Raises ValueError if a time decreases, as in joined files."""
    last = -math.inf
    for start, frame in frames:
        if start < last:
            raise ValueError("its timestamps jump back")
        last = start
        yield start, frame


def timed_frames(path, file, stream, time):
    """Yield (seconds from the start, frame), from the last key frame before `time`.

    Starts at the first frame if the file cannot seek or the seek lands too late.  Frames without
    timestamps are numbered instead, and all frames of an AVI: its timestamps are often off by one
    or two frames."""
    offset, rate = float((stream.start_time or 0) * stream.time_base), frame_rate(stream)
    by_count, first = file.format.name == "avi", None
    if time > 0 and not by_count:
        with suppress(av.FFmpegError):
            file.seek(int((offset + time) / stream.time_base), stream=stream)
            first = next(file.decode(stream), None)
        if first is None or first.time is None or first.time - offset > time:
            file, stream = open_stream(path)  # a file that cannot seek cannot go back either
            first = None
    frames = file.decode(stream)
    for k, frame in enumerate(frames if first is None else chain([first], frames)):
        yield (k / rate if by_count or frame.time is None else frame.time - offset), frame
