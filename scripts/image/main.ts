// `npm run image -- FILE.tar [NAME]`: writes the image archive of the model server.
import { writeFileSync } from 'node:fs'
import { imageLacks, SLM_IMAGE, slmArchive } from './slm-image.ts'

const [file, name = SLM_IMAGE] = process.argv.slice(2)
if (file === undefined) {
  process.stderr.write('usage: npm run image -- FILE.tar [NAME:TAG]\n')
  process.exit(2)
}
const lacks = imageLacks()
if (lacks !== '') {
  process.stderr.write(`the image cannot be built here: ${lacks}\n`)
  process.exit(3)
}
const archive = slmArchive(name)
writeFileSync(file, archive)
process.stdout.write(`${name} ${Math.round(archive.length / 1e6)} MB ${file}\n`)
