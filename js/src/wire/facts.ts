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

export const COLOR_MAPS = {
  "gray": [
    "#000000",
    "#ffffff"
  ],
  "red": [
    "#000000",
    "#ff0000"
  ],
  "green": [
    "#000000",
    "#00ff00"
  ],
  "blue": [
    "#000000",
    "#0000ff"
  ],
  "cyan": [
    "#000000",
    "#00ffff"
  ],
  "magenta": [
    "#000000",
    "#ff00ff"
  ],
  "yellow": [
    "#000000",
    "#ffff00"
  ],
  "orange": [
    "#000000",
    "#ff8000"
  ],
  "viridis": [
    "#440154",
    "#481f70",
    "#443983",
    "#3b528b",
    "#31688e",
    "#287c8e",
    "#21918c",
    "#20a486",
    "#35b779",
    "#5ec962",
    "#90d743",
    "#c8e020",
    "#fde725"
  ],
  "magma": [
    "#000004",
    "#100b2d",
    "#2c115f",
    "#51127c",
    "#721f81",
    "#932b80",
    "#b73779",
    "#d8456c",
    "#f1605d",
    "#fc8961",
    "#feb078",
    "#fed799",
    "#fcfdbf"
  ],
  "inferno": [
    "#000004",
    "#110a30",
    "#320a5e",
    "#57106e",
    "#781c6d",
    "#9a2865",
    "#bc3754",
    "#d84c3e",
    "#ed6925",
    "#f98e09",
    "#fbb61a",
    "#f4df53",
    "#fcffa4"
  ],
  "cividis": [
    "#00224e",
    "#003170",
    "#2a3f6d",
    "#434e6c",
    "#575d6d",
    "#6a6c71",
    "#7d7c78",
    "#918b78",
    "#a59c74",
    "#bcae6c",
    "#d2c060",
    "#e9d34e",
    "#fee838"
  ],
  "turbo": [
    "#30123b",
    "#434eba",
    "#4685fa",
    "#28bceb",
    "#1ae4b6",
    "#55fa76",
    "#a4fc3c",
    "#d9e436",
    "#faba39",
    "#fb7e21",
    "#e4450a",
    "#b91e02",
    "#7a0403"
  ],
  "hot": [
    "#0b0000",
    "#420000",
    "#790000",
    "#b30000",
    "#ea0000",
    "#ff2200",
    "#ff5c00",
    "#ff9300",
    "#ffca00",
    "#ffff07",
    "#ffff5a",
    "#ffffac",
    "#ffffff"
  ]
} as const;

export const BLENDS = {
  "normal": "normal",
  "add": "plus-lighter",
  "screen": "screen",
  "multiply": "multiply",
  "overlay": "overlay",
  "lighten": "lighten",
  "darken": "darken",
  "difference": "difference"
} as const;

export const ERROR_CODE = {
  "NOT_FOUND": "not_found",
  "NOT_ALLOWED": "not_allowed",
  "CONFLICT": "conflict",
  "INVALID": "invalid",
  "UNREACHABLE": "unreachable",
  "INTERNAL": "internal"
} as const;
