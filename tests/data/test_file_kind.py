"""The content decides whether a file is a video or an image. No name is read as an address."""

import io
import os
import zipfile

import av
import clips
import numpy as np
import pytest
from clips import SHARED, needs_shared
from PIL import Image

from tubevit_np.data.decoding.file_kind import file_kind
from tubevit_np.data.decoding.images import read_image
from tubevit_np.data.decoding.video import is_video, read_clip

FILM = clips.levels(4, 32, 48)


def film(suffix):
    """The bytes of a small video."""
    codec, pixels, container = {
        "mts": ("libx264", "yuv420p", "mpegts"), "vob": ("mpeg2video", "yuv420p", "vob"),
        "m2v": ("mpeg2video", "yuv420p", "mpeg2video"), "mov": ("png", "rgb24", "mov"),
        "h264": ("libx264", "yuv420p", "h264"), "asf": ("wmv2", "yuv420p", "asf"),
        "mxf": ("mpeg2video", "yuv420p", "mxf"), "y4m": ("rawvideo", "yuv420p", "yuv4mpegpipe"),
        "mkv": ("ffv1", "bgr0", "matroska"), "mjpeg": ("mjpeg", "yuvj420p", "mjpeg")}[suffix]
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as file:
        stream = file.add_stream(codec, rate=25)
        stream.height, stream.width, stream.pix_fmt = 32, 48, pixels
        for frame in [*(av.VideoFrame.from_ndarray(x, "rgb24") for x in FILM), None]:
            file.mux(stream.encode(frame))
    return buffer.getvalue()


def picture(name, frames=1):
    """The bytes of an image, or of several in one file."""
    buffer, images = io.BytesIO(), [Image.fromarray(x) for x in FILM[:frames]]
    more = {"save_all": True, "append_images": images[1:]} if frames > 1 else {}
    images[0].save(buffer, name, **more)
    return buffer.getvalue()


@pytest.mark.parametrize("suffix", ["mts", "vob", "m2v", "h264", "asf", "mxf", "y4m", "mkv", "mov"])
def test_a_video_is_one_under_any_name(tmp_path, suffix):
    content = film(suffix)
    for name in (f"a.{suffix.upper()}", "no suffix", "a.jpg", "a.txt", "a%d.png", "a*.gif"):
        (tmp_path / name).write_bytes(content)
        assert file_kind(tmp_path / name) == "video" and is_video(tmp_path / name), name
        assert read_clip(tmp_path / name, 4, 16).shape == (4, 16, 16, 3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "JPEG2000"])
def test_an_image_is_one_under_any_name(tmp_path, kind):
    content = picture(kind)
    for name in (f"a.{kind}".replace("JPEG", "jfif"), "no suffix", "a.mp4", "a.gif"):
        (tmp_path / name).write_bytes(content)
        assert file_kind(tmp_path / name) == "image" and not is_video(tmp_path / name), name
        with pytest.warns(UserWarning, match="only 1 of the 2 frames"):
            assert read_clip(tmp_path / name, 2, 16).shape == (2, 16, 16, 3)


@pytest.mark.parametrize("kind, wanted", [
    ("GIF", "video"), ("PNG", "video"), ("WEBP", "video"), ("TIFF", "image"), ("MPO", "image")])
def test_several_images_in_a_file_move_only_in_an_animation(tmp_path, kind, wanted):
    for name in ("a", "a.mp4", "a.png"):
        (tmp_path / name).write_bytes(picture(kind, frames=3))
        assert file_kind(tmp_path / name) == wanted


def test_avif_where_pillow_has_it(tmp_path):
    if not pytest.importorskip("PIL.features").check("avif"):
        pytest.skip("this Pillow reads no AVIF")
    for frames, wanted in ((1, "image"), (3, "video")):
        (tmp_path / "a").write_bytes(picture("AVIF", frames))
        assert file_kind(tmp_path / "a") == wanted


def test_heic_needs_a_package_or_a_conversion(tmp_path):
    (tmp_path / "a.HEIC").write_bytes(b"\0\0\0\x1cftypheic\0\0\0\0mif1heicmiaf" + bytes(99))
    assert file_kind(tmp_path / "a.HEIC") == "image"
    with pytest.raises(ValueError, match="a HEIC image.*pillow-heif, or convert .* to JPEG"):
        read_image(tmp_path / "a.HEIC", 16)


def test_jpegs_one_after_another_are_a_video(tmp_path):
    (tmp_path / "a.mjpeg").write_bytes(film("mjpeg"))
    assert file_kind(tmp_path / "a.mjpeg") == "video"


def zipped(name, content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(name, content)
    return buffer.getvalue()


def array(x):
    buffer = io.BytesIO()
    np.save(buffer, x)
    return buffer.getvalue()


def with_sound(cover):
    """A sound file with a cover picture."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as file:
        sound = file.add_stream("aac", rate=8000)
        if cover:
            stream = file.add_stream("mjpeg", rate=1)
            stream.width, stream.height, stream.pix_fmt = 48, 32, "yuvj420p"
            stream.disposition = av.stream.Disposition.attached_pic
            file.mux(stream.encode(av.VideoFrame.from_ndarray(FILM[0], "rgb24").reformat(
                format="yuvj420p")))
        for at in range(0, 4096, 1024):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            frame.sample_rate, frame.pts = 8000, at
            file.mux(sound.encode(frame))
        file.mux(sound.encode(None))
    return buffer.getvalue()


OTHERS = {
    "README.md": lambda: b"# Clips\n\nBM and GIF and P3 are file formats.\n" * 40,
    "a.txt": lambda: b"BM is not a picture\n" * 99, "b.txt": lambda: b"P3 12 is none\n" * 99,
    "a.csv": lambda: b"path,label\na.mp4,x\n", "a.json": lambda: b'{"a": 1}',
    "a.xml": lambda: b"<?xml version='1.0'?><a/>", "a.html": lambda: b"<!doctype html><html/>",
    "a.srt": lambda: b"1\n00:00:01,000 --> 00:00:02,000\nHello\n",
    "a.nfo": lambda: b"\x1b[31m ANSI art\n" * 99, ".DS_Store": lambda: b"\0\0\0\1Bud1\0" * 99,
    "a.pdf": lambda: b"%PDF-1.4\n" + picture("JPEG"), "a.zip": lambda: zipped("a.jpg", film("mts")),
    "a.npy": lambda: array(np.random.default_rng(0).random(9999)),
    "a.bin": lambda: b"\0" * 99 + picture("JPEG"), "empty": lambda: b"",
    "a.svg": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "a.m4a": lambda: with_sound(False), "b.m4a": lambda: with_sound(True),
    "a.nef": lambda: picture("TIFF")}  # the raw file of a camera


@pytest.mark.parametrize("name", OTHERS)
def test_other_files_are_neither(tmp_path, name):
    (tmp_path / name).write_bytes(OTHERS[name]())
    assert file_kind(tmp_path / name) == ""
    with pytest.raises(ValueError, match="neither a video nor an image|is empty"):
        is_video(tmp_path / name)


def playlists(folder):
    return {"hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{folder}/a.mts\n"
                   "#EXT-X-ENDLIST\n",
            "concat": "ffconcat version 1.0\nfile a.mts\n",
            "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
                   "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n"}


@pytest.mark.parametrize("kind", ["hls", "concat", "sdp"])
def test_a_playlist_opens_no_other_file(tmp_path, kind):
    (tmp_path / "a.mts").write_bytes(film("mts"))
    for name in ("list.m3u8", "list", "list.mp4"):
        (tmp_path / name).write_text(playlists(tmp_path)[kind], encoding="utf-8")
        assert file_kind(tmp_path / name) == ("video" if name.endswith("mp4") else "")
        with pytest.raises(ValueError, match="cannot read video"):
            read_clip(tmp_path / name, 2, 16)


def test_what_the_content_does_not_tell_the_suffix_does(tmp_path):
    for name, wanted in {"a.MP4": "video", "a.mts": "video", "a.Jpg": "image", "a.gif": "image",
                         "a.heic": "image", "a.apng": "video", "a.doc": "", "a": ""}.items():
        assert file_kind(tmp_path / f"no such {name}") == wanted
        for content in (b"", b"\0\1\2\3" * 99, b"GIF89a"):
            (tmp_path / name).write_bytes(content)
            assert file_kind(tmp_path / name) == wanted, (name, content)
    os.mkfifo(tmp_path / "pipe.mp4")  # nobody writes into it: to open it would wait
    assert file_kind(tmp_path / "pipe.mp4") == "video" and file_kind(tmp_path) == ""


NAMES = [b"a:b.mts", b"http:x.mp4", b"concat:a.mts", b"pipe:0", b"-", b"x%03d.mts", b"x[1-2].mts",
         b"two\nlines.mts", b"caf\xe9.mts", b"subfile,,start,0,end,9,,:a.mts"]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_is_no_address(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    try:
        with open(name, "wb") as file:
            file.write(film("mts"))
    except OSError:
        pytest.skip("this system has no such names")
    assert file_kind(os.fsdecode(name)) == "video"
    assert read_clip(os.fsdecode(name), 4, 16).shape == (4, 16, 16, 3)


@needs_shared
def test_real_files():
    wanted = {"MANIFEST.csv": ""}
    for path in (SHARED / "bad").iterdir():
        assert file_kind(path) == wanted.get(path.name, "video"), path
