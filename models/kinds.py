"""Kinds of artefacts and aliases of models: names that are needed where forecasts and models themselves are not."""

MODEL = "model"
FORECAST = "forecast"
PANEL = "panel"
CHAMPION = "champion"
CHALLENGER = "challenger"
# The file that reads of a run are answered from; its name is the run's.
SERVED = "served-run"
# The evidence of a decision of the gate.
GATE = "gate"
# What monitoring found of a champion on a day.
MONITORING = "monitoring"
# The outlines of a run's areas, as pages draw them; its name is the run's.
MAP = "map"
# Year-on-year rates of what a run was made from; its name is the run's.
TRENDS = "trends"
# A study of a plan.
SCENARIO = "scenario"
# What a plan would be.
SKETCH = "sketch"
