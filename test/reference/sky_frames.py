"""Directions of astropy.coordinates in every frame that src/sky knows, for sky_frames.json.

    /usr/bin/python3 test/reference/sky_frames.py > test/reference/sky_frames.json

Degrees. ECLIPTIC is BarycentricMeanEcliptic: the mean ecliptic of date, from ICRS.
"""
import json

import astropy
import numpy as np
from astropy.coordinates import FK4, FK5, BarycentricMeanEcliptic, Galactic, SkyCoord
from astropy.time import Time

rng = np.random.default_rng(7)
ra = np.concatenate([rng.uniform(0, 360, 10), [0.0, 83.633, 266.405, 10.0, 200.0]])
dec = np.concatenate([np.degrees(np.arcsin(rng.uniform(-1, 1, 10))), [0.0, 22.0145, -28.936, 89.999, -89.999]])
icrs = SkyCoord(ra, dec, unit='deg')
FRAMES = [
    ('FK5', 2000.0, FK5(equinox=Time(2000.0, format='jyear'))),
    ('FK5', 1975.0, FK5(equinox=Time(1975.0, format='jyear'))),
    ('FK5', 2050.0, FK5(equinox=Time(2050.0, format='jyear'))),
    ('FK4', 1950.0, FK4(equinox=Time(1950.0, format='byear'))),
    ('FK4', 1900.0, FK4(equinox=Time(1900.0, format='byear'))),
    ('GALACTIC', 2000.0, Galactic()),
    ('ECLIPTIC', 2000.0, BarycentricMeanEcliptic(equinox=Time(2000.0, format='jyear'))),
    ('ECLIPTIC', 1990.0, BarycentricMeanEcliptic(equinox=Time(1990.0, format='jyear'))),
]
rows = []
for name, equinox, frame in FRAMES:
    there = icrs.transform_to(frame).spherical
    rows.append(dict(frame=name, equinox=equinox, lonlat=list(zip(there.lon.deg.tolist(), there.lat.deg.tolist()))))
print(json.dumps(dict(versions=dict(astropy=astropy.__version__), icrs=list(zip(ra.tolist(), dec.tolist())), frames=rows)))
