"""Which frame of a video is shown when, by the times in the file and against its mistakes."""

import math
from contextlib import suppress
from itertools import chain

import av

from tubevit_np.data.decoding.video import count_frames, open_stream

RATE = 25.0  # frames a second of a video that does not say
HELD = 0.25  # seconds: so far past its last frame a video may say that it lasts


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
