# Sourced: puts a Node of at least version 22 on PATH, the machine's own or one that npm brings into build/tools.
# Exits 77 with a word when that cannot be done.
use_node() {
  local root wanted=22 have arch package
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  have=$(node -v 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')
  [[ ${have:-0} -ge $wanted ]] && return 0
  command -v npm >/dev/null || { echo "neither node $wanted nor npm is there (./dev e2e installs them)" >&2; exit 77; }
  case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) echo "npm has no node for $(uname -m)" >&2; exit 77 ;;
  esac
  package=node-linux-$arch
  local folder=$root/build/tools/node$wanted
  if [[ ! -x $folder/node_modules/$package/bin/node ]]; then
    mkdir -p "$folder"
    echo '{"private":true}' >"$folder/package.json"
    (cd "$folder" && npm install --no-audit --no-fund --no-update-notifier --ignore-scripts --loglevel=error "$package@$wanted") >&2 ||
      { echo "node $wanted could not be installed" >&2; exit 77; }
  fi
  export PATH=$folder/node_modules/$package/bin:$PATH
}
