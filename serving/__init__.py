"""How we answer: the BentoML service and its HTTP routes. Never sees training."""
