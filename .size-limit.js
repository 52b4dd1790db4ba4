import { readFileSync } from 'node:fs'
import { posix } from 'node:path'

// The price of every test file, half a millisecond for 70 kB: setup.js and all chunks that it reaches, as Node reads them (no compression).
// They are found in the built files, so the sum stays right whatever the bundler names or splits.
// `import … from './x.js'`, `import './x.js'`, `export … from './x.js'` on a line of their own, and `import('./x.js')`.
const RELATIVE_IMPORT = /(?:^(?:import|export)\b[^'"\n]*|\bimport\()['"](\.[^'"]+)['"]/gm

export default [{ name: 'what a worker loads', path: reach('dist/setup.js'), limit: '100 kB', brotli: false }]

function reach(file, files = []) {
  if (files.includes(file)) return files
  files.push(file)
  for (const [, specifier] of readFileSync(file, 'utf8').matchAll(RELATIVE_IMPORT)) {
    reach(posix.join(posix.dirname(file), specifier), files)
  }
  return files
}
