#!/usr/bin/python3
"""Single compressed tiles and the pixels CFITSIO reads from them, as test/reference/fits_tiles.json.

usage: fits_tiles.py > fits_tiles.json      (python3-fitsio, python3-astropy; versions are written into the file)
"""
import json
import os
import tempfile

import astropy
import fitsio
import numpy as np
from astropy.io import fits

rng = np.random.default_rng(11)
y, x = np.mgrid[0:9, 0:14]
sky = np.rint(rng.normal(50, 6, (9, 14)) + 900 * np.exp(-((x - 6) ** 2 + (y - 4) ** 2) / 4)).astype('i4')
mask = ((rng.random((9, 14)) < 0.2) * rng.integers(0, 70000, (9, 14))).astype('i4')
cases = [
    ('RICE_1', 'RICE', sky, {}),
    ('RICE_1', 'RICE', sky.astype('i2'), {}),
    ('RICE_1', 'RICE', np.clip(sky, 0, 255).astype('u1'), {}),
    ('RICE_1', 'RICE', rng.integers(-(2**31), 2**31, (9, 14)).astype('i4'), {}),
    ('PLIO_1', 'PLIO', mask, {}),
    ('HCOMPRESS_1', 'HCOMPRESS', sky, {}),
    ('HCOMPRESS_1', 'HCOMPRESS', sky, dict(hcomp_scale=3.0)),
    ('HCOMPRESS_1', 'HCOMPRESS', sky, dict(hcomp_scale=3.0, hcomp_smooth=True)),
    ('HCOMPRESS_1', 'HCOMPRESS', -sky, {}),
]
tiles = []
with tempfile.TemporaryDirectory() as folder:
    for i, (name, algorithm, data, how) in enumerate(cases):
        path = os.path.join(folder, f'{i}.fits')
        with fitsio.FITS(path, 'rw') as out:
            out.write(data, compress=algorithm, tile_dims=data.shape, **how)
        with fits.open(path, disable_image_compression=True) as hdus:
            column = hdus[1].data['COMPRESSED_DATA'][0]
            raw = np.asarray(column).astype(column.dtype.newbyteorder('>')).tobytes()
        tiles.append(dict(algorithm=name, pixelBytes=data.dtype.itemsize, smooth=how.get('hcomp_smooth', False), width=14,
                          height=9, bytes=raw.hex(), pixels=fitsio.read(path).astype('i8').ravel().tolist()))
print(json.dumps(dict(astropy=astropy.__version__, fitsio=fitsio.__version__, tiles=tiles)))
