"""The outlook: what stands beside the served forecast, told in one answer each: planned hours, notices, trends."""
