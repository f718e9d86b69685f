// Celestial frames and the rotations between them.

/** FK4 is no rotation of the others (elliptic aberration). */
export type Frame = 'ICRS' | 'FK5' | 'FK4' | 'GALACTIC' | 'ECLIPTIC'
