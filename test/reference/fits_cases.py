#!/usr/bin/python3
"""Many small FITS files and what astropy or CFITSIO (fitsio) reads from them.

usage: fits_cases.py FOLDER          make the cases
       fits_cases.py --expect A B .. for existing files: their pixels, under FOLDER B.. (see below)

Makes NAME.fits and NAME.HDU.raw (the stored pixels, big-endian, whole image) plus cases.json:
  [{file, hdu, bitpix, axes, raw, reader}], and headers.json: {file: [[keyword, value, comment], ...]}.
Stored pixels of quantised images are the floats that the reader makes of them. Run with /usr/bin/python3
(astropy 5.2, fitsio 1.1.8 over CFITSIO 4.2, numpy 1.24).
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings

import fitsio
import numpy as np
from astropy.io import fits

warnings.simplefilter('ignore')
TYPES = {8: 'u1', 16: '>i2', 32: '>i4', 64: '>i8', -32: '>f4', -64: '>f8'}
FUNPACK = shutil.which('funpack') is not None
rng = np.random.default_rng(20261122)


def stored(path, number):
    """The stored pixels of one HDU: astropy with scaling off; CFITSIO where astropy 5.2 cannot."""
    with fits.open(path, do_not_scale_image_data=True, disable_image_compression=True) as hdus:
        header = hdus[number].header
        compressed = header.get('ZIMAGE', False)
        bitpix = header['ZBITPIX'] if compressed else header['BITPIX']
        prefix = 'ZNAXIS' if compressed else 'NAXIS'
        axes = [header[f'{prefix}{i + 1}'] for i in range(header[prefix])]
        if not axes or 0 in axes:
            return None
        if not compressed:
            if not isinstance(hdus[number], (fits.PrimaryHDU, fits.ImageHDU)):
                return None
            return bitpix, axes, np.asarray(hdus[number].data), 'astropy'
    if bitpix < 0 and FUNPACK and header['ZTILE1'] == axes[0]:
        # fitsio and astropy 5.2 do not ask CFITSIO 4.2 for NaNs; funpack does, but mixes rows of narrower tiles.
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, 'plain.fits')
            if subprocess.run(['funpack', '-O', out, path], capture_output=True).returncode == 0:
                with fits.open(out, do_not_scale_image_data=True) as hdus:
                    found = [hdu for hdu in hdus if hdu.header['NAXIS'] and hdu.name != 'COMPRESSED_IMAGE']
                    same = [hdu for hdu in hdus[number : number + 1]] or found[:1]
                    return bitpix, axes, np.asarray(same[0].data), 'funpack'
    with fitsio.FITS(path) as hdus:
        data = hdus[number].read()
    if bitpix < 0:
        mark_holes(path, number, data)
    if bitpix > 0:
        zero, scale = header.get('BZERO', 0), header.get('BSCALE', 1)
        if zero != 0 or scale != 1:
            data = np.rint((data.astype('f8') - zero) / scale)
    return bitpix, axes, data, 'fitsio'


def mark_holes(path, number, data):
    """NaN where the quantised integer behind a pixel is ZBLANK: below every valid one by the reserved range."""
    with fits.open(path, disable_image_compression=True) as hdus:
        header, rows = hdus[number].header, hdus[number].data
        if header.get('ZBLANK') != -2147483647 or 'ZSCALE' not in rows.names or header['ZNAXIS'] != 2:
            return
        w, h = header['ZTILE1'], header['ZTILE2']
        across = -(-header['ZNAXIS1'] // w)
        for i, row in enumerate(rows):
            if row['ZSCALE'] == 0:
                continue
            y, x = i // across * h, i % across * w
            tile = data[y : y + h, x : x + w]
            tile[(tile.astype('f8') - row['ZZERO']) / row['ZSCALE'] < -2147483642] = np.nan


def expect(folder, path, name, cases, hdus=None):
    with fits.open(path, disable_image_compression=True) as opened:
        count = len(opened)
    for number in range(count) if hdus is None else hdus:
        try:
            found = stored(path, number)
        except OSError:  # CFITSIO 4.2 does not read compressed 64-bit integers
            continue
        if found is None:
            continue
        bitpix, axes, data, reader = found
        raw = f'{name}.{number}.raw'
        with np.errstate(invalid='ignore'):
            np.ascontiguousarray(data).astype(TYPES[bitpix]).tofile(os.path.join(folder, raw))
        cases.append(dict(file=path, hdu=number, bitpix=bitpix, axes=axes, raw=raw, reader=reader))


def plain(folder):
    for bitpix, dtype in TYPES.items():
        info = None if bitpix < 0 else np.iinfo(np.dtype(dtype))
        for shape in [(7,), (5, 13), (3, 6, 11)]:
            if info:
                data = rng.integers(info.min, info.max, shape, dtype=np.dtype(dtype).newbyteorder('='), endpoint=True)
            else:
                data = rng.normal(0, 1e3, shape)
                data.flat[2] = np.nan
            data = data.astype(dtype)
            path = os.path.join(folder, f'plain_{bitpix}_{len(shape)}d.fits')
            hdu = fits.PrimaryHDU(data)
            if info and bitpix > 8:
                hdu.header['BLANK'] = int(data.flat[1])
            hdu.writeto(path, overwrite=True)
            yield path
    for kind in ['u2', 'u4', 'u8', 'i1']:
        info = np.iinfo(kind)
        path = os.path.join(folder, f'plain_{kind}.fits')
        fits.PrimaryHDU(rng.integers(info.min, info.max, (9, 8), dtype=kind, endpoint=True)).writeto(path, overwrite=True)
        yield path
    path = os.path.join(folder, 'several.fits')
    hdus = [fits.PrimaryHDU()]
    hdus += [fits.ImageHDU((rng.normal(0, 9, (20, 30 + i))).astype('f4'), name=f'PLANE{i}', ver=i) for i in range(4)]
    hdus.insert(2, fits.BinTableHDU.from_columns([fits.Column('X', 'J', array=np.arange(5))]))
    fits.HDUList(hdus).writeto(path, overwrite=True)
    yield path


def sky(shape, dtype='f4'):
    y, x = np.mgrid[0 : shape[-2], 0 : shape[-1]]
    data = rng.normal(100, 8, shape) + 3e4 * np.exp(-((x - 20) ** 2 + (y - 17) ** 2) / 30)
    return data.astype(dtype)


def compressed(folder):
    def write(name, data, **how):
        path = os.path.join(folder, f'{name}.fits')
        if os.path.exists(path):
            os.remove(path)
        with fitsio.FITS(path, 'rw') as out:
            out.write(data, **how)
        return path

    image = sky((61, 83))
    holes = image.copy()
    holes[3, 4:9] = np.nan
    holes[10] = np.nan
    holes[20, :] = 7.5
    zeros = image.copy()
    zeros[5:9, ::3] = 0
    for dither, method in [('none', -1), ('d1', 1), ('d2', 2)]:
        for tile in [(1, 83), (16, 16), (61, 83), (7, 83), (10, 31)]:
            shape = 'x'.join(map(str, tile))
            for algorithm in ['RICE', 'GZIP', 'GZIP_2']:
                name = f'quantized_{algorithm}_{dither}_{shape}'
                yield write(name, zeros, compress=algorithm, qlevel=4, qmethod=method, tile_dims=tile, dither_seed=77)
    yield write('quantized_f8', image.astype('f8'), compress='RICE', qlevel=4, qmethod=2, tile_dims=(8, 83), dither_seed=10000)
    yield write('long_walk', sky((150, 150)), compress='RICE', qlevel=4, qmethod=1, tile_dims=(150, 150), dither_seed=3)
    for algorithm in ['GZIP', 'GZIP_2']:
        yield write(f'lossless_{algorithm}_f4', holes, compress=algorithm, qlevel=0)
        yield write(f'lossless_{algorithm}_f8', holes.astype('f8'), compress=algorithm, qlevel=0, tile_dims=(8, 20))
    if shutil.which('fpack'):
        # fitsio does not mark NaN pixels when it quantises; fpack does.
        for kind, level in [('f4', '-q'), ('f4', '-q0'), ('f4', '-qz'), ('f8', '-q'), ('f8', '-qz')]:
            for tile in ['83,1', '16,16', '83,61']:
                plain_path = os.path.join(folder, 'holes_plain.tmp')
                path = os.path.join(folder, f'holes{level}_{kind}_{tile}.fits')
                fits.PrimaryHDU(holes.astype(kind)).writeto(plain_path, overwrite=True)
                if os.path.exists(path):
                    os.remove(path)
                subprocess.run(['fpack', '-r', level, '8', '-t', tile, '-O', path, plain_path], check=True)
                yield path
    for kind in ['u1', 'i2', 'u2', 'i4', 'u4']:
        info = np.iinfo(kind)
        wild = rng.integers(info.min, info.max, (30, 70), dtype=kind, endpoint=True)
        tame = np.clip(rng.normal(100, 9, (30, 70)), 0, 255).astype(kind)
        tame[4] = 3
        for algorithm in ['RICE', 'GZIP', 'GZIP_2', 'PLIO', 'HCOMPRESS']:
            if algorithm not in ('PLIO', 'HCOMPRESS'):  # PLIO cannot, and CFITSIO 4.2's HCOMPRESS overruns its buffer
                yield write(f'wild_{algorithm}_{kind}', wild, compress=algorithm, tile_dims=(10, 33))
            if not (algorithm == 'PLIO' and kind == 'u4'):
                yield write(f'tame_{algorithm}_{kind}', tame, compress=algorithm, tile_dims=(10, 33))
    mask = (rng.random((64, 300)) < 0.05) * rng.integers(0, 2**23, (64, 300))
    mask[20:30, 100:200] = 64
    for algorithm in ['PLIO', 'RICE', 'GZIP_2', 'HCOMPRESS']:
        yield write(f'mask_{algorithm}', mask.astype('i4'), compress=algorithm)
    yield write('hcompress_f4', image, compress='HCOMPRESS', qlevel=4, qmethod=1, tile_dims=(20, 83), dither_seed=5)
    yield write('hcompress_lossy', tame.astype('i4') * 100, compress='HCOMPRESS', hcomp_scale=2.5, tile_dims=(15, 35))
    yield write('hcompress_smooth', tame.astype('i4') * 100, compress='HCOMPRESS', hcomp_scale=2.5, hcomp_smooth=True, tile_dims=(15, 35))
    cube = sky((4, 20, 30))
    yield write('cube_rows', cube, compress='RICE', qlevel=4, qmethod=1, tile_dims=(1, 1, 30))
    yield write('cube_deep', (cube * 10).astype('i4'), compress='RICE', tile_dims=(3, 8, 17))


def headers(folder):
    path = os.path.join(folder, 'header.fits')
    header = fits.Header()
    header['SHORT'] = ('word', 'a comment')
    # astropy 5.2 misreads doubled quotes before a slash and ampersands within long strings: not asked here.
    header['QUOTES'] = "it's quoted"
    header['LONGTEXT'] = ('A long value, ' * 20 + "with 'quotes'", 'and its comment')
    header['EMPTY'] = ''
    header['UNDEF'] = (fits.card.UNDEFINED, 'no value')
    header['TRUE'], header['FALSE'] = True, False
    header['INT'], header['BIG'], header['HUGE'] = -42, 2**53 - 1, 9223372036854775807
    header['REAL'], header['TINY'], header['WHOLE'] = 3.14159265358979, -1.5e-300, 12.0
    header['HIERARCH ESO DET CHIP1 NAME'] = ('EEV', 'hierarch comment')
    header['HIERARCH lower case key'] = 2.5
    header['COMMENT'] = 'first comment'
    header['HISTORY'] = 'x' * 150
    header['COMMENT'] = 'second = 5 / not a value'
    header.append(('DUPLI', 1), end=True)
    header.append(('DUPLI', 2), end=True)
    hdu = fits.PrimaryHDU(np.zeros((2, 2), 'i2'), header)
    hdu.header.append(fits.Card.fromstring("DEXPO   =              1.25D+03 / Fortran"), end=True)
    hdu.header.append(fits.Card.fromstring("CPLX    = (1.0, -2.0)"), end=True)
    hdu.writeto(path, overwrite=True)
    rows = []
    for card in fits.getheader(path).cards:
        value, comment = card.value, card.comment
        if card.keyword in ('COMMENT', 'HISTORY', ''):
            value, comment = None, str(value)
        if isinstance(value, fits.card.Undefined):
            value = None
        if isinstance(value, complex):
            value = '(1.0, -2.0)'
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53 - 1:
            value = {'bigint': str(value)}
        rows.append([card.keyword.upper(), value, comment])
    with open(os.path.join(folder, 'headers.json'), 'w') as out:
        json.dump(rows, out)


def main():
    folder, existing = sys.argv[1], sys.argv[2:]
    cases = []
    if existing:
        for i, path in enumerate(existing):
            expect(folder, path, f'given{i}', cases)
    else:
        for make in (plain, compressed):
            for path in make(folder):
                expect(folder, path, os.path.basename(path)[:-5], cases)
        headers(folder)
    with open(os.path.join(folder, 'cases.json'), 'w') as out:
        json.dump(cases, out)


main()
