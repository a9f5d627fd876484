// A diff as JSON; `docs/schemas/diff.json` says the same in a schema.
import type { Change, ChangeKind, Diff, Party, PossibleChange, WorkloadChange } from '../../analysis/diff/answer.ts'
import type { PolicyEdit } from '../../analysis/diff/edit.ts'
import { position, type Span } from '../../diag/source.ts'
import { nameRanges } from '../../analysis/map/outside-name.ts'
import { formatConnections, PROTOCOLS, type ConnectionSet } from '../../sets/connection-set.ts'
import { intervals } from '../../sets/interval-set.ts'
import { coverByCidrs } from '../../sets/ip-set.ts'
import { witnessJson } from '../proof.ts'
import { editWords } from './words.ts'

function placeJson(span: Span): unknown {
  const [from, to] = [position(span.file, span.start), position(span.file, span.end)]
  return { file: span.file.name, line: from.line, column: from.column, endLine: to.line, endColumn: to.column }
}

function partyJson(party: Party): unknown {
  if (party.kind === 'outside') {
    return {
      kind: 'outside',
      name: nameRanges([party.addresses])[0]?.label ?? '',
      cidrs: coverByCidrs(party.addresses),
    }
  }
  const { namespace, name, owner, presence, pods, model } = party
  return {
    kind: 'workload',
    namespace,
    name,
    owner,
    presence,
    ...(pods && { pods }),
    ...(model !== undefined && { model }),
  }
}

/** Ports as `"80"` and `"8000-8100"`, by protocol; protocols without one are left out. */
function portsJson(set: ConnectionSet): unknown {
  return Object.fromEntries(
    PROTOCOLS.filter((protocol) => set[protocol].length > 0).map((protocol) => [
      protocol,
      intervals(set[protocol]).map(([first, end]) => (end - first === 1 ? `${first}` : `${first}-${end - 1}`)),
    ]),
  )
}

function editJson(edit: PolicyEdit, id: number, kind: ChangeKind): unknown {
  const { policy, direction, rule, before, after } = edit
  return {
    id,
    kind: edit.kind,
    policy,
    ...(direction && { direction }),
    ...(rule !== undefined && { rule }),
    text: editWords(edit, kind),
    ...(before && { before: placeJson(before) }),
    ...(after && { after: placeJson(after) }),
  }
}

function changeJson(change: Change, ids: ReadonlyMap<PolicyEdit, number>): unknown {
  const {
    kind,
    before,
    after,
    sources,
    destinations,
    families,
    connections,
    reasons,
    cause,
    edits,
    grade,
    gradeReason,
  } = change
  return {
    kind,
    severity: grade,
    severityReason: gradeReason,
    before,
    after,
    sources: sources.map(partyJson),
    destinations: destinations.map(partyJson),
    families,
    ports: portsJson(connections),
    text: formatConnections(connections),
    reasons,
    cause,
    edits: edits.map((edit) => ids.get(edit)),
  }
}

function possibleJson(change: PossibleChange, ids: ReadonlyMap<PolicyEdit, number>): unknown {
  const { kind, before, after, witness, edits, grade, gradeReason } = change
  return {
    kind,
    severity: grade,
    severityReason: gradeReason,
    before,
    after,
    witness: witnessJson(witness),
    edits: edits.map((edit) => ids.get(edit)),
  }
}

function workloadJson(change: WorkloadChange): unknown {
  const { kind, what, span } = change
  return {
    kind,
    what,
    ...(change.kind === 'changed' && { details: change.details }),
    ...(span && { location: placeJson(span) }),
  }
}

/** What an edit mostly did, for its sentence. */
function kindOf(edit: PolicyEdit, { changes, possible }: Diff): ChangeKind {
  return [...changes, ...possible].find((change) => change.edits.includes(edit))?.kind ?? 'opened'
}

export function diffJson(diff: Diff): unknown {
  const ids = new Map(diff.edits.map((edit, id) => [edit, id]))
  const count = (kind: ChangeKind): number => diff.changes.filter((change) => change.kind === kind).length
  return {
    profile: diff.profile,
    summary: {
      opened: count('opened'),
      closed: count('closed'),
      possible: diff.possible.length,
      high: diff.changes.filter((change) => change.kind === 'opened' && change.grade === 'high').length,
    },
    changes: diff.changes.map((change) => changeJson(change, ids)),
    possible: diff.possible.map((change) => possibleJson(change, ids)),
    workloads: diff.workloads.map(workloadJson),
    edits: diff.edits.map((edit, id) => editJson(edit, id, kindOf(edit, diff))),
  }
}
