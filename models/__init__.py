"""What we predict and decide: forecasters, allocation, explanation, registry. Sees features and ledger."""
