"""The page of trends: this year beside the year before."""
