#!/usr/bin/python3
"""Reference numbers for test/src/healpix from healpy.

  healpix_cases.py              writes healpix.json (kept in the repository, below 100 kB)
  healpix_cases.py --live PATH  writes PATH: float64 lon, lat (radians) and the cells at orders 0-24, for the comparison
                                with 120 000 points that runs where healpy is installed
"""
import json
import os
import sys

import healpy
import numpy as np

MAX_ORDER = 24


def edge_points():
    """Poles, |z| = 2/3, base cell corners and sides, the meridians of k pi / 16."""
    lon, lat = [], []
    for step in range(33):
        for z in (-1, -0.99, -2 / 3, -0.5, -1 / 3, 0, 1 / 3, 0.5, 2 / 3, 0.99, 1):
            lon.append(step * np.pi / 16)
            lat.append(np.arcsin(z))
    return np.array(lon), np.array(lat)


def near_pole(rng, count):
    away = 10 ** rng.uniform(-12, 0, count)
    return rng.uniform(0, 2 * np.pi, count), rng.choice([-1, 1], count) * (np.pi / 2 - away)


def points(rng, random, polar):
    lon, lat = rng.uniform(-7, 14, random), np.arcsin(rng.uniform(-1, 1, random))
    pole, edge = near_pole(rng, polar), edge_points()
    return np.r_[lon, pole[0], edge[0]], np.r_[lat, pole[1], edge[1]]


def cells(lon, lat, orders):
    return [healpy.ang2pix(2**order, np.pi / 2 - lat, lon, nest=True) for order in orders]


def live(path):
    lon, lat = points(np.random.default_rng(20261122), 90_000, 30_000)
    np.concatenate([lon, lat, *cells(lon, lat, range(MAX_ORDER + 1))]).astype("<f8").tofile(path)


def neighbour_cases(rng):
    cases = []
    for order in (0, 1, 2, 5, 11, 24):
        face = 4**order
        corners = [f * face + k for f in range(12) for k in (0, face - 1, (face - 1) // 3, (face - 1) // 3 * 2)]
        picked = np.unique(np.r_[corners, rng.integers(0, 12 * face, 20)])
        around = healpy.get_all_neighbours(2**order, picked, nest=True).T
        ring = healpy.nest2ring(2**order, picked)
        theta, phi = healpy.pix2ang(2**order, picked, nest=True)
        for i, npix in enumerate(picked):
            cases.append([order, int(npix), int(ring[i]), around[i].tolist(), round(float(phi[i]), 13),
                          round(float(np.pi / 2 - theta[i]), 13)])
    return cases


def fact(order):
    return max(1, min(64, 2 ** (29 - order)))


def cone_cases(rng):
    cases = []
    for k in range(60):
        order = int(rng.integers(0, 13))
        lon, lat = float(rng.uniform(0, 2 * np.pi)), float(np.arcsin(rng.uniform(-1, 1)))
        if k % 4 == 0:
            lat = float(np.sign(lat) * (np.pi / 2 - 10 ** rng.uniform(-8, -1)))
        if k % 6 == 0:
            lon = 0.0
        radius = float(min(np.pi, 1.0233 / 2**order * 10 ** rng.uniform(-2, 0.8)))
        axis = healpy.ang2vec(np.pi / 2 - lat, lon)
        found = [np.sort(healpy.query_disc(2**order, axis, radius, inclusive=inclusive, nest=True,
                                           **({"fact": fact(order)} if inclusive else {}))).tolist()
                 for inclusive in (True, False)]
        cases.append([order, lon, lat, radius, found[0], len(found[1])])
    return cases


def polygon_cases(rng):
    cases = []
    for k in range(40):
        order = int(rng.integers(0, 13))
        lon, lat = float(rng.uniform(0, 2 * np.pi)), float(np.arcsin(rng.uniform(-1, 1)))
        if k % 4 == 0:
            lat = float(np.sign(lat) * (np.pi / 2 - 10 ** rng.uniform(-6, -1)))
        if k % 5 == 0:
            lon = 0.0
        axis = healpy.ang2vec(np.pi / 2 - lat, lon)
        east = np.cross([0, 0, 1], axis)
        east /= np.linalg.norm(east)
        north = np.cross(axis, east)
        radius = min(1.2, 1.0233 / 2**order * 10 ** rng.uniform(-1, 0.8))
        turn = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 8))))
        corners = np.array([np.cos(radius) * axis + np.sin(radius) * (np.cos(t) * east + np.sin(t) * north) for t in turn])
        theta, phi = healpy.vec2ang(corners)
        found = np.sort(healpy.query_polygon(2**order, corners, inclusive=True, fact=fact(order), nest=True))
        cases.append([order, [[float(p), float(np.pi / 2 - t)] for p, t in zip(phi, theta)], found.tolist()])
    return cases


def main():
    rng = np.random.default_rng(20261122)
    lon, lat = points(rng, 40, 30)
    orders = [0, 1, 3, 8, 13, 17, 24]
    reference = {
        "made_by": "test/reference/healpix_cases.py",
        "versions": {"healpy": healpy.__version__, "numpy": np.__version__},
        "orders": orders,
        "points": [[float(a), float(b), *(int(c) for c in pix)]
                   for a, b, *pix in zip(lon, lat, *cells(lon, lat, orders))],
        "neighbours": neighbour_cases(rng),
        "cones": cone_cases(rng),
        "polygons": polygon_cases(rng),
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "healpix.json")
    with open(path, "w") as out:
        json.dump(reference, out, separators=(",", ":"))
    print(path, os.path.getsize(path), "bytes")


if __name__ == "__main__":
    live(sys.argv[2]) if sys.argv[1:2] == ["--live"] else main()
