"""What astropy says of real files: `wcs_grid.py FILE...` prints JSON, one entry per HDU with celestial coordinates.

Pixels are 0-based on a grid over the image and a little beyond, angles degrees; `icrs` where astropy knows the frame.
"""
import json
import logging
import sys
import warnings

import numpy as np
from astropy.coordinates import ICRS, SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from astropy.wcs.utils import wcs_to_celestial_frame

warnings.simplefilter('ignore')
logging.disable(logging.CRITICAL)

entries = []
for path in sys.argv[1:]:
    with fits.open(path) as hdus:
        for index, hdu in enumerate(hdus):
            if not hdu.is_image or hdu.header.get('NAXIS', 0) < 2 or 'CTYPE1' not in hdu.header:
                continue
            w = WCS(hdu.header)
            # astropy takes TNX for a TAN, which it is not.
            if not w.has_celestial or w.naxis != 2 or 'TNX' in hdu.header['CTYPE1']:
                continue
            width, height = hdu.header['NAXIS1'], hdu.header['NAXIS2']
            x, y = np.meshgrid(np.linspace(-0.5, width - 0.5, 6), np.linspace(-0.5, height - 0.5, 6))
            pixels = np.column_stack([x.ravel(), y.ravel()])
            world = w.all_pix2world(pixels, 0)[:, [w.wcs.lng, w.wcs.lat]]
            good = np.isfinite(world).all(1)
            entry = dict(path=path, hdu=index, ctype=hdu.header['CTYPE1'], width=width, height=height, pixels=pixels.tolist(),
                         sky=[p if ok else None for p, ok in zip(world.tolist(), good)])
            icrs = SkyCoord(*np.where(good[:, None], world, 0).T, unit='deg', frame=wcs_to_celestial_frame(w)).transform_to(ICRS())
            entry['icrs'] = [[a, d] if ok else None for a, d, ok in zip(icrs.ra.deg.tolist(), icrs.dec.deg.tolist(), good)]
            entries.append(entry)
print(json.dumps(entries))
