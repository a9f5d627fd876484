// What the command line says about one run of `moat up`.

export interface UpOptions {
  readonly filename: readonly string[]
  readonly once: boolean
  readonly simulate: boolean
  readonly model?: string
  readonly maxCells: number
  readonly output: 'text' | 'json'
}
