#!/usr/bin/env bash
# embed.sh: how the dashboard gets into the binary (B1, B2). It is bundled where neither Node nor a network is, with the tools of
# Debian's base alone beside esbuild; without esbuild the binary gets a plain page after a warning, and ON refuses.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "embed: $*" >&2; exit 1; }

mkdir "$folder/tools"
for tool in sh sed cat basename dirname base64 tr find wc mkdir rm esbuild; do ln -s "$(command -v "$tool")" "$folder/tools/$tool"; done
alone=(env -i PATH="$folder/tools" HOME="$folder")
unshare --net --map-root-user true 2>/dev/null && alone=(unshare --net --map-root-user "${alone[@]}")
"${alone[@]}" sh "$root/web/bundle.sh" esbuild "$folder/bundle"
grep -q '/assets/main-' "$folder/bundle/index.html" || fail "no bundle without Node and a network"

# A project as small as can be that embeds the dashboard as the product does.
cat >"$folder/CMakeLists.txt" <<LISTS
cmake_minimum_required(VERSION 3.25)
project(embed C ASM)
set(CMAKE_SOURCE_DIR $root)
include($root/cmake/Web.cmake)
file(WRITE $folder/empty.c "int empty;")
add_library(embed STATIC $folder/empty.c)
omniroute_web(embed)
LISTS
# configure MODE [OPTION…]: the words of CMake in $folder/words.
configure() {
  rm -rf "$folder/build"
  cmake -G Ninja -S "$folder" -B "$folder/build" -DOMNIROUTE_WEB="$1" -DCMAKE_MAKE_PROGRAM="$(command -v ninja)" -DCMAKE_C_COMPILER="$(command -v cc)" -DCMAKE_ASM_COMPILER="$(command -v cc)" -DOMNIROUTE_GZIP="$(command -v gzip)" "${@:2}" >"$folder/words" 2>&1
}
hidden=(-DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF -DCMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=OFF)
configure AUTO "${hidden[@]}" || fail "AUTO does not configure without esbuild: $(cat "$folder/words")"
grep -q "plain page instead of the dashboard" "$folder/words" || fail "AUTO does not warn without esbuild"
cmake --build "$folder/build" --target web/web_table.cpp >"$folder/words" 2>&1 || fail "the plain page is not packed: $(cat "$folder/words")"
grep -q '"none"' "$folder/build/web/web_table.cpp" || fail "without esbuild the binary does not say that it has no dashboard"
if configure ON "${hidden[@]}"; then fail "ON configures without esbuild"; fi
grep -q "apt-get install esbuild" "$folder/words" || fail "ON does not name the remedy"
configure ON || fail "ON does not configure with esbuild: $(cat "$folder/words")"
echo "embed: bundled without Node and a network; without esbuild a warning and a plain page, ON stops"
