#!/bin/sh
# Runs a Docker Engine until SIGTERM comes, in namespaces of mounts and network that `unshare` has made for it alone: no
# other engine of this machine sees its bridge, its rules for iptables or its mounts, and they end with it.
# Takes its folder, with daemon.json in it, and removes it in the end: whoever started this may have been killed.
set -eu
folder=$1

# An engine takes the containerd that it finds here; one of the system's would work outside these namespaces.
mkdir -p /run/containerd
mount -t tmpfs tmpfs /run/containerd

busybox ip link set lo up
dockerd --config-file "$folder/daemon.json" > "$folder/log" 2>&1 &
engine=$!

stop() {
  trap '' TERM
  kill "$engine"
  wait "$engine" || true
  cut -d ' ' -f 2 /proc/mounts | grep "^$folder/" | xargs --no-run-if-empty umount --lazy
  rm -rf "$folder"
  exit
}
trap stop TERM
wait "$engine"
