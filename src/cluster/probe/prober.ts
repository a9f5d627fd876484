// Probes from real pods: runs the probe program in the source pods, and judges each cell by what a round saw.
import { setTimeout as pause } from 'node:timers/promises'
import type { ExecResult, KubeApi } from '../api/kube-api.ts'
import { KubeError } from '../api/kube-error.ts'
import { type Attempted, connectCommand, readAttempt } from './attempt.ts'
import { type Cell, type CellResult, type Observation, targetKey } from './cell.ts'
import { judgeRound } from './judge.ts'

export interface ProbeOptions {
  /** What the same cells showed before the policies, in the order of the cells: makes silence count for more. */
  readonly before?: readonly Observation[]
  readonly signal?: AbortSignal
  /** Told after each cell of the round. */
  readonly onCell?: (done: number, of: number) => void
}

export interface Prober {
  /** One look at each cell, without judgement: for the time before the policies, and for loops. */
  observe(cells: readonly Cell[], options?: Omit<ProbeOptions, 'before'>): Promise<Observation[]>
  /** One look at each cell, with the controls that the round itself offers, judged against the prediction. */
  probe(cells: readonly Cell[], options?: ProbeOptions): Promise<CellResult[]>
}

export interface ProberOptions {
  /** Milliseconds that the program waits for an answer; default 1500. */
  readonly timeout?: number
  /** Attempts at a cell before its silence is taken down; default 3. */
  readonly attempts?: number
  /** Probes at a time; default 6. */
  readonly parallel?: number
}

/** Of the whole exec beyond the program's own time-out: starting a program in a busy container takes its time. */
const EXEC_GRACE = 20_000
/** Between attempts at one cell, milliseconds. */
const PAUSE = 200

/** What probing asks of an API server. */
type Exec = Pick<KubeApi, 'exec'>

/** Runs the bodies of 0 to `count`, at most `limit` at a time; results in their order. */
async function inParallel<T>(count: number, limit: number, body: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) {
      const n = next++
      results[n] = await body(n)
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, count) }, worker))
  return results
}

async function attempt(api: Exec, cell: Cell, timeout: number): Promise<Attempted> {
  const { namespace, name, container } = cell.from
  let result: ExecResult
  try {
    result = await api.exec({
      namespace,
      pod: name,
      ...(container !== undefined && { container }),
      command: connectCommand(cell, timeout),
      timeout: timeout + EXEC_GRACE,
    })
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    // A missing right stays missing: the user has to hear of it at once.
    if (error.status === 401 || error.status === 403) throw error
    return { end: 'failed', detail: error.message }
  }
  return readAttempt(result)
}

interface Limits {
  readonly timeout: number
  readonly attempts: number
  readonly signal?: AbortSignal | undefined
}

async function look(api: Exec, cell: Cell, { timeout, attempts, signal }: Limits): Promise<Observation> {
  for (let n = 1; ; n++) {
    signal?.throwIfAborted()
    const { end, detail } = await attempt(api, cell, timeout)
    if (end === 'reached' || n >= attempts) return { end, attempts: n, ...(detail !== undefined && { detail }) }
    await pause(PAUSE)
  }
}

/** For each cell that was not reached: does its destination, where it can be asked, reach itself on that port (S31)? */
async function listening(
  cells: readonly Cell[],
  now: readonly Observation[],
  observe: (cells: readonly Cell[]) => Promise<Observation[]>,
): Promise<boolean[]> {
  const own = new Map<string, Cell>()
  cells.forEach((cell, n) => {
    const { pod } = cell.to
    if (pod && now[n]?.end !== 'reached') own.set(targetKey(cell), { ...cell, source: cell.to.name, from: pod })
  })
  const asked = [...own]
  const seen = await observe(asked.map(([, cell]) => cell))
  const answers = new Map(asked.map(([name], n) => [name, seen[n]?.end === 'reached']))
  return cells.map((cell) => answers.get(targetKey(cell)) ?? false)
}

/** A prober over one API server. It makes no pods and leaves nothing behind: the cells name running pods. */
export function createProber(api: Exec, { timeout = 1500, attempts = 3, parallel = 6 }: ProberOptions = {}): Prober {
  const observe: Prober['observe'] = (cells, { signal, onCell } = {}) => {
    let done = 0
    return inParallel(cells.length, parallel, async (n) => {
      const seen = await look(api, cells[n] as Cell, { timeout, attempts, signal })
      onCell?.(++done, cells.length)
      return seen
    })
  }
  return {
    observe,
    async probe(cells, { before, ...options } = {}) {
      const now = await observe(cells, options)
      const { signal } = options
      const awake = await listening(cells, now, (own) => observe(own, { ...(signal && { signal }) }))
      return judgeRound({ cells, now, listening: awake, ...(before && { before }) })
    },
  }
}
