"""Find a stack with catpy, and fetch a piece of its images."""

from __future__ import annotations

from catpy.applications import NameResolver, StackFetcher
from catpy.client import CatmaidClient
from catpy.image import ImageFetcher
from catpy.spatial import CoordinateTransformer
from given import answer, given

client = CatmaidClient(given.url, given.token, project_id=given.project_id)
(stack,) = StackFetcher(client).stacks()
info = StackFetcher(client).stack_info(NameResolver(client).get_stack_id(str(stack.id)))
images = ImageFetcher.from_catmaid(client, stack.id, preferred_mirror=0)

answer(
    {
        "title": stack.title,
        "resolution": info.resolution,
        "dimension": info.dimension,
        "place": CoordinateTransformer.from_catmaid(client, stack.id).project_to_stack(
            {"x": 400.0, "y": 80.0, "z": 120.0}
        ),
        "pixels": images.get_stack_space([given.low, given.high]).tolist(),
    }
)
