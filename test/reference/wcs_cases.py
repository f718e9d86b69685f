"""Numbers of astropy (wcslib) for wcs_cases.json: pixel -> sky for headers of every kind that we read.

    /usr/bin/python3 test/reference/wcs_cases.py > test/reference/wcs_cases.json

Pixels are 0-based, angles degrees. `icrs` is there where astropy knows the frame.
"""
import json
import sys
import warnings

import astropy
import numpy as np
from astropy import wcs as astropy_wcs
from astropy.coordinates import ICRS, SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from astropy.wcs.utils import wcs_to_celestial_frame

warnings.simplefilter('ignore')
import logging
logging.disable(logging.CRITICAL)

TAN = dict(CTYPE1='RA---TAN', CTYPE2='DEC--TAN', CRVAL1=150.0, CRVAL2=20.0, CRPIX1=100.0, CRPIX2=120.0)
CD = dict(CD1_1=-1e-3, CD1_2=2e-4, CD2_1=1.5e-4, CD2_2=1.1e-3)
SCALE = dict(CDELT1=-1e-3, CDELT2=2e-3)
SIP = dict(CTYPE1='RA---TAN-SIP', CTYPE2='DEC--TAN-SIP')
AB = dict(A_ORDER=4, B_ORDER=3, A_2_0=2e-5, A_1_1=-3e-6, A_0_2=1e-6, A_3_0=1e-8, A_2_2=1e-11, A_0_4=-2e-11,
          B_2_0=-1e-6, B_1_1=3e-5, B_0_2=-2e-6, B_0_3=5e-8, B_1_2=1e-8)
APBP = dict(AP_ORDER=2, BP_ORDER=2, AP_2_0=-2e-5, AP_1_1=3e-6, BP_1_1=-3e-5, BP_0_2=2e-6)
TPV = dict(CTYPE1='RA---TPV', CTYPE2='DEC--TPV')
# In the manner of DECam's community pipeline.
DECAM = dict(CTYPE1='RA---TPV', CTYPE2='DEC--TPV', CRVAL1=244.7, CRVAL2=12.1, CRPIX1=13423.2, CRPIX2=6307.333,
             CD1_1=-1.824e-7, CD1_2=7.2852e-5, CD2_1=-7.2852e-5, CD2_2=-1.824e-7,
             PV1_0=0.002396, PV1_1=1.01303, PV1_2=0.00684, PV1_3=0.0, PV1_4=0.01098, PV1_5=0.0125, PV1_6=0.00652,
             PV1_7=0.006408, PV1_8=-0.0016, PV1_9=0.008, PV1_10=-0.003,
             PV2_0=0.001366, PV2_1=1.00886, PV2_2=0.008277, PV2_3=0.0, PV2_4=0.0129, PV2_5=-0.005, PV2_6=0.01, PV2_7=-0.001,
             PV2_8=0.0038, PV2_9=-0.0045, PV2_10=0.0061)


def proj(code, **more):
    base = dict(CTYPE1='RA---' + code, CTYPE2='DEC--' + code, CRVAL1=150.0, CRVAL2=20.0, CRPIX1=100.0, CRPIX2=120.0,
                CDELT1=-0.3, CDELT2=0.3)
    return {**base, **more}


CASES = {
    'TAN with CD': {**TAN, **CD},
    'TAN with PC and CDELT': {**TAN, **SCALE, 'PC1_1': 0.9, 'PC1_2': 0.2, 'PC2_1': -0.1, 'PC2_2': 0.8},
    'TAN with part of PC': {**TAN, **SCALE, 'PC1_2': 0.2},
    'TAN with part of CD': {**TAN, 'CD1_2': -1e-3, 'CD2_1': 1e-3},
    'TAN with CDELT alone': {**TAN, **SCALE},
    'TAN with CROTA2': {**TAN, **SCALE, 'CROTA2': 30.0},
    'TAN with CROTA1, which counts for nothing': {**TAN, **SCALE, 'CROTA1': 30.0},
    'TAN with CD and CROTA2': {**TAN, **CD, 'CROTA2': 30.0},
    'TAN with PC and CROTA2': {**TAN, **SCALE, 'PC1_2': 0.1, 'CROTA2': 30.0},
    'TAN with CD and CDELT': {**TAN, **CD, **SCALE},
    'TAN with PC, CD and CDELT': {**TAN, **CD, **SCALE, 'PC1_2': 0.1},
    'TAN with PC001001': {**TAN, **SCALE, 'PC001001': 0.5, 'PC002002': 0.7, 'PC001002': 0.1},
    'TAN at the north pole': {**TAN, **CD, 'CRVAL2': 90.0},
    'TAN at the south pole': {**TAN, **CD, 'CRVAL2': -90.0},
    'TAN near the pole': {**TAN, **CD, 'CRVAL2': 89.99},
    'TAN across RA 0': {**TAN, **CD, 'CRVAL1': 0.0},
    'TAN with negative CRVAL1': {**TAN, **CD, 'CRVAL1': -10.0},
    'TAN with LONPOLE 90': {**TAN, **CD, 'LONPOLE': 90.0},
    'TAN with LONPOLE by PV1_3': {**TAN, **CD, 'PV1_3': 90.0},
    'TAN with LONPOLE 0 and LATPOLE 30': {**TAN, **CD, 'LONPOLE': 0.0, 'LATPOLE': 30.0},
    'TAN with swapped axes': {**TAN, **CD, 'CTYPE1': 'DEC--TAN', 'CTYPE2': 'RA---TAN', 'CRVAL1': 20.0, 'CRVAL2': 150.0},
    'TAN with swapped axes and CROTA': {**TAN, **SCALE, 'CTYPE1': 'DEC--TAN', 'CTYPE2': 'RA---TAN', 'CRVAL1': 20.0, 'CRVAL2': 150.0, 'CROTA1': 30.0},
    'TAN without CRPIX': {**{k: v for k, v in TAN.items() if not k.startswith('CRPIX')}, **CD},
    'TAN in arcminutes': {**TAN, 'CUNIT1': 'arcmin', 'CUNIT2': 'arcmin', 'CRVAL1': 9000.0, 'CRVAL2': 1200.0, 'CDELT1': -0.06, 'CDELT2': 0.06},
    'TAN in arcseconds, CD': {**TAN, 'CUNIT1': 'arcsec', 'CUNIT2': 'arcsec', 'CRVAL1': 9000.0, 'CRVAL2': 1200.0, 'CD1_1': -3.6, 'CD1_2': 0.1, 'CD2_1': 0.2, 'CD2_2': 3.6},
    'TAN in radians': {**TAN, 'CUNIT1': 'rad', 'CUNIT2': 'rad', 'CRVAL1': 2.0, 'CRVAL2': 0.5, 'CDELT1': -1e-5, 'CDELT2': 1e-5},
    'TAN in DEGREES': {**TAN, **CD, 'CUNIT1': 'DEGREES', 'CUNIT2': 'degree'},
    'TAN with PV1_0, PV1_1, PV1_2': {**TAN, **CD, 'PV1_0': 1.0, 'PV1_1': 10.0, 'PV1_2': 80.0},
    'TAN with PV1_1, PV1_2 and no offset': {**TAN, **CD, 'PV1_1': 10.0, 'PV1_2': 80.0},
    'ICRS': {**TAN, **CD, 'RADESYS': 'ICRS', 'EQUINOX': 1975.0},
    'no RADESYS, no EQUINOX': {**TAN, **CD},
    'no RADESYS, EQUINOX 2000': {**TAN, **CD, 'EQUINOX': 2000.0},
    'no RADESYS, EQUINOX 1950': {**TAN, **CD, 'EQUINOX': 1950.0},
    'FK5 without EQUINOX': {**TAN, **CD, 'RADESYS': 'FK5'},
    'FK5 of 1975': {**TAN, **CD, 'RADESYS': 'FK5', 'EQUINOX': 1975.0},
    'FK5 of 2015.5': {**TAN, **CD, 'RADESYS': 'FK5', 'EQUINOX': 2015.5},
    'FK4 without EQUINOX': {**TAN, **CD, 'RADESYS': 'FK4'},
    'FK4 of 1900': {**TAN, **CD, 'RADESYS': 'FK4', 'EQUINOX': 1900.0},
    'RADECSYS': {**TAN, **CD, 'RADECSYS': 'FK5', 'EQUINOX': 2000.0},
    'EPOCH for EQUINOX': {**TAN, **CD, 'EPOCH': 1950.0},
    'galactic TAN': {**TAN, **CD, 'CTYPE1': 'GLON-TAN', 'CTYPE2': 'GLAT-TAN'},
    'galactic CAR of a map': proj('CAR', CTYPE1='GLON-CAR', CTYPE2='GLAT-CAR', CRVAL1=0.0, CRVAL2=0.0, EQUINOX=2000.0),
    'ecliptic TAN': {**TAN, **CD, 'CTYPE1': 'ELON-TAN', 'CTYPE2': 'ELAT-TAN'},
    'cube: celestial axes 1 and 2': {'NAXIS': 3, **TAN, **CD, 'CTYPE3': 'FREQ', 'CRVAL3': 1.4e9, 'CDELT3': 1e6, 'CD3_3': 1e6},
    'cube: celestial axes 3 and 2': {'NAXIS': 3, 'CTYPE1': 'FREQ', 'CRVAL1': 1.4e9, 'CDELT1': 1e6, 'CRPIX1': 1.0,
                                     'CTYPE2': 'DEC--TAN', 'CRVAL2': 20.0, 'CDELT2': 2e-3, 'CRPIX2': 120.0,
                                     'CTYPE3': 'RA---TAN', 'CRVAL3': 150.0, 'CDELT3': -1e-3, 'CRPIX3': 100.0, 'PC2_3': 0.1},
    'SIP': {**TAN, **CD, **SIP, **AB},
    'SIP with AP and BP': {**TAN, **CD, **SIP, **AB, **APBP},
    'SIP on SIN': {**TAN, **CD, **AB, 'CTYPE1': 'RA---SIN-SIP', 'CTYPE2': 'DEC--SIN-SIP'},
    'SIP with terms of degree 0 and 1': {**TAN, **CD, **SIP, **AB, 'A_0_0': 3.0, 'A_1_0': 1e-2, 'B_1_0': 2e-3},
    'SIP with terms beyond the order': {**TAN, **CD, **SIP, **AB, 'B_2_2': 1e-7, 'B_4_0': 1e-7},
    'SIP with B_ORDER 2 and no B terms': {**TAN, **CD, **SIP, 'A_ORDER': 2, 'B_ORDER': 2, 'A_2_0': 1e-5},
    'SIP keywords without -SIP in CTYPE': {**TAN, **CD, **AB},
    'SIP with PC and CDELT': {**TAN, **SIP, **AB, **SCALE, 'PC1_2': 0.1},
    '-SIP in CTYPE without SIP keywords': {**TAN, **CD, **SIP},
    'SIP orders of 1': {**TAN, **CD, **SIP, 'A_ORDER': 1, 'B_ORDER': 1, 'A_1_0': 1e-2},
    'AP and BP alone': {**TAN, **CD, **SIP, **APBP},
    'SIP and the PV of SCAMP': {**TAN, **CD, **SIP, **AB, 'PV1_1': 1.0, 'PV1_4': 1e-2, 'PV1_5': 1e-2, 'PV2_1': 1.0, 'PV2_5': 1e-2},
    'TPV': {**TAN, **CD, **TPV, 'PV1_0': 1e-3, 'PV1_1': 1.01, 'PV1_2': 0.02, 'PV1_4': 1e-2, 'PV1_5': 2e-2, 'PV2_1': 0.99, 'PV2_2': -0.01, 'PV2_4': 3e-2, 'PV2_5': 1e-2, 'PV2_10': 2e-2},
    'TPV with radial terms': {**TAN, **CD, **TPV, 'PV1_1': 1.0, 'PV2_1': 1.0, 'PV1_3': 1e-3, 'PV1_11': 1e-2, 'PV1_23': 1e-2, 'PV1_39': 1e-2, 'PV2_3': -1e-3, 'PV2_11': 2e-2},
    'TPV with every term': {**TAN, **CD, **TPV, **{f'PV{i}_{m}': 1.0 if m == 1 else 1e-2 * np.cos(i + 3 * m) for i in (1, 2) for m in range(40)}},
    'TPV with PC and CDELT': {**TAN, **SCALE, **TPV, 'PC1_2': 0.1, 'PV1_1': 1.0, 'PV2_1': 1.0, 'PV1_4': 1e-5, 'PV2_5': 2e-5},
    'TPV in the manner of DECam': DECAM,
    'TPV with LONPOLE': {**TAN, **CD, **TPV, 'LONPOLE': 90.0, 'PV1_1': 1.0, 'PV2_1': 1.0, 'PV1_4': 1e-2},
    'SIN': proj('SIN'),
    'SIN with slant': proj('SIN', PV2_1=0.1, PV2_2=-0.05),
    'NCP': proj('NCP', CRVAL2=60.0, CDELT1=-0.03, CDELT2=0.03),
    'ZEA': proj('ZEA'),
    'ZEA of the whole sphere': proj('ZEA', CDELT1=-1.0, CDELT2=1.0, CRVAL2=-90.0),
    'STG': proj('STG'),
    'ARC': proj('ARC'),
    'ARC of the whole sphere': proj('ARC', CDELT1=-1.2, CDELT2=1.2),
    'ZPN': proj('ZPN', PV2_0=0.0, PV2_1=1.0, PV2_3=42.0, CDELT1=-1e-3, CDELT2=1e-3),
    'ZPN, two terms': proj('ZPN', PV2_1=1.0, PV2_2=0.05, PV2_3=-0.1),
    'CAR': proj('CAR', CRVAL2=0.0),
    'CAR with CRVAL2 = 20': proj('CAR'),
    'CAR with CRVAL2 = 35 and LONPOLE 0': proj('CAR', CRVAL2=35.0, LONPOLE=0.0),
    'CAR with LONPOLE 200, LATPOLE 40': proj('CAR', CRVAL2=-20.0, LONPOLE=200.0, LATPOLE=40.0),
    'CAR with LATPOLE -90': proj('CAR', CRVAL2=-10.0, LONPOLE=150.0, LATPOLE=-90.0),
    'CAR with PV1_1, PV1_2': proj('CAR', PV1_0=1.0, PV1_1=20.0, PV1_2=30.0),
    'CAR at the pole': proj('CAR', CRVAL2=90.0),
    'CEA': proj('CEA', PV2_1=0.7),
    'CEA with CRVAL2 = 20': proj('CEA'),
    'MER': proj('MER', CRVAL2=0.0),
    'MER with CRVAL2 = 20': proj('MER'),
    'SFL': proj('SFL', CRVAL2=0.0),
    'GLS': proj('GLS'),
    'AIT': proj('AIT', CRVAL2=0.0),
    'AIT with CRVAL2 = 20': proj('AIT', CDELT1=-1.0, CDELT2=1.0),
    'MOL': proj('MOL', CRVAL2=0.0),
    'MOL towards the pole': proj('MOL', CRVAL2=0.0, CRPIX2=-130.0),
    'HPX': proj('HPX', CRVAL2=0.0),
    'HPX, polar facets': proj('HPX', CRVAL2=0.0, CRPIX2=-100.0, CRPIX1=-30.0),
    'HPX with H 6 and K 4': proj('HPX', CRVAL2=0.0, PV2_1=6, PV2_2=4, CDELT2=0.5),
    'HPX with H 3 and K 2, south': proj('HPX', CRVAL2=0.0, PV2_1=3, PV2_2=2, CRPIX2=220.0, CDELT2=0.4),
}
# Headers that astropy refuses: so do we, but for SCAMP's TAN (test says so).
REFUSED = {
    'TAN with the PV of SCAMP': {**TAN, **CD, 'PV1_0': 1e-3, 'PV1_1': 1.0, 'PV1_4': 1e-2, 'PV1_5': 1e-2, 'PV2_1': 1.0, 'PV2_5': 1e-2},
    'A_ORDER without B_ORDER': {**TAN, **CD, **SIP, 'A_ORDER': 2, 'A_2_0': 1e-5},
    'TPV with PV1_40': {**TAN, **CD, **TPV, 'PV1_1': 1.0, 'PV1_40': 1e-3},
    'CUNIT km': {**TAN, **CD, 'CUNIT1': 'km', 'CUNIT2': 'km'},
    'RA---TAN with DEC--SIN': {**TAN, **CD, 'CTYPE2': 'DEC--SIN'},
    'RA---TAN with GLAT-TAN': {**TAN, **CD, 'CTYPE2': 'GLAT-TAN'},
    'CAR with CRVAL2 = -35 and LONPOLE 0': proj('CAR', CRVAL2=-35.0, LONPOLE=0.0),
    'lower case CTYPE': {**TAN, **CD, 'CTYPE1': 'ra---tan', 'CTYPE2': 'dec--tan'},
}
PIXELS = [[0.0, 0.0], [99.0, 119.0], [199.5, 40.25], [-30.0, 150.0], [250.0, 230.0], [17.3, 201.9]]


def header(cards):
    h = fits.Header()
    h['NAXIS'] = 2
    for keyword, value in cards.items():
        h[keyword] = value
    return h


def measure(name, cards):
    try:
        w = WCS(header(cards))
    except Exception as error:
        raise SystemExit(f'{name}: {error}')
    pixels = np.array(PIXELS)
    celestial = w
    full = pixels
    if w.naxis == 3:
        pair = sorted([w.wcs.lng, w.wcs.lat])
        full = np.zeros((len(pixels), 3))
        full[:, pair] = pixels
    world = celestial.all_pix2world(full, 0)
    lonlat = world[:, [w.wcs.lng, w.wcs.lat]]
    case = dict(name=name, cards=cards, sky=[[None if not np.isfinite(v) else v for v in p] for p in lonlat.tolist()])
    try:
        frame = wcs_to_celestial_frame(w)
    except ValueError:
        return case
    good = np.isfinite(lonlat).all(1)
    icrs = SkyCoord(*np.where(good[:, None], lonlat, 0).T, unit='deg', frame=frame).transform_to(ICRS())
    case['icrs'] = [[a, d] if ok else [None, None] for a, d, ok in zip(icrs.ra.deg.tolist(), icrs.dec.deg.tolist(), good)]
    if frame.name == 'icrs':
        del case['icrs']
    return case


refused = []
for name, cards in REFUSED.items():
    try:
        WCS(header(cards)).all_pix2world([[1.0, 1.0]], 0)
        print('astropy reads', name, file=sys.stderr)
    except Exception as error:
        refused.append(dict(name=name, cards=cards, astropy=type(error).__name__))
cases = [measure(name, cards) for name, cards in CASES.items()]
print('{"versions": ' + json.dumps(dict(astropy=astropy.__version__, wcslib=astropy_wcs._wcs.__version__)) + ',')
print('"pixels": ' + json.dumps(PIXELS) + ',\n"cases": [')
print(',\n'.join(json.dumps(case) for case in cases) + '],\n"refused": [')
print(',\n'.join(json.dumps(case) for case in refused) + ']}')
