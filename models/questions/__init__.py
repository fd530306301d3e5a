"""Questions that people ask about recommendations, and what is answered to them."""
