"""Predictions for many files: decoded ahead in threads, computed in batches, in the order given."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from tubevit_np.data.datasets.cache import Cache
from tubevit_np.data.datasets.find_files import Found, find_files
from tubevit_np.data.datasets.reader import Reader
from tubevit_np.data.decoding.video import is_video
from tubevit_np.data.threads import thread_pool
from tubevit_np.runs.held_out import clip_fps
from tubevit_np.runs.run_folder import heads_for, load_model
from tubevit_np.training import evaluate

MAX_WAITING = 16  # batches; then a batch of the other kind is computed before it is full


@dataclass
class Prediction:
    """What a model predicts for a file.

    kind: "video" or "image";  probabilities: {head: {class name: probability}};  note: the file is
    damaged or short, but was used;  error: why there is no prediction, "" if there is one."""

    file: str
    kind: str = ""
    probabilities: dict[str, dict[str, float]] = field(default_factory=dict)
    note: str = ""
    error: str = ""
    x: np.ndarray | None = field(default=None, repr=False)  # its views, until they are computed


def predict_files(run: str, names: Iterable[str], views: tuple[int, int] = (1, 1),
                  batch: int = evaluate.PREDICT_BATCH, cache: str | None = None,
                  predictor: Callable = evaluate.predictor) -> Iterator[Prediction]:
    """Yield a Prediction for each file, in the order of `names`: files, folders and patterns.

    run: a run folder or a checkpoint;  views: (temporal, spatial) crops of each file, averaged;
    batch: clips computed at once;  cache: a folder for decoded frames;  predictor: that of
    tubevit_np or of tubevit_tg.  Raises ValueError for a damaged checkpoint."""
    _, params, cfg, notes = load_model(run)
    yield from predictions(predictor(params, cfg), notes, find_files(names), views, batch, cache)


def predictions(predict: Callable, notes: dict[str, Any], files: Iterable[Found],
                views: tuple[int, int] = (1, 1), batch: int = evaluate.PREDICT_BATCH,
                cache: str | None = None) -> Iterator[Prediction]:
    """As predict_files, for a predict(x, heads) and the notes of its checkpoint."""
    reader = Reader(int(notes["frames"]), int(notes["size"]), clip_fps(notes),
                    Cache(cache) if cache else None)
    rows: deque[Prediction] = deque()  # not yielded yet
    waiting: dict[str, list[Prediction]] = {}  # decoded videos, decoded images
    ahead = max(2, 2 * batch // (views[0] * views[1]))
    for row in map_ahead(lambda found: read(reader, found, views), files, ahead):
        rows.append(row)
        if not row.error:
            waiting.setdefault(row.kind, []).append(row)
        for kind in [*waiting]:
            full = len(waiting[kind]) * evaluate.count_views(kind, views) >= batch
            if full or len(rows) >= MAX_WAITING * batch:
                compute(predict, notes, waiting.pop(kind), views)
        while rows and rows[0].x is None:
            yield rows.popleft()
    for group in waiting.values():
        compute(predict, notes, group, views)
    yield from rows


def read(reader: Reader, found: Found, views: tuple[int, int]) -> Prediction:
    """The decoded file, not predicted yet, or its error."""
    if found.error:
        return Prediction(found.file, error=found.error)
    remarks: list[Any] = []
    try:
        kind = "video" if is_video(found.file) else "image"
        x = (reader.clip(kind, found.file, warn=remarks.append)[None] if views == (1, 1) else
             reader.views(kind, found.file, *views, remarks.append))
    except ValueError as error:
        return Prediction(found.file, error=str(error))
    return Prediction(found.file, kind, note="; ".join(dict.fromkeys(map(str, remarks))), x=x)


def compute(predict: Callable, notes: dict[str, Any], group: list[Prediction],
            views: tuple[int, int]) -> None:
    """Fill in the probabilities of decoded files of one kind."""
    kind = group[0].kind
    x = np.concatenate([row.x for row in group])
    num_views = evaluate.count_views(kind, views)
    for head, logits in predict(x, heads_for(notes, kind)).items():
        scores = evaluate.mean_over_views(logits, num_views)
        for row, values in zip(group, evaluate.probabilities(scores, num_views), strict=True):
            row.probabilities[head] = dict(zip(notes["labels"][head], values.tolist(), strict=True))
    for row in group:
        row.x = None


def map_ahead(function: Callable, items: Iterable, count: int) -> Iterator:
    """Yield function(item) of each item in order; threads compute `count` of them ahead."""
    items, pool = iter(items), thread_pool()
    futures = deque(pool.submit(function, item) for item in islice(items, count))
    try:
        while futures:
            result = futures.popleft().result()
            futures.extend(pool.submit(function, item) for item in islice(items, 1))
            yield result
    finally:
        for future in futures:  # as after Ctrl-C
            future.cancel()
