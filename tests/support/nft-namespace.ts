// Runs nft on the real kernel, in a user and network namespace of its own that ends with the script.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One step: load a text, or list the table of a name. */
export type NftStep = { readonly load: string } | { readonly check: string } | { readonly list: string }

/** Runs the steps in order and gives the listings; throws at the first that nft refuses, with what it said. */
export function runNft(steps: readonly NftStep[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'moat-nft-'))
  try {
    const script = steps.map((step, i) => {
      const file = join(folder, `${i}`)
      if ('list' in step) return `nft list table inet ${step.list} > ${file} || exit 1`
      writeFileSync(file, 'load' in step ? step.load : step.check)
      return `nft ${'check' in step ? '-c ' : ''}-f ${file} || exit 1`
    })
    writeFileSync(join(folder, 'script'), script.join('\n'))
    const inside = ['-Unm', '--map-current-user', '--keep-caps', 'sh', join(folder, 'script')]
    const { status, stderr } = spawnSync('unshare', inside, { encoding: 'utf8', maxBuffer: 2 ** 26 })
    if (status !== 0) throw new Error(`nft refused: ${stderr.slice(0, 4_000)}`)
    return steps.flatMap((step, i) => ('list' in step ? [readFileSync(join(folder, `${i}`), 'utf8')] : []))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
