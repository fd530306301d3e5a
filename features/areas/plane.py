"""A flat plane in metres, near enough to the ground for one force or city."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Plane:
    """How coordinates become metres east and north of an origin.

    Attributes:
        x: Coordinate of the origin, first axis.
        y: Coordinate of the origin, second axis.
        metres_x: Metres a unit of the first axis.
        metres_y: Metres a unit of the second axis.
    """

    x: float
    y: float
    metres_x: float
    metres_y: float

    @classmethod
    def local(cls, longitude: float, latitude: float) -> "Plane":
        """Return the equirectangular plane round a point in degrees.

        East-west distances are off by 1 % at about 50 km north or south of it in England, north-south ones by far less.
        Lengths of a degree on WGS 84: National Geospatial-Intelligence Agency, length of a degree of latitude and
        longitude, series in the latitude.
        """
        at = np.radians(latitude)
        metres_y = 111_132.92 - 559.82 * np.cos(2 * at) + 1.175 * np.cos(4 * at)
        metres_x = 111_412.84 * np.cos(at) - 93.5 * np.cos(3 * at) + 0.118 * np.cos(5 * at)
        return cls(longitude, latitude, float(metres_x), float(metres_y))

    @classmethod
    def flat(cls, metres_a_unit: float, x: float = 0.0, y: float = 0.0) -> "Plane":
        """Return the plane of projected coordinates: metres (1), or feet (0.3048)."""
        return cls(x, y, metres_a_unit, metres_a_unit)

    def to_metres(self, x: F64, y: F64) -> tuple[F64, F64]:
        """Return metres east and north of the origin."""
        return (x - self.x) * self.metres_x, (y - self.y) * self.metres_y

    def from_metres(self, east: F64, north: F64) -> tuple[F64, F64]:
        """Return coordinates of points that many metres east and north of the origin."""
        return self.x + east / self.metres_x, self.y + north / self.metres_y

    def flattened(self, coordinates: F64) -> F64:
        """Return coordinates in metres; float64[n, 2]."""
        return np.column_stack(self.to_metres(coordinates[:, 0], coordinates[:, 1]))
