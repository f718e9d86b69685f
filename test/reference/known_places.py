# Places that a map must show where they are: an isolated bright star in each real image, its centroid measured on the
# pixels and turned to ICRS by astropy.   python3 known_places.py SKY_FOLDER > known-places.json
import json
import sys

import astropy
import numpy as np
from astropy.io import fits
from astropy.wcs import WCS

SKY = sys.argv[1]
IMAGES = {
    'sdss/color': 'sdss/reprojected_sdss_r.fits',
    'galcen/color': 'galcen/gc_2mass_h.fits',
    'dss/red': 'dss/HorseHead.fits',
}
BOX = 4  # half side of the square in which the centroid is taken
ALONE = 14  # no brighter pixel within this distance


def isolated_star(data):
    level = np.nanmedian(data)
    best = None
    height, width = data.shape
    order = np.argsort(np.nan_to_num(data, nan=-1e30), axis=None)[::-1]
    for flat in order[:4000]:
        y, x = divmod(int(flat), width)
        if not (60 < x < width - 60 and 60 < y < height - 60):
            continue
        around = data[y - ALONE:y + ALONE + 1, x - ALONE:x + ALONE + 1]
        if not np.all(np.isfinite(around)) or np.nanmax(around) > data[y, x]:
            continue
        yy, xx = np.mgrid[-ALONE:ALONE + 1, -ALONE:ALONE + 1]
        radius = np.hypot(xx, yy)
        peak = data[y, x] - level
        # Alone, and round: nothing else of a quarter of its height; not a saturated plateau either.
        far = around[radius > 6] - level
        if far.max() > 0.25 * peak or np.sum(around > level + 0.97 * peak) > 6:
            continue
        box = data[y - BOX:y + BOX + 1, x - BOX:x + BOX + 1] - level
        box = np.clip(box, 0, None)
        by, bx = np.mgrid[-BOX:BOX + 1, -BOX:BOX + 1]
        best = (x + float((bx * box).sum() / box.sum()), y + float((by * box).sum() / box.sum()))
        break
    return best


places = {}
for name, file in IMAGES.items():
    with fits.open(f'{SKY}/{file}') as hdus:
        hdu = next(h for h in hdus if h.data is not None)
        data = np.asarray(hdu.data, dtype=float)
        wcs = WCS(hdu.header)
        x, y = isolated_star(data)
        position = wcs.pixel_to_world(x, y).icrs
        places[name] = {
            'file': file, 'x': round(x, 3), 'y': round(y, 3),
            'raDeg': round(float(position.ra.deg), 7), 'decDeg': round(float(position.dec.deg), 7),
        }
json.dump({'made': 'known_places.py', 'astropy': astropy.__version__, 'numpy': np.__version__, 'places': places}, sys.stdout, indent=1)
print()
