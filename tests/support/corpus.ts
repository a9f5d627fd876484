// Where the peer's corpus lies: beside the project, or where MOAT_CORPUS says. Tests read it in place.
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const PLACE = 'shared/corpus/np-guard'

/** The folder with `index.json`; `undefined` when it is on no level above the project. */
export function corpusFolder(): string | undefined {
  const said = process.env['MOAT_CORPUS']
  if (said !== undefined && said !== '') return existsSync(join(said, 'index.json')) ? resolve(said) : undefined
  let folder = resolve(import.meta.dirname, '../..')
  for (let level = 0; level < 6; level++) {
    const place = join(folder, PLACE)
    if (existsSync(join(place, 'index.json'))) return place
    folder = dirname(folder)
  }
  return undefined
}
