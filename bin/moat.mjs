#!/usr/bin/env node
// Starts the command line: on the pinned Node of the checkout where the running one is too old to read TypeScript.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major > 22 || (major === 22 && minor >= 19)) {
  // Beside the packages, so that nothing is left in a temporary folder; where that cannot be written, there is no cache.
  module.enableCompileCache?.(join(root, 'node_modules/.cache/modelmoat'))
  const source = join(root, 'src/cli/main.ts')
  await import(existsSync(source) ? source : join(root, 'dist/cli/moat.js'))
} else {
  const pinned = join(root, 'node_modules/.bin/node')
  if (!existsSync(pinned)) {
    process.stderr.write(`error: moat needs Node 22.19 or newer, this is ${process.version} [node-version]\n`)
    process.exit(3)
  }
  const { status, signal } = spawnSync(pinned, process.argv.slice(1), { stdio: 'inherit' })
  process.exit(signal ? 70 : (status ?? 70))
}
