import type { TestModule } from 'vitest/node'

/** What is used of a node of Vite's module graph. */
interface GraphNode {
  file: string | null
  importedModules: ReadonlySet<GraphNode>
}

/**
 * The files that a test module and its setup files are known to load by Vite, as absolute paths: what they may load later, too, and nothing
 * that lies in `node_modules`.
 * @returns nothing where the graph does not know the module, as after `--merge-reports`
 */
export function sourcesOf({ moduleId, viteEnvironment, project }: TestModule): string[] | undefined {
  const nodeOf = (id: string): GraphNode | undefined => viteEnvironment?.moduleGraph.getModuleById(id) as GraphNode | undefined
  const top = nodeOf(moduleId)
  if (top === undefined) return undefined
  const seen = new Set([top, ...project.config.setupFiles.flatMap((file) => nodeOf(file) ?? [])])
  // A set gives what is added while it is gone through.
  for (const node of seen) for (const imported of node.importedModules) seen.add(imported)
  const files = [...seen].flatMap(({ file }) => (file === null || file.includes('/node_modules/') ? [] : [file]))
  return [...new Set(files)]
}
