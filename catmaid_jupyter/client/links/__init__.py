"""Links that say what to show: CATMAID's deep links, and Neuroglancer's."""
