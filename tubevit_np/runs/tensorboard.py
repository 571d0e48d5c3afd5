"""The log of a run for TensorBoard: the same records as in metrics.jsonl, which stays the truth."""

import time
from pathlib import Path

from tubevit_np.required import install
from tubevit_np.storage.atomic_files import make_folder

EVENTS = "events.out.tfevents.*"


class TensorBoard:
    """Event files in a folder; every score of a record becomes a point, at the record's step.

    Raises ValueError if tensorboardX is not installed, or if the folder cannot be made."""

    def __init__(self, folder):
        try:
            import tensorboardX  # noqa: F401 - the methods use it
        except ModuleNotFoundError:
            raise ValueError(f"cannot write for TensorBoard: {install('tensorboardX')}") from None
        self.folder = make_folder(folder, "--tensorboard")

    def start(self, records):
        """Begin a file after these records, those of a run that is resumed.

        They are written if the folder is new. Otherwise it holds them; TensorBoard then hides the
        points that come later, because these steps are done again."""
        from tensorboardX.event_file_writer import EventsWriter  # SummaryWriter writes late
        from tensorboardX.proto.event_pb2 import SessionLog

        begun, done = has_events(self.folder), records[-1]["step"] if records else 0
        self.file = EventsWriter(str(self.folder / "events"), f".{time.time_ns()}")
        if begun:
            self._write(step=done + 1, session_log=SessionLog(status=SessionLog.START))
        for record in [] if begun else records:
            self.add(record)

    def add(self, record):
        """Write one record; afterwards TensorBoard can read it."""
        from tensorboardX.summary import scalar

        for name, value in record.items():
            if name != "step":
                self._write(step=record["step"], summary=scalar(name.replace(" ", "_"), value))
        self.file.flush()

    def _write(self, **event):
        from tensorboardX.proto.event_pb2 import Event

        self.file.write_event(Event(wall_time=time.time(), **event))


def has_events(folder):
    """Whether a folder holds a log for TensorBoard."""
    return any(Path(folder).glob(EVENTS))
