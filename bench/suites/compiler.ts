import ts from 'typescript'
import { expect, test } from 'vitest'
import { recordFile } from './record.ts'

const MODULES = 60

const { timed } = recordFile()

/** Some functions and types, about a hundred lines. */
function moduleText(seed: number): string {
  return Array.from(
    { length: 12 },
    (_, i) => `
export interface Shape${i}<T extends object = { id: number }> { readonly id: number; value?: T; next: Shape${i}<T> | undefined }
export async function load${i}(shape: Shape${i}, depth = ${seed + i}): Promise<number[]> {
  const ids: number[] = []
  for (let each: Shape${i} | undefined = shape; each !== undefined && ids.length < depth; each = each.next) ids.push(each.id)
  await Promise.resolve()
  return ids.map((id) => id satisfies number).filter((id): id is number => id % 2 === 0)
}
`
  ).join('')
}

test.for(Array.from({ length: MODULES }, (_, i) => i))('transpiles module %i', (i) =>
  timed(() => {
    const { outputText } = ts.transpileModule(moduleText(i), { compilerOptions: { target: ts.ScriptTarget.ES2015 } })
    expect(outputText).toContain('__awaiter')
  })()
)
