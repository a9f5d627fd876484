// The product's own client for the length of one test body.
import { connect } from '../../../src/cluster/api/connect.ts'
import type { KubeApi } from '../../../src/cluster/api/kube-api.ts'

/** Connects, runs the body, and ends all streams however it ends. */
export async function usingApi<T>(kubeconfig: string, body: (api: KubeApi) => Promise<T>): Promise<T> {
  const api = await connect({ kubeconfig })
  try {
    return await body(api)
  } finally {
    api.close()
  }
}
