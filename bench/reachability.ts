// The whole answer of large clusters of running pods, to JSON.parse of the same objects: CPU time, memory and growth.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createEngine } from '../src/engine/engine.ts'
import { CONFORMANCE } from '../src/engine/profile.ts'
import { parse } from '../src/parse/parse.ts'
import type { Snapshot } from '../src/policy/snapshot.ts'
import { benchObjects } from './manifests.ts'

/** Pods of a workload; two workloads to a policy. */
const REPLICAS = 5
const SIZES = [2_500, 5_000, 10_000, 20_000]
const ROUNDS = 2

interface Measured {
  readonly json: number
  readonly engine: number
  readonly whole: number
  /** Every block's lists of groups read. */
  readonly lists: number
  readonly groups: number
  readonly blocks: number
  /** Most memory of the process so far, in megabytes: before, with the snapshot and its objects, and at the end. */
  readonly memory: readonly [number, number]
}

/** Milliseconds of CPU time. */
function cpu<T>(act: () => T): [T, number] {
  const before = process.cpuUsage()
  const result = act()
  const { user, system } = process.cpuUsage(before)
  return [result, (user + system) / 1000]
}

/** Read in portions, for the tree that the parser keeps of one text is large. */
function snapshotOf(objects: readonly unknown[]): Snapshot {
  const read = (items: readonly unknown[]): Snapshot =>
    parse([{ name: 'bench.json', text: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) }]).snapshot
  const namespaces = objects.filter((one) => (one as { kind: string }).kind === 'Namespace')
  const rest = objects.slice(namespaces.length)
  const first = read(namespaces)
  const parts = Array.from({ length: Math.ceil(rest.length / 2000) }, (_, i) =>
    read(rest.slice(i * 2000, i * 2000 + 2000)),
  )
  return {
    ...first,
    pods: parts.flatMap(({ pods }) => pods),
    workloads: parts.flatMap(({ workloads }) => workloads),
    networkPolicies: parts.flatMap(({ networkPolicies }) => networkPolicies),
  }
}

function memory(): number {
  return process.resourceUsage().maxRSS / 1024
}

/** The text of a cluster, and the cluster: all else that was needed to make them can be forgotten. */
function made(workloads: number, unique: boolean): { text: string; snapshot: Snapshot } {
  const objects = benchObjects({ workloads, replicas: REPLICAS, unique })
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
  return { text, snapshot: snapshotOf(objects) }
}

function measure(workloads: number, unique: boolean): Measured {
  const { text, snapshot } = made(workloads, unique)
  globalThis.gc?.()
  const before = memory()
  const [, json] = cpu(() => JSON.parse(text) as unknown)
  globalThis.gc?.()
  const [one, engine] = cpu(() => createEngine(snapshot, CONFORMANCE))
  const [{ groups, blocks }, whole] = cpu(() => one.reachability())
  const [, lists] = cpu(() => blocks.reduce((sum, block) => sum + block.sources.length + block.destinations.length, 0))
  return { json, engine, whole, lists, groups: groups.length, blocks: blocks.length, memory: [before, memory()] }
}

/** In a process of its own, so that no compiled code and no garbage of another size helps or hinders. */
function measureApart(workloads: number, unique: boolean): Measured {
  const args = ['--expose-gc', fileURLToPath(import.meta.url), `${workloads}`, unique ? 'unique' : 'shared']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as Measured
}

const [only, kind] = process.argv.slice(2)
if (only !== undefined) process.stdout.write(JSON.stringify(measure(Number(only), kind === 'unique')))
else {
  for (const unique of [false, true]) {
    process.stdout.write(unique ? 'every pod with a label of its own that a policy asks for\n' : 'pods of workloads\n')
    process.stdout.write(
      'pods/policies | groups | blocks | JSON.parse | engine made | whole answer | lists read | : JSON.parse | memory\n',
    )
    const growth: (readonly [number, number])[] = []
    for (const workloads of SIZES) {
      const rounds = Array.from({ length: ROUNDS }, () => measureApart(workloads, unique))
      const least = (of: (one: Measured) => number): number => Math.min(...rounds.map(of))
      const [json, together] = [least((one) => one.json), least(({ engine, whole }) => engine + whole)]
      const { groups, blocks } = rounds[0] as Measured
      const [engine, whole, lists] = [least((one) => one.engine), least((one) => one.whole), least((one) => one.lists)]
      const peak = Math.max(...rounds.map((one) => one.memory[1]))
      const inMs = [json, engine, whole, lists].map((ms) => `${ms.toFixed(0)} ms`).join(' | ')
      process.stdout.write(
        `${workloads * REPLICAS}/${workloads / 2} | ${groups} | ${blocks} | ${inMs} | ${(together / json).toFixed(2)} | ${peak.toFixed(0)} MB\n`,
      )
      growth.push([workloads, together])
    }
    const [first, last] = [growth[0]!, growth.at(-1)!]
    const exponent = Math.log(last[1] / first[1]) / Math.log(last[0] / first[0])
    process.stdout.write(`grows with the power ${exponent.toFixed(2)}\n`)
  }
}
