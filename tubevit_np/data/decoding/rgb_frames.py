"""From a decoded frame to an upright RGB image of the size that is wanted."""

import numpy as np
from av.filter import Graph
from av.video.reformatter import VideoReformatter

from tubevit_np.data.decoding import images

# FFmpeg's flags SWS_AREA, SWS_ACCURATE_RND and SWS_FULL_CHR_H_INT.  (PyAV 17 has no names for all.)
# Without the last one, colors have half of their horizontal resolution, and white is 253.
SCALING = 0x20 | 0x40000 | 0x2000
# The display matrix of each number of counterclockwise quarter turns: (a, b, c, d), see `upright`.
QUARTER_TURNS = (1, 0, 0, 1), (0, -1, 1, 0), (-1, 0, 0, -1), (0, 1, -1, 0)


def rgb_converter(stream, size):
    """A function from a frame to uint8 (H, W, 3), upright, its short side `size`.

    Area averaging runs over whole frames, also of interlaced videos."""
    pixel_aspect = stream.sample_aspect_ratio or 1  # width / height of one pixel
    reformatter = VideoReformatter()  # a new one per frame takes 20 times as long

    def to_rgb(frame):  # frame sizes may change within a video
        height, width = images.scaled_size(frame.height, float(frame.width * pixel_aspect), size)
        matrix = display_matrix(frame)
        rgb = reformatter.reformat(progressive(frame), width, height, "rgb24",
                                   interpolation=SCALING, threads=1)
        return upright(rgb.to_ndarray(), *matrix)

    return to_rgb


def progressive(frame):
    """The same frame without its interlaced flag: FFmpeg would scale its two fields separately."""
    if not frame.interlaced_frame:
        return frame
    graph = Graph()
    graph.threads = 1  # to start more takes 4 ms
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format,
                              time_base=frame.time_base)
    graph.link_nodes(source, graph.add("setfield", "prog"), graph.add("buffersink")).configure()
    graph.push(frame)
    return graph.pull()


def display_matrix(frame):
    """The part (a, b, c, d) of the container's display matrix, as integers, see `upright`."""
    try:
        data = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:  # PyAV lists no side data if one of them is of a kind that it does not know
        return QUARTER_TURNS[round(frame.rotation / 90) % 4]
    return np.frombuffer(data, np.int32)[[0, 1, 3, 4]].tolist() if data else QUARTER_TURNS[0]


def upright(image, a, b, c, d):
    """Show an image as its display matrix says: pixel (x, y) moves to (ax + cy, bx + dy).

    Other turns and scalings are rounded to the nearest of the eight quarter turns and mirrored
    quarter turns.  A matrix that maps the image to a line or a point changes nothing."""
    if a * d == b * c:
        return image
    if abs(b) + abs(c) > abs(a) + abs(d):
        image, a, d = image.swapaxes(0, 1), c, b
    return image[::-1 if d < 0 else 1, ::-1 if a < 0 else 1]
