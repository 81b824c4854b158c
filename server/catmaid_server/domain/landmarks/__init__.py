"""Landmarks: named places that several specimens or sides share, and groups of landmarks.

- `landmarks`: landmarks and the points where they are; `landmark_groups`: groups, their members and points.
- `landmark_links`: links between groups; `landmark_import`: many groups and landmarks at once.
"""
