/** Generated from catmaid_wire by `make wire`: change that instead. */

export const NODE_COLUMNS = {
  "id": "<i4",
  "parent_id": "<i4",
  "x": "<f8",
  "y": "<f8",
  "z": "<f8",
  "confidence": "<i2",
  "radius": "<f8",
  "skeleton_id": "<i4",
  "edition_time": "<f8",
  "user_id": "<i4"
} as const;

export const CONNECTOR_COLUMNS = {
  "id": "<i4",
  "x": "<f8",
  "y": "<f8",
  "z": "<f8",
  "confidence": "<i2",
  "edition_time": "<f8",
  "user_id": "<i4"
} as const;

export const LINK_COLUMNS = {
  "connector_id": "<i4",
  "treenode_id": "<i4",
  "relation_id": "<i4",
  "confidence": "<i2",
  "edition_time": "<f8",
  "id": "<i8"
} as const;

export const RELATION = {
  "PRESYNAPTIC": "presynaptic_to",
  "POSTSYNAPTIC": "postsynaptic_to",
  "GAP_JUNCTION": "gapjunction_with",
  "TIGHT_JUNCTION": "tightjunction_with",
  "DESMOSOME": "desmosome_with",
  "ABUTTING": "abutting",
  "ATTACHED": "attached_to",
  "CLOSE": "close_to"
} as const;

export const EDIT_KEYS = {
  "KEPT_DAYS": 7
} as const;

export const ERROR_CODE = {
  "NOT_FOUND": "not_found",
  "NOT_ALLOWED": "not_allowed",
  "CONFLICT": "conflict",
  "INVALID": "invalid",
  "UNREACHABLE": "unreachable",
  "INTERNAL": "internal"
} as const;
