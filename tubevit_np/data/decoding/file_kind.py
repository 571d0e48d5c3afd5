"""Whether a file is a video or an image: its content decides, not its name."""

import os
import re
from contextlib import suppress

from PIL import Image

from tubevit_np.data.decoding.open_video import open_stream
from tubevit_np.data.decoding.suffixes import IMAGE_SUFFIXES, VIDEO_SUFFIXES, suffix_of

HEAD_BYTES = 1024  # of a file: enough for comments before the size of a PPM
# How a picture begins, by format: one picture per file, and one or several.
STILL = re.compile(
    rb"\xff\xd8\xff|BM.{4}\0{4}.{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\0{3}|"  # JPEG, BMP
    rb"P[1-6]\s(\s|#[^\n]*\n)*\d+\s(\s|#[^\n]*\n)*\d+\s|"  # PBM, PGM, PPM
    rb"\0\0\0\x0cjP  \r\n\x87\n.{8}jp2 ", re.DOTALL)  # JPEG 2000
HEIC = re.compile(rb".{4}ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)", re.DOTALL)
TIFF = re.compile(rb"II\*\0|MM\0\*|II\+\0|MM\0\+")
ANIMATION = re.compile(rb"GIF8[79]a|\x89PNG\r\n\x1a\n|RIFF.{4}WEBP|.{4}ftypavi[fs]", re.DOTALL)
ARCHIVE = re.compile(rb"PK\x03\x04|%PDF-|.{257}ustar", re.DOTALL)  # may hold videos
NOT_STILL = (".mjpeg", ".mjpg")  # videos that are JPEGs one after another
PROBE = {"formatprobesize": str(2**15)}  # bytes: a large file that is no video takes 20 ms, not 200


def file_kind(path):
    """"video", "image", or "" for any other file.  Never raises an error.

    GIF, PNG, WebP and AVIF are videos if they are animated.  Any other file is a video if FFmpeg
    finds moving pictures in it.  If the content does not tell (a damaged, empty or missing file,
    text, sound), the suffix decides: so a damaged .mp4 is a video, and reading it tells what is
    wrong."""
    with suppress(Exception):  # decoders do not document all their exceptions
        picture = picture_kind(path)
        if picture:
            return "video" if picture == "animation" and is_animated(path) else "image"
        if has_video(path):
            return "video"
    suffix = suffix_of(path)
    return "image" if suffix in IMAGE_SUFFIXES else "video" if suffix in VIDEO_SUFFIXES else ""


def is_picture(path):
    """True if Pillow, not FFmpeg, reads the file: by its first bytes, else by its suffix."""
    return bool(picture_kind(path)) or (suffix_of(path) in IMAGE_SUFFIXES
                                        and file_kind(path) == "image")


def picture_kind(path):
    """"still" or "animation" (perhaps of one frame) by the first bytes of a file, else ""."""
    head, suffix = first_bytes(path), suffix_of(path)
    if ANIMATION.match(head):
        return "animation"
    if HEIC.match(head):
        return "still"
    # The raw files of cameras are TIFF, too, but Pillow finds only a small preview in them.
    is_tiff = TIFF.match(head) and suffix in ("", *IMAGE_SUFFIXES, *VIDEO_SUFFIXES)
    return "still" if (STILL.match(head) or is_tiff) and suffix not in NOT_STILL else ""


def first_bytes(path):
    """The first bytes of a file; none if it cannot be read or is no ordinary file but a pipe."""
    with suppress(OSError):
        if os.path.isfile(path):
            with open(path, "rb") as file:
                return file.read(HEAD_BYTES)
    return b""


def is_animated(path):
    """True if a picture file holds more than one frame."""
    with Image.open(path) as image:
        return getattr(image, "is_animated", False)


def has_video(path):
    """True if FFmpeg finds a video stream in the file and knows the format of its pixels."""
    head = first_bytes(path)
    if not head or ARCHIVE.match(head):
        return False
    file, stream = open_stream(path, **PROBE)
    with file:
        if file.format.name == "mjpeg" and not STILL.match(head):
            return False  # another file with a JPEG somewhere in it
        return stream.codec_context.pix_fmt is not None
