"""Trends: recorded incidents of the newest year beside those of the year before, computed where a run is prepared."""
