"""Something-Something V2: a JSON list of {id, template}; the clip is ID.webm."""

import json

from tubevit_np.data.datasets.clip_index import dataset_folder, index_clips
from tubevit_np.data.datasets.tables.row import Row


def ssv2_rows(path):
    """Yield the Rows of a Something-Something JSON; the class is the template without brackets.

    Raises ValueError if the file has another structure."""
    try:
        records = json.loads(path.read_text(encoding="utf-8-sig"))
        named = [(str(record["id"]), record.get("template", "")) for record in records]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{path} is not a JSON list of clips with id and template: {error!r}"
                         ) from None
    clips = index_clips(dataset_folder(path))
    for name, template in named:
        label = template.replace("[", "").replace("]", "")
        yield Row(clips.get(name) or dataset_folder(path) / f"{name}.webm", label)
