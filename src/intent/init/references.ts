// Who speaks of a Service: in the arguments and variables of its containers, and in the ConfigMaps that they use.
import { type Service } from '../../policy/snapshot.ts'
import type { Subject } from './subjects.ts'

/** Text that workloads may take from elsewhere, by `namespace/name` of a ConfigMap. */
export type ConfigTexts = ReadonlyMap<string, string>

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}

/**
 * What a Service is called by: `name.namespace…` from everywhere; its bare name only in its own namespace, and only where
 * it stands as a host: alone, behind `//` or `@`, or before a port.
 */
function callsOf(service: Service, from: string): RegExp {
  const name = escaped(service.name)
  const full = `(?<![\\w-])(?:[\\w-]+\\.)?${name}\\.${escaped(service.namespace)}(?![\\w-])`
  if (from !== service.namespace) return new RegExp(full, 'm')
  const bare = `^\\s*${name}\\s*$|(?:\\/\\/|@)${name}(?![\\w.-])|(?<![\\w.-])${name}:\\d`
  return new RegExp(`${full}|${bare}`, 'm')
}

/** Where a subject speaks of the Service, in words; `undefined` where it does not. */
export function referenceTo(service: Service, subject: Subject, configs: ConfigTexts): string | undefined {
  const calls = callsOf(service, subject.namespace)
  for (const { words, env, configMaps } of subject.programs) {
    for (const [name, value] of env) if (calls.test(value)) return `its variable ${name}`
    if (words.some((word) => calls.test(word))) return 'its arguments'
    for (const name of configMaps) {
      if (calls.test(configs.get(`${subject.namespace}/${name}`) ?? '')) return `its ConfigMap ${name}`
    }
  }
  return undefined
}
