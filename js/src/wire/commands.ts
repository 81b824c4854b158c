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
    "what": "Go ten sections back, or as many as the big step has.",
    "keys": [
      "<"
    ],
    "repeats": true
  },
  "view.on_ten": {
    "group": "Sections",
    "what": "Go ten sections on, or as many as the big step has.",
    "keys": [
      ">"
    ],
    "repeats": true
  },
  "view.play_back": {
    "group": "Sections",
    "what": "Go a big step back, section after section.",
    "keys": [
      "ctrl+,"
    ],
    "repeats": true
  },
  "view.play_on": {
    "group": "Sections",
    "what": "Go a big step on, section after section.",
    "keys": [
      "ctrl+."
    ],
    "repeats": true
  },
  "view.big_step": {
    "group": "Sections",
    "what": "Say how many sections a big step has.",
    "keys": [
      "#"
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
  "view.zoom_in_little": {
    "group": "Move and zoom",
    "what": "Zoom in a little at the cursor.",
    "keys": [
      "alt++",
      "alt+="
    ],
    "repeats": true
  },
  "view.zoom_out_little": {
    "group": "Move and zoom",
    "what": "Zoom out a little at the cursor.",
    "keys": [
      "alt+-"
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
  "view.left_far": {
    "group": "Move and zoom",
    "what": "Move left by half the view.",
    "keys": [
      "shift+left"
    ],
    "repeats": true
  },
  "view.right_far": {
    "group": "Move and zoom",
    "what": "Move right by half the view.",
    "keys": [
      "shift+right"
    ],
    "repeats": true
  },
  "view.up_far": {
    "group": "Move and zoom",
    "what": "Move up by half the view.",
    "keys": [
      "shift+up"
    ],
    "repeats": true
  },
  "view.down_far": {
    "group": "Move and zoom",
    "what": "Move down by half the view.",
    "keys": [
      "shift+down"
    ],
    "repeats": true
  },
  "view.left_little": {
    "group": "Move and zoom",
    "what": "Move left by a pixel of the screen.",
    "keys": [
      "alt+left"
    ],
    "repeats": true
  },
  "view.right_little": {
    "group": "Move and zoom",
    "what": "Move right by a pixel of the screen.",
    "keys": [
      "alt+right"
    ],
    "repeats": true
  },
  "view.up_little": {
    "group": "Move and zoom",
    "what": "Move up by a pixel of the screen.",
    "keys": [
      "alt+up"
    ],
    "repeats": true
  },
  "view.down_little": {
    "group": "Move and zoom",
    "what": "Move down by a pixel of the screen.",
    "keys": [
      "alt+down"
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
  "view.pixel": {
    "group": "Viewer",
    "what": "Tell the value of the pixel under the cursor.",
    "keys": [
      "shift+i"
    ],
    "repeats": false
  },
  "view.mini_map": {
    "group": "Viewer",
    "what": "Show or hide the overview of the section.",
    "keys": [
      "alt+0"
    ],
    "repeats": false
  },
  "view.full_screen": {
    "group": "Viewer",
    "what": "Fill the screen with the viewer, or give it back.",
    "keys": [
      "alt+enter"
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
    "what": "Go towards the parent, at most into the next section.",
    "keys": [
      "["
    ],
    "repeats": true
  },
  "tracing.real_parent": {
    "group": "Go along the neuron",
    "what": "Go to the parent.",
    "keys": [
      "ctrl+["
    ],
    "repeats": true
  },
  "tracing.child": {
    "group": "Go along the neuron",
    "what": "Go towards the child, at most into the next section.",
    "keys": [
      "]"
    ],
    "repeats": true
  },
  "tracing.real_child": {
    "group": "Go along the neuron",
    "what": "Go to the child.",
    "keys": [
      "ctrl+]"
    ],
    "repeats": true
  },
  "tracing.next_child": {
    "group": "Go along the neuron",
    "what": "Go towards the next child of the same parent.",
    "keys": [
      "shift+]"
    ],
    "repeats": true
  },
  "tracing.next_real_child": {
    "group": "Go along the neuron",
    "what": "Go to the next child of the same parent.",
    "keys": [
      "ctrl+shift+]"
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
  "tracing.next_noted": {
    "group": "Go along the neuron",
    "what": "Go towards the next branch, to the first tag, link or low confidence.",
    "keys": [
      "alt+v"
    ],
    "repeats": true
  },
  "tracing.other_branch": {
    "group": "Go along the neuron",
    "what": "Go the same way on the next of the branches.",
    "keys": [
      "shift+v",
      "alt+shift+v"
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
  "tracing.previous_noted": {
    "group": "Go along the neuron",
    "what": "Go towards the root, to the first tag, link or low confidence.",
    "keys": [
      "alt+b"
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
  "tracing.last_open_end": {
    "group": "Go along the neuron",
    "what": "Go to the open end before that.",
    "keys": [
      "alt+shift+r"
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
  "tracing.switch": {
    "group": "Go along the neuron",
    "what": "Switch between a node and its connector.",
    "keys": [
      "s"
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
  "tracing.deselect": {
    "group": "Find",
    "what": "Make nothing active.",
    "keys": [
      "d"
    ],
    "repeats": true
  },
  "tracing.nearest": {
    "group": "Find",
    "what": "Make the node of this section active that is nearest to the cursor.",
    "keys": [
      "g"
    ],
    "repeats": true
  },
  "tracing.nearest_anywhere": {
    "group": "Find",
    "what": "Go to the treenode that is nearest to the cursor, in any section.",
    "keys": [
      "alt+g"
    ],
    "repeats": true
  },
  "tracing.edited_last": {
    "group": "Find",
    "what": "Go to the node of this neuron that you edited last.",
    "keys": [
      "h"
    ],
    "repeats": true
  },
  "tracing.edited_last_anywhere": {
    "group": "Find",
    "what": "Go to the node of any neuron that you edited last.",
    "keys": [
      "shift+h"
    ],
    "repeats": true
  },
  "tracing.edited_by_anyone": {
    "group": "Find",
    "what": "Go to the node of this neuron that anybody edited last.",
    "keys": [
      "alt+h"
    ],
    "repeats": true
  },
  "tracing.edited_by_anyone_anywhere": {
    "group": "Find",
    "what": "Go to the node of any neuron that anybody edited last.",
    "keys": [
      "alt+shift+h"
    ],
    "repeats": true
  },
  "tracing.tagged": {
    "group": "Find",
    "what": "Ask for a tag and go to the nearest node that has it.",
    "keys": [
      "\\"
    ],
    "repeats": true
  },
  "tracing.tagged_again": {
    "group": "Find",
    "what": "Go to the nearest node with the same tag again.",
    "keys": [
      "ctrl+\\"
    ],
    "repeats": true
  },
  "tracing.next_tagged": {
    "group": "Find",
    "what": "Go to the next nearest node with that tag.",
    "keys": [
      "shift+\\"
    ],
    "repeats": true
  },
  "tracing.bookmark": {
    "group": "Find",
    "what": "Keep the active node or the place under a name.",
    "keys": [
      ";"
    ],
    "repeats": true
  },
  "tracing.go_to_neuron_bookmark": {
    "group": "Find",
    "what": "Go to the neuron of a bookmark, to its nearest node.",
    "keys": [
      "'"
    ],
    "repeats": true
  },
  "tracing.go_to_bookmark": {
    "group": "Find",
    "what": "Go to the node or the place of a bookmark.",
    "keys": [
      "`"
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
  "tracing.next_result": {
    "group": "Find",
    "what": "Go to the neuron that comes next in the search of this page.",
    "keys": [
      "alt+/"
    ],
    "repeats": true
  },
  "tracing.choose": {
    "group": "Choose and show",
    "what": "Put the active neuron into the selection.",
    "keys": [
      "y"
    ],
    "repeats": false
  },
  "tracing.unchoose": {
    "group": "Choose and show",
    "what": "Take the active neuron out of the selection.",
    "keys": [
      "ctrl+y"
    ],
    "repeats": false
  },
  "tracing.choose_around": {
    "group": "Choose and show",
    "what": "Put the neurons in a circle around the active node into the selection.",
    "keys": [
      "shift+y"
    ],
    "repeats": false
  },
  "tracing.unchoose_around": {
    "group": "Choose and show",
    "what": "Take the neurons in a circle around it out of the selection.",
    "keys": [
      "ctrl+shift+y"
    ],
    "repeats": false
  },
  "tracing.toggle_group_1": {
    "group": "Choose and show",
    "what": "Hide or show visibility group 1.",
    "keys": [
      "home"
    ],
    "repeats": false
  },
  "tracing.toggle_group_2": {
    "group": "Choose and show",
    "what": "Hide or show visibility group 2.",
    "keys": [
      "shift+home"
    ],
    "repeats": false
  },
  "tracing.toggle_labels": {
    "group": "Choose and show",
    "what": "Hide or show tags.",
    "keys": [
      "7"
    ],
    "repeats": false
  },
  "tracing.toggle_fade": {
    "group": "Choose and show",
    "what": "Hide or show edges of the sections before and behind.",
    "keys": [
      "f10"
    ],
    "repeats": false
  },
  "tracing.peek": {
    "group": "Choose and show",
    "what": "Show the active neuron in space while the key is held.",
    "keys": [
      "p"
    ],
    "repeats": false
  },
  "tracing.authors": {
    "group": "Choose and show",
    "what": "Tell who made, edited and reviewed the active node, and when.",
    "keys": [
      "i"
    ],
    "repeats": false
  },
  "tracing.measure": {
    "group": "Choose and show",
    "what": "Measure from the cursor to a click.",
    "keys": [
      "x"
    ],
    "repeats": false
  },
  "tracing.distance": {
    "group": "Choose and show",
    "what": "Measure along the neuron from one node to another.",
    "keys": [
      "f8"
    ],
    "repeats": false
  },
  "tracing.history": {
    "group": "Choose and show",
    "what": "Go to the table of the history on this page.",
    "keys": [
      "f9"
    ],
    "repeats": false
  },
  "tracing.review_on": {
    "group": "Review",
    "what": "Mark the node as reviewed, and go on to the next section or node.",
    "keys": [
      "w"
    ],
    "repeats": true
  },
  "tracing.review_on_to_left": {
    "group": "Review",
    "what": "Mark the node as reviewed, and go on to the next one that is not.",
    "keys": [
      "shift+w"
    ],
    "repeats": true
  },
  "tracing.review_back": {
    "group": "Review",
    "what": "Mark the node as reviewed, and go back; at an end a section beyond it.",
    "keys": [
      "q"
    ],
    "repeats": true
  },
  "tracing.review_back_to_left": {
    "group": "Review",
    "what": "Mark the node as reviewed, and go back to one that is not.",
    "keys": [
      "shift+q"
    ],
    "repeats": true
  },
  "tracing.review_segment": {
    "group": "Review",
    "what": "Review the active neuron, or its next segment.",
    "keys": [
      "e"
    ],
    "repeats": true
  },
  "tracing.review_part": {
    "group": "Review",
    "what": "Review what is distal to the active node.",
    "keys": [
      "shift+e"
    ],
    "repeats": true
  },
  "tracing.next_point": {
    "group": "Review",
    "what": "Mark the point to proofread as seen, and go to the next one of the neuron or table.",
    "keys": [
      "j"
    ],
    "repeats": true
  },
  "tracing.previous_point": {
    "group": "Review",
    "what": "Go back to the point to proofread before.",
    "keys": [
      "shift+j"
    ],
    "repeats": true
  },
  "tracing.click": {
    "group": "Edit nodes",
    "what": "Do what a click does, at the cursor.",
    "keys": [
      "z"
    ],
    "repeats": false
  },
  "tracing.shift_click": {
    "group": "Edit nodes",
    "what": "Do what a click with Shift does, at the cursor.",
    "keys": [
      "shift+z"
    ],
    "repeats": false
  },
  "tracing.insert_click": {
    "group": "Edit nodes",
    "what": "Insert a node into the nearest edge of the active skeleton, at the cursor.",
    "keys": [
      "alt+z"
    ],
    "repeats": false
  },
  "tracing.shift_alt_click": {
    "group": "Edit nodes",
    "what": "Do what a click with Shift and Alt does, at the cursor.",
    "keys": [
      "alt+shift+z"
    ],
    "repeats": false
  },
  "tracing.delete": {
    "group": "Edit nodes",
    "what": "Delete what is active; where only an edge passes, have reviewers skip the section.",
    "keys": [
      "delete",
      "shift+delete"
    ],
    "repeats": false
  },
  "tracing.move_back": {
    "group": "Edit nodes",
    "what": "Move the active node into the previous section.",
    "keys": [
      "alt+,"
    ],
    "repeats": false
  },
  "tracing.move_on": {
    "group": "Edit nodes",
    "what": "Move the active node into the next section.",
    "keys": [
      "alt+."
    ],
    "repeats": false
  },
  "tracing.radius": {
    "group": "Edit nodes",
    "what": "Measure a radius by mouse, and say which nodes get it.",
    "keys": [
      "o"
    ],
    "repeats": false
  },
  "tracing.typed_radius": {
    "group": "Edit nodes",
    "what": "Write a radius, and say which nodes get it.",
    "keys": [
      "shift+o"
    ],
    "repeats": false
  },
  "tracing.radius_at_once": {
    "group": "Edit nodes",
    "what": "Measure a radius by mouse for the active node alone.",
    "keys": [
      "ctrl+o"
    ],
    "repeats": false
  },
  "tracing.typed_radius_at_once": {
    "group": "Edit nodes",
    "what": "Write a radius for the active node alone.",
    "keys": [
      "ctrl+shift+o"
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
  "tracing.link_confidence_1": {
    "group": "Edit nodes",
    "what": "Set the confidence of the links to connectors to 1.",
    "keys": [
      "alt+1"
    ],
    "repeats": false
  },
  "tracing.link_confidence_2": {
    "group": "Edit nodes",
    "what": "Set the confidence of the links to connectors to 2.",
    "keys": [
      "alt+2"
    ],
    "repeats": false
  },
  "tracing.link_confidence_3": {
    "group": "Edit nodes",
    "what": "Set the confidence of the links to connectors to 3.",
    "keys": [
      "alt+3"
    ],
    "repeats": false
  },
  "tracing.link_confidence_4": {
    "group": "Edit nodes",
    "what": "Set the confidence of the links to connectors to 4.",
    "keys": [
      "alt+4"
    ],
    "repeats": false
  },
  "tracing.link_confidence_5": {
    "group": "Edit nodes",
    "what": "Set the confidence of the links to connectors to 5.",
    "keys": [
      "alt+5"
    ],
    "repeats": false
  },
  "tracing.tag": {
    "group": "Tag",
    "what": "Write the tags of the active node.",
    "keys": [
      "t"
    ],
    "repeats": false
  },
  "tracing.remove_tags": {
    "group": "Tag",
    "what": "Take all your tags off.",
    "keys": [
      "shift+t"
    ],
    "repeats": false
  },
  "tracing.personal_tags": {
    "group": "Tag",
    "what": "Put your own set of tags on.",
    "keys": [
      "alt+t"
    ],
    "repeats": false
  },
  "tracing.remove_personal_tags": {
    "group": "Tag",
    "what": "Take your own set of tags off.",
    "keys": [
      "alt+shift+t"
    ],
    "repeats": false
  },
  "tracing.tag_todo": {
    "group": "Tag",
    "what": "Tag the active node “TODO”.",
    "keys": [
      "l"
    ],
    "repeats": false
  },
  "tracing.tag_ends": {
    "group": "Tag",
    "what": "Tag the active node “ends”.",
    "keys": [
      "k"
    ],
    "repeats": false
  },
  "tracing.tag_uncertain_end": {
    "group": "Tag",
    "what": "Tag the active node “uncertain end”.",
    "keys": [
      "u"
    ],
    "repeats": false
  },
  "tracing.tag_uncertain_continuation": {
    "group": "Tag",
    "what": "Tag the active node “uncertain continuation”.",
    "keys": [
      "c"
    ],
    "repeats": false
  },
  "tracing.tag_not_a_branch": {
    "group": "Tag",
    "what": "Tag the active node “not a branch”.",
    "keys": [
      "n"
    ],
    "repeats": false
  },
  "tracing.tag_soma": {
    "group": "Tag",
    "what": "Tag the active node “soma”.",
    "keys": [
      "m"
    ],
    "repeats": false
  },
  "tracing.tag_microtubules_end": {
    "group": "Tag",
    "what": "Tag the active node “microtubules end”.",
    "keys": [
      "f"
    ],
    "repeats": false
  },
  "tracing.untag_todo": {
    "group": "Tag",
    "what": "Take the tag “TODO” off.",
    "keys": [
      "shift+l"
    ],
    "repeats": false
  },
  "tracing.untag_ends": {
    "group": "Tag",
    "what": "Take the tag “ends” off.",
    "keys": [
      "shift+k"
    ],
    "repeats": false
  },
  "tracing.untag_uncertain_end": {
    "group": "Tag",
    "what": "Take the tag “uncertain end” off.",
    "keys": [
      "shift+u"
    ],
    "repeats": false
  },
  "tracing.untag_uncertain_continuation": {
    "group": "Tag",
    "what": "Take the tag “uncertain continuation” off.",
    "keys": [
      "shift+c"
    ],
    "repeats": false
  },
  "tracing.untag_not_a_branch": {
    "group": "Tag",
    "what": "Take the tag “not a branch” off.",
    "keys": [
      "shift+n"
    ],
    "repeats": false
  },
  "tracing.untag_soma": {
    "group": "Tag",
    "what": "Take the tag “soma” off.",
    "keys": [
      "shift+m"
    ],
    "repeats": false
  },
  "tracing.untag_microtubules_end": {
    "group": "Tag",
    "what": "Take the tag “microtubules end” off.",
    "keys": [
      "shift+f"
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
      "ctrl+shift+z"
    ],
    "repeats": false
  },
  "space.turn_left": {
    "group": "Turn and move in space",
    "what": "Turn left.",
    "keys": [
      "left"
    ],
    "repeats": true
  },
  "space.turn_right": {
    "group": "Turn and move in space",
    "what": "Turn right.",
    "keys": [
      "right"
    ],
    "repeats": true
  },
  "space.turn_up": {
    "group": "Turn and move in space",
    "what": "Turn up.",
    "keys": [
      "up"
    ],
    "repeats": true
  },
  "space.turn_down": {
    "group": "Turn and move in space",
    "what": "Turn down.",
    "keys": [
      "down"
    ],
    "repeats": true
  },
  "space.move_left": {
    "group": "Turn and move in space",
    "what": "Move the view left.",
    "keys": [
      "shift+left"
    ],
    "repeats": true
  },
  "space.move_right": {
    "group": "Turn and move in space",
    "what": "Move the view right.",
    "keys": [
      "shift+right"
    ],
    "repeats": true
  },
  "space.move_up": {
    "group": "Turn and move in space",
    "what": "Move the view up.",
    "keys": [
      "shift+up"
    ],
    "repeats": true
  },
  "space.move_down": {
    "group": "Turn and move in space",
    "what": "Move the view down.",
    "keys": [
      "shift+down"
    ],
    "repeats": true
  },
  "space.zoom_in": {
    "group": "Turn and move in space",
    "what": "Zoom in.",
    "keys": [
      "+",
      "="
    ],
    "repeats": true
  },
  "space.zoom_out": {
    "group": "Turn and move in space",
    "what": "Zoom out.",
    "keys": [
      "-"
    ],
    "repeats": true
  },
  "space.roll_left": {
    "group": "Turn and move in space",
    "what": "Turn the picture to the left.",
    "keys": [
      "["
    ],
    "repeats": true
  },
  "space.roll_right": {
    "group": "Turn and move in space",
    "what": "Turn the picture to the right.",
    "keys": [
      "]"
    ],
    "repeats": true
  },
  "space.frontal": {
    "group": "View in space",
    "what": "Look at the neurons from a side: frontal.",
    "keys": [
      "1"
    ],
    "repeats": false
  },
  "space.rear": {
    "group": "View in space",
    "what": "Look at the neurons from a side: rear.",
    "keys": [
      "2"
    ],
    "repeats": false
  },
  "space.left": {
    "group": "View in space",
    "what": "Look at the neurons from a side: left.",
    "keys": [
      "3"
    ],
    "repeats": false
  },
  "space.right": {
    "group": "View in space",
    "what": "Look at the neurons from a side: right.",
    "keys": [
      "4"
    ],
    "repeats": false
  },
  "space.top": {
    "group": "View in space",
    "what": "Look at the neurons from a side: top.",
    "keys": [
      "5"
    ],
    "repeats": false
  },
  "space.bottom": {
    "group": "View in space",
    "what": "Look at the neurons from a side: bottom.",
    "keys": [
      "6"
    ],
    "repeats": false
  },
  "space.kept_views": {
    "group": "View in space",
    "what": "Show the kept views.",
    "keys": [
      "k"
    ],
    "repeats": false
  },
  "space.fit": {
    "group": "View in space",
    "what": "Show all neurons.",
    "keys": [
      "f"
    ],
    "repeats": false
  },
  "space.kind": {
    "group": "View in space",
    "what": "Change between orthographic and perspective.",
    "keys": [
      "o"
    ],
    "repeats": false
  },
  "space.help": {
    "group": "View in space",
    "what": "Show or hide the keys of the view in space.",
    "keys": [
      "?",
      "f1"
    ],
    "repeats": false
  },
  "space.leave": {
    "group": "View in space",
    "what": "Leave the view in space for its tool bar.",
    "keys": [
      "escape"
    ],
    "repeats": false
  }
} as const;

export const KEYED_TAGS = {
  "todo": "TODO",
  "ends": "ends",
  "uncertain_end": "uncertain end",
  "uncertain_continuation": "uncertain continuation",
  "not_a_branch": "not a branch",
  "soma": "soma",
  "microtubules_end": "microtubules end"
} as const;

export const COMPANY = [
  [
    "view",
    "tracing"
  ],
  [
    "space"
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
