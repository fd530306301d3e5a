"""What the measures of monitoring are, in words."""

MEANINGS = {
    "features": "how far the features have moved from the two years before training (population stability index)",
    "crps": "CRPS of the recorded forecasts over that of the best simple method, same periods and cells",
    "pit": "largest distance of the randomised PIT from uniform: whether ranges hold what they say",
    "bias": "recorded over forecast, or forecast over recorded",
    "level_shift": "shift of the strand's recorded level since training that nobody has declared",
    "late": "newest periods of which nothing is in, beyond those that were missing when the model was trained",
    "age": "periods since the model was trained",
}
