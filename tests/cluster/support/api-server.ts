// Tests that need an API server: one of their own, of a real Kubernetes, without nodes. Where it cannot be had, they say so.
import { afterAll, beforeAll, describe, inject } from 'vitest'
import { ApiServer, type ApiServerOptions } from '../../../scripts/cluster/api-server.ts'

/** Why there is no API server here, or `undefined`. */
export const noApiServer: string | undefined = inject('noApiServer') || undefined

/** Inside of a `describe`: starts a server before its tests and stops it after them. Ask for it in tests and hooks only. */
export function apiServer(options: ApiServerOptions = {}): () => ApiServer {
  let server: ApiServer | undefined
  beforeAll(async () => {
    server = await ApiServer.started(options)
  })
  afterAll(async () => server?.stop())
  return () => {
    if (!server) throw new Error('the API server is there only in tests and in hooks')
    return server
  }
}

/** A `describe` whose tests share one server, skipped with the reason where there is none. */
export function describeWithApiServer(
  title: string,
  body: (server: () => ApiServer) => void,
  options: ApiServerOptions = {},
): void {
  const lacks = noApiServer === undefined ? '' : ` [needs an API server: ${noApiServer}]`
  describe.skipIf(lacks !== '')(`${title}${lacks}`, () => {
    body(apiServer(options))
  })
}
