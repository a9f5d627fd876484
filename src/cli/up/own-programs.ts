// The users' own programs: what the annotations of their pods say, started in them.
import { printable } from '../../diag/printable.ts'
import { type Pod, qualifiedName } from '../../policy/snapshot.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { COMMAND_ANNOTATION, type PodProcess } from '../../sandbox/workload.ts'

/** A program that runs away ends before the machine does; of each of its processes. */
const MEMORY_MIB = 4096

const LONGEST_WORDS = 100

export class OwnPrograms {
  readonly #failed: string[] = []

  private constructor() {}

  /** Starts every annotated pod's command; what becomes of them is theirs. */
  static async start(sandbox: Sandbox): Promise<OwnPrograms> {
    const programs = new OwnPrograms()
    const pods = sandbox.topology.pods.map(({ pod }) => pod).filter((pod) => pod.annotations.has(COMMAND_ANNOTATION))
    await Promise.all(
      pods.map(async (pod) => {
        const process = await sandbox.spawn(pod, ['sh', '-c', pod.annotations.get(COMMAND_ANNOTATION) ?? ''], {
          memoryMiB: MEMORY_MIB,
        })
        void programs.#await(pod, process)
      }),
    )
    return programs
  }

  async #await(pod: Pod, process: PodProcess): Promise<void> {
    const { code, signal } = await process.exited
    if (code === 0) return
    const words = printable(process.stderr.trim().split('\n').at(-1) ?? '').slice(0, LONGEST_WORDS)
    this.#failed.push(
      `the command of ${qualifiedName(pod)} ended with ${signal ?? code}${words === '' ? '' : `: ${words}`}`,
    )
  }

  /** One sentence for each program that has failed so far, in the order of their pods' names. */
  get failed(): readonly string[] {
    return this.#failed.toSorted()
  }
}
