"""Who may: callers, their roles and scopes, and the policy of every route."""
