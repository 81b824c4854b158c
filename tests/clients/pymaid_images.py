"""Load a piece of a stack's images with pymaid."""

from __future__ import annotations

import pymaid
from given import answer, given
from pymaid import tiles
from pymaid_instance import instance

(stack,) = pymaid.get_stacks()
mirror = instance.image_stacks.mirrors.iloc[0][0]["image_base"]
loader = tiles.TileLoader(given.box, stack_id=stack.id, coords="NM", image_mirror=mirror)
loader.load_in_memory()

answer({"pixels": loader.img.transpose(2, 0, 1).tolist()})
