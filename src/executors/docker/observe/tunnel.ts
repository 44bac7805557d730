import { expendable } from '../../../environment/probe/parts/expendable.ts'

/**
 * A netcat, else a node that does as one. 69: there is neither. When its input ends it closes the connection: OpenBSD's
 * netcat only where it is told so. Its arguments are a host, a port, and how many seconds it may take.
 */
export const tunnel = `${expendable}
if command -v nc > /dev/null; then
  half=; case "$(nc -h 2>&1 < /dev/null)" in *" -N"[!A-Za-z]*|*"	-N"[!A-Za-z]*) half=-N ;; esac
  limit=; if timeout "$3" true 2> /dev/null; then limit="timeout $3"; fi
  exec $limit nc $half "$1" "$2"
fi
command -v node > /dev/null || exit 69
unset NODE_OPTIONS
exec node -e 'const [, host, port] = process.argv
const socket = require("node:net").connect(Number(port), host)
socket.on("error", (error) => { console.error(error.message); process.exit(1) })
process.stdin.on("end", () => setTimeout(() => process.exit(), 2000))
process.stdin.pipe(socket).pipe(process.stdout)' "$1" "$2"`
