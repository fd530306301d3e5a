import pytest

from features.feeds.report import RowAccounts


def test_accounts_balance() -> None:
    accounts = RowAccounts(10, 4, {"no-area": 3, "same-incident": 2, "newer-file": 1})
    assert (accounts.duplicate, accounts.superseded, accounts.quarantined) == (2, 1, 3)
    assert (accounts + RowAccounts(2, 1, {"no-area": 1})).rules["no-area"] == 4
    assert accounts.moved("older-revision", 4).accepted == 0


@pytest.mark.parametrize(
    ("read", "accepted", "rules"),
    [(3, 1, {"no-area": 1}), (3, 3, {"no-area": 1}), (1, 2, {"no-area": -1}), (2, 1, {"invented": 1})],
)
def test_accounts_that_lose_a_row_cannot_be_made(read: int, accepted: int, rules: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="accounts"):
        RowAccounts(read, accepted, rules)
