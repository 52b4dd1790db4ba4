import type { TestModule } from 'vitest/node'

/** What is used of a node of Vite's module graph. */
interface GraphNode {
  file: string | null
  importedModules: ReadonlySet<GraphNode>
}

/**
 * The files that a test module has loaded by Vite, its own among them, as absolute paths: what it may load later, too, and nothing that lies
 * in `node_modules`.
 * @returns nothing where the graph does not know the module, as after `--merge-reports`
 */
export function sourcesOf({ moduleId, viteEnvironment }: TestModule): string[] | undefined {
  const top = viteEnvironment?.moduleGraph.getModuleById(moduleId) as GraphNode | undefined
  if (top === undefined) return undefined
  const seen = new Set([top])
  // A set gives what is added while it is gone through.
  for (const node of seen) for (const imported of node.importedModules) seen.add(imported)
  const files = [...seen].flatMap(({ file }) => (file === null || file.includes('/node_modules/') ? [] : [file]))
  return [...new Set(files)]
}
