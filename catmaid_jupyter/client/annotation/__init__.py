"""Annotations of neurons and of annotations: lists, tree, putting on and taking off."""
