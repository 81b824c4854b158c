"""Skeletons as wholes: details, measures, exports, origins and history."""
