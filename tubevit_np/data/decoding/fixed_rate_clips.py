"""Fixed-rate clips: `fps` frames per second by the video's timestamps.

Only the frames between the preceding key frame and the end of the clip are decoded."""

import math
import warnings
from collections import deque

import av
import numpy as np

from tubevit_np.data.decoding import images, timestamps, video
from tubevit_np.data.decoding.file_kind import is_picture
from tubevit_np.data.decoding.images import decoding, error_text
from tubevit_np.data.decoding.open_video import open_stream
from tubevit_np.data.decoding.rgb_frames import rgb_converter


def read_example(kind, path, frames, short, fps=None, position=0.5, crop=np.asarray,
                 warn=warnings.warn):
    """crop(x) of an image, or of a clip: from read_fixed_rate_clip with fps, else from read_clip.

    kind: "image" or "video";  other arguments and errors as in these functions."""
    if kind == "image":
        return crop(images.read_image(path, short))
    if fps:
        return read_fixed_rate_clip(path, frames, fps, position, short, crop, warn)
    return crop(video.read_clip(path, frames, short, warn))


def read_fixed_rate_clip(path, frames, fps, position, short, crop, warn=warnings.warn):
    """A clip with `fps` frames per second: (frames, ...), each frame crop(image).

    position: 0 to 1, which of the clips of the video, from the first to the last; clip k starts
    k / fps seconds after the first frame.  Each frame is the one shown at its time, also with a
    variable frame rate.  A video shorter than the clip is read from its start, and its last frame
    repeats; so is a damaged one.  Both call warn(message).  short: the short side in pixels.
    Raises ValueError as read_clip does."""
    if is_picture(path):  # small, without a known frame rate
        animation = images.read_animation(path, short, crop, warn)
        video.warn_if_short(path, len(animation), frames, warn)
        return np.stack([animation[k] for k in video.frame_indices(len(animation), frames)[0]])
    with decoding("video", path):
        length = timestamps.duration(path)
        first = first_frame(num_clip_frames(length, fps), frames, position)
        clip, error = decode_clip(path, first, frames, fps, length, short, crop)
        if first and len(clip) < frames:  # damaged, or shorter than its headers say
            earlier, other_error = decode_clip(path, 0, frames, fps, length, short, crop)
            clip, error = max(earlier, clip, key=len), error or other_error
        if not clip:
            raise error or ValueError("no frame in it can be decoded")
    if error:
        warn(f"{path}: damaged, only the frames before the damage are used: {error_text(error)}")
    else:
        video.warn_if_short(path, len(clip), frames, warn)
    return pad_with_last(clip, frames)


def read_fixed_rate_frames(path, frames, fps, short, limit):
    """Yield every uncropped frame that read_fixed_rate_clip can show: one for each time k / fps.

    Raises ValueError if the video is damaged, differs from its headers, or takes more than `limit`
    bytes: then only read_fixed_rate_clip can read it."""
    with decoding("video", path):
        if is_picture(path):
            raise ValueError("an animation has no known frame rate")
        length, count = timestamps.duration(path), 0
        total = num_clip_frames(length, fps)
        times = np.arange(max(total, frames)) / fps
        for count, image in enumerate(frames_at(path, times, short, length, True), 1):
            if len(times) * image.nbytes > limit:
                raise ValueError(f"its frames need more than {limit} bytes")
            yield image
        if count < total:
            raise ValueError("shorter than its headers say")


def num_clip_frames(length, fps):
    """Number of times k / fps in a video of `length` seconds; at least 1."""
    return max(1, math.ceil(length * fps - 1e-3))


def first_frame(total, frames, position):
    """Index of a clip's first frame, of `total`; position as in read_fixed_rate_clip."""
    last_start = max(0, total - frames)
    return min(int(position * (last_start + 1)), last_start)


def pad_with_last(clip, frames):
    """Stack a list of images to (frames, ...), repeating the last one."""
    return np.stack(clip + clip[-1:] * (frames - len(clip)))


def decode_clip(path, first, frames, fps, length, short, crop):
    """(the frames of a clip that could be decoded, the error that ended it or None)."""
    clip = []
    try:
        for image in frames_at(path, np.arange(first, first + frames) / fps, short, length):
            clip.append(crop(image))
    except av.FFmpegError as error:
        return clip, error
    return clip, None


def frames_at(path, times, size, length, strict=False):
    """Yield the upright image shown at each of `times` (seconds from the start, increasing).

    strict: raise ValueError if a timestamp decreases anywhere in the file."""
    file, stream = open_stream(path)
    with file:
        frames = timestamps.timed_frames(path, file, stream, times[0])
        frames = timestamps.check_rising(frames) if strict else frames
        step = 1 / timestamps.frame_rate(stream)
        shown = timestamps.shown_at_times(frames, times, length, step)
        yield from map(rgb_converter(stream, size), shown)
        if strict:
            deque(frames, 0)
