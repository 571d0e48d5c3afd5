"""Something-Something V2: records {id, template}; the clip is ID.webm."""

from tubevit_np.data.datasets.clip_index import dataset_folder, index_clips
from tubevit_np.data.datasets.tables.columns import part_of
from tubevit_np.data.datasets.tables.row import make_row


def ssv2_rows(records, path):
    """The Rows of records of a JSON list; the class is the template without brackets.

    records: [(where, {column: text})]."""
    folder, rows = dataset_folder(path), []
    clips = index_clips(folder)
    for _, record in records:
        name, template = record["id"], record.get("template", "")
        rows.append(make_row(folder, clips.get(name) or f"{name}.webm",
                             template.replace("[", "").replace("]", ""), part_of(record),
                             record.get("group", "")))
    return rows
