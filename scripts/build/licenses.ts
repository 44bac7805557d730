import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The licences of the packages that these modules come from, as those licences ask. */
export function bundledLicenses(modules: readonly string[]): string {
  const sections = packagesOf(modules).map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return `## ${name} ${version}\n\n${license}. ${licenseText(folder) ?? `https://spdx.org/licenses/${license}.html`}\n`
  })
  return ['# Licences of the packages that are bundled here\n', ...sections].join('\n')
}

function packagesOf(modules: readonly string[]): readonly string[] {
  const folders = modules.flatMap((id) => /^\/.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? [])
  return [...new Set(folders)].sort()
}

function licenseText(folder: string): string | undefined {
  const [file] = globSync('{LICENSE,LICENCE,license}*', { cwd: folder })
  return file === undefined ? undefined : readFileSync(join(folder, file), 'utf8').trim()
}
