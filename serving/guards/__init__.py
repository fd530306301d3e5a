"""What every request passes through: limits, problems, metrics."""
