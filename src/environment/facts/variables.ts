import type { Kind } from './kind.ts'

/** The environment's variables. Their facts are `variables:NAME`; which of the kinds a difference is, is told by its form. */
export const variables: readonly Kind[] = [
  {
    number: 21,
    id: 'variable-missing',
    severity: 'block',
    title: 'missing variable',
    harm: 'The task falls back to a default, often another database or a test key, or fails halfway.',
    seen: 'compared',
  },
  {
    number: 22,
    id: 'variable-different',
    severity: 'block',
    title: 'variable with another value',
    harm: 'The task works on something other than the app does.',
    seen: 'compared',
  },
  {
    number: 23,
    id: 'variable-extra',
    severity: 'block',
    title: 'variable that the app lacks',
    harm: 'Something of another shell or machine reaches the task and changes what it does.',
    seen: 'compared',
  },
  {
    number: 24,
    id: 'variable-stale',
    severity: 'block',
    title: 'variable read at another moment',
    harm: 'A secret or setting was changed since the app started: the task uses the new one and the app the old one.',
    seen: 'compared',
    remark: 'Of the variables that the entrypoint sets, rather than the configuration.',
  },
  {
    number: 25,
    id: 'variable-quoting',
    severity: 'info',
    title: 'quotes and line ends in variables',
    harm: 'Values carry the quotes or the line end of the file that they were read from.',
    seen: 'compared',
    remark: 'Told by the same program that reads the variables.',
  },
]
