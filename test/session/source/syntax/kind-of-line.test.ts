import { describe, expect, test } from 'vitest'
import { kindOfLine } from '../../../../src/session/source/syntax/kind-of-line.ts'
import { parse } from '../../../../src/session/source/syntax/parse.ts'

/** The kind of a line in the body of a function. */
function kindOf(line: string): string | undefined {
  const syntax = parse(['function work() {', ...line.split('\n'), '}'])!
  return kindOfLine(syntax, syntax.functionAt(1, 14)!, 2)
}

describe('the kind of a line', () => {
  test.each(['return JSON.parse(text)', 'send(JSON.stringify({ items }))', 'send(JSON.stringify(\n{ items }))'])('json: %s', (line) => {
    expect(kindOf(line)).toBe('json')
  })

  test.each([
    'if (/^(a+)+$/.test(name)) return',
    'const found = PATTERN.exec(text)',
    'for (const match of text.matchAll(WORD)) {}',
    "text.replace(/a/g, 'b')",
    'text.replaceAll(PATTERN, "")',
    'text.split(/\\s+/)',
    'text.split(new RegExp(separator))'
  ])('regexp: %s', (line) => {
    expect(kindOf(line)).toBe('regexp')
  })

  test.each([
    'sum += Math.sqrt(i)',
    "text.replace('a', 'b')",
    'text.replaceAll(`a`, "b")',
    "text.split(',')",
    // A minified line holds whole functions.
    `function a(b){}; ${'let c=b*b;'.repeat(30).replaceAll(/let c/g, 'c')}return JSON.stringify(c)`,
    'const JSONText = parse(text)',
    "const text = 'JSON.parse(text)' // JSON.parse(text)",
    'const later = () => JSON.parse(text)',
    '\nJSON.parse(text)',
    ''
  ])('neither: %s', (line) => {
    expect(kindOf(line)).toBe(undefined)
  })
})
