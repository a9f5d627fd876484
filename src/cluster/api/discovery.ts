// Which kinds of objects a server serves, each in the version that it prefers.
import type { KubeApi } from './kube-api.ts'
import type { Resource } from './object.ts'

/** One version of a group with all that is in it. */
export interface ServedVersion {
  readonly group: string
  readonly version: string
  readonly resources: readonly Resource[]
}

export interface Served {
  /** In the order in which the server prefers them, within each group. */
  readonly versions: readonly ServedVersion[]
  /** `group/version` of what could not be asked: an extension server that is down. */
  readonly failed: readonly string[]
}

interface Group {
  readonly name: string
  readonly versions: readonly { readonly groupVersion: string; readonly version: string }[]
}

interface ResourceEntry {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
  readonly verbs?: readonly string[]
}

/** Groups beyond Kubernetes' own, and of its own those that hold policies: the rest is known without asking. */
export async function discover(api: KubeApi, wanted: (group: string) => boolean): Promise<Served> {
  const { groups = [] } = (await api.read('/apis')) as { readonly groups?: readonly Group[] }
  const failed: string[] = []
  const asked = groups
    .filter(({ name }) => wanted(name))
    .flatMap(({ name, versions }) =>
      versions.map(async ({ groupVersion, version }): Promise<ServedVersion | undefined> => {
        try {
          const { resources = [] } = (await api.read(`/apis/${groupVersion}`)) as {
            readonly resources?: readonly ResourceEntry[]
          }
          const listed = resources.filter(({ name: plural, verbs }) => !plural.includes('/') && verbs?.includes('list'))
          return {
            group: name,
            version,
            resources: listed.map(({ name: plural, kind, namespaced }) => ({
              group: name,
              version,
              plural,
              kind,
              namespaced,
            })),
          }
        } catch {
          failed.push(groupVersion)
          return undefined
        }
      }),
    )
  const answers = await Promise.all(asked)
  return { versions: answers.filter((one) => one !== undefined), failed: failed.sort() }
}
