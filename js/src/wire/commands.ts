/** Generated from catmaid_wire by `make wire`: change that instead. */

export const COMMANDS = {
  "view.previous_section": {
    "group": "Sections",
    "what": "Go to the previous section.",
    "keys": [
      ","
    ],
    "repeats": true
  },
  "view.next_section": {
    "group": "Sections",
    "what": "Go to the next section.",
    "keys": [
      "."
    ],
    "repeats": true
  },
  "view.back_ten": {
    "group": "Sections",
    "what": "Go ten sections back.",
    "keys": [
      "<"
    ],
    "repeats": true
  },
  "view.on_ten": {
    "group": "Sections",
    "what": "Go ten sections on.",
    "keys": [
      ">"
    ],
    "repeats": true
  },
  "view.zoom_in": {
    "group": "Move and zoom",
    "what": "Zoom in at the cursor.",
    "keys": [
      "+",
      "="
    ],
    "repeats": true
  },
  "view.zoom_out": {
    "group": "Move and zoom",
    "what": "Zoom out at the cursor.",
    "keys": [
      "-"
    ],
    "repeats": true
  },
  "view.fit": {
    "group": "Move and zoom",
    "what": "Show the whole section.",
    "keys": [
      "0"
    ],
    "repeats": true
  },
  "view.left": {
    "group": "Move and zoom",
    "what": "Move left by a tenth of the view.",
    "keys": [
      "left"
    ],
    "repeats": true
  },
  "view.right": {
    "group": "Move and zoom",
    "what": "Move right by a tenth of the view.",
    "keys": [
      "right"
    ],
    "repeats": true
  },
  "view.up": {
    "group": "Move and zoom",
    "what": "Move up by a tenth of the view.",
    "keys": [
      "up"
    ],
    "repeats": true
  },
  "view.down": {
    "group": "Move and zoom",
    "what": "Move down by a tenth of the view.",
    "keys": [
      "down"
    ],
    "repeats": true
  },
  "view.image_only": {
    "group": "Viewer",
    "what": "Show only the image while the key is held.",
    "keys": [
      "space"
    ],
    "repeats": false
  },
  "view.help": {
    "group": "Viewer",
    "what": "Show or hide the keys.",
    "keys": [
      "?",
      "f1"
    ],
    "repeats": false
  },
  "view.leave": {
    "group": "Viewer",
    "what": "Leave the picture for the tool bar.",
    "keys": [
      "escape"
    ],
    "repeats": false
  },
  "tracing.parent": {
    "group": "Go along the neuron",
    "what": "Go to the parent.",
    "keys": [
      "["
    ],
    "repeats": true
  },
  "tracing.child": {
    "group": "Go along the neuron",
    "what": "Go to the child.",
    "keys": [
      "]"
    ],
    "repeats": true
  },
  "tracing.next_branch": {
    "group": "Go along the neuron",
    "what": "Go to the next branch or end.",
    "keys": [
      "v"
    ],
    "repeats": true
  },
  "tracing.previous_branch": {
    "group": "Go along the neuron",
    "what": "Go to the previous branch or the root.",
    "keys": [
      "b"
    ],
    "repeats": true
  },
  "tracing.root": {
    "group": "Go along the neuron",
    "what": "Go to the root.",
    "keys": [
      "backspace"
    ],
    "repeats": true
  },
  "tracing.nearest_open_end": {
    "group": "Go along the neuron",
    "what": "Go to the nearest open end.",
    "keys": [
      "r"
    ],
    "repeats": true
  },
  "tracing.next_open_end": {
    "group": "Go along the neuron",
    "what": "Go to the next open end after that.",
    "keys": [
      "shift+r"
    ],
    "repeats": true
  },
  "tracing.newest_open_end": {
    "group": "Go along the neuron",
    "what": "Go to the open end that was made last.",
    "keys": [
      "alt+r"
    ],
    "repeats": true
  },
  "tracing.with_signal": {
    "group": "Go along the neuron",
    "what": "Go across the synapse, with the signal.",
    "keys": [
      "tab"
    ],
    "repeats": true
  },
  "tracing.against_signal": {
    "group": "Go along the neuron",
    "what": "Go across the synapse, against the signal.",
    "keys": [
      "shift+tab"
    ],
    "repeats": true
  },
  "tracing.center": {
    "group": "Find",
    "what": "Move the view to the active node.",
    "keys": [
      "a"
    ],
    "repeats": true
  },
  "tracing.search": {
    "group": "Find",
    "what": "Search for a neuron.",
    "keys": [
      "/"
    ],
    "repeats": true
  },
  "tracing.delete": {
    "group": "Edit nodes",
    "what": "Delete what is active.",
    "keys": [
      "delete"
    ],
    "repeats": false
  },
  "tracing.tag": {
    "group": "Edit nodes",
    "what": "Write the tags of the active node.",
    "keys": [
      "t"
    ],
    "repeats": false
  },
  "tracing.confidence_1": {
    "group": "Edit nodes",
    "what": "Set the confidence of the edge to the parent to 1.",
    "keys": [
      "1"
    ],
    "repeats": false
  },
  "tracing.confidence_2": {
    "group": "Edit nodes",
    "what": "Set the confidence of the edge to the parent to 2.",
    "keys": [
      "2"
    ],
    "repeats": false
  },
  "tracing.confidence_3": {
    "group": "Edit nodes",
    "what": "Set the confidence of the edge to the parent to 3.",
    "keys": [
      "3"
    ],
    "repeats": false
  },
  "tracing.confidence_4": {
    "group": "Edit nodes",
    "what": "Set the confidence of the edge to the parent to 4.",
    "keys": [
      "4"
    ],
    "repeats": false
  },
  "tracing.confidence_5": {
    "group": "Edit nodes",
    "what": "Set the confidence of the edge to the parent to 5.",
    "keys": [
      "5"
    ],
    "repeats": false
  },
  "tracing.split": {
    "group": "Edit neurons",
    "what": "Split the skeleton at the active node, after a question.",
    "keys": [
      "shift+x"
    ],
    "repeats": false
  },
  "tracing.reroot": {
    "group": "Edit neurons",
    "what": "Make the active node the root, after a question.",
    "keys": [
      "6"
    ],
    "repeats": false
  },
  "tracing.rename": {
    "group": "Edit neurons",
    "what": "Rename the active neuron.",
    "keys": [
      "f2"
    ],
    "repeats": false
  },
  "tracing.annotate": {
    "group": "Edit neurons",
    "what": "Annotate the active neuron.",
    "keys": [
      "f3"
    ],
    "repeats": false
  },
  "tracing.undo": {
    "group": "Edit neurons",
    "what": "Undo the last own edit.",
    "keys": [
      "ctrl+z"
    ],
    "repeats": false
  },
  "tracing.redo": {
    "group": "Edit neurons",
    "what": "Bring back what was undone last.",
    "keys": [
      "ctrl+shift+z",
      "ctrl+y"
    ],
    "repeats": false
  }
} as const;

export const COMPANY = [
  [
    "view",
    "tracing"
  ]
] as const;

export const NAMED_KEYS = {
  "space": " ",
  "enter": "Enter",
  "tab": "Tab",
  "escape": "Escape",
  "backspace": "Backspace",
  "delete": "Delete",
  "insert": "Insert",
  "home": "Home",
  "end": "End",
  "pageup": "PageUp",
  "pagedown": "PageDown",
  "left": "ArrowLeft",
  "right": "ArrowRight",
  "up": "ArrowUp",
  "down": "ArrowDown",
  "f1": "F1",
  "f2": "F2",
  "f3": "F3",
  "f4": "F4",
  "f5": "F5",
  "f6": "F6",
  "f7": "F7",
  "f8": "F8",
  "f9": "F9",
  "f10": "F10",
  "f11": "F11",
  "f12": "F12"
} as const;

export const RESERVED_KEYS = {
  "escape": "always leaves the picture or a question",
  "ctrl+s": "saves the notebook",
  "f5": "belongs to the browser or the system, which may not give it to a page",
  "f11": "belongs to the browser or the system, which may not give it to a page",
  "f12": "belongs to the browser or the system, which may not give it to a page",
  "alt+f4": "belongs to the browser or the system, which may not give it to a page",
  "ctrl+r": "belongs to the browser or the system, which may not give it to a page",
  "ctrl+shift+r": "belongs to the browser or the system, which may not give it to a page",
  "ctrl+q": "belongs to the browser or the system, which may not give it to a page",
  "ctrl+tab": "belongs to the browser or the system, which may not give it to a page",
  "ctrl+shift+tab": "belongs to the browser or the system, which may not give it to a page",
  "ctrl+w": "belongs to the browser or the system, which may not give it to a page",
  "ctrl+t": "belongs to the browser or the system, which may not give it to a page",
  "ctrl+n": "belongs to the browser or the system, which may not give it to a page",
  "ctrl+shift+w": "belongs to the browser or the system, which may not give it to a page",
  "ctrl+shift+t": "belongs to the browser or the system, which may not give it to a page",
  "ctrl+shift+n": "belongs to the browser or the system, which may not give it to a page",
  "ctrl+l": "belongs to the browser or the system, which may not give it to a page",
  "ctrl++": "belongs to the browser or the system, which may not give it to a page",
  "ctrl+-": "belongs to the browser or the system, which may not give it to a page",
  "ctrl+0": "belongs to the browser or the system, which may not give it to a page"
} as const;
