"""DataFrames with fixed dtypes: ids int64, lengths and coordinates float64 in nm, times datetime64[us, UTC]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

ID: Final = "int64"
NM: Final = "float64"
COUNT: Final = "int64"
TEXT: Final = "str"
TIME: Final = "datetime64[us, UTC]"
OBJECT: Final = "object"

FrameSchema = Mapping[str, Any]

NEURONS: Final[FrameSchema] = {
    "id": ID,
    "name": TEXT,
    "skeleton_ids": OBJECT,
    "nodes": COUNT,
    "cable_length": NM,
    "creator": TEXT,
    "creation_time": TIME,
    "edition_time": TIME,
}
SKELETONS: Final[FrameSchema] = {
    "id": ID,
    "neuron_id": ID,
    "name": TEXT,
    "nodes": COUNT,
    "cable_length": NM,
    "creator": TEXT,
    "creation_time": TIME,
    "edition_time": TIME,
}
PINS: Final[FrameSchema] = {"name": TEXT, "version": ID, "creator": TEXT, "time": TIME, "note": TEXT}
REVERTED: Final[FrameSchema] = {"table": TEXT, "created": COUNT, "changed": COUNT, "deleted": COUNT}
NODES: Final[FrameSchema] = {
    "id": ID,
    "parent_id": ID,
    "x": NM,
    "y": NM,
    "z": NM,
    "radius": NM,
    "confidence": COUNT,
    "user_id": ID,
}
NODES_IN_BOX: Final[FrameSchema] = {**NODES, "skeleton_id": ID, "edition_time": TIME}
NODE_PLACES: Final[FrameSchema] = {"treenode_id": ID, "x": NM, "y": NM, "z": NM}
CONNECTORS: Final[FrameSchema] = {
    "id": ID,
    "x": NM,
    "y": NM,
    "z": NM,
    "confidence": COUNT,
    "creator": TEXT,
    "creation_time": TIME,
    "edition_time": TIME,
}
LINKS: Final[FrameSchema] = {
    "id": ID,
    "connector_id": ID,
    "treenode_id": ID,
    "skeleton_id": ID,
    "relation": TEXT,
    "confidence": COUNT,
    "creator": TEXT,
    "creation_time": TIME,
    "edition_time": TIME,
}
SKELETON_CONNECTORS: Final[FrameSchema] = {
    "treenode_id": ID,
    "connector_id": ID,
    "relation": TEXT,
    "x": NM,
    "y": NM,
    "z": NM,
}
TAGS: Final[FrameSchema] = {"tag": TEXT, "treenode_id": ID}
NODES_OF_SKELETONS: Final[FrameSchema] = {"skeleton_id": ID, **NODES}
CONNECTORS_OF_SKELETONS: Final[FrameSchema] = {"skeleton_id": ID, **SKELETON_CONNECTORS}
TAGS_OF_SKELETONS: Final[FrameSchema] = {"skeleton_id": ID, **TAGS}
MEASURES: Final[FrameSchema] = {
    "skeleton_id": ID,
    "name": TEXT,
    "nodes": COUNT,
    "cable_length": NM,
    "branch_points": COUNT,
    "end_points": COUNT,
    "strahler": COUNT,
    "connectors": COUNT,
}
ANNOTATIONS: Final[FrameSchema] = {"id": ID, "name": TEXT, "creator": TEXT}
PROJECT_ANNOTATIONS: Final[FrameSchema] = {
    "id": ID,
    "name": TEXT,
    "neurons": COUNT,
    "last_use": TIME,
    "creators": OBJECT,
    "meta": OBJECT,
}
ANNOTATIONS_OF_SKELETONS: Final[FrameSchema] = {
    "skeleton_id": ID,
    "annotation_id": ID,
    "annotation": TEXT,
    "creator": TEXT,
    "time": TIME,
}
ANNOTATION_TREE: Final[FrameSchema] = {
    "depth": COUNT,
    "id": ID,
    "parent_id": ID,
    "name": TEXT,
    "path": OBJECT,
    "neurons": COUNT,
}
UPLOADED: Final[FrameSchema] = {"name": TEXT, "neuron_id": ID, "skeleton_id": ID, "nodes": COUNT}
IMPORTED: Final[FrameSchema] = {"source_id": ID, "skeleton_id": ID, "name": TEXT, "is_new": "bool"}
ORIGINS: Final[FrameSchema] = {"skeleton_id": ID, "url": TEXT, "source_project_id": ID, "source_id": ID}
VOLUMES: Final[FrameSchema] = {
    "id": ID,
    "name": TEXT,
    "comment": TEXT,
    "area": "float64",
    "volume": "float64",
    "is_closed": "bool",
    "annotations": OBJECT,
    "creator": TEXT,
    "creation_time": TIME,
    "edition_time": TIME,
}
IN_VOLUME: Final[FrameSchema] = {
    "skeleton_id": ID,
    "name": TEXT,
    "nodes": COUNT,
    "nodes_inside": COUNT,
    "cable_length": NM,
    "cable_inside": NM,
}
LANDMARKS: Final[FrameSchema] = {"id": ID, "name": TEXT, "location_id": ID, "x": NM, "y": NM, "z": NM}
LANDMARK_GROUPS: Final[FrameSchema] = {"id": ID, "name": TEXT, "landmark_ids": OBJECT, "location_ids": OBJECT}
SAMPLERS: Final[FrameSchema] = {
    "id": ID,
    "skeleton_id": ID,
    "state": TEXT,
    "interval_length": NM,
    "interval_error": NM,
    "domains": COUNT,
    "intervals": COUNT,
    "creator": TEXT,
    "creation_time": TIME,
}
REVIEWS: Final[FrameSchema] = {"skeleton_id": ID, "nodes": COUNT, "reviewed": COUNT, "percent": "float64"}
REVIEW_STATUS: Final[FrameSchema] = {
    "skeleton_id": ID,
    "nodes": COUNT,
    "own": COUNT,
    "team": COUNT,
    "union": COUNT,
    "own_percent": "float64",
    "team_percent": "float64",
    "union_percent": "float64",
}
REVIEWS_OF_TREENODES: Final[FrameSchema] = {"skeleton_id": ID, "treenode_id": ID, "reviewer": TEXT, "time": TIME}
REVIEWERS: Final[FrameSchema] = {
    "skeleton_id": ID,
    "reviewer": TEXT,
    "nodes": COUNT,
    "percent": "float64",
    "last": TIME,
}
REVIEW_TEAM: Final[FrameSchema] = {"reviewer": TEXT, "since": TIME}
REVIEW_SEGMENTS: Final[FrameSchema] = {
    "segment": COUNT,
    "step": COUNT,
    "treenode_id": ID,
    "x": NM,
    "y": NM,
    "z": NM,
    "reviewers": OBJECT,
}
PROOFREADING_POINTS: Final[FrameSchema] = {
    "skeleton_id": ID,
    "neuron": TEXT,
    "kind": TEXT,
    "treenode_id": ID,
    "x": NM,
    "y": NM,
    "z": NM,
    "what": TEXT,
    "mark": TEXT,
    "seen": "bool",
}
PROOFREADING_STATUS: Final[FrameSchema] = {
    "skeleton_id": ID,
    "status": TEXT,
    "user": TEXT,
    "time": TIME,
    "is_stale": "bool",
    "changes": COUNT,
    "last_change": TEXT,
}
STRUCTURAL_CHANGES: Final[FrameSchema] = {
    "skeleton_id": ID,
    "version": ID,
    "change": TEXT,
    "user": TEXT,
    "time": TIME,
    "nodes_made": COUNT,
    "nodes_gone": COUNT,
    "edges_made": COUNT,
    "links_made": COUNT,
    "links_gone": COUNT,
}
REVIEW_CHANGES: Final[FrameSchema] = {
    "skeleton_id": ID,
    "treenode_id": ID,
    "reviewer": TEXT,
    "review_time": TIME,
    "change": TEXT,
    "user": TEXT,
    "time": TIME,
}
CONTRIBUTORS: Final[FrameSchema] = {
    "user": TEXT,
    "nodes": COUNT,
    "presynapses": COUNT,
    "postsynapses": COUNT,
    "reviews": COUNT,
}
STATISTICS: Final[FrameSchema] = {
    "day": TIME,
    "user": TEXT,
    "nodes": COUNT,
    "cable_length": NM,
    "connectors": COUNT,
    "reviewed": COUNT,
}
PARTNERS: Final[FrameSchema] = {"skeleton_id": ID, "name": TEXT, "nodes": COUNT, "synapses": COUNT}
SYNAPSES: Final[FrameSchema] = {
    "connector_id": ID,
    "x": NM,
    "y": NM,
    "z": NM,
    "pre_skeleton_id": ID,
    "pre_treenode_id": ID,
    "pre_x": NM,
    "pre_y": NM,
    "pre_z": NM,
    "pre_confidence": COUNT,
    "post_skeleton_id": ID,
    "post_treenode_id": ID,
    "post_x": NM,
    "post_y": NM,
    "post_z": NM,
    "post_confidence": COUNT,
}
PROJECTS: Final[FrameSchema] = {"id": ID, "title": TEXT, "comment": TEXT, "stack_ids": OBJECT, "favorite": "bool"}
USERS: Final[FrameSchema] = {"id": ID, "login": TEXT, "full_name": TEXT}
TOKENS: Final[FrameSchema] = {
    "id": ID,
    "name": TEXT,
    "ending": TEXT,
    "creation_time": TIME,
    "expiry": TIME,
    "last_use": TIME,
}
GROUPS: Final[FrameSchema] = {"id": ID, "name": TEXT, "members": OBJECT}
INACTIVITY: Final[FrameSchema] = {"group": TEXT, "days": COUNT, "closes": "bool", "message": TEXT, "contacts": OBJECT}
INACTIVE_MEMBERS: Final[FrameSchema] = {
    "user": TEXT,
    "group": TEXT,
    "days": COUNT,
    "closes": "bool",
    "is_open": "bool",
    "last_activity": TIME,
}
MEMBERS: Final[FrameSchema] = {"name": TEXT, "kind": TEXT, "permissions": OBJECT}
JOBS: Final[FrameSchema] = {
    "id": ID,
    "title": TEXT,
    "state": TEXT,
    "progress": NM,
    "note": TEXT,
    "user": TEXT,
    "file": TEXT,
    "created": TIME,
    "ended": TIME,
}
JOB_LOG: Final[FrameSchema] = {"time": TIME, "text": TEXT}
STACKS: Final[FrameSchema] = {
    "id": ID,
    "title": TEXT,
    "width": COUNT,
    "height": COUNT,
    "sections": COUNT,
    "resolution_x": NM,
    "resolution_y": NM,
    "resolution_z": NM,
}


def frame(columns: Mapping[str, Any] | pd.DataFrame, schema: FrameSchema) -> pd.DataFrame:
    """A DataFrame with the columns and dtypes of a schema.

    Times are given as seconds since 1970 (arrays), or as ISO 8601 text (sequences).
    """
    return pd.DataFrame({name: _series(columns[name], dtype) for name, dtype in schema.items()})


def ordered(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Rows in the order of ids, which servers give in any order: so the same rows make the same DataFrame."""
    return rows.sort_values(list(columns), ignore_index=True)


def as_time(values: Any) -> pd.Series:
    """Times from seconds since 1970, or from ISO 8601 text; None and NaN become NaT."""
    array = np.asarray(values)
    if array.size == 0:
        return pd.Series([], dtype=TIME)
    if array.dtype.kind in "fiu":
        return pd.Series(pd.to_datetime(np.round(array * 1e6), unit="us", utc=True)).astype(TIME)
    return pd.Series(pd.to_datetime(list(values), utc=True, format="ISO8601")).astype(TIME)


def _series(values: Any, dtype: Any) -> pd.Series:
    if isinstance(values, pd.Series):
        column: pd.Series = pd.Series(values.reset_index(drop=True), dtype=dtype)
    elif dtype == TIME:
        column = as_time(values)
    else:
        column = pd.Series(values if isinstance(values, np.ndarray) else list(values), dtype=dtype)
    return column
