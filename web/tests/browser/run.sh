#!/usr/bin/env bash
# run.sh <binary> [parts…]: the browser suite; where the machine allows it in a network namespace with loopback alone, so that
# anything that reaches outside fails by itself. An address beside loopback stands for another machine's.
set -euo pipefail
binary=$(realpath "$1")
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
up='import fcntl, socket, struct
s = socket.socket()
fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))
lan = struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0, socket.inet_aton("10.66.0.1"))
fcntl.ioctl(s, 0x8916, lan)'
if unshare --net --map-root-user true 2>/dev/null; then
  exec unshare --net --map-root-user env LAN=10.66.0.1 sh -c 'python3 -c "$1" && shift && exec node "$@"' sh "$up" "$here/run.mjs" "$binary" "$@"
fi
echo "no network namespace here: requests to elsewhere are only counted"
exec node "$here/run.mjs" "$binary" "$@"
