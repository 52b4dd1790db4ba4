import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** What the file in Vite's `cacheDir` holds: test files that kept the loop free or left nothing over, with the sources that they ran. */
export interface Remembered {
  format: typeof FORMAT
  /** Relative to the root. */
  sources: string[]
  /** By project and test file. */
  files: Record<string, Seen & { of: number[] }>
}

/** One of them is true: of all other files nothing is known. */
export interface Facts {
  noStall: boolean
  nothingLeft: boolean
}

export interface Seen extends Facts {
  /** Of the text of its sources, and of what else the run depended on. */
  hash: string
}

/** By key. */
export type SeenFiles = ReadonlyMap<string, Seen & { sources: readonly string[] }>

const FORMAT = 3
/** Some ten thousand test files: a file that is larger was not written by this package. */
const MAX_BYTES = 20_000_000
/** A write takes a moment: what is older was left by a run that was killed. */
const STALE_MS = 60_000
const NOTHING: Remembered = { format: FORMAT, sources: [], files: {} }

/** A key of a test file begins with its project's name, and this. */
export const SEPARATOR = '\0'

/** The file in which runs remember what they have seen. Whatever is wrong with it, the worst is that nothing is known. */
export class MemoryFile {
  readonly path: string
  private readonly root: string

  constructor(path: string, root: string) {
    this.path = path
    this.root = root
  }

  read(): Remembered {
    try {
      if (statSync(this.path).size > MAX_BYTES) return NOTHING
      const read = JSON.parse(readFileSync(this.path, 'utf8')) as unknown
      return isRemembered(read) ? read : NOTHING
    } catch {
      return NOTHING
    }
  }

  /** At once or not at all: another run may be reading it. */
  write(seen: SeenFiles, before: Remembered): void {
    const there = [...seen].filter(([key]) => existsSync(resolve(this.root, key.slice(key.indexOf(SEPARATOR) + 1))))
    const sources = [...new Set(there.flatMap(([, file]) => file.sources))].toSorted()
    const indices = new Map(sources.map((source, index) => [source, index]))
    const entries = there
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { sources: ran, ...rest }]) => [key, { of: ran.map((source) => indices.get(source)!), ...rest }])
    const text = JSON.stringify({ format: FORMAT, sources, files: Object.fromEntries(entries) } satisfies Remembered)
    if (text === JSON.stringify(before)) return
    const folder = dirname(this.path)
    const temporary = `${this.path}.${process.pid}.tmp`
    try {
      mkdirSync(folder, { recursive: true })
      writeFileSync(temporary, text)
      renameSync(temporary, this.path)
      removeStale(folder, `${basename(this.path)}.`)
    } catch {
      // A read-only checkout.
      rmSync(temporary, { force: true })
    }
  }
}

function removeStale(folder: string, prefix: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue
    const path = join(folder, name)
    if (Date.now() - statSync(path).mtimeMs > STALE_MS) rmSync(path, { force: true })
  }
}

function isRemembered(read: unknown): read is Remembered {
  const { format, sources, files } = (read ?? {}) as Partial<Remembered>
  if (format !== FORMAT || !Array.isArray(sources) || !sources.every((each) => typeof each === 'string')) return false
  if (typeof files !== 'object' || files === null) return false
  const isIndex = (each: unknown): boolean => typeof each === 'number' && sources[each] !== undefined
  return Object.values(files as Record<string, Partial<Remembered['files'][string]> | null>).every(
    (file) =>
      typeof file?.hash === 'string' &&
      typeof file.noStall === 'boolean' &&
      typeof file.nothingLeft === 'boolean' &&
      Array.isArray(file.of) &&
      file.of.every(isIndex)
  )
}
