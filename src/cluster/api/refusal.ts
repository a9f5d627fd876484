// An answer of the server that is no success -> the error that says what it means and what to do.
import type { Diagnostic } from '../../diag/diagnostic.ts'
import { KubeError, type FieldConflict } from './kube-error.ts'
import { refusedRight, rightHelp, rightWords } from './rbac-rule.ts'

/** The server's Status object, as far as it is read. */
interface Status {
  readonly message?: string
  readonly reason?: string
  readonly code?: number
  readonly details?: {
    readonly retryAfterSeconds?: number
    readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[]
  }
}

export interface Answer {
  /** HTTP status. */
  readonly status: number
  /** The body, JSON or not. */
  readonly text: string
  /** What was asked, for the message: `list networkpolicies.networking.k8s.io`. */
  readonly asked: string
}

/** The Status object of a body; a body that is none gives its first line as the message. */
export function readStatus(text: string): Status {
  try {
    const value = JSON.parse(text) as unknown
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // No JSON: a proxy or the server's plain-text answer.
  }
  const line = text.trim().split('\n')[0] ?? ''
  return line === '' ? {} : { message: line.slice(0, 300) }
}

export function refusal({ status, text, asked }: Answer): KubeError {
  const said = readStatus(text)
  const conflicts = conflictsOf(said)
  const message = said.message ?? `the server answered ${asked} with status ${status}`
  return new KubeError(
    { severity: 'error', ...meaning({ status, asked, message, reason: said.reason, conflicts }) },
    { status, conflicts, ...(said.reason !== undefined && { reason: said.reason }) },
  )
}

/** Who holds what: the causes of a refused apply. */
function conflictsOf({ details }: Status): readonly FieldConflict[] {
  return (details?.causes ?? []).flatMap(({ reason, message = '', field = '' }) =>
    reason === 'FieldManagerConflict' ? [{ manager: /"((?:[^"\\]|\\.)*)"/.exec(message)?.[1] ?? message, field }] : [],
  )
}

interface Facts {
  readonly status: number
  readonly asked: string
  readonly message: string
  readonly reason: string | undefined
  readonly conflicts: readonly FieldConflict[]
}

type Meaning = Omit<Diagnostic, 'severity'>

function meaning(facts: Facts): Meaning {
  const { status, asked, message } = facts
  switch (status) {
    case 401:
      return {
        code: 'credentials-refused',
        message: `the server does not know who asks (${asked}): ${message}`,
        help: 'log in again, or choose another user with --context',
      }
    case 403:
      return forbidden(facts)
    case 404:
      return notFound(facts)
    case 409:
      return conflict(facts)
    case 410:
      return {
        code: 'version-expired',
        message: `the server no longer has the version from which ${asked} was to go on`,
        help: 'list again and go on from there',
      }
    case 413:
    case 415:
    case 400:
    case 422:
      return { code: 'object-refused', message: `the server takes the object for wrong (${asked}): ${message}` }
    case 429:
      return {
        code: 'server-busy',
        message: `the server has too much to do (${asked}): ${message}`,
        help: 'try again later',
      }
    default:
      return {
        code: 'server-failed',
        message: `the server failed with status ${status} (${asked}): ${message}`,
        help: 'look at the logs of the API server, its webhooks and etcd',
      }
  }
}

/** 403 is said by four different guards: rights, namespaces that end, quota, and admission. */
function forbidden({ asked, message }: Facts): Meaning {
  const right = refusedRight(message)
  if (right) {
    return {
      code: 'forbidden',
      message: `you may not ${rightWords(right)}`,
      notes: [{ message }],
      help: rightHelp(right),
    }
  }
  if (/because it is being terminated/.test(message)) {
    return {
      code: 'namespace-terminating',
      message,
      help: 'wait until the namespace is gone, or see what holds it: kubectl get namespace NAME -o yaml',
    }
  }
  if (/exceeded quota|must specify/.test(message)) {
    return {
      code: 'quota-exceeded',
      message,
      help: 'raise the quota of the namespace or ask for less: kubectl describe quota',
    }
  }
  if (/ cannot /.test(message))
    return {
      code: 'forbidden',
      message,
      help: 'ask for the rights that the command needs, or choose another user with --context',
    }
  return { code: 'admission-refused', message: `the cluster's admission refuses it (${asked}): ${message}` }
}

function notFound({ asked, message }: Facts): Meaning {
  const namespace = /namespaces? "([^"]+)" not found/.exec(message)?.[1]
  if (namespace !== undefined) {
    return {
      code: 'namespace-not-found',
      message: `the cluster has no namespace \`${namespace}\``,
      help: 'name another with -n, or make it: kubectl create namespace NAME',
    }
  }
  if (/could not find the requested resource|page not found/.test(message)) {
    return { code: 'resource-not-served', message: `this cluster does not serve what was asked: ${asked}` }
  }
  return { code: 'not-found', message: `${message} (${asked})` }
}

function conflict({ asked, message, reason, conflicts }: Facts): Meaning {
  if (conflicts.length > 0) {
    return {
      code: 'conflict',
      message: `others hold fields that would change (${asked})`,
      notes: conflicts.map(({ manager, field }) => ({ message: `\`${field}\` is held by \`${manager}\`` })),
      help: 'let the other manager give the field up, or change the object there',
    }
  }
  if (reason === 'AlreadyExists') return { code: 'already-exists', message }
  return {
    code: 'conflict',
    message: `somebody changed it in the meantime (${asked}): ${message}`,
    help: 'look at what is there now, and run the command again',
  }
}
