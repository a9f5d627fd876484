// No answer came from the server: what the system's error means, and what to do.
import { KubeError } from './kube-error.ts'

/** OpenSSL's words for certificates that do not convince; others begin with `ERR_TLS` or `ERR_SSL`. */
const TLS_CODES: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'EPROTO',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** Node's code of an error or of what caused it. */
export function errorCode(error: unknown): string | undefined {
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth++) {
    const { code } = one as NodeJS.ErrnoException
    if (typeof code === 'string') return code
  }
  return undefined
}

/** Nothing arrived, within the bound of milliseconds. */
export function silent({
  server,
  asked,
  after,
}: {
  readonly server: string
  readonly asked: string
  readonly after: number
}): KubeError {
  return new KubeError({
    severity: 'error',
    code: 'server-silent',
    message: `${server} sent nothing for ${after / 1000} s (${asked})`,
    help: 'see whether the server is overloaded or a firewall drops the connection',
  })
}

/** The error of a connection that failed or broke. */
export function unreachable(
  cause: unknown,
  { server, asked }: { readonly server: string; readonly asked: string },
): KubeError {
  const code = errorCode(cause) ?? ''
  const words = cause instanceof Error ? cause.message : String(cause)
  if (TLS_CODES.has(code) || code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL')) {
    return new KubeError(
      {
        severity: 'error',
        code: 'server-tls',
        message: `no trusted connection to ${server}: ${words}`,
        help: 'check `server`, `certificate-authority` and `tls-server-name` of the cluster in your kubeconfig',
      },
      { cause },
    )
  }
  return new KubeError(
    {
      severity: 'error',
      code: 'server-unreachable',
      message: `no answer from ${server} (${asked}): ${words === '' ? code : words}`,
      help: 'check that the cluster runs, that this machine can reach it, and that --context names the one you mean',
    },
    { cause },
  )
}
