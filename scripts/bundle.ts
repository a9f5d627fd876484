// The last step of `npm run build`: the compiled command line as a few files, since a process that reads many starts slowly.
import { rolldown } from 'rolldown'

/** These start programs and read files that lie beside them, so they stay where the compiler put them. */
const IN_PLACE = /\/dist\/(?:sandbox|slm|cli\/up)\//

const bundle = await rolldown({
  input: 'dist/cli/main.js',
  platform: 'node',
  external: (id) => IN_PLACE.test(id),
})
await bundle.write({
  dir: 'dist/cli',
  format: 'esm',
  entryFileNames: 'moat.js',
  chunkFileNames: 'moat-[name]-[hash].js',
})
await bundle.close()
