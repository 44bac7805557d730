#!/bin/sh
# Like the other one, but stays, and has the command as its child.
set -eu
if [ -f /run/secrets/app ]; then
  SECRET_FROM_FILE=$(cat /run/secrets/app)
  export SECRET_FROM_FILE
fi
"$@"
exit 0
