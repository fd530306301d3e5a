"""Names of the registry that readers of forecasts need without the models themselves."""

MODEL = "model"
CHAMPION = "champion"
CHALLENGER = "challenger"
