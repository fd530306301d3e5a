"""The pages of feeds: contracts, arrivals, quarantine and its release, completeness."""
