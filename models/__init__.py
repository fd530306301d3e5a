"""What we predict and decide: distributions, forecasters, allocation, explanation, registry. Sees features and ledger."""
