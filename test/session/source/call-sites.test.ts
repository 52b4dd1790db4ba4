import { describe, expect, test } from 'vitest'
import { createCallSites } from '../../../src/session/source/call-sites.ts'
import type { LoadedModule, Source } from '../../../src/session/source/sources.ts'
import { sampleScripts } from './sample-scripts.ts'

const OWN = '/project/test/table.test.ts'
const KIT = '/project/node_modules/kit/index.js'

const KIT_TEXT = `function parse(text) { return text.trim() }
function readSync(text, ms) { return ms }
class Client { query(text) { return text } static open() { return 1 } get rows() { return [] } }
const create = () => { const q = (text) => text; return { run: q } }
function quick(x) { return x }
return { read: readSync, quick, Client, create, parse, default: readSync, tools: { sync: readSync }, instance: new Client() }`

/** What the package exports: real functions, with the text that V8 would place them in. */
const kit = new Function(KIT_TEXT)() as object

interface Asked {
  /** The caller is the function that begins on the line with `CALLER`. */
  own: string
  /** As it stands in the package's text, up to its parameters. */
  callee: string
  /** Ticks by line. */
  hot?: Record<number, number>
}

/** The line that is told, and whether it is sure. */
function find({ own, callee, hot = {} }: Asked): [line: number, sure: boolean] | undefined {
  const { sources, placeOf } = sampleScripts({ [OWN]: own, [KIT]: KIT_TEXT }, { '/kit': { exports: kit, transformed: false } })
  const caller = placeOf(OWN, 'CALLER')
  const site = createCallSites(sources).find(
    caller,
    placeOf(KIT, callee),
    Object.entries(hot).map(([line, ticks]) => ({ line: Number(line), ticks }))
  )
  return site && [site.at[0], site.sure]
}

const own = (...body: string[]): string =>
  ['const vi = await __vite_ssr_import__("/kit")', 'function CALLER(param) {', ...body.map((line) => `  ${line};`), '}'].join('\n')

describe('a function that a dependency exports under another name', () => {
  test.each<[string, string[], string]>([
    ['named', ['vi.quick(1)', '(0, vi.read)("a")', 'vi.quick(2)'], 'function readSync'],
    ['a member of an object', ['vi.quick(1)', 'vi.tools.sync("a")'], 'function readSync'],
    ['the default one', ['vi.quick(1)', '(0, vi.default)("a")'], 'function readSync'],
    [
      'a local function of its inner name is another one',
      ['const readSync = (x) => x', 'readSync(1) || (0, vi.read)("a")'],
      'function readSync'
    ],
    ['renamed here', ['const { read: load } = vi', 'vi.quick(1); load("a")'], 'function readSync'],
    ['bound', ['const go = vi.read.bind(null, 1)', 'vi.quick(1); go("a")'], 'function readSync'],
    ['applied', ['vi.quick(1)', 'vi.read.apply(null, ["a"])'], 'function readSync'],
    ['a method of a class', ['const client = new vi.Client()', 'client.query("a")'], 'query'],
    ['a method of an instance that is exported', ['vi.quick(1)', 'vi.instance.query("a")'], 'query'],
    ['a static method', ['vi.quick(1)', 'vi.Client.open()'], 'static open'],
    ['a function that another one makes', ['const made = vi.create()', 'made.run("a")'], 'const q = '],
    ['a getter', ['vi.quick(1)', 'param.rows.map(String)'], 'get rows']
  ])('%s', (_name, body, callee) => {
    expect(find({ own: own(...body), callee })).toEqual([4, true])
  })
})

describe('a regular expression', () => {
  const shared: LoadedModule = { exports: { EMAIL: /^(a+)+$/, PATTERNS: { url: /^x\/y$/ } }, transformed: false }
  function findRegexp(source: string, ...lines: string[]): [line: number, sure: boolean] | undefined {
    const { sources, placeOf } = sampleScripts({ [OWN]: own(...lines) }, { '/kit': shared })
    const site = createCallSites(sources).find(
      placeOf(OWN, 'CALLER'),
      { functionName: `RegExp: ${source}`, url: '', line: 0, column: 0 },
      []
    )
    return site && [site.at[0], site.sure]
  }

  test.each<[string, string[]]>([
    ['written there', ['/b/.test(param)', '/^(a+)+$/.test(param)']],
    ['in a variable', ['const a = /^(a+)+$/, b = /b/; b.test(param)', 'a.exec(param)', 'b.exec(param)']],
    ['of a string', ["param.split(',')", 'param.replace(/^(a+)+$/, "")', 'param.split(/,/)']],
    ['made of a text', ['const b = /b/', 'new RegExp("^(a+)+$").test(param) && b.test(param)']],
    ['a property', ['const all = { a: /^(a+)+$/, b: /b/ }; all.b.test(param)', 'all.a.test(param)']],
    ['of another module', ['vi.PATTERNS.url.test(param)', 'param.match(vi.EMAIL)']],
    ['that nothing is known of, where all others are known', ['/b/.test(param)', 'param.match(this.find())']]
  ])('%s', (_name, lines) => {
    expect(findRegexp('^(a+)+$', ...lines)).toEqual([4, true])
  })

  test('a slash is the same, escaped or not', () => {
    expect(findRegexp('^x\\/y$', '/b/.test(param)', 'vi.PATTERNS.url.test(param)')).toEqual([4, true])
  })

  test('none where two calls run it', () => {
    expect(findRegexp('^(a+)+$', 'vi.EMAIL.test(param)', 'vi.EMAIL.test(param + 1)')).toBeUndefined()
  })
})

describe('of several calls', () => {
  const TWICE = own('vi.read(1)', 'vi.quick(1)', 'vi.read(2)')

  test('the one on a line that was seen running, likely', () => {
    expect(find({ own: TWICE, callee: 'function readSync', hot: { 5: 9 } })).toEqual([5, false])
    expect(find({ own: TWICE, callee: 'function readSync', hot: { 3: 40, 4: 90, 5: 9 } })).toEqual([3, false])
  })

  test.each<[string, Record<number, number>]>([
    ['was seen', {}],
    ['was seen but once', { 3: 1 }],
    ['was seen more often than the other', { 3: 9, 5: 6 }],
    ['was seen, but another line', { 4: 9 }]
  ])('none where neither %s', (_name, hot) => {
    expect(find({ own: TWICE, callee: 'function readSync', hot })).toBe(undefined)
  })

  test('two on one line are one line', () => {
    expect(find({ own: own('vi.read(vi.read(1))'), callee: 'function readSync' })).toEqual([3, true])
  })

  test('those of functions inside are theirs', () => {
    expect(find({ own: own('const later = () => vi.read(1)', 'vi.read(2)'), callee: 'function readSync' })).toEqual([4, true])
  })
})

describe('where no name fits', () => {
  test('the only call of which nothing is known, likely', () => {
    expect(
      find({ own: own('vi.quick(1)', 'const list = [1].map(String)', 'JSON.parse("1")', 'param("a")'), callee: 'function readSync' })
    ).toEqual([6, false])
  })

  test('none of two', () => {
    expect(find({ own: own('param.first("a")', 'param.second("a")'), callee: 'function readSync' })).toBe(undefined)
  })

  test.each<[string, string[]]>([
    ["JavaScript's own", ['JSON.parse(1)']],
    ["the module's other ones", ['vi.quick(1)']],
    ["the file's own functions", ['helper(1)', 'function helper() {}']]
  ])('no call of %s', (_name, body) => {
    expect(find({ own: own(...body), callee: 'function parse' })).toBe(undefined)
  })

  test('none in what is no JavaScript', () => {
    expect(find({ own: 'function CALLER( {', callee: 'function readSync' })).toBe(undefined)
  })
})

test("users' getters and proxies are left alone", () => {
  let called = 0
  const trap = {
    get: () => called++,
    has: () => called++ > 0,
    ownKeys: () => [String(called++)],
    getOwnPropertyDescriptor: () => (called++, undefined)
  }
  const exports = {
    get lazy() {
      called++
      return () => 1
    },
    deep: new Proxy({}, trap),
    Odd: Object.defineProperty(() => 1, 'name', { get: () => String(called++) })
  }
  const { sources, placeOf } = sampleScripts(
    { [OWN]: own('vi.deep.other(1)', 'vi.lazy(1)'), [KIT]: KIT_TEXT },
    { '/kit': { exports, transformed: false } }
  )
  expect(createCallSites(sources).find(placeOf(OWN, 'CALLER'), placeOf(KIT, 'function readSync'), [])).toBe(undefined)
  expect(called).toBe(0)
})

test("Node's functions, by their own names and by those that users know", () => {
  const modules: Record<string, LoadedModule> = { 'node:fs': { exports: { readFileSync: () => 1 }, transformed: false } }
  const text =
    'const fs = await __vite_ssr_import__("node:fs")\nfunction CALLER() {\n  fs.readFileSync("a")\n  zlib.gzipSync("a")\n  fs.statSync("a")\n}'
  const { sources, placeOf } = sampleScripts({ [OWN]: text }, modules)
  const line = (functionName: string, url: string): number | undefined =>
    createCallSites({ ...sources, get: (at: string): Source | undefined => sources.get(at) }).find(
      placeOf(OWN, 'CALLER'),
      { functionName, url, line: 1, column: 1 },
      []
    )?.at[0]
  expect(line('readFileSync', 'node:fs')).toBe(3)
  expect(line('syncBufferWrapper', 'node:zlib')).toBe(4)
  expect(line('_statSync', 'node:fs')).toBe(5)
})

describe('called on several lines, of which one is in a loop', () => {
  test.each<[string, string[], number | undefined]>([
    ['the condition of a loop', ['const end = vi.quick(1)', 'while (vi.quick(2) < end)'], 4],
    ['the body of a loop', ['vi.quick(1)', 'for (const each of param) vi.quick(each)'], 4],
    ['what a loop goes through is asked for once', ['vi.quick(1)', 'for (const each of vi.quick(2)) each()'], undefined],
    ['how a loop begins is done once', ['vi.quick(1)', 'for (let i = vi.quick(2); i < 3; i++) param()'], undefined],
    ['two loops', ['while (vi.quick(1)) param()', 'while (vi.quick(2)) param()'], undefined],
    ['a function of its own in a loop', ['vi.quick(1)', 'for (const each of param) each(() => vi.quick(2))'], 3]
  ])('%s', (_, body, line) => {
    const found = find({ own: own(...body), callee: 'function quick' })
    expect(found?.[0]).toBe(line)
    if (line === 4) expect(found![1]).toBe(false)
  })

  test('what was seen running wins', () => {
    expect(find({ own: own('vi.quick(1)', 'while (param) vi.quick(2)'), callee: 'function quick', hot: { 3: 9, 4: 1 } })).toEqual([
      3,
      false
    ])
  })
})
