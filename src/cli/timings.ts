// Where the time of one run goes: wall and CPU by phase, for `--timings`.

/** In the order in which they are printed. */
const PHASES = ['read', 'parse', 'decode', 'classes', 'reachability', 'edit', 'render'] as const

/**
 * `read`: files, git, kustomize and helm. `parse`: text to a tree. `decode`: the tree to a Snapshot. `classes`: endpoints
 * that no policy can tell apart. `reachability`: the answers. `edit`: the smallest edit,
 * with what it reads and asks again. `render`: answers to text.
 */
export type Phase = (typeof PHASES)[number]

interface Spent {
  readonly wallMs: number
  readonly cpuMs: number
}

const spent = new Map<Phase, Spent>()
let measuring = false

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/**
 * Runs a piece of work and adds its time to the phase; of a promise the time until it is settled. Phases do not nest. Costs
 * nothing unless times are asked for.
 */
export function timed<T>(phase: Phase, body: () => T): T {
  if (!measuring) return body()
  const wall = performance.now()
  const cpu = cpuMs()
  const stop = () => {
    const before = spent.get(phase) ?? { wallMs: 0, cpuMs: 0 }
    spent.set(phase, {
      wallMs: before.wallMs + performance.now() - wall,
      cpuMs: before.cpuMs + cpuMs() - cpu,
    })
  }
  let result: T | undefined
  try {
    result = body()
    return result
  } finally {
    if (result instanceof Promise) void result.then(stop, stop)
    else stop()
  }
}

/** One line for each phase that took place, then what is in none of them (starting, printing), then all since the start. */
export function timingLines(): string[] {
  const total = { wallMs: performance.now(), cpuMs: cpuMs() }
  const phases = PHASES.flatMap((phase) => {
    const time = spent.get(phase)
    return time ? [[phase, time] as const] : []
  })
  const sum = (pick: (time: Spent) => number) => phases.reduce((all, [, time]) => all + pick(time), 0)
  const rest = {
    wallMs: Math.max(0, total.wallMs - sum(({ wallMs }) => wallMs)),
    cpuMs: Math.max(0, total.cpuMs - sum(({ cpuMs }) => cpuMs)),
  }
  return [
    `${'timings, ms'.padEnd(14)}${'wall'.padStart(10)}${'cpu'.padStart(10)}`,
    ...[...phases, ['other', rest] as const, ['total', total] as const].map(
      ([name, { wallMs, cpuMs }]) =>
        `${name.padEnd(14)}${wallMs.toFixed(1).padStart(10)}${cpuMs.toFixed(1).padStart(10)}`,
    ),
  ]
}

/** From here on times are taken. */
export function startTimings(): void {
  measuring = true
}

/** Takes times, and has them written to stderr when the process ends, after all output. */
export function printTimingsAtExit(): void {
  if (measuring) return
  startTimings()
  process.once('exit', () => process.stderr.write(`${timingLines().join('\n')}\n`))
}
