// The schemas of `docs/schemas/`: what is wrong with a document of a command, by its schema.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'

const FOLDER = resolve(import.meta.dirname, '../../docs/schemas')

/** Commands that have a schema. */
export const SCHEMAS: readonly string[] = readdirSync(FOLDER).map((name) => basename(name, '.json'))

function ajv(): Ajv2020 {
  const all = new Ajv2020({ strict: true, strictRequired: false, allErrors: true, allowUnionTypes: true })
  for (const name of SCHEMAS) {
    all.addSchema(
      JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Record<string, unknown>,
      `${name}.json`,
    )
  }
  return all
}

const schemas = ajv()

/** What the schema of the command says against a document; empty when it is as it says. */
export function schemaErrors(command: string, document: unknown): readonly string[] {
  const validate = schemas.getSchema(`${command}.json`)
  if (!validate) return [`there is no schema ${command}.json`]
  if (validate(document) === true) return []
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}
