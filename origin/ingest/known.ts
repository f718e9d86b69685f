// Records without the fields that nothing says: an undefined one must neither hide a default nor change a generation.

export const known = <T extends object>(record: T): T =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T
