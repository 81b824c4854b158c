"""Routes of landmarks (`landmarks`) and of groups of landmarks, their links and their import (`landmark_groups`)."""
