/**
 * `corrupt`: bytes are not what the pack's checksums say. `newer`: of a version that this code does not know.
 * `wrong-pack`: sound, but of another map's shape than its name says. `too-large`: more tiles, or a longer directory,
 * than is ever held. `bad-tiles`: what was given to write is no pack.
 */
export type PackErrorCode = 'corrupt' | 'newer' | 'wrong-pack' | 'too-large' | 'bad-tiles'

/** A pack that cannot be trusted, or cannot be made. The message names the pack, never a path of the machine. */
export class PackError extends Error {
  readonly code: PackErrorCode
  constructor(code: PackErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options as ErrorOptions)
    this.name = 'PackError'
    this.code = code
  }
}
