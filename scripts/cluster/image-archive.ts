// A container image as a docker-archive, written without a daemon: one layer of given files, and how its program starts.
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs'
import { arch } from 'node:os'
import { join } from 'node:path'
import { type TarEntry, tar } from './tar.ts'

export interface Image {
  /** As pods name it, with a tag. */
  readonly name: string
  readonly entries: readonly TarEntry[]
  readonly entrypoint: readonly string[]
  readonly command?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly user?: string
  readonly workingDirectory?: string
  readonly ports?: readonly number[]
}

export function folderEntry(path: string, mode = 0o755): TarEntry {
  return { path: `${path}/`, content: Buffer.alloc(0), mode }
}

/** A file of this machine under another path; links are followed. */
export function fileEntry(path: string, source: string): TarEntry {
  return { path, content: readFileSync(source), mode: statSync(source).mode & 0o777 }
}

export function textEntry(path: string, text: string): TarEntry {
  return { path, content: Buffer.from(text), mode: 0o644 }
}

/** A folder of this machine with all that is in it, in the order of names; links stay links. */
export function treeEntries(path: string, source: string): TarEntry[] {
  const inside = readdirSync(source, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  return [
    folderEntry(path),
    ...inside.flatMap((entry): TarEntry[] => {
      const [to, from] = [`${path}/${entry.name}`, join(source, entry.name)]
      if (entry.isSymbolicLink()) return [{ path: to, content: Buffer.alloc(0), mode: 0o777, link: readlinkSync(from) }]
      return entry.isDirectory() ? treeEntries(to, from) : entry.isFile() ? [fileEntry(to, from)] : []
    }),
  ]
}

/** The archive's bytes, as `ctr images import` and `docker load` read them. */
export function imageArchive(image: Image): Buffer {
  const layer = tar(image.entries)
  const config = JSON.stringify({
    architecture: arch() === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: {
      Entrypoint: image.entrypoint,
      ...(image.command ? { Cmd: image.command } : {}),
      ...(image.user ? { User: image.user } : {}),
      ...(image.workingDirectory ? { WorkingDir: image.workingDirectory } : {}),
      ...(image.ports ? { ExposedPorts: Object.fromEntries(image.ports.map((port) => [`${port}/tcp`, {}])) } : {}),
      Env: Object.entries({ PATH: '/usr/local/bin:/usr/bin:/bin', ...image.env }).map(
        ([key, value]) => `${key}=${value}`,
      ),
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(layer).digest('hex')}`] },
  })
  const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: [image.name], Layers: ['layer.tar'] }])
  return tar([
    textEntry('manifest.json', manifest),
    textEntry('config.json', config),
    { path: 'layer.tar', content: layer, mode: 0o644 },
  ])
}
