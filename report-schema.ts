import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createGenerator } from 'ts-json-schema-generator'

/*
 * Makes the JSON schema of the report of its types in src/model/, with their comments: `npm run schema`. A test says where the two differ.
 */

export const SCHEMA_FILE = join(import.meta.dirname, 'report.schema.json')

/** The text of the schema. */
export function reportSchema(): string {
  const {
    $schema: _,
    definitions = {},
    ...report
  } = createGenerator({
    path: join(import.meta.dirname, 'src/model/report.ts'),
    tsconfig: join(import.meta.dirname, 'tsconfig.json'),
    type: 'Report',
    topRef: false,
    jsDoc: 'extended',
    sortProps: false,
    // `tsc` does that.
    skipTypeCheck: true
  }).createSchema('Report')
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'vitest-async-profiler/report.schema.json',
    title: 'Report of vitest-async-profiler',
    ...report,
    $defs: definitions
  }
  // The generator knows the draft before this one, which kept definitions elsewhere.
  return `${JSON.stringify(schema, null, 2).replaceAll('"#/definitions/', '"#/$defs/')}\n`
}

if (import.meta.main) writeFileSync(SCHEMA_FILE, reportSchema())
