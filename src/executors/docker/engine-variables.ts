/** Variables by which the engine is found, and which `ssh` needs: a supervisor gets these of the operator's, and no other. */
const wanted =
  /^(?:DOCKER_(?:HOST|CONTEXT|CONFIG|TLS|TLS_VERIFY|CERT_PATH)|HOME|PATH|USER|LOGNAME|SSH_AUTH_SOCK|XDG_RUNTIME_DIR)$/

export function engineVariables(all: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      wanted.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  )
}
