// CPU time of child processes, in milliseconds, from the kernel's own account of this process.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** User and system time of all children that have ended; the kernel's unit is 10 ms, so measure many at once. */
function childrenCpu(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) * 10
}

/** Runs a command with text on its standard input; what it said when it fails. */
export function run(command: readonly string[], input = ''): string | undefined {
  const [program, ...rest] = command as [string, ...string[]]
  const { status, stderr } = spawnSync(program, rest, { input, encoding: 'utf8', maxBuffer: 2 ** 28 })
  return status === 0 ? undefined : stderr.trim() || `exit ${status}`
}

/** CPU milliseconds of children for one of `times` calls, the least of `rounds`. */
export function cpuOf(act: () => void, { times, rounds = 5 }: { times: number; rounds?: number }): number {
  let least = Infinity
  for (let round = 0; round < rounds; round++) {
    const before = childrenCpu()
    for (let i = 0; i < times; i++) act()
    least = Math.min(least, (childrenCpu() - before) / times)
  }
  return least
}

/** CPU milliseconds of this process for one of `times` calls, the least of `rounds`. */
export function ownCpuOf(act: () => void, { times, rounds = 5 }: { times: number; rounds?: number }): number {
  let least = Infinity
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    for (let i = 0; i < times; i++) act()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000 / times)
  }
  return least
}
