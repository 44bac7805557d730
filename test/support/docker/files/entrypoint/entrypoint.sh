#!/bin/sh
# Puts a mounted secret into the environment, as many images do, and becomes the command.
set -eu
if [ -f /run/secrets/app ]; then
  SECRET_FROM_FILE=$(cat /run/secrets/app)
  export SECRET_FROM_FILE
fi
exec "$@"
