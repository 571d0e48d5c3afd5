"""The Config of a model that is not TubeViT but is compared with it (Tables 5, 7a)."""

import json
from dataclasses import asdict, dataclass, fields

from tubevit_np.model.config import Config, Tube
from tubevit_np.model.config_checks import choice, triple

ATTENTIONS = ("global", "divided")
POSITIONS = ("fixed", "strideless", "learned", "none")
PLAIN = {"attention": "global", "position": "fixed", "learned_for": None}


@dataclass(frozen=True)
class VariantConfig(Config):
    """A Config with one or more of these fields set; made by `variant`.

    Raises ValueError if a field is invalid, or if they do not fit each other."""

    attention: str = "global"  # or "divided": over the frames of a place, then within each frame
    position: str = "fixed"  # or "strideless", "learned", "none" (Table 7a)
    learned_for: tuple[int, int, int] | None = None  # (T, H, W) of the learned positions

    def __post_init__(self):
        super().__post_init__()
        choice("attention", self.attention, ATTENTIONS)
        choice("position", self.position, POSITIONS)
        if (self.position == "learned") != (self.learned_for is not None):
            raise ValueError(f"position {self.position!r} with learned_for {self.learned_for}: "
                             "learned positions, and no others, need a size, (T, H, W)")
        if self.learned_for is not None:
            object.__setattr__(self, "learned_for", triple("learned_for", self.learned_for, 1))
        if self.attention == "divided" and not (len(self.tubes) == 1 and self.tubes[0].is_patch):
            raise ValueError("divided attention needs its tokens in one grid of frames and places: "
                             "give it one tube, a 2D patch, not "
                             f"{', '.join(tube.name for tube in self.tubes)}")


def variant(cfg, **changes):
    """cfg with other fields, those of VariantConfig included; a plain Config where it is TubeViT.

    Raises ValueError as Config and VariantConfig do, TypeError for an unknown field."""
    values = PLAIN | {field.name: getattr(cfg, field.name) for field in fields(cfg)} | changes
    if all(values[name] == usual for name, usual in PLAIN.items()):
        return Config(**{name: value for name, value in values.items() if name not in PLAIN})
    return VariantConfig(**values)


def attention_of(cfg):
    """ "global" or "divided"."""
    return getattr(cfg, "attention", "global")


def position_of(cfg):
    """ "fixed", "strideless", "learned" or "none"."""
    return getattr(cfg, "position", "fixed")


def to_json(cfg):
    """A Config as JSON; the fields of a variant are there only where it is one."""
    return json.dumps(asdict(variant(cfg)), indent=2)


def from_json(text):
    """The Config that `to_json` wrote.  Raises ValueError where it is not one."""
    try:
        fields = json.loads(text)
        tubes = tuple(Tube(**tube) for tube in fields.pop("tubes"))
        plain = {name: fields.pop(name) for name in Config.__dataclass_fields__ if name in fields}
        return variant(Config(tubes, **plain), **fields)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a Config: {error}") from None
