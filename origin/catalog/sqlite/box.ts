// The box of unit vectors around a circle on the sphere: what the R-tree keeps of a footprint and is asked for.

export { type Box, capBox } from '#src/sky'
