"""Colours of treenodes by rules: from the values at the nodes of many skeletons to indices into a palette."""
