// The engine on growing clusters: CPU time of each step as a ratio to JSON.parse of the same objects.
import { createEngine } from '../src/engine/engine.ts'
import { podEndpoint } from '../src/engine/endpoint.ts'
import { CONFORMANCE } from '../src/engine/profile.ts'
import { parse } from '../src/parse/parse.ts'
import { podsOf } from '../src/policy/endpoints.ts'
import { benchManifests } from './manifests.ts'

/** Milliseconds of CPU time. */
function cpu<T>(act: () => T): [T, number] {
  const before = process.cpuUsage()
  const result = act()
  const { user, system } = process.cpuUsage(before)
  return [result, (user + system) / 1000]
}

function measure(workloads: number): number[] {
  const text = benchManifests(workloads)
  const [, json] = cpu(() => JSON.parse(text) as unknown)
  const [{ snapshot }, read] = cpu(() => parse([{ name: 'bench.json', text }]))
  const [engine, create] = cpu(() => createEngine(snapshot, CONFORMANCE))
  const [, whole] = cpu(() => engine.reachability())
  const [, pairs] = cpu(() => {
    const ends = podsOf(snapshot, 1).map(podEndpoint)
    for (const source of ends) for (const destination of ends) engine.reach(source, destination, 4)
  })
  return [json, read, create, whole, pairs]
}

/** Sizes and milliseconds of the whole answer; the exponent of its growth is the slope between the ends, in logarithms. */
const growth: (readonly [number, number])[] = []

measure(100)
process.stdout.write('workloads/policies   JSON.parse   parse   engine   whole answer   all pairs of pods\n')
for (const workloads of [200, 500, 1000, 2000]) {
  const rounds = Array.from({ length: 3 }, () => measure(workloads))
  const [json = 1, read, create, whole = 0, pairs] = rounds[0]!.map((_, i) =>
    Math.min(...rounds.map((round) => round[i] as number)),
  )
  growth.push([workloads, whole])
  const ratio = (ms: number | undefined): string => (ms! / json).toFixed(1)
  const all = `${ratio(pairs)} (${((pairs! * 1e6) / workloads ** 2).toFixed(0)} ns a pair)`
  process.stdout.write(
    `${workloads}/${workloads / 2}   ${json.toFixed(1)} ms   ${ratio(read)}   ${ratio(create)}   ${ratio(whole)}   ${all}\n`,
  )
}
const [first, last] = [growth[0]!, growth.at(-1)!]
const exponent = Math.log(last[1] / first[1]) / Math.log(last[0] / first[0])
process.stdout.write(`the whole answer grows with the power ${exponent.toFixed(2)} of the workloads\n`)
