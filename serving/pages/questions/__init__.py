"""Questions about recommendations: the list, one question with its answers, and where one asks."""
