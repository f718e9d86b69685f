"""Corners and centres of the real sky images, ICRS degrees, by astropy (wcslib); run with Debian's python3-astropy.

usage: footprints.py FOLDER > footprints.json     FOLDER holds sdss, galcen, dss, ... as SKYEDGE_SHARED/data/sky does
"""
import json
import os
import sys
import warnings

import astropy
from astropy.io import fits
from astropy.wcs import WCS
from astropy.wcs.utils import pixel_to_skycoord

warnings.simplefilter("ignore")
folder = sys.argv[1]
rows = {}
for sub in ("sdss", "galcen", "dss", "decam", "jwst-a2744", "lsst-afw", "wcs", "compressed"):
    for here, _, names in sorted(os.walk(os.path.join(folder, sub))):
        for name in sorted(names):
            path = os.path.join(here, name)
            try:
                hdus = fits.open(path)
            except OSError:
                continue
            for i, hdu in enumerate(hdus):
                header = hdu.header.copy()
                if header.get("NAXIS") != 2 or "CTYPE1" not in header or isinstance(hdu, fits.BinTableHDU) and not isinstance(hdu, fits.CompImageHDU):
                    continue
                nx, ny = header["NAXIS1"], header["NAXIS2"]
                try:
                    wcs = WCS(header)
                    points = [(-0.5, -0.5), (nx - 0.5, -0.5), (nx - 0.5, ny - 0.5), (-0.5, ny - 0.5), ((nx - 1) / 2, (ny - 1) / 2)]
                    sky = [pixel_to_skycoord(x, y, wcs).icrs for x, y in points]
                except Exception:
                    continue
                rows[f"{os.path.relpath(path, folder)}[{i}]"] = [[round(s.ra.deg, 11), round(s.dec.deg, 11)] for s in sky]
                break
json.dump({"made by": "test/reference/footprints.py", "astropy": astropy.__version__, "images": rows}, sys.stdout, indent=0)
