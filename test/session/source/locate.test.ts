import { describe, expect, test } from 'vitest'
import type { Evidence, KindPart } from '../../../src/model/code.ts'
import { createLocator } from '../../../src/session/source/locate.ts'
import { sampleEvidence } from '../stalls/sample-evidence.ts'
import { sampleScripts } from './sample-scripts.ts'

const OWN = '/project/src/render.ts'
const TEXT = `function render(rows) {
  let out = 0
  for (const row of rows) out += row.price * row.count
  out += text.replace(/[<&]/g, '.').length
  return JSON.parse(text)
}
const redact = (text) => text.replace(/[<&]/g, (c) => { let x = 0; for (let i = 0; i < 9; i++) x += i; return c + x })
function table(rows) {
  helper(rows)
  kit.first(rows)
  kit.second(rows)
}
function helper() {}`
const KIT = '/project/node_modules/kit/index.js'
const { sources, placeOf } = sampleScripts({ [OWN]: TEXT, [KIT]: 'function work() {}' })
const locator = createLocator(sources, (path) => path.replace('/project/', ''))
const RENDER = placeOf(OWN, 'function render')

describe('the kind of lines that ran', () => {
  const part = (ms: number, ...lines: [line: number, ticks: number][]): KindPart => ({
    kind: 'cpu',
    ms,
    frame: RENDER,
    lines: lines.map(([line, ticks]) => ({ line, ticks }))
  })
  const kindOf = (...parts: KindPart[]): string =>
    locator.places(sampleEvidence({ frames: [RENDER], own: 0, parts, lines: [[{ line: 3, ticks: 5 }]] })).kind

  test.each<[string, string, KindPart[]]>([
    ['a fifth in a regular expression', 'cpu', [part(100, [3, 80], [4, 20])]],
    ['a regular expression mostly', 'regexp', [part(100, [3, 40], [4, 60])]],
    ['JSON, though the hottest line is another one', 'json', [part(100, [3, 40], [5, 60])]],
    [
      'JSON mostly, with a dependency',
      'json',
      [part(60, [5, 10]), { kind: 'cpu', ms: 40, frame: placeOf(KIT, 'function work'), lines: [{ line: 1, ticks: 9 }] }]
    ],
    [
      'a dependency mostly, on a line with JSON',
      'cpu',
      [part(40, [5, 10]), { kind: 'cpu', ms: 60, frame: placeOf(KIT, 'function work'), lines: [{ line: 1, ticks: 9 }] }]
    ],
    ['what frames tell mostly', 'sync-crypto', [part(40, [4, 10]), { kind: 'sync-crypto', ms: 60, lines: [] }]],
    ['without ticks', 'cpu', [part(40)]]
  ])('%s', (_name, kind, parts) => {
    expect(kindOf(...parts)).toBe(kind)
  })

  test('a callback on the line of the regular expression that calls it is no regular expression', () => {
    const frame = { ...placeOf(OWN, 'const redact = (text) => text.replace(/[<&]/g, '), functionName: '' }
    const lines = [{ line: 7, ticks: 9 }]
    const inCallback: KindPart = { kind: 'cpu', ms: 100, frame, lines }
    expect(locator.places(sampleEvidence({ frames: [frame], own: 0, parts: [inCallback], lines: [lines] })).kind).toBe('cpu')
    const around = placeOf(OWN, 'const redact = ')
    expect(
      locator.places(sampleEvidence({ frames: [around], own: 0, parts: [{ ...inCallback, frame: around }], lines: [lines] })).kind
    ).toBe('regexp')
  })
})

describe('a line that is not known', () => {
  const evidence = (given: Partial<Evidence>): Evidence =>
    sampleEvidence({
      frames: [placeOf(KIT, 'function work'), placeOf(OWN, 'function table')],
      own: 1,
      callee: 'work',
      lines: [[], []],
      ...given
    })

  test('is not told: the function is, and is in the stack', () => {
    const places = locator.places(evidence({}))
    expect(places).toMatchObject({ location: undefined, functionName: 'table', confidence: 'likely' })
    expect(places.stack).toContainEqual({ file: 'src/render.ts', line: 8, column: 15, functionName: 'table' })
  })

  test('is not the hottest of its own, where the time went into what it called', () => {
    expect(locator.places(evidence({ lines: [[], [{ line: 9, ticks: 5 }]] })).location).toBe(undefined)
  })

  test('is not that of the async work that was started after it', () => {
    const after = { ...placeOf(OWN, 'function table'), line: 11, column: 7 }
    const places = locator.places(evidence({ source: 'breadcrumbs', frames: [after], own: 0, callee: undefined }))
    expect(places).toMatchObject({ location: undefined, functionName: 'table', confidence: 'likely' })
    expect(places.stack).toEqual([{ file: 'src/render.ts', line: 8, column: 1, functionName: 'table' }])
  })
})

describe('a script that the parser refuses', () => {
  // A proposal's syntax, which a transform was to take out, and a script that is too long to be parsed at all.
  const refused = `function render(rows) {\n  const first = rows |> head(%)\n  return text.replace(/[<&]/g, '.')\n}`

  test.each<[string, string | undefined]>([
    ['by its syntax', refused],
    ['as nobody can read it', undefined]
  ])('%s: the hottest line is likely, and of no kind by its text', (_name, text) => {
    const { sources: unread } = sampleScripts(text === undefined ? {} : { [OWN]: text })
    const frame = { functionName: 'render', url: OWN, line: 1, column: 16 }
    const lines = [{ line: 3, ticks: 9 }]
    const part: KindPart = { kind: 'cpu', ms: 100, frame, lines }
    const places = createLocator(unread, (path) => path.replace('/project/', '')).places(
      sampleEvidence({ frames: [frame], own: 0, parts: [part], lines: [lines] })
    )
    expect(places).toMatchObject({ kind: 'cpu', confidence: 'likely', location: { file: 'src/render.ts', line: 3 } })
  })
})
