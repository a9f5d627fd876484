// Loads a model file in a process of its own: native code that meets a broken file ends that process, not the server.
import { execFile } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Exit code of the trial when the runtime does not run at all: that says nothing about the model. */
export const NOT_THE_MODEL = 3

/** `undefined` when the model loads and generates; otherwise what llama.cpp, or its end, said about it. */
export function trial(path: string): Promise<string | undefined> {
  const program = fileURLToPath(new URL(`trial-run${extname(import.meta.url)}`, import.meta.url))
  return new Promise((resolve) => {
    const env = { ...process.env, GGML_NO_BACKTRACE: '1' }
    execFile(process.execPath, [program, path], { encoding: 'utf8', env }, (error, _stdout, stderr) => {
      if (!error || error.code === NOT_THE_MODEL) return resolve(undefined)
      const last = stderr.trim().split('\n').at(-1) ?? ''
      const assertion = /GGML_ASSERT\((.*)\) failed/.exec(stderr)?.[1]
      if (assertion !== undefined) return resolve(`its contents contradict each other: ${assertion}`)
      resolve(error.signal ? `loading it ends in ${error.signal}` : last.replace(/^llama\.cpp: /, ''))
    })
  })
}
