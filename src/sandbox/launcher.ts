// Who started this program: npm, or a moat of an older Node. A launcher that is killed cannot pass anything on, so its end
// is watched for and is the program's end too.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

interface Ancestor {
  readonly pid: number
  readonly parent: number
  /** Clock ticks since boot: tells a process from a later one of the same number. */
  readonly started: string
  /** False for a zombie, which only waits for its own parent to notice. */
  readonly alive: boolean
  readonly name: string
  readonly command: readonly string[]
}

function look(pid: number): Ancestor | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const end = stat.lastIndexOf(')')
    const fields = stat.slice(end + 2).split(' ')
    return {
      pid,
      parent: Number(fields[1]),
      started: fields[19] ?? '',
      alive: fields[0] !== 'Z' && fields[0] !== 'X',
      name: stat.slice(stat.indexOf('(') + 1, end),
      command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'),
    }
  } catch {
    return undefined
  }
}

/** Ancestors that only serve to start the program: npm calls itself `npm …`, and another Node has a script of that name. */
function launchers(): Ancestor[] {
  const script = basename(process.argv[1] ?? '')
  const runsIt = ({ name, command }: Ancestor): boolean =>
    name === 'node' && script !== '' && command.some((argument) => basename(argument) === script)
  const found: Ancestor[] = []
  let at = look(process.ppid)
  for (let steps = 0; at && at.pid > 1 && steps < 16; steps++) {
    if (/^npm( |$)/.test(at.name) || runsIt(at)) found.push(at)
    at = look(at.parent)
  }
  return found
}

/** Calls `act` once when a launcher of this process has ended; returns what stops the watch. */
export function whenLauncherEnds(act: () => void): () => void {
  const watched = launchers()
  if (watched.length === 0) return () => {}
  const timer = setInterval(() => {
    const goes = watched.every(({ pid, started }) => {
      const now = look(pid)
      return now?.alive === true && now.started === started
    })
    if (goes) return
    clearInterval(timer)
    act()
  }, 250)
  timer.unref()
  return () => clearInterval(timer)
}
