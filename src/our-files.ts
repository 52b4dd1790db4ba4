/**
 * All that a stack may write for the folder of a module: V8 has the URL of an ESM module and the path of others, Vitest
 * makes a path of the one, and on Windows a path has either slash and a drive's letter of either case.
 * @param moduleUrl a module's `import.meta.url`
 */
export function folderSpellings(moduleUrl: string): string[] {
  const { href, host, pathname } = new URL('.', moduleUrl)
  const path = decode(pathname)
  const plain = [href, path, `file://${path}`]
  if (host !== '') return [...plain, `file://${host}${path}`, `//${host}${path}`, `\\\\${host}${path.replaceAll('/', '\\')}`]
  if (!DRIVE.test(path)) return plain
  const windows = [...plain, path.slice(1), path.slice(1).replaceAll('/', '\\')]
  return windows.flatMap((each) => [
    each.replace(DRIVE, (drive) => drive.toLowerCase()),
    each.replace(DRIVE, (drive) => drive.toUpperCase())
  ])
}

/** With the slash before it, as a URL's path has it, or without. */
const DRIVE = /(?<=^(?:file:\/\/)?\/?)[A-Za-z](?=:[\\/])/

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** The folder of the running build, or of the sources where those run: this file stands at its top. */
const OUR_FOLDER = folderSpellings(import.meta.url)

/** Our own frames are never anybody's. */
export const isOursUrl = (url: string): boolean => OUR_FOLDER.some((folder) => url.startsWith(folder))

/** @param folder ours, in every spelling */
export const withoutOurFrames = (stack: string, folder: readonly string[] = OUR_FOLDER): string =>
  stack
    .split('\n')
    .filter((line) => !isFrameOf(line, folder))
    .join('\n')

/** A message may name our folder, too. */
const isFrameOf = (line: string, folder: readonly string[]): boolean =>
  /^\s+at /.test(line) && folder.some((spelling) => line.includes(spelling))
