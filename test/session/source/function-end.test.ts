import { describe, expect, test } from 'vitest'
import { functionEnd } from '../../../src/session/source/function-end.ts'

/** The function starts at `§`; the line with `¶` is its last. */
function check(source: string): { found: number; right: number } {
  const lines = source.split('\n')
  const line = lines.findIndex((text) => text.includes('§')) + 1
  const column = lines[line - 1]!.indexOf('§') + 1
  const right = lines.findIndex((text) => text.includes('¶')) + 1
  const clean = lines.map((text) => text.replace('§', '').replace('¶', ''))
  return { found: functionEnd(clean, { line, column }), right }
}

describe('functionEnd', () => {
  test.each([
    ['a block', 'function f§(a) {\n  if (a) { b() }\n  return 1\n}¶\nfunction g() {\n}'],
    ['patterns among the parameters', 'const f = §({ a }, [b] = [{}]) => {\n  c()\n}¶\nd({\n})'],
    ['an arrow without a block', 'const f = §() => g()¶\nconst h = () => {\n  g()\n}'],
    ['an arrow without a block, in a call', "app.get('/', §(q, s) => s.json({ a: 1 }))¶\napp.get('/b', () => {\n})"],
    ['an arrow over several lines', 'const f = §(a) =>\n  a\n    .map((b) => b)\n    .flat()¶\nconst g = () => {\n}'],
    ['an arrow as an argument', 'each(§(a) => g(a), {\n  b: 1¶\n})'.replace('§(a) => g(a), {\n  b: 1¶', '§(a) => g(a),¶ {\n  b: 1')],
    ['one parameter without brackets', 'const f = §a => {\n  return a\n}¶\nb({})'],
    ['braces in strings and comments', 'function f§() {\n  // }\n  return "}" + `}` + \'{\'\n}¶\n{}'],
    ['an object as the value', 'const f = §() => ({\n  a: 1\n})¶\nconst g = {\n}'],
    ['a method', 'class A {\n  m§(a) {\n    return a\n  }¶\n  n() {\n  }\n}']
  ])('%s', (_name, source) => {
    const { found, right } = check(source)
    expect(found).toBe(right)
  })
})
