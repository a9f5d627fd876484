// Wall and CPU time by phase; CPU is that of every process which the sandbox's own process table shows.
import { readdirSync, readFileSync } from 'node:fs'
import type { Timing } from './report.ts'

const TICKS_PER_SECOND = 100

/** CPU milliseconds of all visible processes and their reaped children; own process only where /proc is not the sandbox's. */
function cpuMs(allProcesses: boolean): number {
  if (!allProcesses) {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
  let ticks = 0
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      // utime, stime, cutime, cstime: fields 14–17 of proc(5), of which the first two were cut off with the name.
      ticks += fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    } catch {
      // The process ended between the listing and the reading: its parent has its time.
    }
  }
  return (ticks / TICKS_PER_SECOND) * 1000
}

export interface Stopwatch {
  /** Runs one phase and keeps its times under its name; a name used twice adds up. */
  phase<T>(name: string, body: () => Promise<T> | T): Promise<T>
  readonly timings: Readonly<Record<string, Timing>>
}

/** `allProcesses`: true inside the sandbox, whose /proc shows its own processes only. */
export function startStopwatch(allProcesses: boolean): Stopwatch {
  const timings: Record<string, Timing> = {}
  return {
    timings,
    async phase(name, body) {
      const wall = performance.now()
      const cpu = cpuMs(allProcesses)
      try {
        return await body()
      } finally {
        const before = timings[name] ?? { wallMs: 0, cpuMs: 0 }
        timings[name] = {
          wallMs: round(before.wallMs + performance.now() - wall),
          cpuMs: round(before.cpuMs + cpuMs(allProcesses) - cpu),
        }
      }
    },
  }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10
}
