// The images of the test cluster, as archives in its cache: what pods of tests run, none of it pulled from anywhere.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheFolder } from './cache.ts'
import { type Image, fileEntry, folderEntry, imageArchive, textEntry } from './image-archive.ts'
import { GO_PROGRAMS } from './versions.ts'

export const PAUSE_IMAGE = 'moat.local/pause:1'
export const BUSYBOX_IMAGE = 'moat.local/busybox:1'
/** The name that Kubernetes' own tests ask for. */
export const AGNHOST_IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0'

const ROOTS = [folderEntry('bin'), folderEntry('etc'), folderEntry('tmp', 0o1777)]
const USERS = textEntry('etc/passwd', 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n')

/** Applets that scripts and `kubectl exec` use. */
const APPLETS = [
  'sh',
  'cat',
  'echo',
  'env',
  'hostname',
  'ip',
  'ls',
  'nc',
  'nslookup',
  'ping',
  'sleep',
  'test',
  'timeout',
  'wget',
]

function busybox(path: string): Image {
  const links = APPLETS.map((name) => ({ path: `bin/${name}`, content: Buffer.alloc(0), mode: 0o777, link: 'busybox' }))
  return {
    name: BUSYBOX_IMAGE,
    entries: [...ROOTS, USERS, fileEntry('bin/busybox', path), ...links],
    entrypoint: ['/bin/sh'],
  }
}

function pause(path: string): Image {
  return {
    name: PAUSE_IMAGE,
    entries: [folderEntry('bin'), fileEntry('bin/busybox', path)],
    entrypoint: ['/bin/busybox', 'sleep', 'infinity'],
  }
}

function agnhost(path: string, busyboxPath: string): Image {
  const { entries } = busybox(busyboxPath)
  return {
    name: AGNHOST_IMAGE,
    entries: [...entries, fileEntry('agnhost', path)],
    entrypoint: ['/agnhost'],
    command: ['pause'],
  }
}

/** Writes an archive once; the key says what it was made from. */
export function writeArchive(key: string, image: () => Image): string {
  const file = join(cacheFolder(), 'images', `${key.replaceAll(/[^\w.-]/g, '_')}.tar`)
  if (existsSync(file)) return file
  mkdirSync(dirname(file), { recursive: true })
  const part = `${file}.${process.pid}`
  writeFileSync(part, imageArchive(image()))
  renameSync(part, file)
  return file
}

/** The archives of the images that every cluster has; `busyboxFrom` names the package's version. */
export function baseImages(agnhostPath: string, busyboxPath: string, busyboxFrom: string): readonly string[] {
  return [
    writeArchive(`pause-${busyboxFrom}`, () => pause(busyboxPath)),
    writeArchive(`busybox-${busyboxFrom}`, () => busybox(busyboxPath)),
    writeArchive(`agnhost-${GO_PROGRAMS.agnhost.version}-${busyboxFrom}`, () => agnhost(agnhostPath, busyboxPath)),
  ]
}
