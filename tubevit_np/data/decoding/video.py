"""Reading clips: frames spread evenly over a whole video, small, square and upright."""

import warnings

import av
import numpy as np

from tubevit_np.data.decoding import images
from tubevit_np.data.decoding.file_kind import file_kind, is_picture
from tubevit_np.data.decoding.open_video import open_stream
from tubevit_np.data.decoding.rgb_frames import rgb_converter


class ShortClip(UserWarning):
    """A video has fewer frames than a clip of it."""

    def __init__(self, path, count, frames):
        super().__init__(f"{path} has only {count} of the {frames} frames of a clip; the last "
                         "one is repeated")
        self.path, self.count = path, count


def read_clip(path, frames, size, warn=warnings.warn):
    """A clip of the whole video: uint8 (frames, size, size, 3).

    The short side is scaled by area averaging to `size`, then the center is cropped.  Frame k is
    the middle one of the k-th of `frames` equal parts.  A video with fewer frames is used whole,
    and its last frame repeats; of a damaged video the frames before the damage are used.  Both call
    warn(message).  The file's display matrix (turns, mirrors) and pixel aspect ratio are applied.
    Raises ValueError, one line with the path, if no frame can be decoded."""
    return read_views(path, frames, size, size, warn=warn)[0]


def read_views(path, frames, short, size, temporal=1, spatial=1, warn=warnings.warn):
    """Temporal and spatial crops of one video: uint8 (temporal * spatial, frames, size, size, 3).

    Each of the `frames` equal parts is divided into `temporal` parts; view t takes its frames from
    the t-th of these.  spatial: number of crops of `size` pixels along the longer side; short: the
    short side in pixels.  Otherwise as read_clip."""
    def crop(image):
        return images.spatial_crops(image, size, spatial)
    return crops_first(read_view_frames(path, frames, short, temporal, crop, warn))


def read_view_frames(path, frames, short, temporal, crop, warn):
    """crop(image) of each frame of each temporal crop of read_views: (temporal, frames, ...)."""
    if is_picture(path):
        decoded = images.read_animation(path, short, crop, warn)
        count, wanted = len(decoded), frame_indices(len(decoded), frames, temporal)
    else:
        count, wanted, decoded = decode_spread(path, short, frames, temporal, crop, warn)
    warn_if_short(path, count, frames, warn)
    return np.stack([[decoded[k] for k in view] for view in wanted])


def decode_spread(path, short, frames, temporal, crop, warn):
    """(number of frames, the frame_indices, {index: cropped frame}) of a video."""
    with images.decoding("video", path):
        expected = count_frames(path)
        wanted = frame_indices(expected, frames, temporal)
        count, decoded, damage = decode(path, short, wanted, crop)
        if count != expected:  # the file holds another number of frames than it claims
            wanted = frame_indices(count, frames, temporal)
            count, decoded, damage = decode(path, short, wanted, crop)
        if not count:
            raise damage or ValueError("no frame in it can be decoded")
    if damage:
        damage = images.error_text(damage)
        warn(f"{path}: damaged, only its first {count} frames are used: {damage}")
    return count, wanted, decoded


def warn_if_short(path, count, frames, warn):
    """Call warn(ShortClip) if a video has fewer frames than its clip."""
    if count < frames:
        warn(ShortClip(path, count, frames))


def crops_first(views):
    """(temporal, frames, spatial, S, S, 3) -> (temporal * spatial, frames, S, S, 3)."""
    return views.swapaxes(1, 2).reshape(-1, views.shape[1], *views.shape[3:])


def is_video(path):
    """True for a video, False for an image: what `file_kind` says.

    Raises ValueError for any other file."""
    kind = file_kind(path)
    if not kind:
        with images.decoding("file", path):
            raise ValueError("it is neither a video nor an image")
    return kind == "video"


def frame_indices(count, frames, temporal=1):
    """Indices of the frames of each view, of `count`: int (temporal, frames), rows increase.

    Raises ValueError if frames < 1."""
    if frames < 1:
        raise ValueError(f"frames {frames}: a clip needs at least 1 frame")
    k = np.arange(frames)
    if count < frames:
        return np.tile(np.minimum(k, max(count - 1, 0)), (temporal, 1))
    numerator = 2 * (temporal * k + np.arange(temporal)[:, None]) + 1  # over 2 * temporal * frames
    return numerator * count // (2 * temporal * frames)


def count_frames(path):
    """Number of frames the file should show, without decoding.  (Headers are often wrong.)"""
    file, stream = open_stream(path)
    with file:
        try:
            return sum(packet.size > 0 and not packet.is_discard for packet in file.demux(stream))
        except av.FFmpegError:
            return 0


def decode(path, size, wanted, crop):
    """Decode to the end or the first damage: (frames decoded, {index: image}, error or None).

    wanted: indices of the frames to keep;  crop: applied to each of them."""
    file, stream = open_stream(path)
    wanted, count, decoded, to_rgb = set(wanted.flat), 0, {}, rgb_converter(stream, size)
    with file:
        try:
            for frame in file.decode(stream):
                if count in wanted:
                    decoded[count] = crop(to_rgb(frame))
                count += 1
        except av.FFmpegError as error:
            return count, decoded, error
    return count, decoded, None
