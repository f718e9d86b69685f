#!/usr/bin/python3
# Measures stars of a demo exposure or coadd with astropy: usage demo_check.py FILE < positions.json  (list of [ra, dec])
# prints JSON, per star: where its light is centred relative to the header's coordinates (px), and its flux within 8 px.
import json, sys, warnings
import numpy as np
from astropy.io import fits
from astropy.wcs import WCS

warnings.simplefilter('ignore')
hdus = fits.open(sys.argv[1])
image, wcs = hdus['IMAGE'].data.astype('f8'), WCS(hdus['IMAGE'].header)
out = []
for ra, dec in json.load(sys.stdin):
    x, y = (float(v) for v in wcs.all_world2pix(ra, dec, 0))
    xi, yi = int(round(x)), int(round(y))
    cut = image[yi - 11:yi + 12, xi - 11:xi + 12]
    yy, xx = np.mgrid[-11:12, -11:12]
    r = np.hypot(xx - (x - xi), yy - (y - yi))
    cut = cut - np.median(cut[(r > 8) & (r < 11)])
    core = cut * (r < 4)
    out.append([float((core * xx).sum() / core.sum() - (x - xi)), float((core * yy).sum() / core.sum() - (y - yi)),
                float(cut[r < 8].sum())])
json.dump(out, sys.stdout)
