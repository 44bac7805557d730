import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Links of a Markdown file that lead to no file, or to no heading of one. Links to other sites are not followed. */
export function deadLinks(file: string): readonly string[] {
  return linksOf(readFileSync(file, 'utf8')).filter((link) => !leadsSomewhere(file, link))
}

function linksOf(markdown: string): readonly string[] {
  const inline = withoutCode(markdown).matchAll(/\]\(([^()\s]+)(?:\s+"[^"]*")?\)/g)
  const references = withoutCode(markdown).matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)
  const links = [...inline, ...references].flatMap(([, link]) => link ?? [])
  return links.filter((link) => !/^[a-z]+:/.test(link))
}

function leadsSomewhere(file: string, link: string): boolean {
  const [path = '', anchor] = decodeURI(link).split('#')
  const target = path === '' ? file : join(dirname(file), path)
  if (!existsSync(target)) return false
  return anchor === undefined || !target.endsWith('.md') || anchorsOf(target).includes(anchor)
}

/** Headings as GitHub makes them into anchors. */
function anchorsOf(file: string): readonly string[] {
  const headings = withoutFences(readFileSync(file, 'utf8')).matchAll(/^#{1,6}\s+(.+)$/gm)
  const seen = new Map<string, number>()
  return [...headings].map(([, heading = '']) => {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-')
    const times = seen.get(slug) ?? 0
    seen.set(slug, times + 1)
    return times === 0 ? slug : `${slug}-${times}`
  })
}

function withoutCode(markdown: string): string {
  return withoutFences(markdown).replace(/`[^`\n]*`/g, '')
}

function withoutFences(markdown: string): string {
  return markdown.replace(/^(`{3,}|~{3,})[\s\S]*?^\1/gm, '')
}
