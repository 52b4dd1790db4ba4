/* The types that the package's users may name. */

export type * from './finding.ts'
export type * from './options.ts'
export type * from './place.ts'
export type * from './profile.ts'
export type * from './report.ts'
