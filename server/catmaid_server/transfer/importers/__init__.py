"""What brings data in: skeletons, synapses, and whole tables."""
