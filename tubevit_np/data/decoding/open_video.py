"""Opens a video with FFmpeg. No name or content makes FFmpeg open another file or an address."""

import os

import av
from av.stream import Disposition

from tubevit_np.data.decoding.suffixes import IMAGE_SUFFIXES, suffix_of

# The containers and raw streams that FFmpeg may open.  Playlists (HLS, DASH, concat, SDP) are not
# among them: they open other files and addresses.  Neither are formats that FFmpeg recognizes in
# ordinary text (tty), in pictures, and in any bytes (H.263).
FORMATS = ("mov", "matroska", "avi", "asf", "flv", "ogg", "mpegts", "mpeg", "mpegvideo", "m4v",
           "h264", "hevc", "vvc", "av1", "obu", "ivf", "vc1", "dirac", "cavsvideo", "avs2", "avs3",
           "mjpeg", "smjpeg", "dnxhd", "dv", "mxf", "gxf", "nut", "nuv", "nsv", "rm", "ivr", "swf",
           "flic", "wtv", "ty", "pva", "dhav", "cine", "ser", "yuv4mpegpipe")
ONLY_THIS_FILE = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "file,fd"}


def open_stream(path, **options):
    """The open file and its main video stream (not an attached cover picture).

    options: more options of FFmpeg.  Raises ValueError if no stream can be decoded."""
    try:
        file = open_container(path, ONLY_THIS_FILE | options)
    except av.ArgumentError as error:
        raise ValueError("it is not a video: FFmpeg takes it for something else, such as sound, a "
                         "picture, text or a playlist") from error
    stream = file.streams.best("video")
    if stream is None or stream.codec_context is None:
        file.close()
        raise ValueError("it has no video stream of a known format")
    if stream.disposition & Disposition.attached_pic:
        file.close()
        raise ValueError("it has no video stream, only a cover picture")
    # One thread: for frames this small, starting more threads costs more than they save.
    stream.thread_type, stream.codec_context.thread_count = "NONE", 1
    return file, stream


def open_container(path, options):
    """The file as PyAV opens it.  FFmpeg takes no part of the name for an address or a pattern."""
    settings = {"metadata_errors": "ignore"}  # real AVIs have titles that are not UTF-8
    if suffix_of(path) not in IMAGE_SUFFIXES:
        name = "file:" + os.path.abspath(path)  # so "http:a.mp4" is a file
        return av.open(name, container_options=options, **settings)
    with open(path, "rb") as file:  # FFmpeg takes "a%d.jpg" for many images: it gets no name
        options = options | {"fd": str(file.fileno())}
        return av.open("fd:", container_options=options, **settings)
