// What the test cluster makes itself, by the eyes of others: certificates read by OpenSSL, image archives by tar.
import { execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Authority } from '../scripts/cluster/certificate.ts'
import { folderEntry, imageArchive, textEntry } from '../scripts/cluster/image-archive.ts'
import { tar } from '../scripts/cluster/tar.ts'

describe('certificates of the test cluster', () => {
  const subject = { commonName: 'authority' }
  const authority = Authority.made(subject)
  const root = new X509Certificate(authority.pair.certificate)

  it('are signed by their authority, also when its key was kept in files', () => {
    const kept = Authority.kept(subject, authority.pair)
    for (const one of [authority, kept]) {
      const leaf = new X509Certificate(one.sign({ commonName: 'somebody' }).certificate)
      expect(leaf.verify(root.publicKey)).toBe(true)
      expect(leaf.checkIssued(root)).toBe(true)
    }
    const other = new X509Certificate(Authority.made(subject).sign({ commonName: 'somebody' }).certificate)
    expect(other.verify(root.publicKey)).toBe(false)
  })

  it('say who somebody is and in which groups, and fit their key', () => {
    const pair = authority.sign({ commonName: 'system:node:node1', organizations: ['system:nodes', 'zweite Gruppe ü'] })
    const leaf = new X509Certificate(pair.certificate)
    expect(leaf.subject.split('\n')).toEqual(['O=system:nodes', 'O=zweite Gruppe ü', 'CN=system:node:node1'])
    expect(leaf.ca).toBe(false)
    expect(root.ca).toBe(true)
  })

  it('name the hosts of a server, and only of a server', () => {
    const server = new X509Certificate(
      authority.sign({ commonName: 'server', hosts: ['localhost', '10.96.0.1'] }).certificate,
    )
    expect(server.checkHost('localhost')).toBe('localhost')
    expect(server.checkIP('10.96.0.1')).toBe('10.96.0.1')
    expect(server.checkIP('10.96.0.2')).toBeUndefined()
    expect(new X509Certificate(authority.sign({ commonName: 'client' }).certificate).subjectAltName).toBeUndefined()
  })

  it('hold from and until the second that was asked for', () => {
    const notBefore = new Date('2031-02-03T04:05:06Z')
    const notAfter = new Date('2032-12-31T23:59:59Z')
    const leaf = new X509Certificate(authority.sign({ commonName: 'somebody', notBefore, notAfter }).certificate)
    expect([leaf.validFromDate, leaf.validToDate]).toEqual([notBefore, notAfter])
  })
})

describe('archives of the test cluster', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'moat-archive-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function unpacked(archive: Buffer): string {
    const to = mkdtempSync(join(folder, 'out-'))
    writeFileSync(join(to, 'archive.tar'), archive)
    execFileSync('tar', ['-xf', 'archive.tar'], { cwd: to })
    return to
  }

  it('give their files back: short and long paths, empty files, links, permissions', () => {
    const long = `${'a-folder-with-a-long-name/'.repeat(6)}file`
    const entries = [
      folderEntry('bin'),
      { path: 'bin/tool', content: Buffer.from('x'.repeat(513)), mode: 0o755 },
      { path: 'bin/link', content: Buffer.alloc(0), mode: 0o777, link: 'tool' },
      textEntry('empty', ''),
      textEntry(long, 'deep'),
    ]
    const to = unpacked(tar(entries))
    expect(readFileSync(join(to, 'bin/link'), 'utf8')).toBe('x'.repeat(513))
    expect(readFileSync(join(to, 'empty'), 'utf8')).toBe('')
    expect(readFileSync(join(to, long), 'utf8')).toBe('deep')
    expect(execFileSync('tar', ['-tvf', 'archive.tar'], { cwd: to, encoding: 'utf8' })).toMatch(
      /^-rwxr-xr-x 0\/0 +513 .* bin\/tool$/m,
    )
    expect(tar(entries)).toEqual(tar(entries))
  })

  it('are images: the configuration names the digest of the layer', () => {
    const to = unpacked(
      imageArchive({ name: 'moat.local/one:1', entries: [textEntry('hello', 'hi')], entrypoint: ['/hello'] }),
    )
    const json = (name: string): unknown => JSON.parse(readFileSync(join(to, name), 'utf8'))
    expect(json('manifest.json')).toEqual([
      { Config: 'config.json', RepoTags: ['moat.local/one:1'], Layers: ['layer.tar'] },
    ])
    const digest = createHash('sha256')
      .update(readFileSync(join(to, 'layer.tar')))
      .digest('hex')
    expect(json('config.json')).toMatchObject({
      config: { Entrypoint: ['/hello'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
    })
    expect(execFileSync('tar', ['-xOf', 'layer.tar', 'hello'], { cwd: to, encoding: 'utf8' })).toBe('hi')
  })
})
