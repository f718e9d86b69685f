// What both bulk loads ask of their batches.

import { type CatalogBatch, type CatalogBatches, CatalogError } from './store.ts'

/** The batches one after another, each of the release that was named. */
export async function* checkedBatches(release: string, batches: CatalogBatches): AsyncGenerator<CatalogBatch> {
  for await (const batch of batches) {
    const other = batch.products.find((product) => product.release !== release)
    if (other)
      throw new CatalogError('conflict', `${other.publisherDid} is in ${other.release}, expected one of ${release}`)
    yield batch
  }
}

export function missingFile(publisherDid: string, seq: number): CatalogError {
  return new CatalogError('conflict', `plane ${seq} of ${publisherDid} is in a file the catalogue lacks`)
}
