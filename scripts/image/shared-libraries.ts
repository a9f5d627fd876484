// The shared libraries that programs of this machine need, found by asking the dynamic linker: what an image has to carry beside them.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Absolute paths in a line of `ldd`: behind the arrow, or alone where the linker itself is meant. */
const PATH = /(?:=> |^\s*)(\/\S+) \(0x/

/** Paths as the linker looks for them, each once; libraries below `beside` travel with the programs. Throws where one is missing. */
export function sharedLibraries(programs: readonly string[], beside: string): readonly string[] {
  const found = new Set<string>()
  for (const program of programs) {
    const told = execFileSync('ldd', [program], { encoding: 'utf8' })
    const missing = /^\s*(\S+) => not found/m.exec(told)
    if (missing) throw new Error(`${program} needs ${missing[1]}, which this machine does not have`)
    for (const line of told.split('\n')) {
      const path = PATH.exec(line)?.[1]
      if (path !== undefined && !path.startsWith(`${beside}/`)) found.add(path)
    }
  }
  return [...found].toSorted()
}

const ELF = Buffer.from([0x7f, 0x45, 0x4c, 0x46])

/** Every native library below a folder. */
export function nativeFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(?:node|so(?:\.\d+)*)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).subarray(0, 4).equals(ELF))
    .toSorted()
}
