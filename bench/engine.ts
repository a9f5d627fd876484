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
  const [, pairs] = cpu(() => {
    const ends = podsOf(snapshot, 1).map(podEndpoint)
    for (const source of ends) for (const destination of ends) engine.reach(source, destination, 4)
  })
  return [json, read, create, pairs]
}

measure(100)
process.stdout.write('workloads/policies   JSON.parse   parse   engine   all pairs of pods\n')
for (const workloads of [200, 500, 1000, 2000]) {
  const rounds = Array.from({ length: 3 }, () => measure(workloads))
  const [json = 1, read, create, pairs] = rounds[0]!.map((_, i) =>
    Math.min(...rounds.map((round) => round[i] as number)),
  )
  const ratio = (ms: number | undefined): string => (ms! / json).toFixed(1)
  const all = `${ratio(pairs)} (${((pairs! * 1e6) / workloads ** 2).toFixed(0)} ns a pair)`
  process.stdout.write(
    `${workloads}/${workloads / 2}   ${json.toFixed(1)} ms   ${ratio(read)}   ${ratio(create)}   ${all}\n`,
  )
}
