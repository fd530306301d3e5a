"""Lists of horizons as people write them."""

import click


class _Horizons(click.ParamType[tuple[int, ...]]):
    """A list such as "1-4", "1,2,8" or "3", as a sorted tuple."""

    name = "horizons"

    def convert(
        self, value: str | tuple[int, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Return the horizons; every one is 1 or more."""
        if isinstance(value, tuple):
            return value
        found: set[int] = set()
        try:
            for part in value.split(","):
                first, _, last = part.partition("-")
                found |= set(range(int(first), int(last or first) + 1))
        except ValueError:
            self.fail(f"'{value}' is no list of horizons; write 1-4 or 1,2,8", param, ctx)
        if not found or min(found) < 1 or max(found) > _FARTHEST:
            self.fail(f"'{value}' must lie within 1-{_FARTHEST} and not be empty", param, ctx)
        return tuple(sorted(found))


_FARTHEST = 52
HORIZONS = _Horizons()
