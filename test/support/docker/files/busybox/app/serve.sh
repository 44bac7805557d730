#!/bin/sh
# The first process of a container gets no signal that it does not ask for.
trap 'kill "$server"; exit' TERM
httpd -f -p 3000 -h /app/www &
server=$!
echo 'The app serves on port 3000.'
wait "$server"
