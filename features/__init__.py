"""What we know: feeds, incidents, areas, strands, the panel and the feature matrix. Sees nothing of ours but errors."""
