"""Points of neurons to proofread, which of them were seen, and how far neurons are proofread."""
