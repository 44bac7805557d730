import { type ESTree, parseSync, Visitor } from 'rolldown/utils'

/** One module that another names, by `import`, `export … from`, `import()` or a type's `import('…')`. */
export interface ModuleRequest {
  readonly specifier: string
  /** Where the quoted specifier stands in the source. */
  readonly start: number
  readonly end: number
  /** Erased before anything runs; `import { type A }` is not, its module is still loaded. */
  readonly typeOnly: boolean
  /** Loaded only when the line is reached. */
  readonly lazy: boolean
}

export interface ModuleSyntax {
  readonly requests: readonly ModuleRequest[]
  /** What it exports, by name; `*` for `export * from`. */
  readonly exports: readonly { readonly name: string; readonly typeOnly: boolean }[]
  /** Every identifier, also properties, types and private names. */
  readonly identifiers: ReadonlySet<string>
}

/** Reads a TypeScript module's imports, exports and names from its syntax tree. */
export function readModule(path: string, source: string): ModuleSyntax {
  const { program, module, errors } = parseSync(path, source)
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`)

  const requests: ModuleRequest[] = []
  const request = (quoted: ESTree.Expression | null, typeOnly: boolean, lazy = false) => {
    if (quoted?.type !== 'Literal' || typeof quoted.value !== 'string') return
    requests.push({ specifier: quoted.value, start: quoted.start, end: quoted.end, typeOnly, lazy })
  }
  const identifiers = new Set<string>()
  new Visitor({
    ImportDeclaration: (node) => request(node.source, node.importKind === 'type'),
    ExportNamedDeclaration: (node) => request(node.source, node.exportKind === 'type'),
    ExportAllDeclaration: (node) => request(node.source, node.exportKind === 'type'),
    ImportExpression: (node) => request(node.source, false, true),
    TSImportType: (node) => request(node.source, true),
    Identifier: ({ name }) => identifiers.add(name),
    PrivateIdentifier: ({ name }) => identifiers.add(name),
  }).visit(program)

  const exports = module.staticExports.flatMap(({ entries }) =>
    entries.map(({ exportName: { kind, name }, isType }) => ({
      name: kind === 'Default' ? 'default' : (name ?? '*'),
      typeOnly: isType,
    })),
  )
  return { requests, exports, identifiers }
}
