import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/**
 * What a perfect tool says about a faulty test, from a comment above it:
 *
 * `// EXPECT <number> <key>: <rule> [<kind>] in "<full test name>" [<more>…]`
 *
 * Rule and kind may have alternatives, as in `json|cpu`; `in file` is for what a file's own hooks do. More:
 * - `request "GET /path"`: the handler's request; `request any`: not looked at
 * - `at <key>`: the place is marked with another key; `at none`: there is none to blame
 * - `dep`: the stack has a line marked with `// DEP <key>`; `through "name"`: it has a frame of that package
 * - `says "text"`: part of the message
 * - `waits "text"`, `waits-not "text"`: part of something that it waited for, or of nothing
 * - `victims "<full test name>[ | GET /path]"`: who had to wait, else nobody; `victims any`: not looked at
 * - `fails`: the test fails for it; `errors`: it is as severe, but comes too late for that, and the test passes
 * - `over <ms>`: the threshold, else 100; `untimed`: its duration is a matter of taste
 * - `needs <tag>`: runs only where the tag is given; `inspector-only`: the other backend cannot know
 *
 * Lines to blame end with `// BLAME <key>`.
 */
export interface Expectation {
  /** In the list of cases. */
  number: number
  /** Of the truth that the project measures. */
  key: string
  rules: string[]
  /** None: any. */
  kinds: string[]
  file: string
  /** Missing for what a file's own hooks do. */
  test?: string
  request?: string
  /** As `file:line`. None: there is no place to blame. */
  lines: string[]
  /** Lines of dependencies, as `file:line`, of which the stack has one. */
  through: string[]
  throughPackage?: string
  says?: string
  waits?: string
  waitsNot?: string
  victims: string[] | 'any'
  fails: boolean
  /** The severity is `error`, though the test passes. */
  errors: boolean
  overMs: number
  untimed: boolean
  needs?: string
  inspectorOnly: boolean
}

/** A project's sources, by path as they are when it runs. */
function readSources(project: string): Map<string, string> {
  const entries = readdirSync(project, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && /\.[jt]s$/.test(entry.name)
  )
  return new Map(
    entries.map((entry) => {
      const full = join(entry.parentPath, entry.name)
      return [
        relative(project, full)
          .replaceAll('\\', '/')
          .replace(/^modules\//, 'node_modules/'),
        readFileSync(full, 'utf8')
      ]
    })
  )
}

export function readExpectations(project: string): Expectation[] {
  const sources = readSources(project)
  return [...sources].flatMap(([file, text]) =>
    [...text.matchAll(/^ *\/\/ EXPECT (.*)$/gm)].map(([comment, words]) => {
      try {
        return parse(file, words!, sources)
      } catch (error) {
        throw new SyntaxError(`${(error as Error).message} in ${file}: ${comment.trim()}`, { cause: error })
      }
    })
  )
}

function parse(file: string, text: string, sources: Map<string, string>): Expectation {
  const words = text.match(/"[^"]*"|\S+/g) ?? []
  const next = (): string => words.shift()?.replaceAll('"', '') ?? fail('the end comes too soon')
  const number = Number(next())
  const key = next().replace(/:$/, '')
  const rules = next().split('|')
  const kinds = words[0] === 'in' ? [] : next().split('|')
  if (next() !== 'in') fail('"in" is missing')
  const whole = words[0] === 'file'
  const name = next()
  const result: Expectation = {
    number,
    key,
    rules,
    kinds,
    file,
    ...(!whole && { test: name }),
    lines: [],
    through: [],
    victims: [],
    fails: false,
    errors: false,
    overMs: 100,
    untimed: false,
    inspectorOnly: false
  }
  let place = key
  const readers: Record<string, () => void> = {
    request: () => (result.request = next()),
    at: () => (place = next()),
    dep: () => (result.through = markedLines(sources, 'DEP', key)),
    through: () => (result.throughPackage = next()),
    says: () => (result.says = next()),
    waits: () => (result.waits = next()),
    'waits-not': () => (result.waitsNot = next()),
    victims: () => (result.victims = words[0] === 'any' ? (next() as 'any') : [next()]),
    fails: () => (result.fails = true),
    errors: () => (result.errors = true),
    over: () => (result.overMs = Number(next())),
    untimed: () => (result.untimed = true),
    needs: () => (result.needs = next()),
    'inspector-only': () => (result.inspectorOnly = true)
  }
  while (words.length > 0) {
    const word = next()
    const read = readers[word] ?? fail(`"${word}" is not known`)
    read()
  }
  if (place !== 'none') result.lines = markedLines(sources, 'BLAME', place)
  return result
}

function markedLines(sources: Map<string, string>, word: 'BLAME' | 'DEP', key: string): string[] {
  const found = [...sources].flatMap(([file, text]) =>
    text.split('\n').flatMap((line, index) => (line.trimEnd().endsWith(`// ${word} ${key}`) ? [`${file}:${index + 1}`] : []))
  )
  return found.length > 0 ? found : fail(`no line is marked with ${word} ${key}`)
}

function fail(message: string): never {
  throw new SyntaxError(message)
}
