"""Areas: the places that incidents are counted in, how they lie within and beside each other, how they are drawn."""
