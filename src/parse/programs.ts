// What containers run: image, words, environment. What is not as it should be is left out without a word, since no verdict
// hangs on it.
import type { Program } from '../policy/snapshot.ts'
import type { MappingNode, Node } from './node.ts'
import type { Value } from './report.ts'

/** One for each container that is a mapping. */
export function programsOf(spec: Value<MappingNode>, containers: readonly Value[]): Program[] {
  const mounted = configMapVolumes(spec.node)
  return containers.flatMap(({ node }) => (node.kind === 'mapping' ? [programOf(node, mounted)] : []))
}

function child(node: Node | undefined, name: string): Node | undefined {
  return node?.kind === 'mapping' ? node.entries.get(name)?.value : undefined
}

function listed(node: Node | undefined): readonly Node[] {
  return node?.kind === 'list' ? node.items : []
}

function text(node: Node | undefined): string | undefined {
  return node?.kind === 'string' ? node.value : undefined
}

function programOf(container: MappingNode, mounted: ReadonlyMap<string, readonly string[]>): Program {
  const words = ['command', 'args'].flatMap((name) =>
    listed(child(container, name)).flatMap((item) => text(item) ?? []),
  )
  const env = new Map<string, string>()
  const configMaps = new Set<string>()
  for (const variable of listed(child(container, 'env'))) {
    const [name, value] = [text(child(variable, 'name')), text(child(variable, 'value'))]
    if (name !== undefined && value !== undefined) env.set(name, value)
    const from = text(child(child(child(variable, 'valueFrom'), 'configMapKeyRef'), 'name'))
    if (from !== undefined) configMaps.add(from)
  }
  for (const source of listed(child(container, 'envFrom'))) {
    const from = text(child(child(source, 'configMapRef'), 'name'))
    if (from !== undefined) configMaps.add(from)
  }
  for (const mount of listed(child(container, 'volumeMounts'))) {
    for (const name of mounted.get(text(child(mount, 'name')) ?? '') ?? []) configMaps.add(name)
  }
  return { image: text(child(container, 'image')) ?? '', words, env, configMaps: [...configMaps] }
}

/** Volume name -> ConfigMaps in it. */
function configMapVolumes(spec: MappingNode): Map<string, readonly string[]> {
  const volumes = new Map<string, readonly string[]>()
  for (const volume of listed(child(spec, 'volumes'))) {
    const projected = listed(child(child(volume, 'projected'), 'sources')).map((source) => child(source, 'configMap'))
    const names = [child(volume, 'configMap'), ...projected].flatMap((source) => text(child(source, 'name')) ?? [])
    const name = text(child(volume, 'name'))
    if (name !== undefined && names.length > 0) volumes.set(name, names)
  }
  return volumes
}
