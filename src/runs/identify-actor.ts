import type { Actor } from './actors.ts'

/** What can be known of whoever typed. */
export interface ActorClues {
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly osUser: string
  readonly host: string
  /** `user.email` of git, where it is set. */
  readonly gitEmail?: string
}

/** CI systems by the variable that each sets, and the ones that name who triggered it. */
const ciSystems: readonly { readonly mark: string; readonly name: readonly string[] }[] = [
  { mark: 'GITHUB_ACTIONS', name: ['GITHUB_TRIGGERING_ACTOR', 'GITHUB_ACTOR'] },
  { mark: 'GITLAB_CI', name: ['GITLAB_USER_LOGIN', 'GITLAB_USER_EMAIL'] },
  { mark: 'BUILDKITE', name: ['BUILDKITE_BUILD_CREATOR_EMAIL', 'BUILDKITE_BUILD_CREATOR'] },
  { mark: 'CIRCLECI', name: ['CIRCLE_USERNAME'] },
  { mark: 'JENKINS_URL', name: ['BUILD_USER_ID', 'BUILD_USER'] },
  { mark: 'TF_BUILD', name: ['BUILD_REQUESTEDFOREMAIL', 'BUILD_REQUESTEDFOR'] },
  { mark: 'BITBUCKET_BUILD_NUMBER', name: ['BITBUCKET_STEP_TRIGGERER_UUID'] },
  { mark: 'DRONE', name: ['DRONE_BUILD_TRIGGER'] },
  { mark: 'CODEBUILD_BUILD_ID', name: ['CODEBUILD_INITIATOR'] },
  { mark: 'CI', name: [] },
]

/** Coding agents by the variable that each sets for the commands it runs. */
const agents: readonly { readonly mark: string; readonly name: string }[] = [
  { mark: 'CLAUDECODE', name: 'claude-code' },
  { mark: 'GEMINI_CLI', name: 'gemini-cli' },
  { mark: 'CODEX_SANDBOX', name: 'codex' },
  { mark: 'CURSOR_AGENT', name: 'cursor' },
  { mark: 'OPENCODE', name: 'opencode' },
  { mark: 'AI_AGENT', name: 'agent' },
]

/** Who asked, by the first of: CI, a coding agent, git, the operating system. Claimed, not proven. */
export function identifyActor({ variables, osUser, host, gitEmail }: ActorClues): Actor {
  const os = `${osUser}@${host}`
  const isSet = (name: string) =>
    variables[name] !== undefined && !['', '0', 'false'].includes(variables[name])
  const ci = ciSystems.find(({ mark }) => isSet(mark))
  if (ci !== undefined) {
    const source = ci.name.find(isSet)
    return { kind: 'ci', name: (source && variables[source]) ?? os, source: source ?? ci.mark, os }
  }
  const human =
    gitEmail === undefined ? { name: os, source: 'os' } : { name: gitEmail, source: 'git user.email' }
  const agent = agents.find(({ mark }) => isSet(mark))
  if (agent !== undefined) {
    return { kind: 'agent', name: `${agent.name} for ${human.name}`, source: agent.mark, os }
  }
  return { kind: 'human', ...human, os }
}
