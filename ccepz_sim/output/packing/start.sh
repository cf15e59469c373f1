#!/bin/sh
# Starts the game from this folder: no internet and no installation is needed, only Python @PYTHON@.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 1
for name in python@PYTHON@ python3 python; do
    if "$name" -c 'import sys; sys.exit(sys.version_info[:2] != @PAIR@)' >/dev/null 2>&1; then
        exec "$name" "$here/start.py" "$@"
    fi
done
case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in
    zh*) echo "@SAID_ZH@" >&2 ;;
    *) echo "@SAID_EN@" >&2 ;;
esac
exit 2
