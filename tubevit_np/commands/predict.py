"""The command predict."""

import numpy as np

from tubevit_np.model.layers import softmax


def predict(options, engine):
    from tubevit_np.data.datasets.in_memory import read_one
    from tubevit_np.runs.held_out import clip_fps
    from tubevit_np.runs.run_folder import heads_for, load_model

    _, params, cfg, notes = load_model(options.run)
    kind, x = read_one(options.file, int(notes["frames"]), int(notes["size"]), clip_fps(notes))
    for head, logits in engine.predictor(params, cfg)(x[None], heads_for(notes, kind)).items():
        fractions = softmax(logits.astype(np.float64))[0]
        print(f"{head} of the {kind} {options.file}")
        for i in np.argsort(-fractions)[:5]:
            bar, name = "#" * round(30 * fractions[i]), notes["labels"][head][i]
            print(f"  {fractions[i]:6.1%}  {bar:30}  {name}")
