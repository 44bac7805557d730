import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../scripts/root.ts'
import { dockerCommand, dockerVariables } from '../test/support/docker/docker-command.ts'
import { startEngine } from '../test/support/docker/engine.ts'
import { images } from '../test/support/docker/image-names.ts'
import { buildImages } from '../test/support/docker/standard-images.ts'
import type { Comparison } from './harness.ts'
import { programIn, purserIn, type Setting } from './processes.ts'

const replicas = 20

/** What Purser promises about its speed on a Docker Engine: one of its own, with apps of two kinds at work. */
export interface DockerBench extends AsyncDisposable {
  readonly comparisons: readonly Comparison[]
}

export async function startDockerBench(): Promise<DockerBench> {
  await using stack = new AsyncDisposableStack()
  const { host } = stack.use(await startEngine())
  const docker = dockerCommand(host)
  await buildImages(docker)
  const started = await Promise.all([
    docker('run', '--detach', '--name', 'bench-node', images.node),
    docker('run', '--detach', '--name', 'bench-busybox', images.busybox),
    ...Array.from({ length: replicas }, () =>
      docker('run', '--detach', '--label', 'bench=fleet', images.busybox),
    ),
  ])
  stack.defer(async () => void (await docker('rm', '--force', ...started.map((id) => id.trim()))))
  const folder = makeFolder()
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const setting = { folder, variables: { ...process.env, ...dockerVariables(host) } }
  const disposing = stack.move()
  return { comparisons: comparisonsIn(setting), [Symbol.asyncDispose]: () => disposing.disposeAsync() }
}

function comparisonsIn(setting: Setting): readonly Comparison[] {
  const runOf = (image: string, service: string): Comparison => ({
    name: `a run in a twin of ${image}, with parity`,
    baseline: programIn(setting, 'docker run --rm', 'docker', 'run', '--rm', image, 'true'),
    measured: purserIn(setting, 'run', '-e', 'bench', '--service', service, '--', 'true'),
    goal: { timesAtMost: 1.3, addsAtMostMs: 150 },
    rounds: 15,
  })
  return [
    runOf(images.busybox, 'busybox'),
    runOf(images.node, 'node'),
    {
      name: `parity of ${replicas} containers`,
      baseline: purserIn(setting, 'parity', '-e', 'bench', '--service', 'busybox'),
      measured: purserIn(setting, 'parity', '-e', 'bench', '--service', 'fleet'),
      goal: { timesAtMost: 3 },
      rounds: 9,
    },
  ]
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'purser-bench-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/purser'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(
    join(folder, 'purser.config.ts'),
    `import { defineConfig } from 'purser'
import { docker } from 'purser/presets'
export default defineConfig({
  environments: {
    bench: {
      services: {
        node: { executor: docker({ name: 'bench-node' }) },
        busybox: { executor: docker({ name: 'bench-busybox' }) },
        fleet: { executor: docker({ label: 'bench=fleet' }) },
      },
    },
  },
})
`,
  )
  return folder
}
