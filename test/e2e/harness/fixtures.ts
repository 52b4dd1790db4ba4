import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

const FIXTURES = resolve(import.meta.dirname, '../fixtures')

/** A project below `fixtures/`: path → text. What lies in its `modules/` is installed. */
export function readFixture(name: string): Record<string, string> {
  const folder = join(FIXTURES, name)
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    entries.map((entry) => {
      const full = join(entry.parentPath, entry.name)
      const path = relative(folder, full).replaceAll('\\', '/')
      // Git ignores `node_modules`.
      return [path.replace(/^modules\//, 'node_modules/'), readFileSync(full, 'utf8')]
    })
  )
}

/** Lines that end with `// <word> <key>`, as `file:line`. */
export function markedLines(files: Record<string, string>, word: 'BLAME' | 'CALL', key: string): string[] {
  return Object.entries(files).flatMap(([file, text]) =>
    text.split('\n').flatMap((line, index) => (line.trimEnd().endsWith(`// ${word} ${key}`) ? [`${file}:${index + 1}`] : []))
  )
}
