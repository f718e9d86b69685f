// Writes docs/services.md from the definitions of the services.
//   node scripts/services-doc.ts

import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { servicesDoc } from '#src/services'

writeFileSync(resolve(import.meta.dirname, '../docs/services.md'), servicesDoc())
