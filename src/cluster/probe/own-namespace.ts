// Namespaces that Moat makes for a while: whose they are, that somebody still works in them, and that they go away again.
import { setTimeout as pause } from 'node:timers/promises'
import type { KubeApi } from '../api/kube-api.ts'
import { KubeError } from '../api/kube-error.ts'
import type { KubeObject, ObjectRef } from '../api/object.ts'
import { NAMESPACES } from '../api/resources.ts'

/** What a namespace of ours is for; the value of its label `modelmoat.dev/purpose`. */
export type Purpose = 'stage' | 'canary'

export const PURPOSE_LABEL = 'modelmoat.dev/purpose'
/** Which namespaces were made together; the value names the first of them. */
export const RUN_LABEL = 'modelmoat.dev/run'
/** Changes as long as the run that made the namespace lives. */
const ALIVE = 'modelmoat.dev/alive'
/** RFC 3339: from then on the namespace is a leftover, whatever else it says. */
const EXPIRES = 'modelmoat.dev/expires'

/** How often a run says that it lives, milliseconds; silence of twice that is the end of it. */
const HEARTBEAT = 4000
/** Milliseconds between looks at a namespace that is to end. */
const LOOK = 500

export interface OwnNamespace {
  readonly name: string
  readonly purpose: Purpose
  readonly run: string
  /** Further labels: what policies of the run select it by. */
  readonly labels?: Readonly<Record<string, string>>
  /** Milliseconds from now on; the heartbeat moves it on. */
  readonly lifetime: number
}

function manifest({ name, purpose, run, labels, lifetime }: OwnNamespace): KubeObject {
  const now = Date.now()
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        ...labels,
        'app.kubernetes.io/managed-by': 'modelmoat',
        'pod-security.kubernetes.io/enforce': 'restricted',
        [PURPOSE_LABEL]: purpose,
        [RUN_LABEL]: run,
      },
      annotations: {
        [ALIVE]: new Date(now).toISOString(),
        [EXPIRES]: new Date(now + lifetime).toISOString(),
      },
    },
  }
}

const refTo = (name: string): ObjectRef => ({ resource: NAMESPACES, name })

function isOurs({ metadata }: KubeObject, purpose: Purpose): boolean {
  return metadata.labels?.[PURPOSE_LABEL] === purpose
}

function foreign(name: string): KubeError {
  return new KubeError({
    severity: 'error',
    code: 'stage-namespace-foreign',
    message: `namespace \`${name}\` exists and was not made by moat: nothing in it was touched`,
    help: 'name another with --staging-namespace, or delete that one yourself',
  })
}

function inUse(name: string): KubeError {
  return new KubeError({
    severity: 'error',
    code: 'stage-namespace-in-use',
    message: `another moat works in namespace \`${name}\` at this moment`,
    help: 'wait until it is done, or name another with --staging-namespace',
  })
}

/** Removes namespaces and waits until they are gone, two minutes at most. */
export async function removeNamespaces(api: KubeApi, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => api.remove(refTo(name), { propagation: 'Background' })))
  const until = performance.now() + 120_000
  for (const name of names) {
    for (;;) {
      const left = await api.get(refTo(name))
      if (left === undefined) break
      if (performance.now() > until) throw stuck(name, left)
      await pause(LOOK)
    }
  }
}

function stuck(name: string, left: KubeObject): KubeError {
  const { conditions = [] } = (left['status'] ?? {}) as {
    readonly conditions?: readonly { readonly status?: string; readonly message?: string }[]
  }
  const notes = conditions.flatMap(({ status, message }) => (status === 'True' && message ? [{ message }] : []))
  return new KubeError({
    severity: 'error',
    code: 'stage-namespace-stuck',
    message: `namespace \`${name}\` was deleted and does not end`,
    ...(notes.length > 0 && { notes }),
    help: `look at what holds it: kubectl get namespace ${name} -o yaml`,
  })
}

/** True where nobody says that he lives: the sign of life does not change while we look, whatever the clocks say. */
async function isLeftover(api: KubeApi, found: KubeObject, signal?: AbortSignal): Promise<boolean> {
  const alive = (one: KubeObject | undefined): string | undefined => one?.metadata.annotations?.[ALIVE]
  if (found.metadata.deletionTimestamp !== undefined) return true
  const until = performance.now() + 2 * HEARTBEAT
  while (performance.now() < until) {
    await pause(LOOK, undefined, signal && { signal })
    const now = await api.get(refTo(found.metadata.name))
    if (now === undefined) return true
    if (alive(now) !== alive(found)) return false
  }
  return true
}

/**
 * Namespaces of one run, empty and alive until `release`. What a killed run left under these names is removed first; one that
 * somebody else made, or in which another run is at work, is refused and not touched.
 */
export async function claimNamespaces(
  api: KubeApi,
  wanted: readonly OwnNamespace[],
  signal?: AbortSignal,
): Promise<{ readonly release: () => Promise<void> }> {
  const found = await Promise.all(wanted.map(({ name }) => api.get(refTo(name))))
  const there = found.filter((one) => one !== undefined)
  wanted.forEach(({ name, purpose }, n) => {
    const one = found[n]
    if (one && !isOurs(one, purpose)) throw foreign(name)
  })
  const left = await Promise.all(there.map((one) => isLeftover(api, one, signal)))
  there.forEach(({ metadata }, n) => {
    if (left[n] !== true) throw inUse(metadata.name)
  })
  await removeNamespaces(
    api,
    there.map(({ metadata }) => metadata.name),
  )
  const made: { readonly wanted: OwnNamespace; readonly uid: string | undefined }[] = []
  const remove = (): Promise<void> =>
    removeNamespaces(
      api,
      made.map((one) => one.wanted.name),
    )
  try {
    for (const one of wanted) {
      signal?.throwIfAborted()
      const { metadata } = await api.create(NAMESPACES, manifest(one))
      made.push({ wanted: one, uid: metadata.uid })
    }
  } catch (error) {
    await remove()
    throw error
  }
  // With its uid an apply is refused where that very namespace is gone, so that no late beat makes it anew.
  const renew = async ({ wanted: one, uid }: (typeof made)[number]): Promise<void> => {
    const { metadata, ...rest } = manifest(one)
    const object = { ...rest, metadata: { ...metadata, ...(uid !== undefined && { uid }) } }
    // A beat that is lost does no harm: silence for two of them does, and then the run is as good as dead.
    await api.apply(NAMESPACES, object, { force: true }).catch(() => undefined)
  }
  let beating: Promise<unknown> = Promise.resolve()
  const beat = setInterval(() => {
    beating = Promise.all([beating, ...made.map(renew)])
  }, HEARTBEAT)
  beat.unref()
  return {
    release: async () => {
      clearInterval(beat)
      await beating
      await remove()
    },
  }
}

/** What runs that were killed left behind: of one run where nobody says that he lives, else what is past its time. Returns their names. */
export async function removeLeftovers(
  api: KubeApi,
  { purpose, run }: { readonly purpose: Purpose; readonly run?: string },
): Promise<readonly string[]> {
  const selector = `${PURPOSE_LABEL}=${purpose}${run === undefined ? '' : `,${RUN_LABEL}=${run}`}`
  const { items } = await api.list(NAMESPACES, { labelSelector: selector })
  const isOver = ({ metadata }: KubeObject): boolean => Date.parse(metadata.annotations?.[EXPIRES] ?? '') < Date.now()
  const left = await Promise.all(
    items.map(async (one) => isOver(one) || (run !== undefined && (await isLeftover(api, one)))),
  )
  const used = items.find((_, n) => left[n] !== true)
  if (run !== undefined && used) throw inUse(used.metadata.name)
  const names = items.filter((_, n) => left[n] === true).map(({ metadata }) => metadata.name)
  await removeNamespaces(api, names)
  return names
}
