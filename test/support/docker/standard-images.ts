import path from 'node:path'
import { packageRoot } from '../package-root.ts'
import type { DockerCommand } from './docker-command.ts'
import { images } from './image-names.ts'
import { importImage } from './import-image.ts'
import { type RootFileSystem, rootFileSystem } from './root-file-system.ts'

interface Recipe {
  readonly tag: string
  readonly changes: readonly string[]
  fill(system: RootFileSystem): void
}

const busybox: Omit<Recipe, 'tag'> = {
  changes: ['WORKDIR /app', 'CMD ["/app/serve.sh"]'],
  fill(system) {
    system.shell()
    system.files('busybox')
  },
}

const recipes: readonly Recipe[] = [
  { tag: images.node, changes: ['WORKDIR /app', 'CMD ["node", "server.js"]'], fill: addNodeApp },
  { tag: images.busybox, ...busybox },
  {
    tag: images.bare,
    changes: ['CMD ["/bin/httpd", "-f", "-p", "3000", "-h", "/www"]'],
    fill(system) {
      for (const command of ['httpd', 'true', 'sleep']) system.applet(command)
      system.files('bare')
    },
  },
  withEntrypoint(images.entrypoint, 'entrypoint'),
  withEntrypoint(images.entrypointFork, 'entrypoint-fork'),
  { tag: images.helper, changes: ['CMD ["sh"]'], fill: (system) => system.shell() },
]

/** Makes the images of the tests, those that the engine does not have yet. Returns how many there are. */
export async function buildImages(docker: DockerCommand): Promise<number> {
  await Promise.all(recipes.map((recipe) => build(docker, recipe)))
  return recipes.length
}

async function build(docker: DockerCommand, { tag, changes, fill }: Recipe): Promise<void> {
  using system = rootFileSystem()
  fill(system)
  await importImage(docker, { folder: system.folder, changes, tag })
}

function addNodeApp(system: RootFileSystem): void {
  system.shell()
  system.program(path.join(packageRoot, 'node_modules/node/bin/node'), '/usr/local/bin/node')
  system.files('node')
  for (const part of ['dist', 'package.json']) {
    system.copy(path.join(packageRoot, part), `/app/node_modules/purser/${part}`)
  }
  system.copy(path.join(packageRoot, 'node_modules/zod'), '/app/node_modules/zod', isRunnable)
}

function withEntrypoint(tag: string, files: string): Recipe {
  return {
    tag,
    changes: [...busybox.changes, 'ENTRYPOINT ["/entrypoint.sh"]'],
    fill(system) {
      busybox.fill(system)
      system.files(files)
    },
  }
}

/** What Node needs of a package: neither its types, nor its sources, nor what CommonJS would load. */
function isRunnable(file: string): boolean {
  return !/\.(?:d\.[cm]?ts|[cm]?ts|cjs|map|md)$|\/src(?:\/|$)/.test(file)
}
