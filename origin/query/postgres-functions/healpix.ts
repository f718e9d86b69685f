// HEALPix, nested: src/healpix/nested.ts in PL/pgSQL, the same operations in the same order.

import { plpgsql, REAL } from './define.ts'

export const HEALPIX = [
  plpgsql(
    'healpix_join(k integer, face bigint, x bigint, y bigint)',
    'bigint',
    `DECLARE r bigint := face << (2 * k);
    BEGIN
      FOR b IN 0 .. k - 1 LOOP r := r | (((x >> b) & 1) << (2 * b)) | (((y >> b) & 1) << (2 * b + 1)); END LOOP;
      RETURN r;
    END`,
  ),
  plpgsql(
    `healpix_index(k integer, lon ${REAL}, lat ${REAL})`,
    'bigint',
    `DECLARE n ${REAL}; last bigint; theta ${REAL}; z ${REAL}; za ${REAL}; q ${REAL}; jp bigint; jm bigint; fp bigint; fm bigint;
      quarter bigint; part ${REAL}; reach ${REAL};
    BEGIN
      IF NOT coalesce(k BETWEEN 0 AND 24 AND lat BETWEEN -90 AND 90 AND abs(lon) < 'Infinity', false) THEN RETURN NULL; END IF;
      n := (1::bigint << k)::${REAL};
      last := (1::bigint << k) - 1;
      theta := pi() / 2 - radians(lat);
      z := cos(theta);
      za := abs(z);
      q := skyedge.fmod(radians(lon) * (2 / pi()), 4);
      IF q < 0 THEN q := q + 4; END IF;
      IF q >= 4 THEN q := 0; END IF;
      IF za <= 2 / 3::${REAL} THEN
        jp := trunc(n * (0.5 + q) - n * (z * 0.75))::bigint;
        jm := trunc(n * (0.5 + q) + n * (z * 0.75))::bigint;
        fp := jp >> k;
        fm := jm >> k;
        RETURN skyedge.healpix_join(k, CASE WHEN fp = fm THEN fp | 4 WHEN fp < fm THEN fp ELSE fm + 8 END, jm & last, last - (jp & last));
      END IF;
      quarter := least(3, trunc(q)::bigint);
      part := q - quarter;
      reach := CASE WHEN theta < 0.01 OR theta > 3.13159 THEN (n * sin(theta)) / pg_catalog.sqrt((1 + za) / 3) ELSE n * pg_catalog.sqrt(3 * (1 - za)) END;
      jp := least(trunc(part * reach)::bigint, last);
      jm := least(trunc((1 - part) * reach)::bigint, last);
      RETURN CASE WHEN z >= 0 THEN skyedge.healpix_join(k, quarter, last - jm, last - jp) ELSE skyedge.healpix_join(k, quarter + 8, jp, jm) END;
    END`,
  ),
  plpgsql(
    'healpix_center(k integer, cell bigint)',
    'text',
    `DECLARE face integer; n ${REAL}; x bigint := 0; y bigint := 0; fx ${REAL}; fy ${REAL}; r ${REAL}; nr ${REAL} := 1; d ${REAL}; z ${REAL}; c ${REAL};
      along ${REAL}; lon ${REAL}; rows integer[] := '{2,2,2,2,3,3,3,3,4,4,4,4}'; lons integer[] := '{1,3,5,7,0,2,4,6,1,3,5,7}';
    BEGIN
      IF NOT coalesce(k BETWEEN 0 AND 24 AND cell >= 0 AND cell < 12 * (1::bigint << (2 * k)), false) THEN RETURN NULL; END IF;
      n := (1::bigint << k)::${REAL};
      face := (cell >> (2 * k))::integer + 1;
      FOR b IN 0 .. k - 1 LOOP
        x := x | (((cell >> (2 * b)) & 1) << b);
        y := y | (((cell >> (2 * b + 1)) & 1) << b);
      END LOOP;
      fx := (x + 0.5::${REAL}) / n;
      fy := (y + 0.5::${REAL}) / n;
      r := rows[face] - fx - fy;
      IF r < 1 THEN nr := r; d := (r * r) / 3; z := 1 - d; c := pg_catalog.sqrt(d * (2 - d));
      ELSIF r > 3 THEN nr := 4 - r; d := (nr * nr) / 3; z := d - 1; c := pg_catalog.sqrt(d * (2 - d));
      ELSE z := ((2 - r) * 2) / 3; c := pg_catalog.sqrt((1 - z) * (1 + z)); END IF;
      along := lons[face] * nr + fx - fy;
      IF along < 0 THEN along := along + 8 * nr; END IF;
      lon := CASE WHEN nr < 1e-15 THEN lons[face] * (pi() / 4) ELSE (0.5 * (pi() / 2) * along) / nr END;
      RETURN skyedge.point_text(degrees(lon), degrees(atan2(z, c)));
    END`,
  ),
  // Whether a cell lies in ranges [start, end), sorted and apart.
  plpgsql(
    'in_ranges(cell bigint, ranges bigint[])',
    'boolean',
    `DECLARE low integer := 0; high integer := coalesce(array_length(ranges, 1), 0) / 2; middle integer;
    BEGIN
      IF cell IS NULL THEN RETURN NULL; END IF;
      WHILE low < high LOOP
        middle := (low + high) / 2;
        IF ranges[2 * middle + 1] <= cell THEN low := middle + 1; ELSE high := middle; END IF;
      END LOOP;
      RETURN low > 0 AND cell < ranges[2 * low];
    END`,
  ),
]
