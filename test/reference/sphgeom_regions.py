"""Regions in sphgeom's own encoding with sphgeom's bounding circles: sphgeom_regions.json, for origin/ingest/butler.

Usage: sphgeom_regions.py > sphgeom_regions.json   (lsst-sphgeom 30, which lsst-daf-butler brings)
"""

import base64
import json

from lsst.sphgeom import Angle, Box, Circle, ConvexPolygon, Ellipse, IntersectionRegion, LonLat, UnionRegion, UnitVector3d


def at(lon, lat):
    return UnitVector3d(LonLat.fromDegrees(lon, lat))


def polygon(*points):
    return ConvexPolygon([at(*point) for point in points])


triangle = polygon((10, 10), (14, 10), (12, 14))
circle = Circle(at(200, -45), Angle.fromDegrees(1.5))
regions = {
    "a detector": polygon((150.10, 2.20), (150.10, 2.10), (150.21, 2.11), (150.20, 2.21)),
    "a polygon over 0 h": polygon((359.9, -0.1), (0.1, -0.1), (0.1, 0.1), (359.9, 0.1)),
    "a polygon round the pole": polygon((0, -89), (270, -89), (180, -89), (90, -89)),
    "a triangle": triangle,
    "a circle": circle,
    "a box": Box.fromDegrees(350, -5, 10, 5),
    "an ellipse": Ellipse(at(80, 20), Angle.fromDegrees(2), Angle.fromDegrees(1), Angle.fromDegrees(30)),
    "a union": UnionRegion(triangle, polygon((14, 10), (16, 12), (12, 14))),
    "an intersection": IntersectionRegion(triangle, polygon((11, 10), (15, 10), (13, 14))),
}


def described(region):
    bound = region.getBoundingCircle()
    centre = LonLat(bound.getCenter())
    inside, outside = [], []
    for i in range(-40, 41):
        for j in range(-40, 41):
            lat = centre.getLat().asDegrees() + i * bound.getOpeningAngle().asDegrees() / 35
            if not -90 < lat < 90:
                continue
            point = (centre.getLon().asDegrees() + j * bound.getOpeningAngle().asDegrees() / 35, lat)
            (inside if region.contains(at(*point)) else outside).append(point)
    return {
        "base64": base64.b64encode(region.encode()).decode(),
        "raDeg": centre.getLon().asDegrees(),
        "decDeg": centre.getLat().asDegrees(),
        "radiusDeg": bound.getOpeningAngle().asDegrees(),
        "inside": inside[:: max(1, len(inside) // 12)],
        "outside": outside[:: max(1, len(outside) // 12)],
    }


print(json.dumps({name: described(region) for name, region in regions.items()}, indent=1))
