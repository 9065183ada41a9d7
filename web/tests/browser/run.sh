#!/usr/bin/env bash
# run.sh <binary> [parts…]: the browser suite; where the machine allows it in a network namespace with loopback alone, so that
# anything that reaches outside fails by itself.
set -euo pipefail
binary=$(realpath "$1")
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
up='import fcntl, socket, struct
s = socket.socket()
fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))'
if unshare --net --map-root-user true 2>/dev/null; then
  exec unshare --net --map-root-user sh -c 'python3 -c "$1" && shift && exec node "$@"' sh "$up" "$here/run.mjs" "$binary" "$@"
fi
echo "no network namespace here: requests to elsewhere are only counted"
exec node "$here/run.mjs" "$binary" "$@"
