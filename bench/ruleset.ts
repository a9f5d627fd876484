// What loading, replacing and changing a ruleset costs, as ratios: `npx node bench/ruleset.ts`. It works in namespaces of
// its own: real root's where it is root, and a user's.
import { spawnSync } from 'node:child_process'
import { chunks, withTable } from '../src/nft/chunk.ts'
import { compileRuleset } from '../src/nft/compile.ts'
import { increment } from '../src/nft/increment.ts'
import { printRuleset } from '../src/nft/print.ts'
import type { NetworkPolicy } from '../src/policy/network-policy.ts'
import type { Pod, Snapshot } from '../src/policy/snapshot.ts'
import { cpuOf, ownCpuOf, run } from './children.ts'
import { type ClusterSize, largeCluster } from './clusters.ts'

const SIZES: readonly ClusterSize[] = [
  { pods: 100, policies: 200 },
  { pods: 500, policies: 1000 },
]
const NFT = ['nft', '-f', '-']

function nft(text: string): void {
  const said = run(NFT, text)
  if (said !== undefined) throw new Error(said)
}

/** Snapshots one edit away, by what the edit is. */
function edits(snapshot: Snapshot): readonly (readonly [string, Snapshot])[] {
  const [pod, ...pods] = snapshot.pods as [Pod, ...Pod[]]
  const [policy, ...policies] = snapshot.networkPolicies as [NetworkPolicy, ...NetworkPolicy[]]
  const relabelled = { ...pod, labels: new Map([...pod.labels, ['app', 'other']]) }
  const port = { kind: 'range', protocol: 'TCP', first: 4444, last: 4444 } as const
  const opened = [...(policy.ingress ?? policy.egress ?? []), { peers: 'any', ports: [port] } as const]
  const widened = { ...policy, ...(policy.ingress ? { ingress: opened } : { egress: opened }) }
  return [
    ['a pod relabelled', { ...snapshot, pods: [relabelled, ...pods] }],
    ['a pod gone', { ...snapshot, pods }],
    ['a rule more', { ...snapshot, networkPolicies: [widened, ...policies] }],
    ['a policy gone', { ...snapshot, networkPolicies: policies }],
  ]
}

function row(name: string, ms: number, ratio: string): void {
  process.stdout.write(`  ${name.padEnd(44)} ${ms.toFixed(1).padStart(8)} ms cpu  ${ratio}\n`)
}

function against(ms: number, base: number, name: string): string {
  return `${(ms / base).toFixed(2)} × ${name}`
}

function measure(size: ClusterSize, who: string): void {
  const snapshot = largeCluster(size)
  const ruleset = compileRuleset(snapshot)
  const text = printRuleset(ruleset)
  const kilobytes = Math.round(text.length / 1000)
  process.stdout.write(
    `${who}, ${size.pods} pods, ${size.policies} policies: ${kilobytes} kB, ${ruleset.table.chains.size} chains\n`,
  )
  const times = size.pods > 200 ? 2 : 12
  const drop = 'add table inet moat\ndelete table inet moat\n'

  const start = cpuOf(() => nft('add table inet moat\n'), { times: 40 })
  row('nft itself (a table without rules)', start, '')
  const compile = ownCpuOf(() => compileRuleset(snapshot), { times })
  const said = run(NFT, text)
  const both = said === undefined ? cpuOf(() => (nft(text), nft(drop)), { times }) : Infinity
  const replace = said === undefined ? cpuOf(() => nft(text), { times }) : Infinity
  if (said === undefined) {
    row('load (and remove)', both, against(both, start, 'nft itself'))
    row('replace', replace, against(replace, both, 'load'))
  } else process.stdout.write(`  one transaction: ${said.split('\n')[0]}\n`)

  nft(drop)
  let name = 'moat-b'
  const inChunks = cpuOf(
    () => {
      const replaces = name
      name = name === 'moat' ? 'moat-b' : 'moat'
      for (const chunk of chunks(withTable(ruleset, name), { replaces })) nft(chunk)
    },
    { times },
  )
  const number = chunks(ruleset).length
  const base = said === undefined ? replace : inChunks
  row(`replace in ${number} chunks`, inChunks, said === undefined ? against(inChunks, replace, 'replace') : '')
  const baseName = said === undefined ? 'replace' : 'replace in chunks'

  for (const [edit, next] of edits(snapshot)) {
    const forward = increment(withTable(ruleset, name), withTable(compileRuleset(next), name))
    const back = increment(forward.ruleset, withTable(ruleset, name))
    const ms = cpuOf(() => (nft(forward.text), nft(back.text)), { times: times * 3 }) / 2
    row(`increment: ${edit} (and back)`, ms, `${against(ms, base, baseName)}, ${forward.text.length} B`)
  }
  row('compile', compile, against(compile, base, baseName))
  const next = compileRuleset((edits(snapshot)[0] as readonly [string, Snapshot])[1])
  const diff = ownCpuOf(() => increment(ruleset, next), { times })
  row('compute an increment', diff, against(diff, base, baseName))
  nft(`add table inet ${name}\ndelete table inet ${name}\n`)
}

function enter(flags: readonly string[], who: string): void {
  const self = [process.execPath, ...process.execArgv, import.meta.filename]
  spawnSync('unshare', [...flags, ...self], { stdio: 'inherit', env: { ...process.env, MOAT_BENCH_AS: who } })
}

const who = process.env['MOAT_BENCH_AS']
if (who !== undefined) for (const size of SIZES) measure(size, who)
else {
  if (process.getuid?.() === 0) enter(['-nm'], 'root')
  enter(['-Unm', '--map-current-user', '--keep-caps'], 'a user')
}
