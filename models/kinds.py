"""Kinds of artefacts and aliases of models: names that are needed where forecasts and models themselves are not."""

MODEL = "model"
FORECAST = "forecast"
CHAMPION = "champion"
CHALLENGER = "challenger"
