"""How we learn: folds, fits, backtests, tracking, promotion. Never sees serving."""
