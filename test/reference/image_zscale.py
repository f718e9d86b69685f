#!/usr/bin/python3
# zscale cuts as astropy.visualization finds them, on planes made by the formula of test/src/image/render/cuts.test.ts.
import json
import astropy, numpy as np
from astropy.visualization import ZScaleInterval

cases = []
for width, height, gain in [(200, 150, 1.0), (64, 64, 300.0), (1000, 700, 0.01)]:
    i = np.arange(width * height, dtype='i8')
    noise = ((i * 7919 + 13) % 10007) / 10007 + ((i * 104729 + 7) % 9973) / 9973 - 1
    a = (100 + 5 * noise) * gain
    a[i % 97 == 0] *= 40
    a[i % 1009 == 5] = np.nan
    lo, hi = ZScaleInterval().get_limits(a.astype('f4').reshape(height, width))
    cases.append(dict(width=width, height=height, gain=gain, min=float(lo), max=float(hi)))
json.dump(dict(astropy=astropy.__version__, cases=cases), open('test/reference/image_zscale.json', 'w'), indent=1)
