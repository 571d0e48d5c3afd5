"""metrics.jsonl: one record per line, of means over steps or of the scores of a checkpoint."""

import json
import time

import numpy as np

from tubevit_np.runs.run_folder import METRICS, read_metrics, writing
from tubevit_np.storage.atomic_files import write_text


class TrainingLog:
    """The log in a run folder.

    recent: values of the steps since its last record of means;  earlier: how many of them are of
    the process that was stopped;  mirror: a TensorBoard that gets the same records, or None."""

    def __init__(self, folder):
        self.folder, self.path = folder, folder / METRICS
        self.recent, self.earlier, self.mirror = [], 0, None
        self.start_clock()

    def unwritten(self):
        """Metadata of a checkpoint: a training that is stopped and resumed logs the same means."""
        return {"recent": json.dumps(self.recent)}

    def restore(self, notes):
        """Take over the unwritten values from the metadata of a checkpoint."""
        self.recent = json.loads(notes.get("recent", "[]"))
        self.earlier = len(self.recent)

    def start_clock(self):
        """Begin to measure the rate of training here: it excludes the time of evaluation."""
        self.clock = time.perf_counter()

    def write_means(self, step, lr):
        """Append the means of the recent values, after `step` steps; returns them by name."""
        means = {name: float(np.mean([row[name] for row in self.recent]))
                 for name in self.recent[0]}
        timed = max(1, len(self.recent) - self.earlier)
        rate = timed / (time.perf_counter() - self.clock)
        self.append({"step": step, "lr": lr, "rate": rate} | means)
        self.recent, self.earlier = [], 0
        self.start_clock()
        return means

    def append(self, record):
        """Append one record."""
        with writing(self.folder), open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        if self.mirror:
            self.mirror.add(record)

    def forget_after(self, step):
        """Drop the records of a killed run after `step`, its last checkpoint.

        These steps will be done and logged again."""
        kept = [record for record in read_metrics(self.path) if record["step"] <= step]
        write_text(self.path, "".join(json.dumps(record) + "\n" for record in kept))
        if self.mirror:
            self.mirror.start(kept)
