// How long what others give can be, in bytes: longer files are refused before they are held.

export const MAX_MOC = 64 << 20
export const MAX_ALLSKY = 64 << 20
/** Of a whole map, where the operator names no other limit. */
export const MAX_MAP = 1024 ** 4

/** A tile of doubles, and headers. `width` in pixels. */
export const maxTile = (width: number): number => 8 * width ** 2 + 65_536
