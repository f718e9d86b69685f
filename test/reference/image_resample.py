#!/usr/bin/python3
# What healpy + astropy.wcs + scipy make of a HiPS tile: bilinear samples of a TAN image at the centres of the tile's
# pixels, in FITS row order. Usage: image_resample.py ORDER NPIX WIDTH OUT.f32   (the source image is made here by the same
# formula as in test/src/image/resample.test.ts). `image_resample.py --record` rewrites image_resample.json.
import json, sys
import astropy, healpy as hp, numpy as np, scipy
from astropy.wcs import WCS
from scipy.ndimage import map_coordinates

W, H, SCALE, ANGLE, RA, DEC = 300, 260, 0.8 / 3600, 20.0, 150.1, 2.2


def source():
    y, x = np.mgrid[0:H, 0:W]
    a = 100 + 30 * np.sin(x / 5) * np.cos(y / 7)
    a[(x * 13 + y * 7) % 997 == 0] = np.nan
    a[100:110, 60:75] = np.nan
    return a.astype('f4')


def wcs():
    w = WCS(naxis=2)
    w.wcs.ctype = ['RA---TAN', 'DEC--TAN']
    w.wcs.crval = [RA, DEC]
    w.wcs.crpix = [151.0, 131.0]
    c, s = np.cos(np.radians(ANGLE)) * SCALE, np.sin(np.radians(ANGLE)) * SCALE
    w.wcs.cd = [[-c, s], [s, c]]
    return w


def spread(v):
    r = np.zeros_like(v)
    for b in range(16):
        r |= ((v >> b) & 1) << (2 * b)
    return r


def tile(order, npix, width):
    j, i = np.mgrid[0:width, 0:width].astype(np.int64)
    cell = npix * width * width + (spread(width - 1 - j) | (spread(i) << 1))
    lon, lat = hp.pix2ang(2**order * width, cell, nest=True, lonlat=True)
    x, y = wcs().all_world2pix(lon.ravel(), lat.ravel(), 0)
    return map_coordinates(source(), [y, x], order=1, cval=np.nan, mode='constant').reshape(width, width)


if sys.argv[1:] == ['--record']:
    order, width = 11, 64
    centre = int(hp.ang2pix(2**order, RA, DEC, nest=True, lonlat=True))
    edge = int(hp.get_all_neighbours(2**order, centre, nest=True)[0])
    tiles = [dict(npix=n, values=[None if np.isnan(v) else round(float(v), 4) for v in tile(order, n, width).ravel()])
             for n in (centre, edge)]
    versions = dict(astropy=astropy.__version__, healpy=hp.__version__, scipy=scipy.__version__, numpy=np.__version__)
    json.dump(dict(versions=versions, order=order, width=width, tiles=tiles), open('test/reference/image_resample.json', 'w'))
else:
    tile(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])).astype('<f4').tofile(sys.argv[4])
