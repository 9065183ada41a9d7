#!/bin/sh
# bundle.sh <esbuild> <folder> [watch]: the dashboard as files, names with the hash of their content. "watch" keeps plain names
# and rebuilds on every change (./dev web), also when nobody types.
set -eu
esbuild=$1
out=$2
mode=${3:-once}
web=$(cd "$(dirname "$0")" && pwd)
rm -rf "$out"
mkdir -p "$out/assets"
# Names of chunks hang on paths as seen from here: the same bytes wherever one calls from.
out=$(cd "$out" && pwd)
cd "$web"
common="--bundle --splitting --format=esm --target=es2022 --jsx=automatic --jsx-import-source=preact --legal-comments=none --tree-shaking=false
  --charset=utf8 --tsconfig=$web/tsconfig.build.json --outdir=$out/assets --loader:.svg=text --log-level=warning"
{
  echo "The dashboard contains these libraries."
  for licence in "$web"/vendor/*/LICENSE; do
    printf '\n== %s\n\n' "$(basename "$(dirname "$licence")")"
    cat "$licence"
  done
} >"$out/assets/licences.txt"
# The icon stands in the page: one request less for everyone.
icon="data:image/svg+xml;base64,$(base64 "$web/src/icons/mark.svg" | tr -d '\n')"
# page THEME MAIN STYLE PARTS: index.html with the names of the two scripts and the sheet, and links to what scripts import.
page() { sed -e "s|@theme@|$1|" -e "s|@main@|$2|" -e "s|@style@|$3|" -e "s|@icon@|$icon|" -e "s|@parts@|$4|" "$web/index.html" >"$out/index.html"; }
if [ "$mode" = watch ]; then
  page theme.js main.js main.css ""
  # shellcheck disable=SC2086
  exec "$esbuild" "$web/src/main.tsx" "$web/src/theme.ts" $common --sourcemap=inline --watch=forever
fi
hashed="--minify --entry-names=[name]-[hash] --chunk-names=[name]-[hash]"
# The theme goes by itself: it runs before the first paint and shares nothing. The locales and pages are parts of main.
# shellcheck disable=SC2086
"$esbuild" "$web/src/theme.ts" $common $hashed
# shellcheck disable=SC2086
"$esbuild" "$web/src/main.tsx" $common $hashed
only() { cd "$out/assets" && set -- $1 && [ $# = 1 ] && echo "$1"; }
theme=$(only 'theme-*.js') main=$(only 'main-*.js') style=$(only 'main-*.css')
# One sheet for all pages: a page that brings its own would flash.
[ "$(find "$out/assets" -name '*.css' | wc -l)" = 1 ] || { echo "web: styles outside the entry sheet; import them from src/styles" >&2; exit 1; }
# chunks FILE: what a script imports, and what that imports, each once and not what stands in $known.
chunks() {
  for chunk in $(tr '"' '\n' <"$out/assets/$1" | sed -n 's|^\./\(chunk-[A-Z0-9]*\.js\)$|\1|p'); do
    case " $known " in *" $chunk "*) continue ;; esac
    known="$known $chunk"
    chunks "$chunk"
  done
}
# What main imports is fetched beside it. What a page imports is only named: main makes it fetched beside the page (app/shell.tsx).
known='' parts=''
chunks "$main"
entry=$known
for chunk in $entry; do parts="$parts<link rel=\"modulepreload\" href=\"/assets/$chunk\">"; done
for script in "$out"/assets/*.js; do
  script=$(basename "$script")
  case $script in main-* | theme-* | chunk-*) continue ;; esac
  known=$entry
  chunks "$script"
  for chunk in ${known#"$entry"}; do parts="$parts<link rel=\"part\" title=\"${script%-*}\" href=\"/assets/$chunk\">"; done
done
page "$theme" "$main" "$style" "$parts"
