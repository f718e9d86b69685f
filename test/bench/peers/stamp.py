#!/usr/bin/python3
"""51x51 stamps by python3-fitsio (CFITSIO): the peer of test/bench/stamp.ts.

usage: stamp.py FOLDER REPEATS   reads FOLDER/stamps.json: [{file, x, y}] (0-based centre), writes the float32 stamps
to FOLDER/fitsio.f32 and prints {"cpuMs": [per stamp, one a repeat], "version": "..."}.
"""
import json
import os
import sys
import time
import warnings

import fitsio
import numpy as np

warnings.simplefilter('ignore')
folder, repeats = sys.argv[1], int(sys.argv[2])
stamps = json.load(open(os.path.join(folder, 'stamps.json')))
cpu = []
for _ in range(repeats):
    out = []
    start = time.process_time()
    for stamp in stamps:
        x, y = stamp['x'], stamp['y']
        with fitsio.FITS(stamp['file']) as hdus:
            out.append(hdus[1][y - 25 : y + 26, x - 25 : x + 26])
    cpu.append((time.process_time() - start) * 1e3 / len(stamps))
np.array(out).astype('<f4').tofile(os.path.join(folder, 'fitsio.f32'))
print(json.dumps({'cpuMs': cpu, 'version': f'fitsio {fitsio.__version__}'}))
