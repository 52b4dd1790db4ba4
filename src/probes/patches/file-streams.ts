import { patchMethod } from './patch.ts'

/**
 * Tells of each stream on a file that is made: it is opened in a later callback, where nobody's code is on the stack. By ESM
 * import it is seen once `syncBuiltinESMExports()` has been called.
 */
export function watchFileStreams(onCreate: (stream: object) => void): void {
  const fs = process.getBuiltinModule('node:fs')
  for (const name of ['createReadStream', 'createWriteStream']) {
    patchMethod(fs, name, (original, self, args) => {
      const stream = Reflect.apply(original, self, args) as object
      onCreate(stream)
      return stream
    })
  }
}
