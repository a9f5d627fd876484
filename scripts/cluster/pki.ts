// The keys of one cluster, kept in its folder: its authority, its service accounts' key, and a kubeconfig for anybody.
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Authority, type KeyPair, type Subject } from './certificate.ts'

const AUTHORITY: Subject = { commonName: 'moat-test-cluster' }

/** Where a key pair lies as two files. */
export interface KeyFiles {
  readonly certificate: string
  readonly key: string
}

export interface Pki {
  readonly authority: Authority
  readonly caFile: string
  readonly serviceAccountKey: string
  readonly serviceAccountPublicKey: string
}

function writePair(folder: string, name: string, pair: KeyPair): KeyFiles {
  const files = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) }
  writeFileSync(files.certificate, pair.certificate)
  writeFileSync(files.key, pair.key, { mode: 0o600 })
  return files
}

/** The keys in `folder`, made the first time. */
export function pkiIn(folder: string): Pki {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const ca = { certificate: join(folder, 'ca.crt'), key: join(folder, 'ca.key') }
  const account = { key: join(folder, 'sa.key'), publicKey: join(folder, 'sa.pub') }
  if (!existsSync(account.publicKey)) {
    writePair(folder, 'ca', Authority.made(AUTHORITY).pair)
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    writeFileSync(account.key, pair.privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 })
    writeFileSync(account.publicKey, pair.publicKey.export({ type: 'spki', format: 'pem' }))
  }
  const pair = { certificate: readFileSync(ca.certificate, 'utf8'), key: readFileSync(ca.key, 'utf8') }
  return {
    authority: Authority.kept(AUTHORITY, pair),
    caFile: ca.certificate,
    serviceAccountKey: account.key,
    serviceAccountPublicKey: account.publicKey,
  }
}

/** A signed key pair as files beside the others. */
export function signedFiles(pki: Pki, name: string, subject: Subject): KeyFiles {
  return writePair(join(pki.caFile, '..'), name, pki.authority.sign(subject))
}

/** A kubeconfig that carries everything inside, for whoever the subject is. */
export function kubeconfig(pki: Pki, server: string, subject: Subject): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const pair = pki.authority.sign(subject)
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: 'moat', cluster: { server, 'certificate-authority-data': base64(pki.authority.pair.certificate) } },
      ],
      users: [
        {
          name: subject.commonName,
          user: { 'client-certificate-data': base64(pair.certificate), 'client-key-data': base64(pair.key) },
        },
      ],
      contexts: [{ name: 'moat', context: { cluster: 'moat', user: subject.commonName } }],
      'current-context': 'moat',
    },
    undefined,
    2,
  )}\n`
}
