// Documents against the schemas of other people, without the net: STILTS has those of the IVOA's services, DaCHS (Debian's
// python3-gavo) those of registries and of OAI-PMH.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { REGISTRY_SCHEMAS } from './optional.ts'

const SCHEMAS = {
  'http://www.openarchives.org/OAI/2.0/': 'OAI-PMH.xsd',
  'http://www.openarchives.org/OAI/2.0/oai_dc/': 'oai_dc.xsd',
  'http://purl.org/dc/elements/1.1/': 'simpledc20021212.xsd',
  'http://www.ivoa.net/xml/RegistryInterface/v1.0': 'RegistryInterface.xsd',
  'http://www.ivoa.net/xml/VORegistry/v1.0': 'VORegistry.xsd',
}

/** What is wrong with the file: lines of errors, and schemas that the judge would have fetched. */
export function schemaErrors(file: string): Promise<string[]> {
  const places = Object.entries(SCHEMAS).map(
    ([namespace, name]) => `schemaloc=${namespace}=${join(REGISTRY_SCHEMAS, name)}`,
  )
  const args = ['xsdvalidate', `doc=${file}`, 'uselocals=true', 'verbose=true', ...places]
  return new Promise((resolve) => {
    execFile('stilts', args, { maxBuffer: 1 << 26 }, (_error, stdout, stderr) => {
      const lines = `${stdout}\n${stderr}`.split('\n')
      const wrong = lines.filter((line) => /^ERROR|Default schema/.test(line))
      resolve(wrong.length > 0 || lines.some((line) => line.includes('Validation OK')) ? wrong : lines)
    })
  })
}
