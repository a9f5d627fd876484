// Short-lived tools of the machine: run one, feed it, take its words.
import { spawn } from 'node:child_process'

/** What a tool said and how it ended; `code` is -1 when it could not be started. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a tool to its end with `input` on stdin. Never throws: a tool that is not there has code -1 and says so. */
export async function run(command: readonly string[], input = ''): Promise<Ran> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { stdio: 'pipe' })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  // A tool that ends before it has read everything is judged by its exit code.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return await new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: -1, stdout, stderr: error.message }))
    child.on('close', (code, signal) => resolve({ code: code ?? (signal ? 137 : -1), stdout, stderr }))
  })
}

/** The machine did something else than the sandbox needs: a bug or a limit, never the user's input. */
export class SandboxError extends Error {
  override readonly name: string = 'SandboxError'
}

/** Runs a tool that must succeed. */
export async function must(command: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await run(command, input)
  if (code === 0) return stdout
  throw new SandboxError(`${command.slice(0, 3).join(' ')}: exit ${code}: ${stderr.trim() || stdout.trim()}`)
}
