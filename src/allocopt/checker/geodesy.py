"""Straight distances in metres: on a plane, on a sphere (haversine) and on WGS84 (Vincenty's inverse formula)."""

from __future__ import annotations

from math import asin, atan, atan2, cos, radians, sin, sqrt, tan

Point = tuple[float, float]

_AXIS = 6_378_137.0
_FLATTENING = 1 / 298.257223563


def plane(a: Point, b: Point) -> float:
    return sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2)


def haversine(a: Point, b: Point, radius_m: float) -> float:
    """Great-circle distance of two (lon, lat)."""
    lat_a, lat_b = radians(a[1]), radians(b[1])
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(radians(b[0] - a[0]) / 2) ** 2
    return 2 * radius_m * asin(min(1.0, sqrt(half)))


def ellipsoid(a: Point, b: Point) -> float:
    """Geodesic on WGS84 of two (lon, lat): Vincenty 1975; nearly opposite points go to geographiclib."""
    if a == b:
        return 0.0
    found = _vincenty(a, b)
    return _geographiclib(a, b) if found is None else found


def _vincenty(a: Point, b: Point) -> float | None:
    """Vincenty's iteration; None when it does not converge."""
    f = _FLATTENING
    u1, u2 = atan((1 - f) * tan(radians(a[1]))), atan((1 - f) * tan(radians(b[1])))
    sin1, cos1, sin2, cos2 = sin(u1), cos(u1), sin(u2), cos(u2)
    start = radians((b[0] - a[0] + 180) % 360 - 180) if abs(b[0] - a[0]) > 180 else radians(b[0] - a[0])
    lam = start
    for _ in range(200):
        across = cos2 * sin(lam)
        along = sin(u2 - u1) + 2 * sin1 * cos2 * sin(lam / 2) ** 2
        sin_sigma = sqrt(across**2 + along**2)
        if sin_sigma == 0:
            return 0.0
        cos_sigma = sin1 * sin2 + cos1 * cos2 * cos(lam)
        sigma = atan2(sin_sigma, cos_sigma)
        sin_alpha = cos1 * cos2 * sin(lam) / sin_sigma
        cos_sq = 1 - sin_alpha**2
        mid = cos_sigma - 2 * sin1 * sin2 / cos_sq if cos_sq > 1e-15 else 0.0
        c = f / 16 * cos_sq * (4 + f * (4 - 3 * cos_sq))
        inner = mid + c * cos_sigma * (2 * mid**2 - 1)
        before = lam
        lam = start + (1 - c) * f * sin_alpha * (sigma + c * sin_sigma * inner)
        if abs(lam - before) < 1e-15:
            return _length(cos_sq, sigma, sin_sigma, cos_sigma, mid)
    return None


def _length(cos_sq: float, sigma: float, sin_sigma: float, cos_sigma: float, mid: float) -> float:
    """The distance, from the spherical arc that the iteration found."""
    minor = _AXIS * (1 - _FLATTENING)
    u_sq = cos_sq * (_AXIS**2 - minor**2) / minor**2
    big_a = 1 + u_sq / 16384 * (4096 + u_sq * (-768 + u_sq * (320 - 175 * u_sq)))
    big_b = u_sq / 1024 * (256 + u_sq * (-128 + u_sq * (74 - 47 * u_sq)))
    far = big_b / 6 * mid * (4 * sin_sigma**2 - 3) * (4 * mid**2 - 3)
    delta = big_b * sin_sigma * (mid + big_b / 4 * (cos_sigma * (2 * mid**2 - 1) - far))
    return minor * big_a * (sigma - delta)


def _geographiclib(a: Point, b: Point) -> float:
    from geographiclib.geodesic import Geodesic

    return float(Geodesic.WGS84.Inverse(a[1], a[0], b[1], b[0])["s12"])
