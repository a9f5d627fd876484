// Real processes inside pods.

/** The value is a shell command that runs in the pod, with `sh -c`. */
export const COMMAND_ANNOTATION = 'sandbox.modelmoat.dev/command'

export interface SpawnOptions {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** `pipe`: `stdin` of the result can be written. Absent: no input. */
  readonly stdin?: 'pipe'
  /** Called with each whole line of output, without its newline. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void
  /** Resident memory that the program may use, where this machine can limit it. */
  readonly memoryMiB?: number
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process group in a pod. Ends with the sandbox at the latest. */
export interface PodProcess {
  readonly pid: number
  readonly exited: Promise<Exit>
  /** The last 64 KiB of stdout and of stderr. */
  readonly stdout: string
  readonly stderr: string
  write(text: string): void
  /** SIGTERM, then SIGKILL for what is left of the group after a second. */
  stop(): Promise<Exit>
}
