import type { TestModule } from 'vitest/node'
import type { ResolvedOptions } from '../model/options.ts'

/** What one plugin of the run judges: the root's, or that of a project with a config file of its own. */
export interface Part {
  options: ResolvedOptions
  /** Where the plugin is given; paths of its options are relative to it. */
  folder: string
}

export interface ModulesOfPart extends Part {
  modules: TestModule[]
}

/** What is used of a project here. */
interface ProjectLike {
  name: string
}

/**
 * Each project is judged by the options of its own plugin, where it has one, else by those of the root's. Plugins of one folder are
 * the same: Vitest 4 reads a config file anew for each project that extends it.
 */
export class Parts {
  /** Of the projects that have none of their own. */
  private common: Part | undefined
  private readonly byFolder = new Map<string, Part>()
  private readonly byProject = new Map<string, Part>()

  /** @param project the only one that it holds for; without, it holds for all that have no other */
  add(part: Part, project?: ProjectLike): void {
    const known = this.byFolder.get(part.folder) ?? part
    this.byFolder.set(part.folder, known)
    if (project === undefined) this.common = known
    else this.byProject.set(project.name, known)
  }

  /** What each part has to judge; the first one has what no other claims. */
  split(modules: readonly TestModule[], fallback: Part): ModulesOfPart[] {
    const common = this.common ?? [...this.byFolder.values()][0] ?? fallback
    const partOf = ({ project }: TestModule): Part => this.byProject.get(project.name) ?? common
    const others = [...this.byFolder.values()].filter((part) => part !== common)
    return [common, ...others].map((part) => ({ ...part, modules: modules.filter((module) => partOf(module) === part) }))
  }
}
