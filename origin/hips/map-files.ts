// Where the bytes of a map's files come from, whatever its layout: names are those below the map's root, made from
// parsed addresses and a fixed list, never from a request's text.

export interface StoredFile {
  readonly bytes: Uint8Array
  /** Strong, of the content, with quotes. */
  readonly etag: string
  /** Of the data, whole seconds, Unix ms: the same wherever the file is copied to. */
  readonly modifiedMs: number
}

export interface MapFiles {
  /** `Norder3/Dir0/Npix12.png`, `properties`, `public/Moc.fits`; undefined where there is none. */
  read(name: string): Promise<StoredFile | undefined>
}
