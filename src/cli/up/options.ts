// What the command line says about one run of `moat up`.
import type { InputOptions } from '../load.ts'

export interface UpOptions extends InputOptions {
  readonly once: boolean
  readonly simulate: boolean
  readonly model?: string
  readonly maxCells: number
  readonly output: 'text' | 'json'
}
