"""Facts: which may be stated (catalogue), what one case states, and how it is read."""
