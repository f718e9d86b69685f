"""Compares cutouts with astropy's reading of the files they were cut from.

usage: cutout_check.py JOBS.json     (needs astropy and numpy)

JOBS.json is a list of {"cutout": FILE, "region": [lon, lat, radius], "planes": [{"file": FILE, "hdu": N}, ...]}.
Planes are the image HDUs of the cutout, in order. For each plane it is shown that
  - data type and every pixel equal the original's section (NaN equals NaN; no tolerance),
  - positions of the cutout's pixels equal those of the same pixels in the original, by astropy's own WCS of both headers,
  - no pixel whose centre is within it is missing, and at most one row or column is too many.
Prints a JSON list of {"distorted", "shape", "pixels", "equal", "worst_arcsec", "missing", "spare"}, one a plane.
"""

import json
import sys
import warnings

import numpy as np
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS

warnings.simplefilter("ignore")


def section(header):
    x, y = header["SODASEC"].strip("[]").split(",")
    x0, x1 = (int(n) for n in x.split(":"))
    y0, y1 = (int(n) for n in y.split(":"))
    return slice(y0 - 1, y1), slice(x0 - 1, x1)


def sky(wcs, x, y):
    place = wcs.celestial.pixel_to_world(x, y)
    return place.icrs


def check(original, cut, region):
    rows, columns = section(cut.header)
    expected = original.data[..., rows, columns]
    got = cut.data
    equal = (
        got.shape == expected.shape
        and got.dtype.newbyteorder("=") == expected.dtype.newbyteorder("=")
        and np.array_equal(got, expected, equal_nan=got.dtype.kind == "f")
    )
    own, whole = WCS(cut.header), WCS(original.header)
    y, x = np.mgrid[0 : got.shape[-2] : 5j, 0 : got.shape[-1] : 5j]
    a, b = sky(own, x, y), sky(whole, x + columns.start, y + rows.start)
    worst = float(np.nanmax(a.separation(b).arcsec))
    distorted = whole.sip is not None or any("TPV" in name for name in whole.wcs.ctype)
    answer = {"distorted": distorted, "shape": list(got.shape), "pixels": int(got.size), "equal": bool(equal), "worst_arcsec": worst}
    height, width = original.data.shape[-2:]
    yy, xx = np.mgrid[0:height, 0:width]
    centre = SkyCoord(region[0] * u.deg, region[1] * u.deg)
    inside = sky(whole, xx, yy).separation(centre).deg <= region[2]
    outside = inside.copy()
    outside[rows, columns] = False
    answer["missing"] = int(outside.sum())
    ys, xs = np.nonzero(inside)
    spare = [ys.min() - rows.start, rows.stop - 1 - ys.max(), xs.min() - columns.start, columns.stop - 1 - xs.max()]
    answer["spare"] = int(max(spare))
    return answer


def main(path):
    answers = []
    for job in json.load(open(path)):
        with fits.open(job["cutout"]) as cutout:
            images = [hdu for hdu in cutout if hdu.header.get("NAXIS", 0) >= 2]
            if len(images) != len(job["planes"]):
                raise SystemExit(f"{job['cutout']} has {len(images)} images, expected {len(job['planes'])}")
            for cut, plane in zip(images, job["planes"]):
                with fits.open(plane["file"]) as original:
                    answers.append(check(original[plane["hdu"]], cut, job["region"]))
    json.dump(answers, sys.stdout)


main(sys.argv[1])
