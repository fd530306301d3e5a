"""The pages of models: what was trained, who was champion when, what the gate and monitoring found."""
