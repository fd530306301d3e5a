"""From a recorded forecast and the resources to programmes: ground, demand, weights, and what every hour does."""
