"""Explanation: why a forecast and a plan are what they are, in numbers that multiply back and in words."""
