"""The usual suffixes of videos and images: they decide where the content of a file does not."""

from pathlib import Path

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm", ".pgm",
                  ".pbm", ".jfif", ".jpe", ".jp2", ".avif", ".heic", ".heif")
VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".m2ts",
                  ".wmv", ".flv", ".3gp", ".ogv", ".gif", ".apng", ".mts", ".vob", ".m2v", ".asf",
                  ".f4v", ".3g2", ".ogm", ".divx", ".mxf", ".rm", ".rmvb", ".dv", ".y4m", ".mjpeg",
                  ".mjpg", ".h264", ".hevc", ".ivf", ".nut")


def suffix_of(path):
    """The suffix of a file's name, in lower case."""
    return Path(path).suffix.lower()
