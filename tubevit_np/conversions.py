"""What the commands do that make one checkpoint of others."""

from tubevit_np.folder import find_model
from tubevit_np.params import load, save


def scale(options, engine):
    """The tubes of a small model in a large one, and how to train that (Sec. 3.6)."""
    from tubevit_np.widening import scaled_up

    small, small_cfg, seen = load(find_model(options.small))
    large, large_cfg, notes = load(find_model(options.large))
    frames, size = (int(getattr(options, name) or seen.get(name, usual))
                    for name, usual in (("frames", 32), ("size", 224)))
    params, cfg = scaled_up(small, small_cfg, large, large_cfg, (frames, size, size),
                            gate_layer=options.gate, gate_tokens=options.gate_tokens)
    kept = {name: notes[name] for name in ("heads", "fps") if name in notes}
    save(options.out, params, cfg, notes["labels"], frames=frames, size=size, **kept)
    print(f"{'tube':10}{'members':>12}{'now':>12}{'channels':>10}{'now':>6}")
    for old, new in zip(small_cfg.tubes, cfg.tubes, strict=True):
        if not new.is_patch:
            print(f"{new.name:10}{by(old.s2d):>12}{by(new.s2d):>12}"
                  f"{small_cfg.dim // old.members:10}{cfg.dim // new.members:6}")
    last = cfg.depth - 1 if options.gate is None else options.gate
    print(f"\n{options.out}: images give what {options.large} gives.  To train its last blocks on "
          f"videos:\ntrain --start {options.out} --frozen {last} --data VIDEOS")


def by(three):
    return "x".join(map(str, three))
