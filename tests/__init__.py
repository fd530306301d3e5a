"""Tests, in folders by what they may touch; each folder's docstring is its rule, and a test in none is refused."""
